package ods

import (
	"context"
	"errors"
	"io"
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
	lastRow    = 1 << 31 // rows count further than any program goes, but not without end
	// maxRepeated bounds the cells that a sheet holds by saying that others are
	// repeated: a few letters can state as many as there are atoms.
	maxRepeated = 50_000_000
)

// rows reads one sheet.
type rows struct {
	book  *book
	table tablePart
	ahead *opc.ReadAhead
	scan  *xmlscan.Scanner // nil until the first Next
	facts sheet.Facts
	over  bool  // the sheet's end tag was seen
	err   error // what every later Next answers

	next     int64 // number of the next row element
	count    int64 // rows with cells
	repeated int64 // cells that were repeated
	column   int   // the next column element is about
	widest   int   // columns that any row used
	hidden   []band
	looks    []look // of columns by default, as far as any has one
	again    repeat
	cell     cell
	raw      []byte // a run of text
	done     atomic.Int64
}

// band is a run of columns.
type band struct{ first, last int }

func newRows(ctx context.Context, b *book, t tablePart, body io.ReadCloser) *rows {
	return &rows{book: b, table: t, ahead: opc.NewReadAhead(ctx, body, b.size), next: 1}
}

// Next gives the next rows.
func (r *rows) Next(ctx context.Context, batch *sheet.Batch) error {
	batch.Reset()
	if r.err != nil {
		return r.err
	}
	r.book.shown.Reset()
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
		r.done.Store(r.scan.Offset() - r.table.start)
	}
	return r.err
}

// begin goes to where the sheet's element stands.
func (r *rows) begin(ctx context.Context) error {
	for left := r.table.start; left > 0; {
		n, err := io.CopyN(io.Discard, r.ahead, min(left, 4<<20))
		left -= n
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 0 {
			return opc.CutShort(r.book.part, r.table.start-left, io.ErrUnexpectedEOF)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	length := r.table.end - r.table.start
	r.scan = xmlscan.New(io.LimitReader(r.ahead, length), r.book.part, uint64(length), r.table.start)
	return nil
}

// fill reads rows until the batch is full or the sheet ends.
func (r *rows) fill(ctx context.Context, batch *sheet.Batch) error {
	if r.scan == nil {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	r.again.give(batch, &r.book.shown)
	for !r.over && !full(batch) {
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

func full(b *sheet.Batch) bool {
	return len(b.Rows) >= sheet.BatchRows || len(b.Bytes) >= sheet.BatchBytes || len(b.Cells) >= batchCells
}

// element takes a start tag outside of rows.
func (r *rows) element(batch *sheet.Batch) error {
	switch string(r.scan.Name) {
	case "table":
		if r.scan.Depth() == 1 {
			return nil
		}
	case "table-row":
		return r.row(batch)
	case "table-column":
		return r.columns()
	case "table-row-group", "table-rows", "table-header-rows", "table-column-group", "table-columns", "table-header-columns":
		return nil
	}
	return r.scan.Skip()
}

// columns notes which columns are hidden and how their cells look.
func (r *rows) columns() error {
	s := r.scan
	n := int(repeats(s, "table:number-columns-repeated", int64(r.book.limits.MaxColumns)))
	b := band{r.column, r.column + n - 1}
	r.column = min(r.column+n, r.book.limits.MaxColumns)
	if visible, _ := s.Attr("table:visibility"); invisible(visible) && len(r.hidden) < maxBands {
		r.hidden = append(r.hidden, b)
	}
	if style, ok := s.Attr("table:default-cell-style-name"); ok {
		if l := r.book.styles.of(style); l != plain {
			for len(r.looks) < b.first {
				r.looks = append(r.looks, plain)
			}
			for len(r.looks) < r.column {
				r.looks = append(r.looks, l)
			}
		}
	}
	return s.Skip()
}

func invisible(visibility []byte) bool {
	return string(visibility) == "collapse" || string(visibility) == "filter"
}

// repeats is how often an element stands for itself: once at least, and no more than most times.
func repeats(s *xmlscan.Scanner, attr string, most int64) int64 {
	raw, ok := s.Attr(attr)
	if !ok {
		return 1
	}
	var n int64
	for _, c := range xmlscan.Trim(raw) {
		if c-'0' > 9 {
			return 1
		}
		if n = n*10 + int64(c-'0'); n > most {
			return most
		}
	}
	return max(1, n)
}

// row reads a row, and has it given as often as it says.
func (r *rows) row(batch *sheet.Batch) error {
	s := r.scan
	n := repeats(s, "table:number-rows-repeated", lastRow)
	visible, _ := s.Attr("table:visibility")
	row := sheet.Row{Number: r.next, Line: r.next, Offset: -1, First: int32(len(batch.Cells)), Hidden: invisible(visible)}
	if err := r.cells(batch, row.Number); err != nil {
		return err
	}
	r.next = min(r.next+n, lastRow)
	if row.Len = int32(len(batch.Cells)) - row.First; row.Len == 0 {
		return nil
	}
	if row.Number+n > lastRow {
		return fault.New(fault.BadInput, say.T("The row number {number} is not one a sheet can have.", "number", row.Number+n)).
			Hint(say.T("Open it in LibreOffice and save it again to repair it.")).At(s.Place())
	}
	if err := r.repeat((n - 1) * int64(row.Len)); err != nil {
		return err
	}
	if r.count += n; r.count > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(s.Place())
	}
	batch.Rows = append(batch.Rows, row)
	if n > 1 {
		r.again.keep(batch, row, n-1, &r.book.shown)
		r.again.give(batch, &r.book.shown)
	}
	return nil
}

// repeat counts cells that are only said to be there.
func (r *rows) repeat(n int64) error {
	if r.repeated += n; r.repeated <= maxRepeated {
		return nil
	}
	return fault.New(fault.Limit, say.T("The sheet holds more than {limit} cells only by saying that others are repeated.", "limit", maxRepeated)).
		Hint(say.T("Open it in LibreOffice, delete the rows and columns that only repeat, and save it again.")).At(r.scan.Place())
}

// finish completes the facts once the end was seen.
func (r *rows) finish() {
	for _, b := range r.hidden {
		for c := b.first; c <= min(b.last, r.widest-1); c++ {
			r.facts.HiddenCols = append(r.facts.HiddenCols, c)
		}
	}
	slices.Sort(r.facts.HiddenCols)
	r.hidden = nil
}

// Progress is how much of the sheet's element is read, as bytes of the file.
func (r *rows) Progress() (done, total int64) {
	length := r.table.end - r.table.start
	share := float64(length) / float64(max(1, r.book.size))
	total = max(1, int64(share*float64(r.book.stored)))
	part := float64(r.done.Load()) / float64(max(1, length))
	return min(total, int64(part*float64(total))), total
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
