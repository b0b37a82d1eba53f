package xls_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// read reads all sheets, each cell spelled as readtest.Cell does.
func read(tb testing.TB, file []byte, opts sheet.Options) (cells [][]string, facts []sheet.Facts, names []sheet.Info, err error) {
	tb.Helper()
	book, err := xls.Open(context.Background(), bytes.NewReader(file), opts)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for i := range book.Sheets() {
		list, f, err := readtest.Read(tb, book, i)
		if err != nil {
			return nil, nil, nil, err
		}
		cells, facts = append(cells, readtest.Spelled(list)), append(facts, f)
	}
	return cells, facts, book.Sheets(), nil
}

var wantMany = [][]string{
	{
		`A1 s"甲乙"`, `B1 s"é"`, `C1 d"45351"`,
		`A2 p"0.5" hidden`, `B2 n"7" hidden`, `C2 t"0.75" hidden`, `E2 b"1" hidden`, `F2 e"#N/A" hidden`,
		`A3 s"公式" formula`, `B3 n"2.5" formula`, `C3 s"own"`,
	},
	{`B4 n"1"`, `A10 n"3"`},
}

// TestRecords: every kind of cell of Excel 97, with and without a container.
func TestRecords(t *testing.T) {
	stream := seeds()[0].stream(t)
	for name, file := range map[string][]byte{"bare": stream, "contained": readtest.Container(map[string][]byte{"Workbook": stream, "Other": {1}}), "capitals": readtest.Container(map[string][]byte{"WORKBOOK": stream})} {
		cells, facts, names, err := read(t, file, sheet.Options{Name: "a.xls"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(wantMany, cells); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff([]sheet.Info{{Name: "数据"}, {Name: "隐", Hidden: true}}, names); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		want := sheet.Facts{Date1904: true, HiddenCols: []int{2, 3}, Merged: []sheet.Range{{FirstRow: 1, LastRow: 2, LastCol: 2}}}
		if d := cmp.Diff(want, facts[0]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestExcel95: texts in the code page that the workbook names, and in another
// that the caller knows better.
func TestExcel95(t *testing.T) {
	want := [][]string{{`A1 s"病例"`, `B1 s"ab"`, `A2 s"两" formula`, `B2 p"0.25"`}}
	w := seeds()[1]
	for _, name := range []string{"Book", "Workbook"} {
		cells, _, names, err := read(t, readtest.Container(map[string][]byte{name: w.stream(t)}), sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, cells); d != "" || names[0].Name != "数据" {
			t.Errorf("%v %s", names, d)
		}
	}
	w.globals[0] = rec(0x0042, uint16(1252))
	cells, _, names, err := read(t, w.stream(t), sheet.Options{Encoding: "gbk"})
	if d := cmp.Diff(want, cells); err != nil || d != "" || names[0].Name != "数据" {
		t.Errorf("%v %v %s", err, names, d)
	}
}

// TestCodePages: texts of Excel 95 in the code pages of the languages it came in.
func TestCodePages(t *testing.T) {
	for page, c := range map[uint16]struct{ raw, want string }{
		932: {"\x93\x8c\x8b\x9e", "東京"}, 936: {"\xb2\xa1\xc0\xfd", "病例"}, 949: {"\xbc\xad\xbf\xef", "서울"}, 950: {"\xb8\xea\xae\xc6", "資料"},
		1250: {"\xe8\xf8", "čř"}, 1251: {"\xcc\xe8\xf0", "Мир"}, 1252: {"M\xfcller", "Müller"}, 1253: {"\xe1\xe2", "αβ"}, 1254: {"\xfe\xf0", "şğ"},
		437: {"\x81", "ü"}, 850: {"\x81", "ü"}, 866: {"\x8c\xa8\xe0", "Мир"}, 10000: {"M\x9fller", "Müller"}, 0x8000: {"M\x9fller", "Müller"}, 0x8001: {"M\xfcller", "Müller"},
	} {
		w := writer{version: 0x0500, globals: [][]byte{rec(0x0042, page), xf(0)}, sheets: []sheetRecords{{name: "S", records: [][]byte{
			rec(0x0204, uint16(0), uint16(0), uint16(0), uint16(len(c.raw)), c.raw)}}}}
		cells, _, _, err := read(t, w.stream(t), sheet.Options{})
		if want := [][]string{{fmt.Sprintf("A1 s%q", c.want)}}; err != nil || cmp.Diff(want, cells) != "" {
			t.Errorf("code page %d: %v %v", page, cells, err)
		}
	}
}

// TestRK: the four ways in which a number is packed in 30 bits, alone and many in a row.
func TestRK(t *testing.T) {
	packed := []uint32{0xfffffffe, 0xffffecbb, 0x7ffffffe, 0x3ff80000, 0xc0590000 | 1, 0x40000000 | 1}
	want := []string{"-1", "-12.34", "536870911", "1.5", "-1", "0.02"}
	var cellsOf []string
	w := writer{globals: [][]byte{xf(0)}, sheets: []sheetRecords{{name: "S"}, {name: "M"}}}
	row := []any{uint16(0), uint16(0)}
	for i, v := range packed {
		w.sheets[0].records = append(w.sheets[0].records, rec(0x027e, uint16(0), uint16(i), uint16(0), v))
		row = append(row, uint16(0), v)
		cellsOf = append(cellsOf, fmt.Sprintf("%s n%q", sheet.Address(i, 1), want[i]))
	}
	w.sheets[1].records = [][]byte{rec(0x00bd, append(row, uint16(len(packed)-1))...)}
	cells, _, _, err := read(t, w.stream(t), sheet.Options{})
	if d := cmp.Diff([][]string{cellsOf, cellsOf}, cells); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
}

// TestOlder: sheets of Excel 2, 3 and 4, which are all of their file.
func TestOlder(t *testing.T) {
	for name, c := range map[string]struct {
		records [][]byte
		want    []string
	}{
		"2": {[][]byte{
			rec(0x0009, uint16(2), uint16(0x10)), rec(0x001e, byte(7), "General"), rec(0x001e, byte(8), "yyyy/m/d"), rec(0x0043, byte(0), byte(0), byte(1), byte(0)),
			rec(0x0002, uint16(0), uint16(0), "\x00\x00\x00", uint16(7)),
			rec(0x0003, uint16(0), uint16(1), "\x00\x00\x00", 1.5),
			rec(0x0004, uint16(0), uint16(2), "\x00\x00\x00", byte(2), "ab"),
			rec(0x0005, uint16(1), uint16(0), "\x00\x00\x00", byte(1), byte(0)),
			rec(0x0006, uint16(1), uint16(1), "\x00\x00\x00", byte(0), make([]byte, 5), uint16(0xffff), byte(0), byte(0)),
			rec(0x0007, byte(1), "x"), rec(0x000a),
		}, []string{`A1 d"7"`, `B1 d"1.5"`, `C1 s"ab"`, `A2 b"1"`, `B2 s"x" formula`}},
		"3": {[][]byte{
			rec(0x0209, uint16(3), uint16(0x10), uint16(0)), rec(0x001e, byte(7), "General"), rec(0x001e, byte(2), "0%"), rec(0x0243, byte(0), byte(1), make([]byte, 10)),
			rec(0x0203, uint16(0), uint16(0), uint16(0), 0.5), rec(0x0204, uint16(0), uint16(1), uint16(0), uint16(1), "q"),
			rec(0x0206, uint16(1), uint16(1), uint16(0), 2.0, uint16(0), uint16(0)), rec(0x000a),
		}, []string{`A1 p"0.5"`, `B1 s"q"`, `B2 p"2" formula`}},
		"4": {[][]byte{
			rec(0x0409, uint16(4), uint16(0x10), uint16(0)), rec(0x041e, uint16(0), byte(7), "General"), rec(0x0443, byte(0), byte(0), make([]byte, 10)),
			rec(0x027e, uint16(0), uint16(0), uint16(0), uint32(3<<2|2)), rec(0x0406, uint16(1), uint16(1), uint16(0), 2.0, uint16(0), uint16(0)), rec(0x000a),
		}, []string{`A1 n"3"`, `B2 n"2" formula`}},
	} {
		cells, _, names, err := read(t, bytes.Join(c.records, nil), sheet.Options{Name: "dir/old.xls"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff([][]string{c.want}, cells); d != "" || names[0].Name != "old" {
			t.Errorf("%s: %v %s", name, names, d)
		}
	}
}

// TestWorkspace: a workbook of Excel 4, whose sheets have their own styles.
func TestWorkspace(t *testing.T) {
	page := func(code string, value float64) []byte {
		return bytes.Join([][]byte{rec(0x0409, uint16(4), uint16(0x10), uint16(0)), rec(0x041e, uint16(0), byte(len(code)), code),
			rec(0x0443, byte(0), byte(0), make([]byte, 10)), rec(0x0203, uint16(0), uint16(0), uint16(0), value), rec(0x000a)}, nil)
	}
	file := bytes.Join([][]byte{rec(0x0409, uint16(4), uint16(0x100), uint16(0)),
		rec(0x008f, uint32(0), byte(1), "A"), page("0%", 0.5), rec(0x008f, uint32(0), byte(1), "B"), page("h:mm", 0.25), rec(0x000a)}, nil)
	cells, _, names, err := read(t, file, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{`A1 p"0.5"`}, {`A1 t"0.25"`}}, cells); d != "" || len(names) != 2 || names[1].Name != "B" {
		t.Errorf("%v %s", names, d)
	}
}

// TestStringsAcrossRecords: shared strings cut anywhere between two characters,
// between texts, runs and phonetics, give the same.
func TestStringsAcrossRecords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type piece struct {
			data []byte
			text bool // cut, it begins anew with its flags
			wide bool
		}
		var texts []string
		var pieces []piece
		for range rapid.IntRange(1, 8).Draw(rt, "strings") {
			wideText := rapid.Bool().Draw(rt, "wide")
			alphabet := []rune("abcé ÿ")
			if wideText {
				alphabet = []rune("a甲😀乙")
			}
			text := rapid.StringOfN(rapid.RuneFrom(alphabet), 0, 40, -1).Draw(rt, "text")
			texts = append(texts, text)
			units := wide(text)
			if !wideText {
				units = nil
				for _, r := range text {
					units = append(units, byte(r))
				}
			}
			runs, ext := rapid.IntRange(0, 2).Draw(rt, "runs"), rapid.IntRange(0, 9).Draw(rt, "ext")
			flags, count := byte(0), len(units)
			if wideText {
				flags, count = 1, len(units)/2
			}
			head := binary.LittleEndian.AppendUint16(nil, uint16(count))
			if runs > 0 {
				flags |= 8
			}
			if ext > 0 {
				flags |= 4
			}
			head = append(head, flags)
			if runs > 0 {
				head = binary.LittleEndian.AppendUint16(head, uint16(runs))
			}
			if ext > 0 {
				head = binary.LittleEndian.AppendUint32(head, uint32(ext))
			}
			pieces = append(pieces, piece{head, false, false}, piece{units, true, wideText}, piece{make([]byte, 4*runs+ext), false, false})
		}
		most := rapid.IntRange(12, 60).Draw(rt, "record")
		records := [][]byte{}
		id, body := uint16(0x00fc), []byte("\x00\x00\x00\x00\x00\x00\x00\x00")
		flush := func() { records = append(records, rec(id, body)); id, body = 0x003c, nil }
		for i, p := range pieces {
			if i%3 == 0 && len(body)+len(p.data) > most && len(body) > 8 {
				flush() // heads are not cut
			}
			for from := 0; from < len(p.data); {
				n := min(len(p.data)-from, most-len(body))
				if p.wide {
					n -= n % 2
				}
				if n <= 0 {
					flush()
					if p.text {
						flag := byte(0)
						if p.wide {
							flag = 1
						}
						body = append(body, flag)
					}
					continue
				}
				body = append(body, p.data[from:from+n]...)
				from += n
			}
		}
		flush()
		w := writer{globals: records, sheets: []sheetRecords{{name: "S"}}}
		want := []string{}
		for i, text := range texts {
			w.sheets[0].records = append(w.sheets[0].records, rec(0x00fd, uint16(i), uint16(0), uint16(0), uint32(i)))
			want = append(want, fmt.Sprintf("A%d s%q", i+1, text))
		}
		cells, _, _, err := read(t, w.stream(t), sheet.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, cells[0]); d != "" {
			rt.Fatal(d)
		}
	})
}

// TestAnyOrder: cells in any order and over one another come out as written,
// the last of a place winning.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type place struct{ row, col uint16 }
		want := map[place]float64{}
		w := writer{globals: [][]byte{xf(0)}, sheets: []sheetRecords{{name: "S"}}}
		for range rapid.IntRange(0, 60).Draw(rt, "cells") {
			p := place{rapid.Uint16Range(0, 9).Draw(rt, "row"), rapid.Uint16Range(0, 255).Draw(rt, "col")}
			v := rapid.Float64().Draw(rt, "value")
			want[p] = v
			w.sheets[0].records = append(w.sheets[0].records, rec(0x0203, p.row, p.col, uint16(0), v))
		}
		book, err := xls.Open(context.Background(), bytes.NewReader(w.stream(t)), sheet.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		cells, _, err := readtest.Read(t, book, 0)
		if err != nil {
			rt.Fatal(err)
		}
		if len(cells) != len(want) {
			rt.Fatalf("%d cells, want %d", len(cells), len(want))
		}
		for _, c := range cells {
			var v float64
			if _, err := fmt.Sscan(c.Text, &v); err != nil || v != want[place{uint16(c.Row - 1), uint16(c.Col)}] {
				rt.Fatalf("%s: %v", c, err)
			}
		}
	})
}

// TestCutAnywhere: a workbook cut short anywhere is refused, with the stream
// and the offset.
func TestCutAnywhere(t *testing.T) {
	for _, w := range seeds() {
		stream := w.stream(t)
		for n := range stream {
			if _, _, _, err := read(t, stream[:n], sheet.Options{Name: "a.xls"}); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "byte ") {
				t.Fatalf("cut at %d of %d: %v", n, len(stream), err)
			}
		}
		// Zeros behind the last record fill the stream up.
		readtest.Truncated(t, xls.Open, readtest.Container(map[string][]byte{"Workbook": stream}), 0)
	}
}

