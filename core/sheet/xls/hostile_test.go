package xls_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
)

// TestHostile: what would exhaust the machine is refused by name, or costs no
// more than the file's own size.
func TestHostile(t *testing.T) {
	bof := func(kind uint16) []byte { return rec(0x0809, uint16(0x0600), kind, make([]byte, 12)) }
	many := func(n int, one []byte) []byte { return bytes.Repeat(one, n) }
	page := func(body []byte) []byte {
		w := writer{globals: [][]byte{xf(0)}, sheets: []sheetRecords{{name: "S", records: [][]byte{body}}}}
		return w.stream(t)
	}
	entry := rec(0x0085, uint32(0), byte(0), byte(0), byte(1), byte(0), "S")
	for name, c := range map[string]struct {
		file []byte
		code fault.Code // "" when it is read
		says string
	}{
		"a million sheets":       {bytes.Join([][]byte{bof(5), many(1_000_000, entry), rec(0x000a)}, nil), fault.Limit, "MaxSheets"},
		"styles without end":     {bytes.Join([][]byte{bof(5), many(200_000, xf(0)), rec(0x000a)}, nil), fault.Limit, "65536 cell styles"},
		"formats without end":    {bytes.Join([][]byte{bof(5), formats(200_000), rec(0x000a)}, nil), fault.Limit, "65536 cell styles"},
		"a text of 2^32 bytes":   {bytes.Join([][]byte{bof(5), rec(0x00fc, uint32(1<<31), uint32(1<<31), uint16(0xffff), byte(13), uint16(0xffff), uint32(1<<31), "ab"), rec(0x000a)}, nil), fault.BadInput, "damaged"},
		"ghost rows":             {page(many(200_000, rec(0x0208, uint16(7), make([]byte, 14)))), "", ""},
		"ghost cells":            {page(many(200_000, rec(0x0201, uint16(7), uint16(1), uint16(0)))), "", ""},
		"one cell over and over": {page(many(200_000, rec(0x0203, uint16(7), uint16(1), uint16(0), 1.5))), "", ""},
		"many merged ranges":     {page(many(1000, rec(0x00e5, uint16(1024), make([]byte, 8192)))), fault.Limit, "500000 merged"},
		"charts in charts":       {page(bytes.Join([][]byte{many(200_000, bof(0x20)), many(200_000, rec(0x000a))}, nil)), "", ""},
		"charts without an end":  {page(many(200_000, bof(0x20))), fault.BadInput, "cut short"},
		"rows up and down":       {page(many(3_000, bytes.Join([][]byte{rec(0x0204, uint16(9), uint16(0), uint16(0), text97(strings.Repeat("长", 4000))), rec(0x0203, uint16(3), uint16(0), uint16(0), 1.0)}, nil))), "", ""},
	} {
		before := allocated()
		_, _, _, err := read(t, c.file, sheet.Options{Name: "a.xls"})
		if c.code == "" && err != nil || c.code != "" && (!fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
		if took := allocated() - before; took > 512<<20 { // all of it together; at any time far less is held
			t.Errorf("%s: %d MiB were allocated", name, took>>20)
		}
	}
}

// formats are so many number formats with ids of their own, over and over.
func formats(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.Write(rec(0x041e, uint16(i), text97("0")))
	}
	return b.Bytes()
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestCircle: a workbook whose chain of sectors runs in a circle is refused.
func TestCircle(t *testing.T) {
	file := readtest.Container(map[string][]byte{"Workbook": make([]byte, 20_000)})
	table := 512 * (1 + int(binary.LittleEndian.Uint32(file[76:])))
	binary.LittleEndian.PutUint32(file[table+4*9:], 3)
	if _, _, _, err := read(t, file, sheet.Options{Name: "a.xls"}); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "circle") {
		t.Error(err)
	}
}
