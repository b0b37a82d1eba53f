package detect

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/crypt"
	"sheetmill/core/sheet/xls"
)

// Unlocked is a workbook without its password; close it after use.
type Unlocked interface {
	sheet.File
	io.Closer
}

// Unlock is the workbook that an encrypted one holds, so that it can be kept
// without its password; nil for any other file. Of a newer one (.xlsx, .xlsb) it is
// decrypted as it is read; of an old one (.xls) it is the decrypted records, in a
// temporary file if they are many. A password that does not fit is
// sheet.WrongPassword.
func Unlock(ctx context.Context, f sheet.File, password string) (Unlocked, error) {
	var head [8]byte
	if n, _ := f.ReadAt(head[:], 0); n < len(head) {
		return nil, nil // a file that cannot be read says so as it is
	}
	if xls.IsBare(head[:]) {
		return unlockXLS(ctx, f, password)
	}
	if !bytes.Equal(head[:], []byte(compound.Magic)) {
		return nil, nil
	}
	c, err := compound.Open(f)
	if err != nil {
		return nil, nil //nolint:nilerr // what is wrong with it is told when it is opened
	}
	if crypt.IsPackage(c) {
		plain, err := crypt.Package(c, password)
		if err != nil {
			return nil, err
		}
		return kept{plain}, nil
	}
	if slices.ContainsFunc(c.Names(), func(name string) bool {
		return slices.ContainsFunc(xls.Streams, func(s string) bool { return strings.EqualFold(s, name) })
	}) {
		return unlockXLS(ctx, f, password)
	}
	return nil, nil
}

func unlockXLS(ctx context.Context, f sheet.File, password string) (Unlocked, error) {
	plain, err := xls.Unlock(ctx, f, password)
	if err != nil || plain == nil {
		return nil, err // no interface around a nil pointer
	}
	return plain, nil
}

// kept has nothing to close.
type kept struct{ sheet.File }

// Close does nothing.
func (kept) Close() error { return nil }
