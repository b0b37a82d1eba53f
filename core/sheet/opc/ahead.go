package opc

import (
	"context"
	"io"
	"sync"
)

// Blocks pass from the inflating goroutine to the reader and back.
const (
	blockSize  = 128 << 10
	blockCount = 4
)

// ReadAhead inflates a part in a goroutine of its own, a few blocks ahead of
// whoever reads. Close ends the goroutine and waits for it; so does the end of
// the context it was made with, without the waiting.
type ReadAhead struct {
	cancel context.CancelFunc
	ctx    context.Context //nolint:containedctx // ends the goroutine
	full   chan block
	free   chan []byte
	owner  sync.WaitGroup

	// Wait is the context of the call now reading; the caller sets it.
	Wait context.Context //nolint:containedctx // lasts for one call
	buf  []byte          // the block being read, to give back
	rest []byte          // what of it is not read yet
	err  error           // comes after rest
}

type block struct {
	bytes []byte
	err   error
}

// NewReadAhead starts inflating a part of about size bytes.
func NewReadAhead(ctx context.Context, part io.ReadCloser, size uint64) *ReadAhead {
	ctx, cancel := context.WithCancel(ctx)
	a := &ReadAhead{
		cancel: cancel, ctx: ctx, Wait: ctx,
		full: make(chan block, blockCount), free: make(chan []byte, blockCount),
	}
	for range min(blockCount, size/blockSize+1) {
		a.free <- make([]byte, min(blockSize, size+1))
	}
	a.owner.Go(func() {
		defer func() { _ = part.Close() }() // nothing was written; reading told all
		a.run(part)
	})
	return a
}

func (a *ReadAhead) run(part io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.ctx.Done():
			return
		}
		n := 0
		var err error
		for n < len(buf) && err == nil && a.ctx.Err() == nil {
			var m int
			m, err = part.Read(buf[n:])
			n += m
		}
		select {
		case a.full <- block{buf[:n], err}:
		case <-a.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read gives what is inflated next; it waits no longer than Wait lasts.
func (a *ReadAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.buf != nil {
			a.free <- a.buf[:cap(a.buf)] // never blocks: as many places as blocks
			a.buf = nil
		}
		if err := a.Wait.Err(); err != nil {
			return 0, err
		}
		select {
		case b := <-a.full:
			a.buf, a.rest, a.err = b.bytes, b.bytes, b.err
		case <-a.Wait.Done():
			return 0, a.Wait.Err()
		case <-a.ctx.Done():
			return 0, a.ctx.Err()
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the goroutine. It may be called twice.
func (a *ReadAhead) Close() {
	a.cancel()
	a.owner.Wait()
}
