package s3

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Small reads of a remote object bring blocks of this size, of which an open
// object holds this many: a table's footer, and columns side by side.
const (
	blockSize  = 1 << 20
	blocksHeld = 8
)

// remote is an object that is read from the server in ranges.
type remote struct {
	store *Store
	head  head
	ctx   context.Context //nolint:containedctx // ends with Close; io.ReaderAt takes none
	end   context.CancelFunc

	mu     sync.Mutex
	blocks map[int64]*block
	turn   int64 // counts uses of blocks, to find the least used
}

type block struct {
	ready chan struct{}
	data  []byte
	err   error
	used  int64
}

// openRemote opens an object whose reads end with its Close, not with the context.
func (s *Store) openRemote(ctx context.Context, h head) *remote {
	o := &remote{store: s, head: h, blocks: map[int64]*block{}}
	o.ctx, o.end = context.WithCancel(context.WithoutCancel(ctx))
	return o
}

func (o *remote) Size() int64 { return o.head.Size }

func (o *remote) Close() error {
	o.end()
	return nil
}

func (o *remote) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fault.New(fault.Internal, say.T("An object was read before its start."))
	}
	want := int(max(0, min(int64(len(p)), o.head.Size-off)))
	n := 0
	for n < want {
		var m int
		var err error
		at := off + int64(n)
		if want-n >= blockSize {
			m, err = want-n, o.fetch(p[n:want], at)
		} else {
			m, err = o.copyBlock(p[n:want], at)
		}
		if err != nil {
			return n, err
		}
		n += m
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// copyBlock copies what the block at a place has from there on.
func (o *remote) copyBlock(p []byte, at int64) (int, error) {
	i := at / blockSize
	o.mu.Lock()
	b := o.blocks[i]
	ours := b == nil
	if ours {
		b = &block{ready: make(chan struct{})}
		o.blocks[i] = b
	}
	o.turn++
	b.used = o.turn
	o.mu.Unlock()

	if ours {
		data := make([]byte, min(blockSize, o.head.Size-i*blockSize))
		b.err = o.fetch(data, i*blockSize)
		b.data = data
		o.mu.Lock()
		if b.err != nil {
			delete(o.blocks, i) // the next reader tries again
		}
		o.thin()
		o.mu.Unlock()
		close(b.ready)
	}
	<-b.ready
	if b.err != nil {
		return 0, b.err
	}
	return copy(p, b.data[at-i*blockSize:]), nil
}

// thin lets go of the least used block when there are too many. The lock is held.
func (o *remote) thin() {
	if len(o.blocks) <= blocksHeld {
		return
	}
	least := int64(-1)
	for i, b := range o.blocks {
		if least < 0 || b.used < o.blocks[least].used {
			least = i
		}
	}
	delete(o.blocks, least) // who still waits for it holds it
}

// fetch reads a range from the server.
func (o *remote) fetch(p []byte, off int64) error {
	s := o.store
	err := s.call(o.ctx, o.head.Key, func(ctx context.Context, w *watch) error {
		var opts minio.GetObjectOptions
		if err := errors.Join(opts.SetRange(off, off+int64(len(p))-1), opts.SetMatchETag(o.head.etag)); err != nil {
			return err
		}
		body, _, _, err := s.client.GetObject(ctx, s.config.Bucket, o.head.Key, opts)
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		n, err := io.ReadFull(w.reader(body), p)
		s.counts.down.Add(int64(n))
		return err
	})
	if changed(err) {
		return fault.New(fault.NotFound, say.T("There is no stored object {key}.", "key", o.head.Key)).Because(err)
	}
	return err
}
