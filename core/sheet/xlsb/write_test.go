package xlsb_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"testing"
	"unicode/utf16"
)

// rec is one record: integers little-endian by their size, strings as UTF-16
// behind their count.
func rec(id int, fields ...any) []byte {
	var body []byte
	for _, p := range fields {
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
			units := utf16.Encode([]rune(v))
			body = binary.LittleEndian.AppendUint32(body, uint32(len(units)))
			for _, u := range units {
				body = binary.LittleEndian.AppendUint16(body, u)
			}
		case []byte:
			body = append(body, v...)
		default:
			panic("a field of no known size")
		}
	}
	b := []byte{byte(id)}
	if id > 127 {
		b = []byte{byte(id&0x7f) | 0x80, byte(id >> 7)}
	}
	size := len(body)
	for {
		if size < 128 {
			b = append(b, byte(size))
			break
		}
		b = append(b, byte(size&0x7f)|0x80)
		size >>= 7
	}
	return append(b, body...)
}

func join(records ...[]byte) []byte { return bytes.Join(records, nil) }

// parts are a workbook's zip parts by name.
type parts map[string][]byte

const relsHead = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

// workbook is a book of one sheet with these records around and in its rows.
func workbook(sheet []byte) parts {
	const kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	return parts{
		"_rels/.rels":     []byte(relsHead + `<Relationship Id="r1" Type="` + kinds + `officeDocument" Target="xl/workbook.bin"/></Relationships>`),
		"xl/workbook.bin": join(rec(131), rec(153, uint32(1), uint32(0), "book"), rec(143), rec(156, uint32(0), uint32(1), "rId1", "数据"), rec(156, uint32(1), uint32(2), "rId2", "Chart"), rec(144), rec(132)),
		"xl/_rels/workbook.bin.rels": []byte(relsHead + `<Relationship Id="rId1" Type="` + kinds + `worksheet" Target="worksheets/sheet1.bin"/>` +
			`<Relationship Id="rId2" Type="` + kinds + `chartsheet" Target="chartsheets/sheet1.bin"/>` +
			`<Relationship Id="rId3" Type="` + kinds + `styles" Target="/xl/styles.bin"/><Relationship Id="rId4" Type="` + kinds + `sharedStrings" Target="sharedStrings.bin"/></Relationships>`),
		"xl/worksheets/sheet1.bin": sheet,
		"xl/styles.bin": join(rec(278), rec(615, uint32(1)), rec(44, uint16(164), "yyyy-mm-dd"), rec(616), rec(626, uint32(1)), rec(47, uint16(0xffff), uint16(9)), rec(627),
			rec(617, uint32(3)), rec(47, uint16(0), uint16(0)), rec(47, uint16(0), uint16(164)), rec(47, uint16(0), uint16(9)), rec(618), rec(279)),
		"xl/sharedStrings.bin": join(rec(159, uint32(2), uint32(2)), rec(19, byte(0), "甲😀"), rec(19, byte(3), "rich", uint32(1), uint16(0), uint16(1), "phon"), rec(160)),
	}
}

func (p parts) zip(tb testing.TB) []byte {
	tb.Helper()
	var names []string
	for name := range p {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.Copy(f, bytes.NewReader(p[name]))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// data puts records between the begin and the end of a sheet's rows.
func data(records ...[]byte) []byte {
	return join(rec(129), rec(148, make([]byte, 16)), rec(390), rec(60, uint32(1), uint32(2), uint32(0), uint32(0), uint16(1)), rec(391), rec(145), join(records...), rec(146),
		rec(177, uint32(1)), rec(176, uint32(0), uint32(1), uint32(0), uint32(2)), rec(178), rec(130))
}

// row is a row's head; flags bit 4 hides it.
func row(number uint32, flags byte) []byte {
	return rec(0, number, uint32(0), uint16(300), byte(0), flags, byte(0), uint32(0))
}

// every has a cell of every kind.
func every() []byte {
	return data(
		row(0, 0),
		rec(1, uint32(0), uint32(0)),
		rec(7, uint32(1), uint32(0), uint32(0)), rec(7, uint32(2), uint32(0), uint32(1)), rec(5, uint32(3), uint32(1), 45351.5),
		rec(2, uint32(4), uint32(2), uint32(50<<2|3)), rec(4, uint32(5), uint32(0), byte(1)), rec(3, uint32(6), uint32(0), byte(0x2a)),
		rec(6, uint32(7), uint32(0), "own"), rec(62, uint32(8), uint32(0), byte(1), "rich", uint32(0)),
		row(4, 0x10),
		rec(8, uint32(0), uint32(0), "公式", uint16(0), uint32(0), uint32(0)), rec(9, uint32(1), uint32(0), 0.1, uint16(0)),
		rec(10, uint32(2), uint32(0), byte(0), uint16(0)), rec(11, uint32(3), uint32(0), byte(7), uint16(0)),
		rec(12, uint32(0)), rec(16, uint32(2), 0.25), rec(13, uint32(0), uint32(3<<2|2)), rec(18, uint32(0), uint32(1)), rec(17, uint32(0), "short"), rec(15, uint32(0), byte(0)), rec(14, uint32(0), byte(0x17)),
		row(5, 0), // without cells
		row(6, 0), rec(5, uint32(2), uint32(0), 1.0), rec(5, uint32(0), uint32(0), 2.0), rec(5, uint32(2), uint32(0), 3.0),
	)
}
