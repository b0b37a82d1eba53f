// Package xlsx streams the cells of Office Open XML workbooks (.xlsx, .xlsm,
// .xltx, .xltm; ECMA-376, ISO/IEC 29500, transitional and strict).
//
//	book, err := xlsx.Open(ctx, file, sheet.Options{Name: "lab.xlsx"})
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
// Each running read has one goroutine that inflates ahead of the tokeniser, so
// that both cores work; Close ends it. A sheet is over only when its closing
// tag was seen and the zip part was read to its end with the right checksum.
package xlsx

import (
	"context"
	"errors"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
	"sheetmill/core/sheet/opc"
)

// Open reads the workbook's list of sheets, its number formats and nothing
// else; cells are read by Rows. A file that is not a sound workbook is a
// BadInput fault, one past opts.Limits a Limit fault. The file stays the
// caller's to close, after the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	b, err := open(ctx, f, opts)
	if err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	return b, nil
}

func open(ctx context.Context, f sheet.File, opts sheet.Options) (*book, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	limits := opts.Limits.OrDefault()
	parts, err := opc.Open(f, limits.MaxInflated)
	if err != nil {
		return nil, err
	}
	pack := &pack{parts}
	b := &book{pack: pack, limits: limits, name: opts.Name, glance: opts.Glance}
	if err := b.readWorkbook(); err != nil {
		return nil, err
	}
	if b.formats, err = readFormats(pack, b.stylesPart, b.date1904); err != nil {
		return nil, err
	}
	return b, nil
}

// book is an opened workbook.
type book struct {
	pack   *pack
	limits sheet.Limits
	name   string

	sheets      []sheetPart
	nameBytes   int // of the sheets' names
	date1904    bool
	stylesPart  string // "" when the book has none
	stringsPart string // "" when the book has none

	formats *numfmt.Formats
	strings *sharedStrings // nil until the first Rows
	glance  bool           // strings are read as cells ask for them
}

// sheetPart is a worksheet of the book and the part its cells are in.
type sheetPart struct {
	info sheet.Info
	part string // "" when the workbook names a part without saying which
}

// Format is always "xlsx": macros and templates differ in name only.
func (b *book) Format() string { return "xlsx" }

// Encoding is empty, as for every workbook.
func (b *book) Encoding() string { return "" }

// Sheets lists the worksheets in the book's order; chart, dialog and macro
// sheets have no cells and are left out.
func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.sheets))
	for i, s := range b.sheets {
		infos[i] = s.info
	}
	return infos
}

// Rows starts reading a sheet. The first call reads the shared strings.
func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	r, err := b.rows(ctx, index)
	if err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	return r, nil
}

func (b *book) rows(ctx context.Context, index int) (*rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if index < 0 || index >= len(b.sheets) {
		return nil, fault.New(fault.NotFound, say.T("The workbook has no sheet number {number}.", "number", index+1)).
			Hint(say.T("The number of its sheets is {count}.", "count", len(b.sheets)))
	}
	s := b.sheets[index]
	file := b.pack.Find(s.part)
	if file == nil {
		return nil, fault.New(fault.BadInput, say.T("The part that holds the sheet {sheet} is missing from the file.", "sheet", s.info.Name)).
			Hint(say.T("The other sheets can still be read; open the file in Excel and save it again to repair it.")).At(s.part)
	}
	if b.strings == nil {
		if err := b.readStrings(ctx); err != nil {
			return nil, err
		}
	}
	part, err := b.pack.Text(file)
	if err != nil {
		return nil, err
	}
	ahead := opc.NewReadAhead(ctx, part, file.UncompressedSize64)
	return &rows{
		book: b, sheet: s.info.Name, ahead: ahead,
		scan:   newScanner(ahead, file.Name, file.UncompressedSize64),
		facts:  sheet.Facts{Date1904: b.date1904},
		stored: int64(file.CompressedSize64), inflated: int64(file.UncompressedSize64),
	}, nil
}

// readStrings reads the shared strings, or for a glance begins to.
func (b *book) readStrings(ctx context.Context) error {
	t, err := openStrings(ctx, b.pack, b.stringsPart, b.limits)
	if err != nil {
		return err
	}
	if !b.glance {
		if err := t.all(); err != nil {
			_ = t.Close() // the first error is the one to tell
			return err
		}
	}
	b.strings = t
	return nil
}

// text appends shared string i to dst; known is false when there is none.
func (b *book) text(dst []byte, i uint64) (_ []byte, known bool, err error) {
	if b.glance {
		return b.strings.glance(dst, i)
	}
	return b.strings.Append(dst, i)
}

// Display shows a cell as Excel does.
func (b *book) Display(cell sheet.Cell, text []byte) string { return b.formats.Display(cell, text) }

// Close frees the book's strings and formats.
func (b *book) Close() error {
	err := errors.Join(b.strings.Close(), b.formats.Close())
	b.strings = nil
	return err
}

var (
	_ sheet.Book = (*book)(nil)
	_ sheet.Rows = (*rows)(nil)
)
