// Package ods streams the cells of OpenDocument spreadsheets (.ods, .ots, and
// .fods, which is the same without a package; ODF 1.3, ISO/IEC 26300).
//
//	book, err := ods.Open(ctx, file, sheet.Options{Name: "lab.ods"})
//	if err != nil { return err }
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0) // and on as package sheet shows
//
// All sheets stand in one part, so Open scans that part once, to its checksum:
// it lists the sheets, reads the styles and proves the end. Rows then reads its
// sheet alone. What repeats is repeated while it is given; rows and columns
// that hold nothing, of which files state a million, cost nothing.
//
// A cell is shown as the file shows it: its paragraphs are its display text.
package ods

import (
	"archive/zip"
	"context"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/xmlscan"
)

// Open lists the sheets of a packaged spreadsheet. A file that is not a sound
// one, or is encrypted, is a BadInput fault; one past opts.Limits a Limit
// fault. The file stays the caller's to close, after the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	pack, err := opc.Open(f, opts.Limits.OrDefault().MaxInflated)
	if err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	b := &book{limits: opts.Limits.OrDefault(), name: opts.Name, format: "ods"}
	if err := b.openPackage(ctx, pack); err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	return b, nil
}

// OpenFlat is Open for a file that is the XML itself.
func OpenFlat(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	b := &book{limits: opts.Limits.OrDefault(), name: opts.Name, format: "fods", stored: f.Size(), size: uint64(f.Size())}
	b.source = func() (io.ReadCloser, error) {
		text, _, err := xmlscan.UTF8(io.NewSectionReader(f, 0, f.Size()))
		if err != nil {
			return nil, err
		}
		return io.NopCloser(text), nil
	}
	if err := b.survey(ctx); err != nil {
		return nil, fault.Of(err).At(opts.Name)
	}
	return b, nil
}

// book is an opened spreadsheet.
type book struct {
	limits sheet.Limits
	name   string
	format string

	source func() (io.ReadCloser, error) // the part that holds the sheets, from its start
	part   string                        // its name, for faults
	stored int64                         // bytes of it in the file
	size   uint64                        // about how many bytes its text has

	styles styles
	tables []tablePart
	shown  sheet.Shown // of the batch that was filled last
}

// tablePart is a sheet, and where its element stands in the text.
type tablePart struct {
	info       sheet.Info
	start, end int64
}

func (b *book) openPackage(ctx context.Context, pack *opc.Package) error {
	if err := refuseEncrypted(pack); err != nil {
		return err
	}
	content := pack.Find("content.xml")
	if content == nil {
		return fault.New(fault.BadInput, say.T("A part that the workbook needs is missing from the file.")).
			Hint(say.T("Open it in LibreOffice and save it again to repair it.")).At("content.xml")
	}
	if common := pack.Find("styles.xml"); common != nil {
		if err := b.readCommon(ctx, pack, common); err != nil {
			return err
		}
	}
	b.part, b.stored, b.size = content.Name, int64(content.CompressedSize64), content.UncompressedSize64
	b.source = func() (io.ReadCloser, error) { return pack.Text(content) }
	return b.survey(ctx)
}

// refuseEncrypted tells a package with a password by its list of parts
// (ODF 1.3 part 2, 4.8), or by the single part that newer programs write.
func refuseEncrypted(pack *opc.Package) error {
	protected := pack.Find("encrypted-package") != nil
	if manifest := pack.Find("META-INF/manifest.xml"); manifest != nil && !protected {
		err := each(pack, manifest, func(s *xmlscan.Scanner) error {
			protected = protected || string(s.Name) == "encryption-data"
			return nil
		})
		if err != nil {
			return err
		}
	}
	if protected {
		return fault.New(fault.BadInput, say.T("The OpenDocument spreadsheet is protected with a password.")).
			Hint(say.T("Open it in LibreOffice, save it as .xlsx without a password and add that file.")).Because(sheet.ErrNeedsPassword)
	}
	return nil
}

const maxSmallPart = 256 << 20 // bytes of a part without cells

// each visits every start tag of a part without cells, to its proven end.
func each(pack *opc.Package, f *zip.File, visit func(*xmlscan.Scanner) error) error {
	if f.UncompressedSize64 > maxSmallPart {
		return fault.New(fault.Limit, say.T("A part of the workbook that holds no cells inflates to {size} bytes, over the limit of {limit}.", "size", f.UncompressedSize64, "limit", maxSmallPart)).
			Hint(say.T("Copy the data into a new workbook and save it.")).At(f.Name)
	}
	body, err := pack.Text(f)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	s := xmlscan.New(body, f.Name, f.UncompressedSize64, 0)
	for {
		t, err := s.Next()
		if err != nil {
			return err
		}
		switch t {
		case xmlscan.StartTag:
			if err := visit(s); err != nil {
				return err
			}
		case xmlscan.EndOfDoc:
			return s.Finish()
		}
	}
}

// Format is "ods", or "fods" for a file that is XML itself.
func (b *book) Format() string { return b.format }

// Encoding is empty, as for every workbook.
func (b *book) Encoding() string { return "" }

// Sheets lists the sheets in the book's order.
func (b *book) Sheets() []sheet.Info {
	infos := make([]sheet.Info, len(b.tables))
	for i, t := range b.tables {
		infos[i] = t.info
	}
	return infos
}

// Display is the cell's text as the file shows it, of the batch filled last.
func (b *book) Display(cell sheet.Cell, text []byte) string {
	if shown, ok := b.shown.Of(cell.Style); ok {
		return shown
	}
	switch {
	case cell.Kind != sheet.Bool:
		return string(text)
	case string(text) == "1":
		return "TRUE"
	}
	return "FALSE"
}

// Rows starts reading a sheet.
func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	if index < 0 || index >= len(b.tables) {
		return nil, fault.New(fault.NotFound, say.T("The workbook has no sheet number {number}.", "number", index+1)).
			Hint(say.T("The number of its sheets is {count}.", "count", len(b.tables))).At(b.name)
	}
	body, err := b.source()
	if err != nil {
		return nil, fault.Of(err).At(b.name)
	}
	return newRows(ctx, b, b.tables[index], body), nil
}

// Close has nothing to free.
func (b *book) Close() error { return nil }
