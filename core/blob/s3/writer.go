package s3

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"os"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
)

// castagnoli is the polynomial of CRC32C, which S3 checks uploads by and
// processors compute.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writer is an object on its way: a file below tmp/ that nobody else opens.
type writer struct {
	store *Store
	file  *os.File // nil once committed or aborted
	size  int64
	sum   hash.Hash
	crc   hash.Hash32
}

// Create starts an object.
func (s *Store) Create(ctx context.Context) (blob.Writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := s.temporary()
	if err != nil {
		return nil, err
	}
	return &writer{store: s, file: f, sum: sha256.New(), crc: crc32.New(castagnoli)}, nil
}

func (w *writer) Size() int64 { return w.size }

func (w *writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, spent()
	}
	n, err := w.file.Write(p)
	w.size += int64(n)
	_, _ = w.sum.Write(p[:n]) // hashes never fail
	_, _ = w.crc.Write(p[:n])
	if err != nil {
		err = w.store.trouble(err)
	}
	return n, err
}

func (w *writer) Abort() error {
	if w.file == nil {
		return nil
	}
	f := w.file
	w.file = nil
	// Once committed the file may have become the object's copy.
	if err := errors.Join(f.Close(), ignoreMissing(os.Remove(f.Name()))); err != nil {
		return w.store.trouble(err)
	}
	return nil
}

func (w *writer) Commit(ctx context.Context, key string) (blob.Info, error) {
	if w.file == nil {
		return blob.Info{}, spent()
	}
	info, err := w.commit(ctx, key)
	// Published or not, the file below tmp/ has done its work.
	if abortErr := w.Abort(); err == nil {
		err = abortErr
	}
	return info, err
}

func (w *writer) commit(ctx context.Context, key string) (blob.Info, error) {
	if err := check(ctx, key); err != nil {
		return blob.Info{}, err
	}
	s := w.store
	h, err := s.publish(ctx, key, content{w.file, w.size, hex.EncodeToString(w.sum.Sum(nil)), base64.StdEncoding.EncodeToString(w.crc.Sum(nil))})
	if err != nil {
		return blob.Info{}, err
	}
	if h.SHA256 == hex.EncodeToString(w.sum.Sum(nil)) && h.Size == w.size && s.cache.takes(h.Info) {
		// Without a copy it is downloaded when somebody reads it.
		_ = s.cache.add(w.file.Name(), s.nameOf(key), h.Info)
	}
	return h.Info, nil
}

// content is what a writer was given.
type content struct {
	file *os.File
	size int64
	sum  string // SHA-256, in hex
	crc  string // CRC32C, as S3 writes it
}

// publish puts the content under the key, unless an object is there already,
// and answers what is there afterwards.
func (s *Store) publish(ctx context.Context, key string, c content) (head, error) {
	// Content names make it likely that a large object is there already: a question is cheaper than its bytes.
	const worthAsking = 256 << 10
	if c.size >= worthAsking {
		h, err := s.ask(ctx, key)
		if err == nil {
			s.counts.kept.Add(1)
		}
		if !fault.Is(err, fault.NotFound) {
			return h, err
		}
	}
	if err := s.uploads.Acquire(ctx, 1); err != nil {
		return head{}, err
	}
	err := s.upload(ctx, key, c)
	s.uploads.Release(1)
	if err == nil {
		return s.ask(ctx, key)
	}
	if ctx.Err() != nil || errors.Is(err, errStalled) || !fault.Is(err, fault.Unreachable) {
		return head{}, err
	}
	// Another commit was first, or ours arrived and only the answer was lost.
	h, askErr := s.ask(ctx, key)
	if askErr != nil {
		return head{}, err
	}
	s.counts.kept.Add(1)
	return h, nil
}
