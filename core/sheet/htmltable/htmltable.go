// Package htmltable streams the tables of web pages: of the HTML that programs
// export under the name .xls, and of what Excel saves as a web page, in one file
// (MHTML) too.
//
//	book, err := htmltable.Open(ctx, file, sheet.Options{Name: "lab.xls"})
//	if err != nil { return err }
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0) // and on as package sheet shows
//
// A page is one sheet, as Excel opens it: its tables stand below each other with
// an empty row between them, text outside of tables is a row of one cell. A
// table inside a cell is read on its own below what the row holds so far, unless
// it has but one cell, which is then the outer cell's text.
//
// Cells are text unless the page says what they hold, as Excel's x:num and
// LibreOffice's sdval do; how a number is shown is the cell's text. A page that
// ends inside a table was cut short.
package htmltable

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
)

// Open finds out the page's encoding, from the whole file. opts.Encoding
// overrides it. Faults: Usage for an unknown encoding, Unreachable; what is wrong
// with the page is told while it is read. The file stays the caller's to close,
// after the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	p, err := newPage(ctx, f, opts.Encoding)
	if err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	p.info.Name = stem(opts.Name)
	return &book{limits: opts.Limits.OrDefault(), name: opts.Name, format: "html", encoding: p.encoding, pages: []page{p}}, nil
}

// stem is a file's name without folders and extension.
func stem(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if s := strings.TrimSuffix(name, path.Ext(name)); s != "" {
		return s
	}
	return name
}

// book is an opened page, or several that are the sheets of a workbook.
type book struct {
	limits   sheet.Limits
	name     string
	format   string
	encoding string
	pages    []page
	classes  classes // of a style sheet that all pages share
	shown    sheet.Shown
	close    func() error
}

// page is the HTML of a sheet.
type page struct {
	info     sheet.Info
	part     string // its name in an archive, for faults
	file     sheet.File
	encoding string
	decode   encoding.Encoding // nil for sound UTF-8
	skip     int64             // bytes of a byte order mark
}

// text reads the page as UTF-8 in a goroutine of its own.
func (p *page) text(ctx context.Context) *opc.ReadAhead {
	var r io.Reader = io.NewSectionReader(p.file, p.skip, p.file.Size()-p.skip)
	if p.decode != nil {
		r = transform.NewReader(r, p.decode.NewDecoder())
	}
	return opc.NewReadAhead(ctx, io.NopCloser(r), uint64(p.file.Size()))
}

// Format is "html", or "mhtml" for an archive of pages.
func (b *book) Format() string { return b.format }

// Encoding is that of the page; an archive's pages each have their own, so it has none.
func (b *book) Encoding() string { return b.encoding }

// Sheets lists the pages: one, named after the file, or those of an archive.
func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.pages))
	for i, p := range b.pages {
		infos[i] = p.info
	}
	return infos
}

// Display is the cell's text as the page shows it, of the batch filled last.
func (b *book) Display(cell sheet.Cell, text []byte) string {
	if shown, ok := b.shown.Of(cell.Style); ok {
		return shown
	}
	return string(text)
}

// Rows starts reading a page.
func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	if index < 0 || index >= len(b.pages) {
		return nil, fault.New(fault.NotFound, say.T("The workbook has no sheet number {number}.", "number", index+1)).
			Hint(say.T("The number of its sheets is {count}.", "count", len(b.pages))).At(b.name)
	}
	return newRows(ctx, b, &b.pages[index]), nil
}

// Close frees what an archive's pages were unpacked to.
func (b *book) Close() error {
	if b.close == nil {
		return nil
	}
	return b.close()
}

func unread(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unreachable, say.T("The file could not be read.")).
		Hint(say.T("Check that the disk or the server can be used, then try again.")).Because(err)
}
