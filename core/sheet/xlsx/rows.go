package xlsx

import (
	"context"
	"io"
	"math"
	"slices"
	"sync/atomic"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/xmlscan"
)

// Bounds of a sheet that are not the caller's to set.
const (
	lastColumn = 16_384 // XFD
	maxMerged  = 500_000
)

// stage is how far the read of a sheet part is.
type stage byte

const (
	beforeData stage = iota // nothing read, or in front of <sheetData>
	inData                  // between two rows
	afterData
	ended // the part's end is proven
)

// rows reads one worksheet part.
type rows struct {
	book  *book
	sheet string // its name, for faults
	ahead *opc.ReadAhead
	scan  *scanner
	facts sheet.Facts
	stage stage
	err   error // what every later Next answers

	seenRow  int64 // number of the row element read last, for those without one
	lastRow  int64 // number of the last row with cells
	rowCount int64
	disorder bool // a row with cells came after a later one, or again
	values   scratch
	ahold    hold

	stored, inflated int64 // sizes of the part
	done             atomic.Int64
}

// Next gives the next rows. Up to holdBytes of rows are read before the first
// of them is given, so that rows out of order can be put in order.
func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	if r.err != nil {
		return r.err
	}
	r.ahead.Wait = ctx
	err := ctx.Err()
	if err == nil {
		err = r.fill(ctx, batch)
	}
	if err == nil && len(batch.Rows) == 0 {
		r.done.Store(r.inflated)
		r.err = io.EOF
		return io.EOF
	}
	if err != nil {
		batch.Reset()
		r.err = fault.Of(err).At(r.book.name)
	}
	r.done.Store(r.scan.offset + int64(r.scan.pos))
	return r.err
}

func (r *rows) fill(ctx context.Context, batch *sheet.Batch) error {
	if !r.ahold.filled {
		if err := r.hold(ctx); err != nil {
			return err
		}
	}
	if r.ahold.take(batch) {
		return nil
	}
	if err := r.parse(batch); err != nil {
		return err
	}
	if r.disorder {
		return fault.New(fault.Limit, say.T("Row {row} comes after row {later}, in a sheet too large to put its rows in order.", "row", r.seenRow, "later", r.lastRow)).
			Hint(say.T("Open the file in Excel and save it again; Excel writes rows in order.")).At(r.scan.place())
	}
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

// parse reads rows into the batch until it is full, the sheet ends, or a row
// comes out of order.
func (r *rows) parse(batch *sheet.Batch) error {
	for r.stage != ended {
		if r.stage == inData {
			more, err := r.dataRow(batch)
			if err != nil {
				return err
			}
			if !more {
				r.stage = afterData
			} else if r.disorder && !r.ahold.collecting || len(batch.Rows) >= sheet.BatchRows || len(batch.Bytes) >= sheet.BatchBytes || len(batch.Cells) >= batchCells {
				return nil
			}
			continue
		}
		if err := r.around(); err != nil {
			return err
		}
	}
	return nil
}

// batchCells bounds the cells of a batch too, so that wide rows do not make it
// larger than a processor's cache.
const batchCells = 1 << 15

// around reads what stands in front of and behind the rows.
func (r *rows) around() error {
	s := r.scan
	if s.depth() == 0 && !s.rootSeen {
		if err := enter(s, "worksheet"); err != nil {
			return err
		}
	}
	tok, err := s.next()
	if err != nil {
		return err
	}
	switch tok {
	case endOfDoc:
		if err := s.finish(); err != nil {
			return err
		}
		slices.Sort(r.facts.HiddenCols)
		r.facts.HiddenCols = slices.Compact(r.facts.HiddenCols)
		r.stage = ended
	case startTag:
		switch string(s.name) {
		case "sheetData":
			r.stage = inData
		case "cols", "mergeCells": // what counts is one level down
		case "col":
			return r.column()
		case "mergeCell":
			return r.merged()
		default:
			return s.skip()
		}
	}
	return nil
}

// column notes hidden columns.
func (r *rows) column() error {
	if hidden, _ := r.scan.attr("hidden"); isTrue(hidden) {
		first, _ := r.scan.attr("min")
		last, _ := r.scan.attr("max")
		from, ok1 := integer(first)
		to, ok2 := integer(last)
		if ok1 && ok2 && from > 0 && len(r.facts.HiddenCols) <= lastColumn {
			for c := from; c <= min(to, lastColumn); c++ {
				r.facts.HiddenCols = append(r.facts.HiddenCols, int(c-1))
			}
		}
	}
	return r.scan.skip()
}

// merged notes a merged range; one that cannot be read merges nothing.
func (r *rows) merged() error {
	ref, _ := r.scan.attr("ref")
	if merged, ok := parseRange(ref); ok {
		if len(r.facts.Merged) == maxMerged {
			return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
				Hint(say.T("Unmerge cells in Excel and save the file again.")).At(r.scan.place())
		}
		r.facts.Merged = append(r.facts.Merged, merged)
	}
	return r.scan.skip()
}

// dataRow reads up to the end of the next row; false at the end of the data.
func (r *rows) dataRow(batch *sheet.Batch) (more bool, err error) {
	s := r.scan
	for {
		tok, err := s.next()
		if err != nil {
			return false, err
		}
		switch tok {
		case endTag:
			return false, nil
		case startTag:
			if string(s.name) != "row" {
				if err := s.skip(); err != nil {
					return false, err
				}
				continue
			}
			return true, r.row(batch)
		}
	}
}

// row reads a row whose start tag was just read.
func (r *rows) row(batch *sheet.Batch) error {
	s := r.scan
	row := sheet.Row{Number: r.seenRow + 1, Offset: -1, First: int32(len(batch.Cells))}
	implied := true
	for _, a := range s.attrs {
		value := s.buf[a.value:a.valueEnd]
		switch string(s.buf[a.name:a.nameEnd]) {
		case "r":
			if len(value) == 0 {
				continue
			}
			n, ok := integer(value)
			if !ok || n < 1 || n > math.MaxInt32 {
				return fault.New(fault.BadInput, say.T("The row number {number} is not one a sheet can have.", "number", clip(value))).
					Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
			}
			row.Number, implied = n, false
		case "hidden":
			row.Hidden = isTrue(value)
		}
	}
	if err := r.cells(batch, &row, implied); err != nil {
		return err
	}
	r.seenRow = row.Number
	row.Line, row.Len = row.Number, int32(len(batch.Cells))-row.First
	if row.Len == 0 {
		return nil
	}
	if row.Number <= r.lastRow {
		r.disorder = true
	} else {
		r.lastRow = row.Number
	}
	if r.rowCount++; r.rowCount > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(s.place())
	}
	batch.Rows = append(batch.Rows, row)
	return nil
}

