// Package wrapped unpacks a file that is packed alone: with gzip, or in a zip
// archive that holds nothing else.
//
//	file, name, err := wrapped.Gunzip(ctx, f, sheet.Options{Name: "lab.csv.gz"})
//	if err != nil { return err }
//	defer file.Close() // a large one lies in a temporary file until then
//	name // "lab.csv"
//
// What it unpacks to is bounded by Limits.MaxInflated, and by its size: a few
// bytes that become a great many are a bomb. All of it is read to its checksum.
package wrapped

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/spill"
)

// What unpacks to more than bombBytes from less than a bombRatio-th of that is
// a bomb; deflate can do 1 to 1,032.
const (
	bombBytes = 128 << 20
	bombRatio = 250
)

// Gunzip unpacks a gzip file (RFC 1952), all members of it. It answers the name
// that the file had: its own without .gz, or the one that is noted in it. Faults:
// BadInput for one that is damaged or cut short, with the offset; Limit.
func Gunzip(ctx context.Context, f sheet.File, opts sheet.Options) (*spill.File, string, error) {
	name := opts.Name
	raw := &counting{Reader: io.NewSectionReader(f, 0, f.Size())}
	zr, err := gzip.NewReader(raw)
	if err != nil {
		return nil, "", damaged(raw.at, err)
	}
	switch low := strings.ToLower(name); {
	case strings.HasSuffix(low, ".gz") && len(name) > len(".gz"):
		name = name[:len(name)-len(".gz")]
	case zr.Name != "":
		name = path.Base(strings.ReplaceAll(zr.Name, `\`, "/"))
	}
	file, err := spill.Read(ctx, zr, bounds(f.Size(), opts.Limits))
	if err != nil {
		return nil, "", damaged(raw.at, err)
	}
	return file, name, nil
}

// Single is the one file in a zip archive; nil when it holds none or several.
// What systems add to archives is not counted: folders, and the notes that
// macOS and Windows keep in them.
func Single(zr *zip.Reader) *zip.File {
	var single *zip.File
	for _, f := range zr.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		base := strings.ToLower(path.Base(name))
		if strings.HasSuffix(name, "/") || strings.HasPrefix(name, "__MACOSX/") || base == ".ds_store" || base == "thumbs.db" || base == "desktop.ini" {
			continue
		}
		if single != nil {
			return nil
		}
		single = f
	}
	return single
}

// Unzip unpacks a file of an archive that is size bytes large, and answers its
// name without folders. Faults as those of Gunzip, and BadInput for a file with
// a password.
func Unzip(ctx context.Context, f *zip.File, size int64, opts sheet.Options) (*spill.File, string, error) {
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	if f.Flags&1 != 0 {
		return nil, "", fault.New(fault.BadInput, say.T("The zip archive is protected with a password.")).
			Hint(say.T("Unpack it with its password and add the file that is in it.")).Because(sheet.ErrNeedsPassword)
	}
	watch := bounds(size, opts.Limits)
	if err := watch(int64(min(f.UncompressedSize64, 1<<62))); err != nil {
		return nil, "", err
	}
	body, err := f.Open()
	if err != nil {
		return nil, "", damaged(0, err)
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	raw := &counting{Reader: body}
	file, err := spill.Read(ctx, raw, watch)
	if err != nil {
		f := damaged(raw.at, err)
		return nil, "", f
	}
	return file, name, nil
}

// counting tells how many bytes were read.
type counting struct {
	io.Reader
	at int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.at += int64(n)
	return n, err
}

// bounds ends the unpacking of what becomes too large.
func bounds(packed int64, limits sheet.Limits) func(int64) error {
	limit := limits.OrDefault().MaxInflated
	return func(size int64) error {
		switch {
		case size > limit:
			return fault.New(fault.Limit, say.T("The file unpacks to more than the limit of {limit} bytes (MaxInflated).", "limit", limit)).
				Hint(say.T("Unpack it and add the files that are in it."))
		case size > bombBytes && size/bombRatio > packed:
			return fault.New(fault.Limit, say.T("The file unpacks to {size} bytes or more from only {stored}; it looks like a bomb.", "size", size, "stored", packed)).
				Hint(say.T("Check where the file comes from; if it is sound, unpack it and add the file that is in it."))
		}
		return nil
	}
}

// damaged is the fault of what does not unpack; faults pass.
func damaged(offset int64, err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return opc.CutShort("", offset, io.ErrUnexpectedEOF)
	}
	return fault.New(fault.BadInput, say.T("The packed file is damaged.")).
		Hint(say.T("Copy or download the file again and add the new copy.")).At(opc.PlaceOf("", offset)).Because(err)
}
