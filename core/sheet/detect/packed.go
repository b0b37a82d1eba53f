package detect

import (
	"archive/zip"
	"context"
	"errors"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/delim"
	"sheetmill/core/sheet/spill"
	"sheetmill/core/sheet/wrapped"
)

// mostWraps bounds how often a file is packed in another: there are archives
// that hold themselves.
const mostWraps = 3

// unpackedBook is a book of a file that was unpacked for it.
type unpackedBook struct {
	sheet.Book
	file *spill.File
}

// Close closes the book and removes what was unpacked.
func (b unpackedBook) Close() error { return errors.Join(b.Book.Close(), b.file.Close()) }

func openGzip(ctx context.Context, f sheet.File, opts sheet.Options, wraps int) (sheet.Book, error) {
	file, name, err := wrapped.Gunzip(ctx, f, opts)
	if err != nil {
		return nil, fault.Of(err).At(delim.Shown(opts.Name))
	}
	return openUnpacked(ctx, file, name, opts, wraps)
}

func openZipped(ctx context.Context, f *zip.File, size int64, opts sheet.Options, wraps int) (sheet.Book, error) {
	file, name, err := wrapped.Unzip(ctx, f, size, opts)
	if err != nil {
		return nil, fault.Of(err).At(delim.Shown(opts.Name))
	}
	return openUnpacked(ctx, file, name, opts, wraps)
}

// openUnpacked opens what was packed, under the name that it has there.
func openUnpacked(ctx context.Context, file *spill.File, name string, opts sheet.Options, wraps int) (sheet.Book, error) {
	outer := delim.Shown(opts.Name)
	if wraps == mostWraps {
		return nil, errors.Join(refused(say.T("The file is packed in another more than {limit} times.", "limit", mostWraps), unpack(), opts), file.Close())
	}
	opts.Name = name
	book, err := open(ctx, file, opts, wraps+1)
	if err != nil {
		return nil, fault.Of(errors.Join(err, file.Close())).At(outer)
	}
	return unpackedBook{book, file}, nil
}
