package delim

import (
	"context"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// window is the part of the text that is in memory. The scanner reads a whole
// record out of rest(); when the record's end is not there yet, more brings
// more text and the record is scanned anew. So no scanning state ever has to
// survive the end of a chunk.
type window struct {
	src  source
	buf  []byte
	at   int   // start of what is not consumed yet
	base int64 // position of buf[0] in the text
	eof  bool
}

func newWindow(src source, size int) *window {
	return &window{src: src, buf: make([]byte, 0, max(size, minRead))}
}

func (w *window) rest() []byte { return w.buf[w.at:] }
func (w *window) pos() int64   { return w.base + int64(w.at) }

// more drops what was consumed and reads on; it doubles the memory when a
// single record fills it.
func (w *window) more(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.eof {
		return nil
	}
	if w.at > 0 {
		n := copy(w.buf, w.buf[w.at:])
		w.base += int64(w.at)
		w.buf, w.at = w.buf[:n], 0
		w.src.forget(w.base)
	}
	if len(w.buf) > cap(w.buf)/2 {
		grown := make([]byte, len(w.buf), 2*cap(w.buf))
		copy(grown, w.buf)
		w.buf = grown
	}
	if cap(w.buf)-len(w.buf) < minRead {
		grown := make([]byte, len(w.buf), len(w.buf)+minRead)
		copy(grown, w.buf)
		w.buf = grown
	}
	n, err := w.src.read(w.buf[len(w.buf):cap(w.buf)])
	w.buf = w.buf[:len(w.buf)+n]
	if err == io.EOF {
		w.eof = true
		return nil
	}
	return unread(err)
}

// unread is the fault for a file that could not be read.
func unread(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unreachable, say.T("The file could not be read.")).
		Hint(say.T("Check that the disk or the server can be used, then try again.")).Because(err)
}
