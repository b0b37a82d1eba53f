package delim

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// mostListed is how many ragged rows are listed by number; all are counted.
const mostListed = 1000

// rows is a running read of the file: by chunks, and where they do not do,
// from some place on without them.
type rows struct {
	book  *book
	ctx   context.Context //nolint:containedctx // of the read, which outlives the call that starts it
	facts sheet.Facts
	held  int64 // rows given that hold something
	err   error // what ended the read

	feed    *feed
	parsers []*parser // one a worker, and one for what is parsed here
	at      *chunk    // whose rows are being given
	given   int       // of its rows
	left    *chunk    // a chunk whose last record goes on in the next one
	records int64     // before the chunk at hand
	lines   int64
	done    int64

	walk    *walker // without chunks
	trouble error   // what the walker met after the rows that it gave
}

func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	for r.err == nil && r.walk == nil {
		if r.at != nil && r.give(batch) {
			return nil
		}
		if err := r.advance(ctx); err != nil {
			r.end(err)
		}
	}
	if r.err == nil {
		err := r.nextWalked(ctx, batch)
		if err == nil {
			return nil
		}
		batch.Reset()
		r.end(err)
	}
	return r.err
}

// end notes what ended the read.
func (r *rows) end(err error) {
	if r.err = io.EOF; err != io.EOF {
		r.err = fault.Of(err).At(r.book.place)
	}
}

// give hands out the next rows of the chunk at hand. They are not copied: the
// chunk is kept until it is asked for more.
func (r *rows) give(batch *sheet.Batch) bool {
	c := r.at
	n := min(len(c.found.rows)-r.given, sheet.BatchRows)
	if n == 0 {
		return false
	}
	batch.Rows = c.found.rows[r.given : r.given+n : r.given+n]
	batch.Cells = slices.Clip(c.found.cells)
	batch.Bytes = slices.Clip(c.text)
	r.given += n
	return true
}

// advance makes the next chunk the one at hand. It answers io.EOF after the last.
func (r *rows) advance(ctx context.Context) error {
	if r.feed == nil {
		r.begin()
	}
	last := false
	if c := r.at; c != nil {
		r.at = nil
		r.records, r.lines = r.records+c.records, r.lines+c.lines
		if last = c.last; c.used < c.size() {
			r.left = c
		} else {
			r.feed.release(c)
		}
	}
	if last {
		return io.EOF
	}
	c, err := r.feed.next(ctx)
	if err != nil {
		return err
	}
	if c == nil {
		return io.EOF
	}
	if r.left != nil {
		joined := r.left.join(c)
		r.feed.release(r.left)
		r.feed.release(c)
		if c, r.left = joined, nil; !c.failed {
			r.parsers[len(r.parsers)-1].parse(ctx, c)
		}
	}
	if c.failed || r.held+c.found.held > r.book.limits.MaxRows {
		return r.withoutChunks(ctx, c.base)
	}
	r.take(c)
	return nil
}

// begin starts the goroutines; Close stops them.
func (r *rows) begin() {
	workers := runtime.GOMAXPROCS(0)
	if r.book.file.Size() <= int64(r.book.chunk) {
		workers = 1
	}
	for range workers + 1 {
		r.parsers = append(r.parsers, newParser(r.book))
	}
	r.feed = newFeed(r.ctx, r.book.source(), r.book.chunk, workers, func(ctx context.Context, worker int, c *chunk) { r.parsers[worker].parse(ctx, c) })
}

// take numbers a chunk's rows and adds up what it found.
func (r *rows) take(c *chunk) {
	for i := range c.found.rows {
		row := &c.found.rows[i]
		row.Number += r.records
		row.Line += r.lines
	}
	for _, n := range c.found.ragged[:min(len(c.found.ragged), mostListed-len(r.facts.Ragged))] {
		r.facts.Ragged = append(r.facts.Ragged, n+r.records)
	}
	r.facts.RaggedCount += c.found.odd
	r.noteForeign(c.found.foreign, r.records)
	r.held += c.found.held
	r.noteBad(c.bad, c.first, c.base+int64(c.used), c.found.rows)
	r.at, r.given, r.done = c, 0, c.read
}

// noteForeign lists rows in another dialect than the file's.
func (r *rows) noteForeign(numbers []int64, before int64) {
	r.facts.ForeignCount += int64(len(numbers))
	for _, n := range numbers[:min(len(numbers), mostListed-len(r.facts.Foreign))] {
		r.facts.Foreign = append(r.facts.Foreign, n+before)
	}
}

// noteBad names the first place that could not be decoded once its row has been read.
func (r *rows) noteBad(bad int64, first badPlace, upTo int64, rows []sheet.Row) {
	if r.facts.BadBytes = bad; bad == 0 || r.facts.BadAt != nil || first.text >= upTo {
		return
	}
	at := sheet.BadByte{Offset: first.file}
	if first.value >= 0 {
		at.Byte = fmt.Sprintf("0x%02X", first.value)
	}
	for _, row := range rows {
		if row.Offset <= first.file {
			at.Row, at.Line = row.Number, row.Line
		}
	}
	r.facts.BadAt = &at
}

