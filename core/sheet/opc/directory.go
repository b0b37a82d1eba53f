package opc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"

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

// NoDirectory is the fault of a zip file whose directory, which ends it, cannot
// be read: its place is where the file ends, and inside which part.
func NoDirectory(f sheet.File, err error) *fault.Error {
	return fault.New(fault.BadInput, say.T("The file is cut short or damaged: it begins as a workbook or an archive, but its directory is missing.")).
		Hint(say.T("Copy or download the file again and add the new copy.")).At(endOf(f)).Because(err)
}

// endOf is where a file ends that was cut: the part is the one whose header
// (APPNOTE.TXT 4.3.7) is the last, if it is near enough to be looked for.
func endOf(f sheet.File) string {
	const head, most, overlap = 30, 64 << 20, 3
	place := fmt.Sprintf("byte %d", f.Size())
	block := make([]byte, min(f.Size(), 256<<10))
	for end := f.Size(); end > 0 && f.Size()-end < most; {
		from := max(0, end-int64(len(block)))
		n, _ := f.ReadAt(block[:end-from], from)
		if at := bytes.LastIndex(block[:n], []byte("PK\x03\x04")); at >= 0 {
			var h [head]byte
			if n, _ := f.ReadAt(h[:], from+int64(at)); n < head {
				return place
			}
			name := make([]byte, min(int64(binary.LittleEndian.Uint16(h[26:])), 256))
			if n, _ := f.ReadAt(name, from+int64(at)+head); n < len(name) {
				return place
			}
			if strconv.CanBackquote(string(name)) {
				return place + ", in " + string(name)
			}
			return place + ", in " + strconv.Quote(string(name))
		}
		if from == 0 {
			break
		}
		end = from + overlap
	}
	return place
}
