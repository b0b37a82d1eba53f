// Package xls streams the cells of old Excel workbooks (.xls, .xlt; [MS-XLS]):
// of Excel 97 to 2003 (BIFF8), 5 and 95 (BIFF5), inside an OLE container or as
// bare records, and of Excel 2 to 4.
//
//	book, err := xls.Open(ctx, file, sheet.Options{Name: "lab.xls"})
//	if err != nil { return err }
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0)
//	if err != nil { return err }
//	defer rows.Close()
//	var batch sheet.Batch
//	for {
//		err := rows.Next(ctx, &batch)
//		if err == io.EOF { break }
//		if err != nil { return err }
//		use(&batch)
//	}
//
// A sheet's records are walked over once before its first row is given: that
// proves the sheet's end, tells its hidden rows and whether its rows stand in
// order. No goroutine is started.
package xls

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/numfmt"
	"sheetmill/core/sheet/texts"
)

// Streams are the names of the stream that holds the workbook in an OLE
// container: of Excel 97 and later, and of Excel 5 and 95.
var Streams = []string{"Workbook", "Book"}

// IsBare tells whether a file begins with the record that begins a workbook,
// as those without a container do.
func IsBare(head []byte) bool {
	if len(head) < 8 || head[0] != recBOF2 || head[3] != 0 {
		return false
	}
	switch head[1] {
	case 0x00:
		return head[2] == 4
	case 0x02, 0x04:
		return head[2] == 4 || head[2] == 6
	case 0x08:
		return (head[2] == 8 || head[2] == 16) && head[4] == 0 && (head[5] == 5 || head[5] == 6)
	}
	return false
}

// Open reads the workbook's list of sheets, its texts and number formats. A
// file that is not a sound workbook is a BadInput fault, one past opts.Limits a
// Limit fault; see also sheet.NeedsPassword. The file stays the caller's to
// close, after the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	b, err := open(ctx, f, opts)
	if err != nil {
		return nil, fault.Of(err).At(sheet.ShownName(opts.Name))
	}
	return b, nil
}

func open(ctx context.Context, f sheet.File, opts sheet.Options) (*book, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &book{name: sheet.ShownName(opts.Name), limits: opts.Limits.OrDefault(), strings: texts.New(0)}
	b.setEncoding(charmap.Windows1252)
	var err error
	if b.stream, b.streamName, err = workbookOf(f); err != nil {
		return nil, err
	}
	if err := b.readGlobals(ctx, opts); err != nil {
		_ = b.strings.Close() // the first error is the one to tell
		return nil, err
	}
	return b, nil
}

// workbookOf is the stream of the workbook's records, and its name in an OLE
// container; without a container it is the file.
func workbookOf(f sheet.File) (sheet.File, string, error) {
	head := make([]byte, len(compound.Magic))
	if _, err := f.ReadAt(head, 0); err != nil || !bytes.Equal(head, []byte(compound.Magic)) {
		return f, "", nil //nolint:nilerr // a file that cannot be read says so as its records are
	}
	container, err := compound.Open(f)
	if err != nil {
		return nil, "", err
	}
	for _, name := range Streams {
		s, err := container.Stream(name)
		if err != nil {
			return nil, "", err
		}
		if s != nil {
			return s, s.Name(), nil
		}
	}
	return nil, "", fault.New(fault.BadInput, say.T("The file holds no Excel workbook.")).Hint(say.T("Save it as .xlsx and try again."))
}

// book is an opened workbook.
type book struct {
	name       string
	limits     sheet.Limits
	stream     sheet.File
	streamName string
	records    *records
	version    int // of the record format: 2, 3, 4, 5 or 8
	decoder    *encoding.Decoder

	sheets   []part
	date1904 bool
	formats  *numfmt.Formats
	strings  *texts.Table
}

// part is a sheet of the book.
type part struct {
	info      sheet.Info
	offset    int64 // of its BOF record
	index     int   // among all the sheets that the book lists
	firstXF   int   // where its own cell styles begin, up to Excel 4
	worksheet bool
}

func (b *book) setEncoding(e encoding.Encoding) { b.decoder = e.NewDecoder() }

// Format is always "xls".
func (b *book) Format() string { return "xls" }

// Encoding is empty, as for every workbook.
func (b *book) Encoding() string { return "" }

// Sheets lists the worksheets in the book's order; charts, macro sheets and
// modules are left out.
func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.sheets))
	for i, s := range b.sheets {
		infos[i] = s.info
	}
	return infos
}

// Rows starts reading a sheet.
func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	if index < 0 || index >= len(b.sheets) {
		return nil, fault.New(fault.NotFound, say.T("The workbook has no sheet number {number}.", "number", index+1)).
			Hint(say.T("The number of its sheets is {count}.", "count", len(b.sheets))).At(b.name)
	}
	r := &rows{book: b, part: b.sheets[index], rec: b.records, facts: sheet.Facts{Date1904: b.date1904}}
	if err := r.survey(ctx); err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	return r, nil
}

// Display shows a cell as Excel does.
func (b *book) Display(cell sheet.Cell, text []byte) string { return b.formats.Display(cell, text) }

// Close frees the book's texts and formats.
func (b *book) Close() error {
	err := errors.Join(b.strings.Close(), b.formats.Close())
	b.strings = texts.New(0)
	return err
}

// bareName is the sheet name of a file that is one sheet: its own, without
// folders and ending.
func bareName(file string) string {
	file = file[strings.LastIndexAny(file, `/\`)+1:]
	if i := strings.LastIndexByte(file, '.'); i > 0 {
		file = file[:i]
	}
	if file == "" {
		return "Sheet1"
	}
	return file
}

var (
	_ sheet.Book = (*book)(nil)
	_ sheet.Rows = (*rows)(nil)
)
