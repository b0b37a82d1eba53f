// Package xml2003 streams the cells of XML Spreadsheets 2003 (SpreadsheetML of
// Office 2003), which programs export under the name .xls or .xml.
//
//	book, err := xml2003.Open(ctx, file, sheet.Options{Name: "lab.xls"})
//	if err != nil { return err }
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0) // and on as package sheet shows
//
// Open scans the file once, to its end: whether a sheet is hidden stands behind
// its cells. Rows then reads its sheet alone.
//
// A DateTime keeps the ISO text of the file, without the midnight that a date
// has there; one that is shown as a time of day or as hours is a serial number.
package xml2003

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/xmlscan"
)

// Open lists the workbook's sheets. A file that is not a sound XML Spreadsheet
// is a BadInput fault, one past opts.Limits a Limit fault. The file stays the
// caller's to close, after the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	b := &book{file: f, limits: opts.Limits.OrDefault(), name: opts.Name, size: f.Size()}
	if err := b.survey(ctx); err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	return b, nil
}

// book is an opened workbook.
type book struct {
	file   sheet.File
	limits sheet.Limits
	name   string
	size   int64 // bytes of its text

	sheets   []sheetPart
	date1904 bool
	styles   map[string]int // by ID, index into formats
	formats  *numfmt.Formats
}

// sheetPart is a sheet, and where its table stands in the text; nowhere when it
// has none.
type sheetPart struct {
	info       sheet.Info
	start, end int64
}

// text reads the file as UTF-8 in a goroutine of its own.
func (b *book) text(ctx context.Context) (*opc.ReadAhead, error) {
	text, _, err := xmlscan.UTF8(io.NewSectionReader(b.file, 0, b.file.Size()))
	if err != nil {
		return nil, err
	}
	return opc.NewReadAhead(ctx, io.NopCloser(text), uint64(b.file.Size())), nil
}

// Format is "xml".
func (b *book) Format() string { return "xml" }

// Encoding is empty, as for every workbook.
func (b *book) Encoding() string { return "" }

// Sheets lists the sheets in the book's order.
func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.sheets))
	for i, s := range b.sheets {
		infos[i] = s.info
	}
	return infos
}

// Display shows a cell as Excel does, by its number format.
func (b *book) Display(cell sheet.Cell, text []byte) string {
	if cell.Kind == sheet.ISODate && cell.Style > 0 {
		if serial, ok := serialOf(text, b.date1904); ok {
			cell.Kind = sheet.DateTime
			return b.formats.Display(cell, strconv.AppendFloat(nil, serial, 'f', -1, 64))
		}
	}
	return b.formats.Display(cell, text)
}

// Rows starts reading a sheet.
func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	if index < 0 || index >= len(b.sheets) {
		return nil, fault.New(fault.NotFound, say.T("The workbook has no sheet number {number}.", "number", index+1)).
			Hint(say.T("The number of its sheets is {count}.", "count", len(b.sheets))).At(b.name)
	}
	ahead, err := b.text(ctx)
	if err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	return newRows(b, b.sheets[index], ahead), nil
}

// Close frees what Display took.
func (b *book) Close() error { return b.formats.Close() }

// attr is an attribute's name without its prefix.
func local(name []byte) string { return string(name[bytes.LastIndexByte(name, ':')+1:]) }
