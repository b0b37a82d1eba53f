package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// batchCells bounds the cells of a batch too, so that wide rows do not make it
// larger than a processor's cache.
const batchCells = 1 << 15

// rows reads one sheet.
type rows struct {
	book   *book
	part   part
	rec    *records
	facts  sheet.Facts
	hidden []uint64 // a bit for each row
	err    error    // what every later Next answers

	start, size int64
	done        atomic.Int64
	ended       bool
	disorder    bool // a row stands behind a later one
	sorted      *sorter

	open     bool // the batch's last row may get more cells
	rowCount int64
	style    int // from IXFE, for the next cell of Excel 2; -1 for none
	text     joined
}

// Next gives the next rows.
func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	if r.err != nil {
		return r.err
	}
	err := ctx.Err()
	if err == nil {
		err = r.fill(ctx, batch)
	}
	if err == nil && len(batch.Rows) == 0 {
		r.done.Store(r.size)
		r.err = io.EOF
		return io.EOF
	}
	if err != nil {
		batch.Reset()
		r.err = fault.Of(err).At(r.book.name)
		return r.err
	}
	r.done.Store(r.rec.at - r.start)
	return nil
}

func (r *rows) fill(ctx context.Context, batch *sheet.Batch) error {
	if r.disorder {
		return r.inOrder(ctx, batch)
	}
	return r.parse(batch, func() bool {
		return len(batch.Rows) >= sheet.BatchRows || len(batch.Bytes) >= sheet.BatchBytes || len(batch.Cells) >= batchCells
	})
}

// Progress is how many bytes of the sheet's records are read.
func (r *rows) Progress() (done, total int64) { return min(r.done.Load(), r.size), r.size }

// Facts is what is known of the sheet: all of it, before the first row.
func (r *rows) Facts() sheet.Facts { return r.facts }

// Close ends the read.
func (r *rows) Close() error {
	if r.err == nil {
		r.err = fault.New(fault.Internal, say.T("The sheet was closed before it was read to its end."))
	}
	return nil
}

// parse reads rows into the batch until the sheet ends or the batch is full at
// the end of a row.
func (r *rows) parse(batch *sheet.Batch, full func() bool) error {
	r.open = false
	for depth := 1; !r.ended; {
		if err := r.rec.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return r.rec.cutShort()
			}
			return err
		}
		id := r.rec.id
		switch {
		case id == recBOF || id == recBOF2 || id == recBOF3 || id == recBOF4:
			depth++
		case id == recEOF:
			depth--
			r.ended = depth == 0
		case depth > 1: // an embedded chart
		case id == recIXFE && len(r.rec.data) >= 2:
			r.style = int(binary.LittleEndian.Uint16(r.rec.data))
		case isCell(id):
			if len(r.rec.data) < 2 {
				return r.rec.damaged()
			}
			row := int64(binary.LittleEndian.Uint16(r.rec.data)) + 1
			if n := len(batch.Rows); !r.open || batch.Rows[n-1].Number != row {
				r.finish(batch)
				if full() {
					r.rec.hold()
					return r.tooMany()
				}
				r.begun(batch, row)
			}
			if err := r.cell(batch); err != nil {
				return err
			}
			if n := len(batch.Rows); len(batch.Cells)-int(batch.Rows[n-1].First) > 4*lastColumn { // the same cells over and over
				batch.Cells = sortCells(batch.Cells, int(batch.Rows[n-1].First))
			}
			if len(batch.Bytes) > 64*sheet.BatchBytes && len(batch.Bytes) > 4*r.book.limits.MaxCellBytes && !r.disorder {
				return fault.New(fault.Limit, say.T("The cells of one row take more than {limit} bytes.", "limit", 4*r.book.limits.MaxCellBytes)).
					Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(r.rec.place())
			}
		}
	}
	r.finish(batch)
	return r.tooMany()
}

func (r *rows) tooMany() error {
	if r.rowCount > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(r.rec.place())
	}
	return nil
}

// begun adds a row to the batch.
func (r *rows) begun(batch *sheet.Batch, number int64) {
	row := sheet.Row{Number: number, Line: number, Offset: -1, First: int32(len(batch.Cells))}
	if at := number - 1; r.hidden != nil {
		row.Hidden = r.hidden[at/64]>>(at%64)&1 != 0
	}
	batch.Rows = append(batch.Rows, row)
	r.open = true
	r.style = -1
}

// finish ends the batch's last row: its cells in order, or none of it when it
// has no cells.
func (r *rows) finish(batch *sheet.Batch) {
	if !r.open {
		return
	}
	r.open = false
	row := &batch.Rows[len(batch.Rows)-1]
	last := int32(-1)
	for _, c := range batch.Cells[row.First:] {
		if c.Col <= last {
			batch.Cells = sortCells(batch.Cells, int(row.First))
			break
		}
		last = c.Col
	}
	if row.Len = int32(len(batch.Cells)) - row.First; row.Len == 0 {
		batch.Rows = batch.Rows[:len(batch.Rows)-1]
		return
	}
	r.rowCount++
}
