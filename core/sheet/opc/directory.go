package opc

import (
	"bytes"
	"encoding/binary"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// maxParts is how many parts a package may have. A workbook of 10,000 sheets
// has about 50,000; the directory of this many takes about 60 MiB of memory.
const maxParts = 1 << 17

// CheckDirectory refuses a zip file of more parts than a workbook can need,
// before its directory is read: archive/zip reads it whole. A file that is no
// zip passes; whoever opens it says so.
func CheckDirectory(f sheet.File) error {
	// APPNOTE.TXT 4.3.16: 22 bytes and a comment end the file; 4.3.15: a locator
	// of 20 bytes before them says where the record with the larger numbers is.
	const end, locator, record, comment = 22, 20, 56, 1<<16 - 1
	tail := make([]byte, min(f.Size(), end+locator+comment))
	if n, _ := f.ReadAt(tail, f.Size()-int64(len(tail))); n < len(tail) {
		return nil
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < end {
		return nil
	}
	parts := uint64(binary.LittleEndian.Uint16(tail[at+10:]))
	if at >= locator && bytes.HasPrefix(tail[at-locator:], []byte("PK\x06\x07")) {
		large := make([]byte, record)
		place := int64(binary.LittleEndian.Uint64(tail[at-locator+8:]))
		if n, _ := f.ReadAt(large, place); n == record && bytes.HasPrefix(large, []byte("PK\x06\x06")) {
			parts = binary.LittleEndian.Uint64(large[32:])
		}
	}
	if parts > maxParts {
		return fault.New(fault.Limit, say.T("The file is a package of {parts} parts, over the limit of {limit}.", "parts", parts, "limit", maxParts)).
			Hint(say.T("Copy the data into a new workbook and save it."))
	}
	return nil
}
