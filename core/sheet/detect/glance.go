package detect

import (
	"bytes"
	"errors"
	"io"

	"sheetmill/core/sheet"
)

// glanceBytes is how much of a text file a glance takes: some hundred rows, however wide. What the
// rest holds may change its encoding, its dialect and its header, but not what a person sees first.
const glanceBytes = 4 << 20

// beginning is a text file as far as a glance goes: to the end of a line.
func beginning(f sheet.File) (sheet.File, error) {
	if f.Size() <= glanceBytes {
		return f, nil
	}
	head := make([]byte, glanceBytes)
	if n, err := f.ReadAt(head, 0); n < len(head) && !errors.Is(err, io.EOF) {
		return nil, err
	} else if end := bytes.LastIndexByte(head[:n], '\n') + 1; end > 0 {
		head = head[:end]
		if end < n && n-end > 0 && bytes.HasPrefix(head, []byte("\xff\xfe")) { // UTF-16 whose line feed ends in a zero
			head = head[:end+1]
		}
	}
	return bytes.NewReader(head), nil
}
