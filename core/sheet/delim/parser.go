package delim

import (
	"context"
	"errors"
	"io"
)

// errMore is that a record goes on after the chunk.
var errMore = errors.New("the record goes on")

// parser reads the records of chunks. It belongs to one goroutine.
type parser struct {
	walk *walker
	sep  bool
	tell func(c *chunk, w *walker) error // takes each record
}

// newParser makes a parser that gives rows.
func newParser(b *book) *parser {
	p := &parser{walk: chunkWalker(b.form, b), sep: b.sep}
	p.walk.expect(b.width)
	p.tell = func(c *chunk, w *walker) (err error) {
		c.text, err = c.found.take(w, c.text, int(w.from-c.base), c.offset(w.from))
		return err
	}
	return p
}

func chunkWalker(f form, b *book) *walker {
	return &walker{scanner: newScanner(f), win: &window{}, limits: b.limits}
}

// parse reads the chunk's records, as far as they are whole.
func (p *parser) parse(ctx context.Context, c *chunk) {
	w := p.walk
	size := len(c.text)
	*w.win = window{buf: c.text, base: c.base, eof: c.last}
	w.number, w.ahead, w.unclosed = 0, 0, neverMet
	err := error(nil)
	if p.sep && c.whole {
		err = w.skipLine(ctx)
	}
	for err == nil {
		if err = w.next(ctx); err == nil {
			err = p.tell(c, w)
		}
	}
	c.used, c.grown = w.win.at, len(c.text)-size
	c.records, c.lines = w.number, w.ahead
	if !errors.Is(err, errMore) && err != io.EOF {
		c.failed = true // reading it without chunks says why
	}
	if w.unclosed != neverMet {
		c.failed = c.failed || !c.last
	}
}
