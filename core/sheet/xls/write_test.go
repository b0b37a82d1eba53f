package xls_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"unicode/utf16"
)

// writer makes the record stream of a workbook: what the tests say, and the
// records around it.
type writer struct {
	version uint16 // 0x0600 is Excel 97, 0x0500 Excel 5
	globals [][]byte
	sheets  []sheetRecords
	encrypt func(stream []byte) []byte // of the whole stream, records' payloads only
}

type sheetRecords struct {
	name    string
	hidden  byte
	kind    byte
	records [][]byte
}

// rec is one record: integers little-endian by their size, strings as bytes.
func rec(id uint16, parts ...any) []byte {
	var body []byte
	for _, p := range parts {
		switch v := p.(type) {
		case byte:
			body = append(body, v)
		case uint16:
			body = binary.LittleEndian.AppendUint16(body, v)
		case uint32:
			body = binary.LittleEndian.AppendUint32(body, v)
		case float64:
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
		case string:
			body = append(body, v...)
		case []byte:
			body = append(body, v...)
		default:
			panic("a part of no known size")
		}
	}
	b := binary.LittleEndian.AppendUint16(nil, id)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// wide is text in UTF-16.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// text97 is a string of Excel 97 with a count of 2 bytes.
func text97(s string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(utf16.Encode([]rune(s)))))
	return append(append(b, 1), wide(s)...)
}

// stream joins the workbook's records.
func (w writer) stream(tb testing.TB) []byte {
	tb.Helper()
	if w.version == 0 {
		w.version = 0x0600
	}
	bof := func(kind uint16) []byte { return rec(0x0809, w.version, kind, make([]byte, 12)) }
	sizeOf := func(records [][]byte) (n int) {
		for _, r := range records {
			n += len(r)
		}
		return n
	}
	entry := func(s sheetRecords, at int) []byte {
		name := []byte(s.name)
		if w.version >= 0x0600 {
			units := wide(s.name)
			name = append([]byte{byte(len(units) / 2), 1}, units...)
		} else {
			name = append([]byte{byte(len(name))}, name...)
		}
		return rec(0x0085, uint32(at), s.hidden, s.kind, name)
	}
	at := len(bof(5)) + sizeOf(w.globals) + 4
	for _, s := range w.sheets {
		at += len(entry(s, 0))
	}
	out := append(bof(5), bytes.Join(w.globals, nil)...)
	for _, s := range w.sheets {
		out = append(out, entry(s, at)...)
		at += len(bof(0x10)) + sizeOf(s.records) + 4
	}
	out = append(out, rec(0x000a)...)
	for _, s := range w.sheets {
		out = append(out, bof(0x10)...)
		out = append(out, bytes.Join(s.records, nil)...)
		out = append(out, rec(0x000a)...)
	}
	if w.encrypt != nil {
		out = w.encrypt(out)
	}
	return out
}

// xf is a cell style of a number format.
func xf(format uint16) []byte { return rec(0x00e0, uint16(0), format, make([]byte, 16)) }

// seeds are workbooks with every kind of record.
func seeds() []writer {
	many := writer{
		globals: [][]byte{
			rec(0x0042, uint16(1200)), rec(0x0022, uint16(1)),
			rec(0x041e, uint16(164), text97("yyyy-mm-dd")),
			xf(0), xf(164), xf(9), xf(20),
			rec(0x00fc, uint32(3), uint32(3), text97("甲乙"), uint16(3), byte(0), "abc", uint16(1), byte(13), uint16(1), uint32(4), wide("é"), uint32(7), "phon"),
		},
		sheets: []sheetRecords{{name: "数据", records: [][]byte{
			rec(0x0208, uint16(1), uint16(0), uint16(9), uint16(0), uint32(0), uint32(0x20)),
			rec(0x007d, uint16(2), uint16(3), uint16(0), uint16(0), uint16(1), uint16(0)),
			rec(0x00fd, uint16(0), uint16(0), uint16(0), uint32(0)),
			rec(0x00fd, uint16(0), uint16(1), uint16(0), uint32(2)),
			rec(0x0203, uint16(0), uint16(2), uint16(1), 45351.0),
			rec(0x027e, uint16(1), uint16(0), uint16(2), uint32(50<<2|3)),
			rec(0x00bd, uint16(1), uint16(1), uint16(0), uint32(7<<2|2), uint16(3), uint32(0x3fe80000), uint16(2)),
			rec(0x0205, uint16(1), uint16(4), uint16(0), byte(1), byte(0)),
			rec(0x0205, uint16(1), uint16(5), uint16(0), byte(0x2a), byte(1)),
			rec(0x0006, uint16(2), uint16(0), uint16(0), byte(0), make([]byte, 5), uint16(0xffff), uint16(0), uint32(0), uint16(5), "\x01\x00\x00\x00\x00"),
			rec(0x04bc, make([]byte, 10)),
			rec(0x0207, text97("公式")),
			rec(0x0006, uint16(2), uint16(1), uint16(0), 2.5, uint16(0), uint32(0), uint16(0)),
			rec(0x0204, uint16(2), uint16(2), uint16(0), text97("own")),
			rec(0x00e5, uint16(1), uint16(0), uint16(1), uint16(0), uint16(2)),
		}}, {name: "隐", hidden: 1, records: [][]byte{
			rec(0x0203, uint16(9), uint16(0), uint16(0), 2.0), rec(0x0203, uint16(3), uint16(1), uint16(0), 1.0), rec(0x0203, uint16(9), uint16(0), uint16(0), 3.0),
		}}},
	}
	old := writer{version: 0x0500, globals: [][]byte{rec(0x0042, uint16(936)), rec(0x041e, uint16(164), byte(4), "0.0%"), xf(0), xf(164)},
		sheets: []sheetRecords{{name: "\xca\xfd\xbe\xdd", records: [][]byte{
			rec(0x0204, uint16(0), uint16(0), uint16(0), uint16(4), "\xb2\xa1\xc0\xfd"),
			rec(0x00d6, uint16(0), uint16(1), uint16(0), uint16(2), "ab", byte(0), byte(0)),
			rec(0x0006, uint16(1), uint16(0), uint16(0), byte(0), make([]byte, 5), uint16(0xffff), uint16(0), uint32(0), uint16(0)),
			rec(0x0207, uint16(2), "\xc1\xbd"),
			rec(0x0203, uint16(1), uint16(1), uint16(1), 0.25),
		}}}}
	return []writer{many, old}
}
