package httpapi

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// spool keeps exports as files while they are sent and, within a size, for the
// next range of them. However many ask for one export, it is written once; when
// the last of them has gone, the writing ends.
type spool struct {
	dir   string
	most  int64
	slots chan struct{} // taken by those that write

	mu      sync.Mutex
	byKey   map[string]*spooled
	idle    []*spooled // unused ones, longest first
	size    int64
	closed  bool
	writers sync.WaitGroup
	open    sync.WaitGroup // spooled files in use
}

// spooled is one export.
type spooled struct {
	spool  *spool
	key    string
	path   string
	size   int64
	users  int
	done   chan struct{} // closed when written, or failed
	err    error
	cancel context.CancelFunc
}

// errMoved: the table changed while it was written.
var errMoved = errors.New("the table changed meanwhile")

func newSpool(dir string, most int64, writers int) (*spool, error) {
	made, err := os.MkdirTemp(dir, "sheetmill-exports-")
	if err != nil {
		return nil, fault.New(fault.Unreachable, say.T("The folder for exports cannot be made.")).
			Hint(say.T("Check that the temporary folder may be written and that its disk has room.")).Because(err)
	}
	return &spool{dir: made, most: most, slots: make(chan struct{}, writers), byKey: map[string]*spooled{}}, nil
}

// get finds an export or has it written. same tells, after the writing,
// whether the bytes are those that the key names; errMoved when not. The
// caller releases what it got.
func (s *spool) get(ctx context.Context, key string, write func(context.Context, io.Writer) error, same func(context.Context) (bool, error)) (*spooled, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, stoppingFault()
	}
	e := s.byKey[key]
	if e == nil {
		// It is written for all who want it, so it outlives the first of them.
		writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
		e = &spooled{spool: s, key: key, done: make(chan struct{}), cancel: cancel}
		s.byKey[key] = e
		s.writers.Go(func() {
			defer cancel()
			s.write(writing, e, write, same)
		})
	} else if e.users == 0 {
		s.unidle(e)
	}
	if e.users == 0 {
		s.open.Add(1)
	}
	e.users++
	s.mu.Unlock()
	select {
	case <-e.done:
	case <-ctx.Done():
		e.release()
		return nil, context.Cause(ctx)
	}
	if e.err != nil {
		e.release()
		return nil, e.err
	}
	return e, nil
}

func (s *spool) write(ctx context.Context, e *spooled, write func(context.Context, io.Writer) error, same func(context.Context) (bool, error)) {
	var path string
	var size int64
	var err error
	select {
	case s.slots <- struct{}{}:
		path, size, err = s.writeFile(ctx, write)
		<-s.slots
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err == nil {
		var still bool
		if still, err = same(ctx); err == nil && !still {
			err = errMoved
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.path, e.size, e.err = path, size, err
	s.size += size
	if err != nil {
		s.drop(e)
	}
	close(e.done)
	if err == nil && e.users == 0 { // they all left in the last moment
		s.rest(e)
	}
}

func (s *spool) writeFile(ctx context.Context, write func(context.Context, io.Writer) error) (path string, size int64, err error) {
	file, err := os.CreateTemp(s.dir, "export-")
	if err != nil {
		return "", 0, spoolFault(err)
	}
	out := &spoolWriter{file: file}
	buffer := bufio.NewWriterSize(out, 256<<10)
	if err = write(ctx, buffer); err == nil {
		err = buffer.Flush()
	}
	if out.err != nil {
		err = spoolFault(out.err)
	}
	if closeErr := file.Close(); closeErr != nil && err == nil {
		err = spoolFault(closeErr)
	}
	return file.Name(), out.size, err
}

// spoolWriter tells a disk that is full from a table that cannot be read.
type spoolWriter struct {
	file *os.File
	size int64
	err  error
}

func (w *spoolWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.size += int64(n)
	if err != nil {
		w.err = err
	}
	return n, err
}

func spoolFault(err error) error {
	return fault.New(fault.Unreachable, say.T("The export cannot be written on the server just now.")).
		Hint(say.T("Try again later; if it happens again, tell the administrator: the disk of the temporary folder may be full.")).Because(err)
}

func stoppingFault() error {
	return fault.New(fault.Unreachable, say.T("The server is stopping.")).Hint(say.T("Try again in a moment."))
}

// release gives an export back.
func (e *spooled) release() {
	s := e.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	e.users--
	if e.users > 0 {
		return
	}
	s.open.Done()
	select {
	case <-e.done:
		if e.err == nil {
			s.rest(e)
		}
	default: // nobody waits for it any more
		e.cancel()
		if s.byKey[e.key] == e {
			delete(s.byKey, e.key) // who comes now begins anew
		}
	}
}

// rest keeps an unused export for the next who wants it, within the size. The
// caller holds the lock, as of the methods below.
func (s *spool) rest(e *spooled) {
	if s.closed || s.byKey[e.key] != e {
		s.drop(e)
		return
	}
	s.idle = append(s.idle, e)
	for s.size > s.most && len(s.idle) > 0 {
		s.drop(s.idle[0])
	}
}

func (s *spool) unidle(e *spooled) {
	for i, other := range s.idle {
		if other == e {
			s.idle = append(s.idle[:i], s.idle[i+1:]...)
			return
		}
	}
}

// drop removes an export's file and forgets it.
func (s *spool) drop(e *spooled) {
	s.unidle(e)
	if s.byKey[e.key] == e {
		delete(s.byKey, e.key)
	}
	s.size -= e.size
	e.size = 0
	if e.path != "" {
		_ = os.Remove(e.path) // close removes the folder anyway
	}
}

// close ends the writing and removes the folder, when no export is sent any more.
func (s *spool) close() error {
	s.mu.Lock()
	s.closed = true
	for _, e := range s.byKey {
		e.cancel()
	}
	s.mu.Unlock()
	s.writers.Wait()
	s.open.Wait()
	return os.RemoveAll(s.dir)
}
