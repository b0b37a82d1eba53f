package xlsb

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
)

// Bounds of a sheet that are not the caller's to set.
const (
	lastRow    = 1 << 20
	lastColumn = 1 << 14 // XFD
	maxMerged  = 500_000
	// batchCells bounds the cells of a batch too, so that wide rows do not make
	// it larger than a processor's cache.
	batchCells = 1 << 15
)

// rows reads one worksheet part.
type rows struct {
	book  *book
	sheet string // its name, for faults
	ahead *opc.ReadAhead
	rec   *records
	facts sheet.Facts
	err   error // what every later Next answers

	inData, ended bool
	row           int64 // number of the row being read; 0 before the first
	col           int   // of the cell read last; -1 at the row's start
	sorted        bool  // the row's cells, so far
	open          bool  // the batch's last row may get more cells
	hidden        bool  // the row being read is
	waiting       bool  // a row's head was read, and the row is for the next batch
	rowCount      int64

	stored, inflated int64 // sizes of the part
	done             atomic.Int64
}

// Next gives the next rows.
func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	if r.err != nil {
		return r.err
	}
	r.ahead.Wait = ctx
	err := ctx.Err()
	if err == nil {
		err = r.parse(batch)
	}
	if err == nil && len(batch.Rows) == 0 {
		r.done.Store(r.inflated)
		r.err = io.EOF
		return io.EOF
	}
	if err != nil {
		batch.Reset()
		r.err = fault.Of(err).At(r.book.name)
		return r.err
	}
	r.done.Store(r.rec.offset + int64(r.rec.pos))
	return nil
}

// Progress is how many of the part's stored bytes are read, in proportion to
// what was parsed of it.
func (r *rows) Progress() (done, total int64) {
	if r.inflated <= 0 {
		return r.stored, r.stored
	}
	part := float64(r.done.Load()) / float64(r.inflated)
	return min(r.stored, int64(part*float64(r.stored))), r.stored
}

// Facts is what is known of the sheet so far.
func (r *rows) Facts() sheet.Facts { return r.facts }

// Close stops the inflating goroutine and waits for it.
func (r *rows) Close() error {
	r.ahead.Close()
	if r.err == nil {
		r.err = fault.New(fault.Internal, say.T("The sheet was closed before it was read to its end."))
	}
	return nil
}

// parse reads rows into the batch until it is full at the end of a row, or the
// sheet ends.
func (r *rows) parse(batch *sheet.Batch) error {
	if r.waiting {
		r.waiting = false
		r.begun(batch)
	}
	for !r.ended {
		if err := r.rec.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return r.rec.cutShort()
			}
			return err
		}
		if !r.inData {
			if err := r.around(); err != nil {
				return err
			}
			continue
		}
		switch id := r.rec.id; {
		case id == recRow:
			if err := r.finish(batch); err != nil {
				return err
			}
			if err := r.rowHead(); err != nil {
				return err
			}
			if len(batch.Rows) >= sheet.BatchRows || len(batch.Bytes) >= sheet.BatchBytes || len(batch.Cells) >= batchCells {
				r.waiting = true
				return nil
			}
			r.begun(batch)
		case id == recEndData:
			if err := r.finish(batch); err != nil {
				return err
			}
			r.inData = false
		case isCell(id):
			if err := r.cell(batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// around reads what stands in front of and behind the rows.
func (r *rows) around() error {
	d := r.rec.data
	switch r.rec.id {
	case recBeginData:
		r.inData = true
	case recColumn: // [MS-XLSB] 2.4.323
		if len(d) >= 18 && d[16]&1 != 0 && len(r.facts.HiddenCols) <= lastColumn {
			for c := binary.LittleEndian.Uint32(d); c <= min(binary.LittleEndian.Uint32(d[4:]), lastColumn-1); c++ {
				r.facts.HiddenCols = append(r.facts.HiddenCols, int(c))
			}
		}
	case recMerge: // [MS-XLSB] 2.4.666
		return r.merged(d)
	case recEndSheet:
		if err := r.rec.finish(); err != nil {
			return err
		}
		slices.Sort(r.facts.HiddenCols)
		r.facts.HiddenCols = slices.Compact(r.facts.HiddenCols)
		r.ended = true
	}
	return nil
}

// merged notes a merged range; one that cannot be merges nothing.
func (r *rows) merged(d []byte) error {
	if len(d) < 16 {
		return nil
	}
	u := func(i int) uint32 { return binary.LittleEndian.Uint32(d[4*i:]) }
	m := sheet.Range{FirstRow: int64(u(0)) + 1, LastRow: int64(u(1)) + 1, FirstCol: int(u(2)), LastCol: int(u(3))}
	if m.LastRow < m.FirstRow || m.LastCol < m.FirstCol || m.LastCol >= lastColumn || m.LastRow > lastRow {
		return nil
	}
	if len(r.facts.Merged) == maxMerged {
		return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
			Hint(say.T("Unmerge cells in Excel and save the file again.")).At(r.rec.place())
	}
	r.facts.Merged = append(r.facts.Merged, m)
	return nil
}

// rowHead reads the record that begins a row ([MS-XLSB] 2.4.720).
func (r *rows) rowHead() error {
	d := r.rec.data
	if len(d) < 4 {
		return r.rec.damaged()
	}
	number := int64(binary.LittleEndian.Uint32(d)) + 1
	if number > lastRow {
		return fault.New(fault.BadInput, say.T("The row number {number} is not one a sheet can have.", "number", number)).
			Hint(say.T("Open the file in Excel and save it again.")).At(r.rec.place())
	}
	if number <= r.row {
		return fault.New(fault.BadInput, say.T("Row {row} comes after row {later}, and rows of such a file stand in order.", "row", number, "later", r.row)).
			Hint(say.T("Open the file in Excel and save it again; Excel writes rows in order.")).At(r.rec.place())
	}
	r.row, r.hidden = number, len(d) >= 12 && d[11]&0x10 != 0 // a height of nothing
	return nil
}

// begun adds the row whose head was read to the batch.
func (r *rows) begun(batch *sheet.Batch) {
	batch.Rows = append(batch.Rows, sheet.Row{Number: r.row, Line: r.row, Offset: -1, First: int32(len(batch.Cells)), Hidden: r.hidden})
	r.open, r.sorted, r.col = true, true, -1
}

// finish ends the batch's last row: its cells in order, or none of it when it
// has no cells.
func (r *rows) finish(batch *sheet.Batch) error {
	if !r.open {
		return nil
	}
	r.open = false
	row := &batch.Rows[len(batch.Rows)-1]
	if !r.sorted {
		batch.Cells = sortCells(batch.Cells, int(row.First))
	}
	if row.Len = int32(len(batch.Cells)) - row.First; row.Len == 0 {
		batch.Rows = batch.Rows[:len(batch.Rows)-1]
		return nil
	}
	if r.rowCount++; r.rowCount > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(r.rec.place())
	}
	return nil
}
