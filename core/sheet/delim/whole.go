package delim

import (
	"context"
	"runtime"
)

// whole reads the whole text under one form, in chunks side by side.
func (p *prober) whole(ctx context.Context, f form) (*tally, error) {
	workers := runtime.GOMAXPROCS(0)
	parsers := make([]*parser, workers+1)
	for i := range parsers {
		parsers[i] = &parser{walk: &walker{scanner: newScanner(f), win: &window{}, limits: p.limits}, sep: p.skip, tell: count}
	}
	feed := newFeed(ctx, p.open(), p.chunk, workers, func(ctx context.Context, worker int, c *chunk) { parsers[worker].parse(ctx, c) })
	defer feed.stop()
	total := newTally(f)
	var left *chunk
	for {
		c, err := feed.next(ctx)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return total, nil
		}
		if left != nil {
			joined := left.join(c)
			feed.release(left)
			feed.release(c)
			if c, left = joined, nil; !c.failed {
				parsers[workers].parse(ctx, c)
			}
		}
		if c.failed { // a very long record, or one past a limit
			return p.probe(ctx, f, newWindow(p.open(), p.buffer))
		}
		total.join(c.counted)
		if c.used < c.size() {
			left = c
		} else {
			feed.release(c)
		}
	}
}

// count adds a record to its chunk's tally.
func count(c *chunk, w *walker) error {
	if c.counted == nil {
		c.counted = newTally(w.form)
	}
	c.counted.add(w)
	return nil
}

// join adds the tally of what follows.
func (t *tally) join(o *tally) {
	if o == nil {
		return
	}
	t.records += o.records
	t.cells += o.cells
	for n, count := range o.fields {
		t.fields[n] += count
	}
	t.neighbours(o.first)
	t.pairs += o.pairs
	t.same += o.same
	if o.last > 0 {
		t.last = o.last
	}
	t.quoted += o.quoted
	t.doubled += o.doubled
	t.slashed += o.slashed
	t.mess += o.mess
	t.lf, t.crlf, t.cr = t.lf+o.lf, t.crlf+o.crlf, t.cr+o.cr
	t.primes += o.primes
	t.slashes = t.slashes || o.slashes
}
