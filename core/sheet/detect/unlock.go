package detect

import (
	"bytes"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/crypt"
)

// Unlock is the workbook that an encrypted one holds (.xlsx, .xlsb), decrypted
// as it is read, so that it can be kept without its password; false for any other
// file. An old workbook (.xls) cannot be told apart from its encryption: it
// opens with Options.Password only. A password that does not fit is
// sheet.WrongPassword.
func Unlock(f sheet.File, password string) (sheet.File, bool, error) {
	var head [8]byte
	if n, _ := f.ReadAt(head[:], 0); n < len(head) || !bytes.Equal(head[:], []byte(compound.Magic)) {
		return nil, false, nil // a file that cannot be read says so as it is
	}
	c, err := compound.Open(f)
	if err != nil || !crypt.IsPackage(c) {
		return nil, false, nil //nolint:nilerr // what is wrong with it is told when it is opened
	}
	plain, err := crypt.Package(c, password)
	return plain, err == nil, err
}
