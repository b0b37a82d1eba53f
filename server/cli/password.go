package cli

import (
	"bytes"
	"io"
	"os"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// maxPassword is more than any program takes: Office stops at 255 characters.
const maxPassword = 4 << 10

// password is what the file holds, without the line's end, or the variable
// SHEETMILL_PASSWORD. It is no flag of its own: a command line can be seen by
// everybody on the machine.
func password(path string, getenv func(string) string) (string, error) {
	if path == "" {
		return getenv("SHEETMILL_PASSWORD"), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", pathFault(path, err)
	}
	defer func() { _ = file.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(file, maxPassword+1))
	if err != nil {
		return "", pathFault(path, err)
	}
	text = bytes.TrimRight(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), "\r\n")
	if len(text) == 0 || len(text) > maxPassword {
		return "", fault.New(fault.Usage, say.T("The file holds no password.")).At(sheet.ShownName(path)).
			Hint(say.T("Write the password, and nothing else, into one line of it."))
	}
	return string(text), nil
}
