package xlsb_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsb"
)

// read reads the first sheet of a workbook, each cell spelled as readtest.Cell
// does.
func read(tb testing.TB, file []byte, limits sheet.Limits) (cells []string, facts sheet.Facts, names []sheet.Info, err error) {
	tb.Helper()
	book, err := xlsb.Open(context.Background(), bytes.NewReader(file), sheet.Options{Name: "a.xlsb", Limits: limits})
	if err != nil {
		return nil, facts, nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	list, facts, err := readtest.Read(tb, book, 0)
	return readtest.Spelled(list), facts, book.Sheets(), err
}

var wantEvery = []string{
	`B1 s"甲😀"`, `C1 s"rich"`, `D1 d"45351.5"`, `E1 p"0.5"`, `F1 b"1"`, `G1 e"#N/A"`, `H1 s"own"`, `I1 s"rich"`,
	`A5 s"公式" formula hidden`, `B5 n"0.1" formula hidden`, `C5 b"0" formula hidden`, `D5 e"#DIV/0!" formula hidden`,
	`F5 p"0.25" hidden`, `G5 n"3" hidden`, `H5 s"rich" hidden`, `I5 s"short" hidden`, `J5 b"0" hidden`, `K5 e"#REF!" hidden`,
	`A7 n"2"`, `C7 n"3"`,
}

func TestRecords(t *testing.T) {
	p := workbook(every())
	moved := maps.Clone(p) // a package that lost its relations
	delete(moved, "xl/_rels/workbook.bin.rels")
	delete(moved, "_rels/.rels")
	moved["xl/workbook.bin"] = join(rec(131), rec(153, uint32(1), uint32(0), "book"), rec(156, uint32(0), uint32(1), "", "数据"), rec(132))
	for name, p := range map[string]parts{"whole": p, "without relations": moved} {
		file := p.zip(t)
		cells, facts, names, err := read(t, file, sheet.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(wantEvery, cells); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		want := sheet.Facts{Date1904: true, HiddenCols: []int{1, 2}, Merged: []sheet.Range{{FirstRow: 1, LastRow: 2, LastCol: 2}}}
		if d := cmp.Diff(want, facts); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff([]sheet.Info{{Name: "数据"}}, names); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil || !xlsb.IsWorkbook(zr) {
			t.Errorf("%s: not taken for a workbook: %v", name, err)
		}
	}
}

// TestDamaged: a file cut short is refused, and with any one bit changed it reads
// whole or not at all.
func TestDamaged(t *testing.T) {
	file := workbook(every()).zip(t)
	readtest.Truncated(t, xlsb.Open, file, 0)
	readtest.Flipped(t, xlsb.Open, file)
}

// TestCutAnywhere: a part cut short anywhere, inside a sound zip, is refused
// with its name and the offset.
func TestCutAnywhere(t *testing.T) {
	whole := workbook(every())
	for _, part := range []string{"xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/styles.bin", "xl/sharedStrings.bin"} {
		for n := range whole[part] {
			p := maps.Clone(whole)
			p[part] = p[part][:n]
			_, _, _, err := read(t, p.zip(t), sheet.Limits{})
			if !fault.Is(err, fault.BadInput) || n > 2 && !strings.Contains(err.Error(), part+", byte ") {
				t.Fatalf("%s cut at %d: %v", part, n, err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	one := rec(5, uint32(0), uint32(0), 1.0)
	for name, sheetPart := range map[string][]byte{
		"a row before":        data(row(3, 0), one, row(2, 0), one),
		"a row again":         data(row(3, 0), row(3, 0)),
		"row number":          data(row(1<<20, 0), one),
		"a column past XFD":   data(row(0, 0), rec(5, uint32(1<<14), uint32(0), 1.0)),
		"a cell without row":  data(one),
		"a short number":      data(row(0, 0), rec(5, uint32(0), uint32(0), uint32(1))),
		"a text longer":       data(row(0, 0), rec(6, uint32(0), uint32(0), uint32(9), "ab")),
		"a missing string":    data(row(0, 0), rec(7, uint32(0), uint32(0), uint32(2))),
		"a size past the end": join(data(row(0, 0), one)[:60], []byte{5, 0xff, 0xff, 0xff, 0x7f}),
		"no rows and no end":  rec(129),
	} {
		if _, _, _, err := read(t, workbook(sheetPart).zip(t), sheet.Limits{}); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "a.xlsb") || fault.Of(err).Next.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
	missing := workbook(every())
	delete(missing, "xl/styles.bin")
	if _, _, _, err := read(t, missing.zip(t), sheet.Limits{}); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "xl/styles.bin") {
		t.Errorf("without styles: %v", err)
	}
	missing = workbook(every())
	delete(missing, "xl/worksheets/sheet1.bin")
	if _, _, _, err := read(t, missing.zip(t), sheet.Limits{}); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "sheet1.bin") {
		t.Errorf("without a sheet: %v", err)
	}
}

func TestLimits(t *testing.T) {
	file := workbook(every())
	file["xl/workbook.bin"] = join(rec(131), rec(156, uint32(0), uint32(1), "rId1", "A"), rec(156, uint32(0), uint32(2), "rId1", "B"), rec(132))
	for name, limits := range map[string]sheet.Limits{
		"MaxSheets": {MaxSheets: 1}, "MaxRows": {MaxRows: 2}, "MaxColumns": {MaxColumns: 2}, "MaxCellBytes": {MaxCellBytes: 3}, "MaxStringBytes": {MaxStringBytes: 5}, "MaxInflated": {MaxInflated: 300},
	} {
		if _, _, _, err := read(t, file.zip(t), limits); !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
