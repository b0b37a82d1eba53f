package delim

import (
	"context"
	"fmt"
	"io"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// mostRagged is how many ragged rows are listed by number; all are counted.
const mostRagged = 1000

// rows is a running read of the file.
type rows struct {
	book  *book
	walk  *walker
	facts sheet.Facts
	held  int64 // rows given that hold something
	err   error // what ended the read
}

func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	if r.err != nil {
		return r.err
	}
	for len(batch.Rows) < sheet.BatchRows && len(batch.Bytes) < sheet.BatchBytes {
		err := r.walk.next(ctx)
		if err == io.EOF {
			r.facts.BadBytes = r.walk.win.src.bad()
			if len(batch.Rows) > 0 {
				return nil // the end is told with an empty batch
			}
			r.err = io.EOF
			return io.EOF
		}
		if err == nil {
			err = r.take(batch)
		}
		if err != nil {
			batch.Reset()
			r.err = r.placed(err)
			return r.err
		}
	}
	return nil
}

func (r *rows) placed(err error) error { return fault.Of(err).At(r.book.place) }

// take adds the record just walked to the batch.
func (r *rows) take(batch *sheet.Batch) error {
	w := r.walk
	if w.blank() {
		return nil
	}
	limits := &w.limits
	if len(w.spans) > limits.MaxColumns {
		return tooWide(limits.MaxColumns).At(fmt.Sprintf("row %d", w.number))
	}
	if r.held++; r.held > limits.MaxRows {
		return tooMany(limits.MaxRows).At(fmt.Sprintf("row %d", w.number))
	}
	if len(w.spans) != r.book.width {
		r.facts.RaggedCount++
		if len(r.facts.Ragged) < mostRagged {
			r.facts.Ragged = append(r.facts.Ragged, w.number)
		}
	}
	// The record's bytes are taken over whole; cells point into them.
	base := uint32(len(batch.Bytes))
	batch.Bytes = append(batch.Bytes, w.text...)
	first := len(batch.Cells)
	cells := slices.Grow(batch.Cells, len(w.spans))
	for col := range w.spans {
		sp := &w.spans[col]
		if sp.start == sp.end && sp.shape <= bareEscaped {
			continue
		}
		if int(sp.end-sp.start) > limits.MaxCellBytes {
			return tooLong(limits.MaxCellBytes).At(fmt.Sprintf("row %d", w.number))
		}
		cell := sheet.Cell{Col: int32(col), Start: base + uint32(sp.start), End: base + uint32(sp.end), Kind: sheet.Text}
		if sp.shape >= quoted {
			cell.Kind = sheet.Quoted
		}
		if sp.shape&1 == 1 {
			cell.End = cell.Start + uint32(len(w.unescape(batch.Bytes[cell.Start:cell.End], sp.shape)))
		}
		cells = append(cells, cell)
	}
	batch.Cells = cells
	batch.Rows = append(batch.Rows, sheet.Row{Number: w.number, Line: w.line, Offset: w.win.src.offset(w.from),
		First: int32(first), Len: int32(len(batch.Cells) - first)})
	return nil
}

func (r *rows) Progress() (done, total int64) {
	total = r.book.file.Size()
	if r.err == io.EOF {
		return total, total
	}
	return min(total, max(0, r.walk.win.src.done())), total
}

func (r *rows) Facts() sheet.Facts { return r.facts }

func (r *rows) Close() error { return nil }
