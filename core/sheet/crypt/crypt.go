// Package crypt opens what Office's passwords close ([MS-OFFCRYPTO]): the
// record streams of .xls ([MS-XLS] 2.2.10: XOR obfuscation, RC4, RC4 by
// CryptoAPI) and the packages of .xlsx and .xlsb (standard and agile).
//
//	c, err := crypt.FilePass(record, biff8, password) // a Cipher for records
//	c.Decrypt(payload, offset)
//
//	plain, err := crypt.Package(container, password)  // a sheet.File: the zip
//
// Both decrypt in place and anywhere: nothing is held in memory but keys.
package crypt

import (
	"unicode/utf16"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Implied is the password that Excel itself uses for workbooks which are
// protected against changes only; it opens them without asking.
const Implied = "VelvetSweatshop"

// Cipher decrypts parts of a stream.
type Cipher interface {
	// Decrypt turns data, the whole payload of a record that starts at an
	// offset of the stream, into plain bytes in place.
	Decrypt(data []byte, offset int64)
}

// utf16le is a password as Office hashes it.
func utf16le(s string) []byte {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func unknown() *fault.Error {
	return fault.New(fault.BadInput, say.T("The workbook is encrypted in a way that is not known.")).
		Hint(say.T("Open it in Excel, save it without a password and add that file."))
}

func damaged() *fault.Error {
	return fault.New(fault.BadInput, say.T("The description of the workbook's encryption is damaged.")).
		Hint(say.T("Copy or download the file again, or save it without a password in Excel."))
}
