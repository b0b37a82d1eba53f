package detect

import (
	"encoding/binary"
	"unicode/utf16"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// compound is what OLE compound files start with: .xls, .doc and their kin,
// and Office files with a password. [MS-CFB] describes them.
var compound = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// compoundKind names a compound file by the streams in its directory.
func compoundKind(f sheet.File) (sentence, hint say.Text) {
	has := map[string]bool{}
	for _, name := range streams(f) {
		has[name] = true
	}
	switch {
	case has["EncryptedPackage"], has["EncryptionInfo"]:
		return say.T("The workbook is protected with a password."),
			say.T("Open it in Excel, save it as .xlsx without a password and add that file.")
	case has["Workbook"], has["Book"]:
		return say.T("The file is an old Excel workbook (.xls), which cannot be read yet."), saveAs()
	case has["WordDocument"]:
		return say.T("The file is an old Word document (.doc), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file.")
	case has["PowerPoint Document"]:
		return say.T("The file is an old PowerPoint presentation (.ppt), not a spreadsheet."),
			say.T("Copy its table into Excel, save that as .xlsx and add that file.")
	case len(has) == 0:
		return say.T("The file is cut short or damaged: it begins as an old Office file, but its directory is missing."),
			say.T("Copy or download the file again and add the new copy.")
	}
	return say.T("The file is an old Office file, but not a workbook."), exportIt()
}

const mostDirectorySectors = 4096 // bounds what a forged chain can make us read

// streams lists the names in a compound file's directory, as many as can be
// read of a damaged one.
func streams(f sheet.File) []string {
	var header [512]byte
	if _, err := f.ReadAt(header[:], 0); err != nil && f.Size() < int64(len(header)) {
		return nil
	}
	shift := binary.LittleEndian.Uint16(header[30:])
	if shift != 9 && shift != 12 {
		return nil
	}
	size := int64(1) << shift
	perSector := uint32(size / 4)
	// next follows the chain of sectors through the allocation table, of whose
	// sectors the header lists the first 109: 7 MB of the smallest sectors,
	// and directories stand near the start.
	next := func(sector uint32) (uint32, bool) {
		table := sector / perSector
		if table >= 109 {
			return 0, false
		}
		at := (int64(binary.LittleEndian.Uint32(header[76+4*table:]))+1)*size + int64(sector%perSector)*4
		var b [4]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			return 0, false
		}
		return binary.LittleEndian.Uint32(b[:]), true
	}
	var names []string
	sector := binary.LittleEndian.Uint32(header[48:])
	data := make([]byte, size)
	for range mostDirectorySectors {
		if sector >= 0xfffffffa {
			break
		}
		n, _ := f.ReadAt(data, (int64(sector)+1)*size) // a short one is used as far as it goes
		for i := 0; i+128 <= n; i += 128 {
			if name := entryName(data[i : i+128]); name != "" {
				names = append(names, name)
			}
		}
		var ok bool
		if sector, ok = next(sector); !ok {
			break
		}
	}
	return names
}

// entryName is the name of a stream or storage; "" for the root and unused entries.
func entryName(entry []byte) string {
	length := int(binary.LittleEndian.Uint16(entry[64:]))
	if kind := entry[66]; kind != 1 && kind != 2 || length < 4 || length > 64 {
		return ""
	}
	units := make([]uint16, length/2-1)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(entry[2*i:])
	}
	return string(utf16.Decode(units))
}
