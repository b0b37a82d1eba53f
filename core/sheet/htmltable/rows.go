package htmltable

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync/atomic"

	"golang.org/x/net/html"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
)

// Bounds of a page that are not the caller's to set.
const (
	batchCells = 1 << 15
	maxMerged  = 500_000
	maxDepth   = 64          // tables inside each other
	maxCovered = 100_000_000 // places that are looked at only because a cell spans them
	lastRow    = 1 << 31
)

// rows reads one page.
type rows struct {
	book  *book
	page  *page
	ahead *opc.ReadAhead
	z     *html.Tokenizer
	facts sheet.Facts
	err   error // what every later Next answers
	over  bool

	next    int64 // number of the next row
	count   int64 // rows with cells
	gap     bool  // a table ended: the next row stands below an empty one
	seen    bool  // a table was seen
	framed  bool  // frames were seen
	covered int64
	widest  int
	hidden  map[int]bool
	classes classes
	styles  map[string]style
	kinds   kinds
	value   []byte   // of the attribute that was read last
	tables  []*table // the open ones
	spare   []*table // to use again
	outside flow     // text that is in no cell

	opened, closed bool // <html> or <body> began; ended
	styling, mute  bool // the text that comes next is a style sheet; a script or the title
	done           atomic.Int64
}

func newRows(ctx context.Context, b *book, p *page) *rows {
	r := &rows{book: b, page: p, ahead: p.text(ctx), next: 1, hidden: map[int]bool{}, classes: classes{}, styles: map[string]style{}, kinds: kinds{}}
	maps.Copy(r.classes, b.classes)
	r.z = html.NewTokenizer(&counted{rows: r})
	r.z.SetMaxBuf(b.limits.MaxCellBytes + 1<<20)
	return r
}

// counted notes how much was read.
type counted struct{ rows *rows }

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.rows.ahead.Read(p)
	c.rows.done.Add(int64(n))
	return n, err
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
	for err == nil && !r.over && len(batch.Rows) < sheet.BatchRows && len(batch.Bytes) < sheet.BatchBytes && len(batch.Cells) < batchCells {
		err = r.step(batch)
	}
	switch {
	case err != nil:
		batch.Reset()
		r.err = fault.Of(err).At(r.book.name)
	case len(batch.Rows) == 0:
		for col := range r.hidden {
			if col < r.widest {
				r.facts.HiddenCols = append(r.facts.HiddenCols, col)
			}
		}
		slices.Sort(r.facts.HiddenCols)
		r.err = io.EOF
	}
	return r.err
}

// step takes one token.
func (r *rows) step(batch *sheet.Batch) error {
	switch r.z.Next() {
	case html.ErrorToken:
		return r.end(batch)
	case html.TextToken:
		text := r.z.Text()
		if r.page.decode != nil {
			r.facts.BadBytes += int64(bytes.Count(text, []byte("\uFFFD")))
		}
		if r.styling {
			r.styling = false
			r.classes.read(string(text))
			return nil
		}
		if r.mute {
			return nil
		}
		f := r.sink()
		if f.add(text); len(f.text) > r.book.limits.MaxCellBytes {
			return r.tooLarge()
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		return r.open(batch)
	case html.EndTagToken:
		name, _ := r.z.TagName()
		return r.shut(batch, string(name))
	case html.CommentToken:
		r.comment(r.z.Text())
	}
	return nil
}

// end is what the page's end means.
func (r *rows) end(batch *sheet.Batch) error {
	err := r.z.Err()
	switch {
	case errors.Is(err, html.ErrBufferExceeded):
		return r.tooLarge()
	case !errors.Is(err, io.EOF):
		return unread(err)
	case len(r.tables) > 0, r.opened && !r.closed:
		return fault.New(fault.BadInput, say.T("The web page is cut short: it ends inside what it began.")).
			Hint(say.T("Export or download the file again and add the new copy.")).At(opc.PlaceOf(r.page.part, r.page.file.Size())).Because(io.ErrUnexpectedEOF)
	}
	if err := r.flushOutside(batch); err != nil {
		return err
	}
	r.over = true
	r.done.Store(r.page.file.Size())
	switch {
	case r.seen:
		return nil
	case r.framed:
		return fault.New(fault.BadInput, say.T("The web page only frames other pages: its sheets are in files of their own, in a folder beside it.")).
			Hint(say.T("Open it in Excel where that folder is, save it as .xlsx and add that file."))
	}
	return fault.New(fault.BadInput, say.T("The file is a web page (HTML) without any table.")).
		Hint(say.T("It may be a page that asks to log in or tells an error; open it in a browser, then export the table again."))
}

// place is about where the reading stands in the page.
func (r *rows) place() string { return opc.PlaceOf(r.page.part, r.done.Load()) }

func (r *rows) tooLarge() error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", r.book.limits.MaxCellBytes)).
		Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(r.place())
}

// sink is where text goes: the open cell, else what is outside of cells.
func (r *rows) sink() *flow {
	if n := len(r.tables); n > 0 && r.tables[n-1].inCell {
		return &r.tables[n-1].flow
	}
	return &r.outside
}

// flushOutside gives the text outside of cells as a row of its own.
func (r *rows) flushOutside(batch *sheet.Batch) error {
	text := r.outside.shown()
	if text == nil {
		r.outside.reset()
		return nil
	}
	for line := range splitLines(text) {
		if err := r.commit(batch, len(r.tables)); err != nil {
			return err
		}
		cell := sheet.Cell{Kind: sheet.Text, Start: 0, End: uint32(len(line))}
		if err := r.emit(batch, []sheet.Cell{cell}, line, nil, false); err != nil {
			return err
		}
	}
	r.outside.reset()
	return nil
}

// emit gives a row. Its cells refer to text and, by Style, to shown; a row
// without cells is only counted.
func (r *rows) emit(batch *sheet.Batch, cells []sheet.Cell, text []byte, shown [][]byte, hidden bool) error {
	if r.gap && r.count > 0 {
		r.next++
	}
	r.gap = false
	number := r.next
	if r.next++; r.next >= lastRow {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", lastRow)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(r.place())
	}
	if len(cells) == 0 {
		return nil
	}
	if r.count++; r.count > r.book.limits.MaxRows {
		return fault.New(fault.Limit, say.T("The sheet has more rows than the limit of {limit} (MaxRows).", "limit", r.book.limits.MaxRows)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(r.place())
	}
	base := uint32(len(batch.Bytes))
	batch.Rows = append(batch.Rows, sheet.Row{Number: number, Line: number, Offset: -1, First: int32(len(batch.Cells)), Len: int32(len(cells)), Hidden: hidden})
	batch.Bytes = append(batch.Bytes, text...)
	for _, c := range cells {
		c.Start, c.End = c.Start+base, c.End+base
		if c.Style > 0 {
			c.Style = r.book.shown.Add(shown[c.Style-1])
		}
		batch.Cells = append(batch.Cells, c)
		r.widest = max(r.widest, int(c.Col)+1)
	}
	return nil
}

// Progress is how many bytes of the page's text were read, of about its size.
func (r *rows) Progress() (done, total int64) {
	total = r.page.file.Size()
	return min(r.done.Load(), total), total
}

// Facts is what is known of the page so far.
func (r *rows) Facts() sheet.Facts { return r.facts }

// Close stops the reading goroutine and waits for it.
func (r *rows) Close() error {
	r.ahead.Close()
	if r.err == nil {
		r.err = fault.New(fault.Internal, say.T("The sheet was closed before it was read to its end."))
	}
	return nil
}
