// Package detect opens a spreadsheet file with the reader for its format. The
// content decides, never the name:
//
//	book, err := detect.Open(ctx, file, sheet.Options{Name: "lab.xls"})
//	if err != nil { return err } // a fault that says what the file is instead
//	defer book.Close()
//	book.Format() // "csv", if that is what lab.xls really holds
package detect

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/delim"
	"sheetmill/core/sheet/htmltable"
	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/wrapped"
	"sheetmill/core/sheet/xls"
	"sheetmill/core/sheet/xlsb"
	"sheetmill/core/sheet/xlsx"
	"sheetmill/core/sheet/xml2003"
)

// headSize is how much of the file's start its signature is looked for in.
const headSize = 8 << 10

// Open looks at the file's bytes and opens it. A file of a format that has no
// reader is refused as BadInput, by the format's name and with a next step;
// the place of every fault is the file's name.
//
// A file that is packed alone, with gzip or in a zip archive, is unpacked first:
// to a temporary file if it is large, which goes with the book.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	return open(ctx, f, opts, 0)
}

func open(ctx context.Context, f sheet.File, opts sheet.Options, wraps int) (sheet.Book, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.Size() == 0 {
		return nil, refused(say.T("The file is empty."), say.T("Add a file that holds a table."), opts)
	}
	head := make([]byte, min(headSize, f.Size()))
	if n, err := f.ReadAt(head, 0); err != nil && !(errors.Is(err, io.EOF) && n == len(head)) {
		return nil, fault.New(fault.Unreachable, say.T("The file could not be read.")).
			Hint(say.T("Check that the disk or the server can be used, then try again.")).
			At(delim.Shown(opts.Name)).Because(err)
	}
	switch {
	case isZip(head):
		return openZip(ctx, f, opts, wraps)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return openGzip(ctx, f, opts, wraps)
	case bytes.HasPrefix(head, []byte(compound.Magic)):
		return openCompound(ctx, f, opts)
	case xls.IsBare(head):
		return xls.Open(ctx, f, opts)
	}
	if s, ok := signatureOf(head, f); ok {
		return nil, refused(s.sentence, s.hint, opts)
	}
	switch markupOf(head) {
	case markupHTML:
		return htmltable.Open(ctx, f, opts)
	case markupArchive:
		return htmltable.OpenArchive(ctx, f, opts)
	case markupSpreadsheet:
		return xml2003.Open(ctx, f, opts)
	case markupFlatODS:
		return ods.OpenFlat(ctx, f, opts)
	case markupXML:
		return nil, refused(say.T("The file is XML, not a spreadsheet."), exportIt(), opts)
	}
	if s, ok := jsonOf(head); ok {
		return nil, refused(s.sentence, s.hint, opts)
	}
	if opts.Glance {
		if part, err := beginning(f); err == nil { // else the reader meets the trouble itself, and tells it
			f = part
		}
	}
	return delim.Open(ctx, f, opts)
}

func refused(sentence, hint say.Text, opts sheet.Options) *fault.Error {
	return fault.New(fault.BadInput, sentence).Hint(hint).At(delim.Shown(opts.Name))
}

func isZip(head []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "PK\x07\x08"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

func openZip(ctx context.Context, f sheet.File, opts sheet.Options, wraps int) (sheet.Book, error) {
	if err := opc.CheckDirectory(f); err != nil {
		return nil, fault.Of(err).At(delim.Shown(opts.Name))
	}
	zr, err := zip.NewReader(f, f.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, opc.NoDirectory(f, err).At(delim.Shown(opts.Name))
	}
	if xlsx.IsWorkbook(zr) {
		return xlsx.Open(ctx, f, opts)
	}
	if xlsb.IsWorkbook(zr) {
		return xlsb.Open(ctx, f, opts)
	}
	if isODS(zr) {
		return ods.Open(ctx, f, opts)
	}
	k, known := zipKind(zr)
	if single := wrapped.Single(zr); !known && single != nil {
		return openZipped(ctx, single, f.Size(), opts, wraps)
	}
	return nil, refused(k.sentence, k.hint, opts)
}
