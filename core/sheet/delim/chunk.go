package delim

import (
	"bytes"
	"context"
	"io"
	"sort"
	"sync"

	"sheetmill/core/sheet"
)

// A large text is cut after line ends into chunks that are parsed side by
// side. A line end may be one within a quoted field, so a chunk counts only
// when the one before it came out even: the last of its records ended with it.
// Else what is left of that one and the next are put together and parsed anew.
// So the records are the same as those of one reading from start to end.

const (
	// chunkText is how much text is parsed at a time.
	chunkText = 256 << 10
	// longestChunk is how far a chunk may grow until its last record ends;
	// what is longer is read without chunks.
	longestChunk = 8 << 20
)

// chunk is a run of whole lines, and what was found in it.
type chunk struct {
	text  []byte
	base  int64  // position of text[0] in the whole text
	marks []mark // of the starts of its lines, where a decoder made the text
	plain bool   // the text is the file, from start on
	start int64
	last  bool     // nothing comes after it
	read  int64    // bytes of the file that were read when it was cut
	err   error    // the file could not be read on
	bad   int64    // places that could not be decoded, as far as the text was read
	first badPlace // of them
	whole bool     // it starts the text

	used    int   // bytes of text that whole records take
	grown   int   // bytes after the text: fields without their escapes
	records int64 // whole records, blank ones too
	lines   int64 // line ends of them
	failed  bool  // it has to be read without chunks, from its start
	found   piece
	counted *tally

	ready chan struct{}
}

// piece is rows, numbered from the chunk's start.
type piece struct {
	rows    []sheet.Row
	cells   []sheet.Cell
	ragged  []int64
	odd     int64   // ragged rows in all
	foreign []int64 // rows in another dialect
	held    int64
}

func (p *piece) reset() {
	p.rows, p.cells, p.ragged, p.foreign, p.odd, p.held = p.rows[:0], p.cells[:0], p.ragged[:0], p.foreign[:0], 0, 0
}

// offset is where a line that starts at a position of the text is in the file.
func (c *chunk) offset(pos int64) int64 {
	if c.plain {
		return c.start + pos
	}
	i := sort.Search(len(c.marks), func(i int) bool { return c.marks[i].text >= pos })
	if i < len(c.marks) && c.marks[i].text == pos {
		return c.marks[i].file
	}
	return -1
}

// feed cuts a text and has its chunks worked on; next gives them in order.
type feed struct {
	cancel context.CancelFunc
	ctx    context.Context //nolint:containedctx // of the goroutines, ended by stop
	free   chan *chunk
	work   chan *chunk
	order  chan *chunk
	all    sync.WaitGroup
}

// newFeed starts one goroutine that reads and cuts, and some that work. Stop
// waits for them.
func newFeed(ctx context.Context, src source, size, workers int, work func(ctx context.Context, worker int, c *chunk)) *feed {
	f := &feed{
		free: make(chan *chunk, workers+2), work: make(chan *chunk, workers+2), order: make(chan *chunk, workers+2),
	}
	f.ctx, f.cancel = context.WithCancel(ctx)
	for range cap(f.free) {
		f.free <- &chunk{ready: make(chan struct{}, 1)}
	}
	f.all.Go(func() {
		defer close(f.work)
		defer close(f.order)
		f.cut(src, size)
	})
	for worker := range workers {
		f.all.Go(func() {
			for c := range f.work {
				if c.err == nil && !c.failed {
					work(f.ctx, worker, c)
				}
				c.ready <- struct{}{}
			}
		})
	}
	return f
}

// stop ends the feed and waits for its goroutines. It may be called twice.
func (f *feed) stop() {
	f.cancel()
	for range f.order { // nobody takes them any more
	}
	f.all.Wait()
}

// next is the next chunk, worked on. It answers nil after the last one.
func (f *feed) next(ctx context.Context) (*chunk, error) {
	select {
	case c, ok := <-f.order:
		if !ok {
			return nil, f.ctx.Err()
		}
		<-c.ready
		return c, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// release gives a chunk's memory back.
func (f *feed) release(c *chunk) {
	if c.ready == nil {
		return // it was joined of others
	}
	if cap(c.text) > longestChunk {
		c = &chunk{ready: c.ready}
	}
	f.free <- c // there is room for all of them
}

// cut reads the text to its end.
func (f *feed) cut(src source, size int) {
	var carry []byte
	pos, whole := int64(0), true
	for f.ctx.Err() == nil {
		var c *chunk
		select {
		case c = <-f.free:
		case <-f.ctx.Done():
			return
		}
		ready := c.ready
		*c = chunk{text: append(c.text[:0], carry...), marks: c.marks[:0], base: pos, whole: whole, found: c.found, ready: ready}
		c.found.reset()
		end := c.fill(src, size)
		carry = append(carry[:0], c.text[end:]...)
		c.text = c.text[:end]
		pos += int64(end)
		switch src := src.(type) {
		case *decoded:
			c.marks = append(c.marks, src.upTo(pos)...)
			src.forget(pos)
		case *plain:
			c.plain, c.start = true, src.start
		}
		c.bad, c.first = src.bad()
		c.read, whole = src.done(), false
		stop := c.last || c.failed || c.err != nil
		f.order <- c // it has room for every chunk there is
		f.work <- c
		if stop {
			return
		}
	}
}

// fill reads until the chunk is long enough and holds a line's end, and
// answers where it is to be cut.
func (c *chunk) fill(src source, size int) int {
	searched := 0
	for {
		if cap(c.text)-len(c.text) < max(minRead, min(size, len(c.text))) {
			grown := make([]byte, len(c.text), max(2*len(c.text), size)+minRead)
			copy(grown, c.text)
			c.text = grown
		}
		n, err := src.read(c.text[len(c.text):min(cap(c.text), len(c.text)+max(size, minRead))])
		c.text = c.text[:len(c.text)+n]
		if err == io.EOF {
			c.last = true
			return len(c.text)
		}
		if err != nil {
			c.err = unread(err)
			return len(c.text)
		}
		if len(c.text) < size {
			continue
		}
		if k := bytes.LastIndexByte(c.text[searched:], '\n'); k >= 0 {
			return searched + k + 1
		}
		if searched = len(c.text); searched > longestChunk {
			c.failed = true
			return searched
		}
	}
}

// size is the length of the text itself.
func (c *chunk) size() int { return len(c.text) - c.grown }

// join puts what is left of one chunk and the next together.
func (c *chunk) join(next *chunk) *chunk {
	left := c.text[c.used:c.size()]
	joined := &chunk{
		text: append(append(make([]byte, 0, len(left)+next.size()), left...), next.text[:next.size()]...),
		base: c.base + int64(c.used), last: next.last, read: next.read, err: next.err, bad: next.bad, first: next.first, plain: c.plain, start: c.start, whole: c.whole && c.used == 0,
		failed: next.failed || len(left)+next.size() > longestChunk,
	}
	for _, m := range c.marks {
		if m.text >= joined.base {
			joined.marks = append(joined.marks, m)
		}
	}
	joined.marks = append(joined.marks, next.marks...)
	return joined
}
