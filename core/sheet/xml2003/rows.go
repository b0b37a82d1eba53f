package xml2003

import (
	"context"
	"errors"
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
	batchCells = 1 << 15
	maxMerged  = 500_000
	maxBands   = 1 << 16
)

// rows reads one sheet.
type rows struct {
	book  *book
	sheet sheetPart
	ahead *opc.ReadAhead
	scan  *xmlscan.Scanner // nil until the first Next
	facts sheet.Facts
	over  bool
	err   error // what every later Next answers

	next   int64 // number of the next row that does not tell it
	last   int64 // of the last row with cells
	count  int64
	column int // the next column element is about
	hidden []band
	styles []int32 // of columns, as far as any has one; -1 for none
	style  int     // of the table; -1 for none
	widest int
	text   []byte
	done   atomic.Int64
}

// band is a run of columns.
type band struct{ first, last int }

func newRows(b *book, s sheetPart, ahead *opc.ReadAhead) *rows {
	return &rows{book: b, sheet: s, ahead: ahead, next: 1, style: -1, facts: sheet.Facts{Date1904: b.date1904}}
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
		err = r.fill(ctx, batch)
	}
	switch {
	case err != nil:
		batch.Reset()
		r.err = fault.Of(err).At(r.book.name)
	case len(batch.Rows) == 0:
		r.finish()
		r.err = io.EOF
	}
	if r.scan != nil {
		r.done.Store(r.scan.Offset() - r.sheet.start)
	}
	return r.err
}

// begin goes to where the sheet's table stands.
func (r *rows) begin(ctx context.Context) error {
	for left := r.sheet.start; left > 0; {
		n, err := io.CopyN(io.Discard, r.ahead, min(left, 4<<20))
		left -= n
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 0 {
			return opc.CutShort("", r.sheet.start-left, io.ErrUnexpectedEOF)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	length := r.sheet.end - r.sheet.start
	r.scan = xmlscan.New(io.LimitReader(r.ahead, length), "", uint64(length), r.sheet.start)
	return nil
}

func (r *rows) fill(ctx context.Context, batch *sheet.Batch) error {
	if r.sheet.end == 0 {
		return nil
	}
	if r.scan == nil {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	for !r.over && len(batch.Rows) < sheet.BatchRows && len(batch.Bytes) < sheet.BatchBytes && len(batch.Cells) < batchCells {
		token, err := r.scan.Next()
		if err != nil {
			return err
		}
		switch token {
		case xmlscan.EndOfDoc:
			r.over = true
		case xmlscan.StartTag:
			if err := r.element(batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// element takes a start tag outside of rows.
func (r *rows) element(batch *sheet.Batch) error {
	s := r.scan
	switch name := string(s.Name); {
	case s.Depth() == 1: // the table
		if id, ok := s.LocalAttr("StyleID"); ok {
			r.style = r.styleOf(id)
		}
		return nil
	case name == "Row":
		return r.row(batch)
	case name == "Column":
		return r.columns()
	}
	return s.Skip()
}

func (r *rows) styleOf(id []byte) int {
	if i, ok := r.book.styles[string(id)]; ok {
		return i
	}
	return -1
}

// integer reads an unsigned decimal number, no larger than most.
func integer(b []byte, most int64) int64 {
	var n int64
	for _, c := range xmlscan.Trim(b) {
		if c-'0' > 9 {
			return 0
		}
		if n = n*10 + int64(c-'0'); n > most {
			return most
		}
	}
	return n
}

// columns notes which columns are hidden and what their style is. They come in
// order.
func (r *rows) columns() error {
	s := r.scan
	c := band{first: r.column}
	span, style, hidden := 0, -1, false
	for i := range s.Attrs() {
		name, value := s.AttrAt(i)
		switch local(name) {
		case "Index":
			c.first = max(r.column, int(integer(value, math.MaxInt32))-1)
		case "Span":
			span = int(integer(value, math.MaxInt32))
		case "Hidden":
			hidden = xmlscan.IsTrue(value)
		case "StyleID":
			style = r.styleOf(value)
		}
	}
	c.last = min(c.first+span, r.book.limits.MaxColumns-1)
	if hidden && len(r.hidden) < maxBands && c.first <= c.last {
		r.hidden = append(r.hidden, c)
	}
	if style >= 0 && c.first <= c.last {
		for len(r.styles) < c.first {
			r.styles = append(r.styles, -1)
		}
		for len(r.styles) <= c.last {
			r.styles = append(r.styles, int32(style))
		}
	}
	r.column = max(c.first, c.last) + 1
	return s.Skip()
}

// row reads a row with its cells.
func (r *rows) row(batch *sheet.Batch) error {
	s := r.scan
	row := sheet.Row{Number: r.next, Offset: -1, First: int32(len(batch.Cells))}
	style, span := -1, int64(0)
	for i := range s.Attrs() {
		name, value := s.AttrAt(i)
		switch local(name) {
		case "Index":
			if n := integer(value, math.MaxInt32); n > 0 {
				row.Number = n
			}
		case "Span":
			span = integer(value, math.MaxInt32)
		case "Hidden":
			row.Hidden = xmlscan.IsTrue(value)
		case "StyleID":
			style = r.styleOf(value)
		}
	}
	row.Line = row.Number
	if row.Number >= math.MaxInt32 {
		return fault.New(fault.BadInput, say.T("The row number {number} is not one a sheet can have.", "number", row.Number)).
			Hint(say.T("Open the file in Excel and save it again.")).At(s.Place())
	}
	if err := r.cells(batch, row.Number, style); err != nil {
		return err
	}
	r.next = min(row.Number+span+1, math.MaxInt32)
	if row.Len = int32(len(batch.Cells)) - row.First; row.Len == 0 {
		return nil
	}
	if row.Number <= r.last {
		return disorder().At(s.Place())
	}
	r.last = row.Number
	if r.count++; r.count > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(s.Place())
	}
	batch.Rows = append(batch.Rows, row)
	return nil
}

func disorder() *fault.Error {
	return fault.New(fault.BadInput, say.T("A row or cell stands behind one that comes after it, which XML Spreadsheets must not have.")).
		Hint(say.T("Export the file again from the program that made it, as .xlsx or .csv if it can."))
}

// finish completes the facts once the end was seen.
func (r *rows) finish() {
	for _, b := range r.hidden {
		for c := b.first; c <= min(b.last, r.widest-1); c++ {
			r.facts.HiddenCols = append(r.facts.HiddenCols, c)
		}
	}
	r.hidden = nil
	slices.Sort(r.facts.HiddenCols)
	r.done.Store(r.sheet.end - r.sheet.start)
}

// Progress is how much of the sheet's table is read, in bytes.
func (r *rows) Progress() (done, total int64) {
	return r.done.Load(), r.sheet.end - r.sheet.start
}

// Facts is what is known of the sheet so far.
func (r *rows) Facts() sheet.Facts { return r.facts }

// Close stops the reading goroutine and waits for it.
func (r *rows) Close() error {
	r.ahead.Close()
	if r.err == nil {
		r.err = fault.New(fault.Internal, say.T("The sheet was closed before it was read to its end."))
	}
	return nil
}