// TestLimits: what is over a limit is refused by the limit's name.
func TestLimits(t *testing.T) {
	w := seeds()[0]
	file := w.stream(t)
	for name, limits := range map[string]sheet.Limits{
		"MaxSheets": {MaxSheets: 1}, "MaxRows": {MaxRows: 2}, "MaxColumns": {MaxColumns: 2}, "MaxCellBytes": {MaxCellBytes: 2}, "MaxStringBytes": {MaxStringBytes: 5},
	} {
		if _, _, _, err := read(t, file, sheet.Options{Limits: limits}); !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWrongPlaces: a sheet is found though the list of sheets states a wrong place.
func TestWrongPlaces(t *testing.T) {
	w := seeds()[0]
	file := w.stream(t)
	for at := 0; at < len(file); {
		if binary.LittleEndian.Uint16(file[at:]) == 0x0085 {
			binary.LittleEndian.PutUint32(file[at+4:], math.MaxInt32)
		}
		at += 4 + int(binary.LittleEndian.Uint16(file[at+2:]))
	}
	cells, _, _, err := read(t, file, sheet.Options{})
	if d := cmp.Diff(wantMany, cells); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
}

// TestNoCodePage: a workbook that does not name its code page is Western, or
// GBK when its texts are Chinese.
func TestNoCodePage(t *testing.T) {
	for want, texts := range map[string][]string{
		"姓名":     {"\xd0\xd5\xc3\xfb", "\xbf\xc6\xca\xd2", "ALT(U/L)", "\xb2\xa1\xc0\xfd\xba\xc5"},
		"Müller": {"M\xfcller", "caf\xe9", "na\xefve", "\xc4\xd6"},
		"Ïðèâåò": {"\xcf\xf0\xe8\xe2\xe5\xf2", "\xec\xe8\xf0", "\xf1\xeb\xee\xe2\xee"}, // Russian, of which nothing tells
	} {
		records := [][]byte{rec(0x0009, uint16(2), uint16(0x10))}
		for i, text := range texts {
			records = append(records, rec(0x0004, uint16(i), uint16(0), "\x00\x00\x00", byte(len(text)), text))
		}
		cells, _, _, err := read(t, bytes.Join(append(records, rec(0x000a)), nil), sheet.Options{})
		if err != nil || len(cells[0]) != len(texts) || !strings.Contains(cells[0][0], want) {
			t.Errorf("%s: %v %v", want, cells, err)
		}
	}
}