// integer reads an unsigned decimal number of at most 18 digits.
func integer(b []byte) (int64, bool) {
	b = xmlscan.Trim(b)
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// parseRef reads a cell's address such as B7 or $B$7. Row 0 stands for none.
func parseRef(b []byte) (row int64, col int, ok bool) {
	i := 0
	if i < len(b) && b[i] == '$' {
		i++
	}
	for from := i; i < len(b) && i-from < 4; i++ {
		c := b[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		col = col*26 + int(c-'A'+1)
	}
	if i < len(b) && b[i] == '$' {
		i++
	}
	if col == 0 || i == len(b) || len(b)-i > 10 {
		return 0, 0, false
	}
	for ; i < len(b); i++ {
		if b[i]-'0' > 9 {
			return 0, 0, false
		}
		row = row*10 + int64(b[i]-'0')
	}
	return row, col - 1, true
}

// parseRange reads a range such as A1:B2, or a single cell.
func parseRange(b []byte) (sheet.Range, bool) {
	first, last := b, b
	for i, c := range b {
		if c == ':' {
			first, last = b[:i], b[i+1:]
			break
		}
	}
	r1, c1, ok1 := parseRef(first)
	r2, c2, ok2 := parseRef(last)
	if !ok1 || !ok2 || r1 < 1 || r2 < 1 || max(c1, c2) >= lastColumn {
		return sheet.Range{}, false
	}
	return sheet.Range{FirstRow: min(r1, r2), LastRow: max(r1, r2), FirstCol: min(c1, c2), LastCol: max(c1, c2)}, true
}

// clip is a value of the file, short enough for a sentence.
func clip(b []byte) string {
	if len(b) > 40 {
		return string(b[:40]) + "…"
	}
	return string(b)
}
