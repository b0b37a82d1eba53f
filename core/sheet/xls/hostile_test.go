package xls_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	bof := func(kind uint16) []byte { return rec(0x0809, uint16(0x0600), kind, make([]byte, 12)) }
	many := func(n int, one []byte) []byte { return bytes.Repeat(one, n) }
	page := func(body []byte) []byte {
		w := writer{globals: [][]byte{xf(0)}, sheets: []sheetRecords{{name: "S", records: [][]byte{body}}}}
		return w.stream(t)
	}
	entry := rec(0x0085, uint32(0), byte(0), byte(0), byte(1), byte(0), "S")
	circle := func() []byte {
		file := readtest.Container(map[string][]byte{"Workbook": make([]byte, 20_000)})
		table := 512 * (1 + int(binary.LittleEndian.Uint32(file[76:])))
		binary.LittleEndian.PutUint32(file[table+4*9:], 3)
		return file
	}
	readtest.RunHostile(t, xls.Open, []readtest.Hostile{
		{Name: "a million sheets", Says: "MaxSheets", Write: readtest.Bytes(func() []byte { return bytes.Join([][]byte{bof(5), many(1_000_000, entry), rec(0x000a)}, nil) })},
		{Name: "styles without end", Says: "65536 cell styles", Write: readtest.Bytes(func() []byte { return bytes.Join([][]byte{bof(5), many(200_000, xf(0)), rec(0x000a)}, nil) })},
		{Name: "formats without end", Says: "65536 cell styles", Write: readtest.Bytes(func() []byte { return bytes.Join([][]byte{bof(5), formats(200_000), rec(0x000a)}, nil) })},
		{Name: "a text of 2^32 bytes", Says: "damaged", Write: readtest.Bytes(func() []byte {
			return bytes.Join([][]byte{bof(5), rec(0x00fc, uint32(1<<31), uint32(1<<31), uint16(0xffff), byte(13), uint16(0xffff), uint32(1<<31), "ab"), rec(0x000a)}, nil)
		})},
		{Name: "ghost rows", Says: "", Write: readtest.Bytes(func() []byte { return page(many(200_000, rec(0x0208, uint16(7), make([]byte, 14)))) })},
		{Name: "ghost cells", Says: "", Write: readtest.Bytes(func() []byte { return page(many(200_000, rec(0x0201, uint16(7), uint16(1), uint16(0)))) })},
		{Name: "one cell over and over", Says: "", Write: readtest.Bytes(func() []byte { return page(many(200_000, rec(0x0203, uint16(7), uint16(1), uint16(0), 1.5))) })},
		{Name: "many merged ranges", Says: "500000 merged", Write: readtest.Bytes(func() []byte { return page(many(1000, rec(0x00e5, uint16(1024), make([]byte, 8192)))) })},
		{Name: "charts in charts", Says: "", Write: readtest.Bytes(func() []byte {
			return page(bytes.Join([][]byte{many(200_000, bof(0x20)), many(200_000, rec(0x000a))}, nil))
		})},
		{Name: "charts without an end", Says: "cut short", Write: readtest.Bytes(func() []byte { return page(many(200_000, bof(0x20))) })},
		{Name: "rows up and down", Says: "", Write: readtest.Bytes(func() []byte {
			return page(many(3_000, bytes.Join([][]byte{rec(0x0204, uint16(9), uint16(0), uint16(0), text97(strings.Repeat("长", 4000))), rec(0x0203, uint16(3), uint16(0), uint16(0), 1.0)}, nil)))
		})},
		{Name: "a chain of sectors in a circle", Says: "circle", Write: readtest.Bytes(circle)},
	})
}

// formats are so many number formats with ids of their own, over and over.
func formats(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.Write(rec(0x041e, uint16(i), text97("0")))
	}
	return b.Bytes()
}