// withoutChunks reads on from a position of the text, record by record.
func (r *rows) withoutChunks(ctx context.Context, from int64) error {
	r.feed.stop()
	b := r.book
	w := newWalker(b.source, b.form, b.buffer, b.limits)
	w.expect(b.width)
	w.number, w.ahead = r.records, r.lines
	if p, ok := w.win.src.(*plain); ok {
		p.at += from // the text is the file: no need to read up to there
		w.win.base = from
	}
	for w.win.pos() < from && !w.win.eof {
		w.win.at = min(len(w.win.buf), w.win.at+int(from-w.win.pos()))
		if w.win.pos() < from {
			if err := w.win.more(ctx); err != nil {
				return err
			}
		}
	}
	if from == 0 && b.sep {
		if err := w.skipLine(ctx); err != nil && err != io.EOF {
			return err
		}
	}
	r.walk = w
	return nil
}

// nextWalked fills a batch record by record.
func (r *rows) nextWalked(ctx context.Context, batch *sheet.Batch) error {
	if r.trouble != nil {
		return r.trouble
	}
	w, p := r.walk, &piece{rows: batch.Rows, cells: batch.Cells}
	for len(p.rows) < sheet.BatchRows && len(batch.Bytes) < sheet.BatchBytes {
		err := w.next(ctx)
		if err == io.EOF {
			bad, first := w.win.src.bad()
			r.noteBad(bad, first, w.win.pos(), p.rows)
			if len(p.rows) > 0 {
				break // the end is told with an empty batch
			}
			return io.EOF
		}
		if err == nil && r.held+p.held >= w.limits.MaxRows && !w.blank() {
			err = tooMany(w.limits.MaxRows).At(fmt.Sprintf("row %d", w.number))
		}
		if err == nil {
			// The record's bytes are taken over whole; cells point into them.
			base := len(batch.Bytes)
			batch.Bytes = append(batch.Bytes, w.text...)
			batch.Bytes, err = p.take(w, batch.Bytes, base, w.win.src.offset(w.from))
		}
		if err != nil {
			if len(p.rows) > 0 {
				r.trouble = err // what stands before it is given first
				break
			}
			return err
		}
	}
	r.held += p.held
	r.facts.RaggedCount += p.odd
	r.noteForeign(p.foreign, 0)
	r.facts.Ragged = append(r.facts.Ragged, p.ragged[:min(len(p.ragged), mostListed-len(r.facts.Ragged))]...)
	bad, first := w.win.src.bad()
	r.noteBad(bad, first, w.win.pos(), p.rows)
	batch.Rows, batch.Cells = p.rows, p.cells
	r.done = w.win.src.done()
	return nil
}

// take adds the record that a walker just read. bytes holds the record's text
// at base; what it gives back may have grown by fields without their escapes.
func (p *piece) take(w *walker, bytes []byte, base int, offset int64) ([]byte, error) {
	if w.blank() {
		return bytes, nil
	}
	limits := &w.limits
	if len(w.spans) > limits.MaxColumns {
		return bytes, tooWide(limits.MaxColumns).At(fmt.Sprintf("row %d", w.number))
	}
	p.held++
	if len(w.spans) != w.width {
		p.odd++
		if len(p.ragged) < mostListed {
			p.ragged = append(p.ragged, w.number)
		}
	}
	if w.foreign != nil {
		p.foreign = append(p.foreign, w.number)
	}
	first := len(p.cells)
	cells := slices.Grow(p.cells, len(w.spans))
	at := uint32(base)
	for col := range w.spans {
		sp := &w.spans[col]
		if sp.start == sp.end && sp.shape <= bareEscaped {
			continue
		}
		if int(sp.end-sp.start) > limits.MaxCellBytes {
			return bytes, tooLong(limits.MaxCellBytes).At(fmt.Sprintf("row %d", w.number))
		}
		cell := sheet.Cell{Col: int32(col), Start: at + uint32(sp.start), End: at + uint32(sp.end), Kind: sheet.Text}
		if sp.shape >= quoted {
			cell.Kind = sheet.Quoted
		}
		if sp.shape&1 == 1 {
			start := len(bytes)
			bytes = append(bytes, bytes[cell.Start:cell.End]...)
			bytes = bytes[:start+len(w.rules().unescape(bytes[start:], sp.shape))]
			cell.Start, cell.End = uint32(start), uint32(len(bytes))
		}
		cells = append(cells, cell)
	}
	p.cells = cells
	p.rows = append(p.rows, sheet.Row{Number: w.number, Line: w.line, Offset: offset,
		First: int32(first), Len: int32(len(cells) - first)})
	return bytes, nil
}

func (r *rows) Progress() (done, total int64) {
	total = r.book.file.Size()
	if r.err == io.EOF {
		return total, total
	}
	return min(total, max(0, r.done)), total
}

func (r *rows) Facts() sheet.Facts { return r.facts }

func (r *rows) Close() error {
	if r.feed != nil {
		r.feed.stop()
	}
	if r.err == nil {
		r.err = fault.Of(context.Canceled).At(r.book.place)
	}
	return nil
}
