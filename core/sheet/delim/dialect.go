package delim

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sort"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// How a dialect is found. Every plausible combination of delimiter, quote and
// escape reads the text; the one wins under which neighbouring records have
// the same number of fields and fields look like values. After van den Burg,
// Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type
// patterns" (2019), with neighbours in place of distinct patterns, so that
// titles above a table and notes below it do not count against it.
//
// The first MiB narrows the candidates down to a few, which then read the
// whole file: delimiter, quote, escape, line ends and the usual number of
// fields are decided on every record that the file has.

const (
	sampleSize  = 1 << 20 // narrows the candidates down
	firstSample = 64 << 10
	smallSample = 12 << 10
	typedCells  = 6000 // cells looked at for what values look like
	finalists   = 5
)

// prober reads a file under candidate forms.
type prober struct {
	open   opener
	buffer int
	chunk  int
	limits sheet.Limits
	skip   bool   // the first line is "sep="
	ends   []bool // whether a carriage return alone ends a line: what is worth trying
}

// probe reads a text under one form.
func (p *prober) probe(ctx context.Context, f form, win *window) (*tally, error) {
	w := &walker{scanner: newScanner(f), win: win, limits: p.limits, opened: p.open}
	t := newTally(f)
	if p.skip {
		if err := w.skipLine(ctx); err != nil && err != io.EOF {
			return nil, err
		}
	}
	for {
		err := w.next(ctx)
		if err == io.EOF {
			break
		}
		if fault.Is(err, fault.Limit) {
			t.over = true // reading it will say so, if no other form fits
			break
		}
		if err != nil {
			return nil, err
		}
		t.add(w)
		t.look(w)
	}
	t.unclosed = w.unclosed != neverMet
	return t, nil
}

// sample reads the start of the text into memory.
func (p *prober) sample(ctx context.Context, most int) ([]byte, bool, error) {
	win := newWindow(p.open(), p.buffer)
	for len(win.buf) < most && !win.eof {
		if err := win.more(ctx); err != nil {
			return nil, false, err
		}
	}
	text := win.buf[:min(most, len(win.buf))] // the same however the text is read
	return text, win.eof && len(text) == len(win.buf), nil
}

// find decides the form of the whole file. asked is the delimiter that a
// person asked for, if any.
func (p *prober) find(ctx context.Context, asked string) (*tally, error) {
	text, whole, err := p.sample(ctx, sampleSize)
	if err != nil {
		return nil, err
	}
	if p.ends == nil {
		p.ends = lineEndings(loneCR(text), bytes.IndexByte(text, '\n') >= 0)
	}
	if !whole { // no record cut off
		if k := bytes.LastIndexAny(text, "\r\n"); k > 0 {
			text = text[:k+1]
		}
	}
	var forms []form
	for _, cr := range p.ends {
		forms = append(forms, candidates(text, asked, cr)...)
	}
	var tallies []*tally
	for _, round := range []struct{ size, keep int }{{smallSample, 20}, {firstSample, 10}, {sampleSize, finalists}} {
		part := text
		if len(part) > round.size {
			part = part[:round.size]
			if k := bytes.LastIndexAny(part, "\r\n"); k > 0 {
				part = part[:k+1]
			}
		}
		if tallies, err = p.probeAll(ctx, forms, part); err != nil {
			return nil, err
		}
		tallies = tallies[:min(len(tallies), round.keep)]
		forms = forms[:0]
		for _, t := range tallies {
			forms = append(forms, t.form)
		}
		if len(part) == len(text) {
			break
		}
	}
	if whole {
		return tallies[0], nil
	}
	return p.confirm(ctx, tallies)
}

// probeAll reads one text under several forms, best first.
func (p *prober) probeAll(ctx context.Context, forms []form, text []byte) ([]*tally, error) {
	var out []*tally
	for _, f := range forms {
		t, err := p.probe(ctx, f, &window{buf: text, eof: true})
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	var best []*tally
	for _, t := range out {
		if !slices.ContainsFunc(out, func(o *tally) bool { return o.explains(t) }) {
			best = append(best, t)
		}
	}
	sort.SliceStable(best, func(i, j int) bool { return best[i].score() > best[j].score() })
	return best, nil
}

// confirm lets the best form read the whole file, and others when there is
// reason to: a runner-up was near, the best does worse on the whole than it
// did at its start, or the whole holds what its start did not.
func (p *prober) confirm(ctx context.Context, tallies []*tally) (*tally, error) {
	first := tallies[0]
	best, err := p.whole(ctx, first.form)
	if err != nil {
		return nil, err
	}
	best.inherit(first)
	var rivals []*tally
	worse := best.score() < 0.8*first.score()
	for _, t := range tallies[1:] {
		if worse || t.score() >= 0.7*first.score() && !(t.sameReading(first) && best.mess == 0) {
			rivals = append(rivals, t)
		}
	}
	variant := func(f form) {
		for _, t := range append(rivals, first) {
			if t.form == f {
				return
			}
		}
		t := *first
		t.form = f
		rivals = append(rivals, &t)
	}
	if best.slashes {
		variant(form{best.delim, best.quote, '\\', best.form.cr})
	}
	if best.primes > best.quoted {
		variant(form{best.delim, '\'', '\'', best.form.cr})
	}
	for _, cr := range p.ends {
		variant(form{best.delim, best.quote, best.escape, cr})
	}
	for _, t := range rivals {
		other, err := p.whole(ctx, t.form)
		if err != nil {
			return nil, err
		}
		other.inherit(t)
		if other.score() > best.score() {
			best = other
		}
	}
	return best, nil
}
