package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
	"sheetmill/core/table"
)

// cellsOf reads the one sheet of a workbook: every cell's kind and text by its address.
func cellsOf(t rapid.TB, file []byte) map[string]string {
	t.Helper()
	ctx := context.Background()
	book, err := detect.Open(ctx, bytes.NewReader(file), sheet.Options{Name: "t.xlsx"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if format := book.Format(); format != "xlsx" {
		t.Fatalf("the format is %q", format)
	}
	rows, err := book.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	cells := map[string]string{}
	var batch sheet.Batch
	for {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			return cells
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch.Rows {
			for _, c := range batch.CellsOf(row) {
				cells[sheet.Address(int(c.Col), row.Number)] = string(rune(c.Kind)) + string(batch.Text(c))
			}
		}
	}
}

// excelized reads a cell with another reader, as stored.
func excelized(t *testing.T, file []byte, cell string) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	text, err := f.GetCellValue(f.GetSheetName(0), cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wantCell is what a value becomes in a workbook; times are checked apart.
func wantCell(v *table.Vector, i int) string {
	text := string(v.AppendText(nil, i))
	const days = 25_569
	switch {
	case v.Type == table.Integer && v.Ints[i] <= 1e15 && v.Ints[i] >= -1e15, v.Type == table.Float:
		return "n" + text
	case v.Type == table.Boolean && v.Bools[i]:
		return "b1"
	case v.Type == table.Boolean:
		return "b0"
	case v.Type == table.Date && v.Ints[i] >= 61-days && v.Ints[i] <= 2_958_465-days:
		return "d" + strconv.FormatInt(v.Ints[i]+days, 10)
	}
	return "s" + text
}

func TestXLSXReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, all := drawn(t)
		want := map[string]string{}
		got := cellsOf(t, written(t, tbl, XLSX))
		for col, c := range tbl.Columns() {
			want[sheet.Address(col, 1)] = "s" + c.Name
			for row := range int(tbl.Rows()) {
				if !all[col].Valid[row] {
					continue
				}
				at := sheet.Address(col, int64(row)+2)
				want[at] = wantCell(all[col], row)
				if c.Type == table.DateTime || c.Type == table.Time {
					if micros, ok := microsOf(t, c.Type, got[at]); ok {
						// A double of days holds a moment of the year 9999 to 0.02 ms.
						if off := micros - all[col].Ints[row]; off < -25 || off > 25 {
							t.Fatalf("%s: %s for %s", at, got[at], want[at])
						}
						want[at] = got[at]
					}
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// microsOf reads a cell of a moment or a time back; false when it is text.
func microsOf(t rapid.TB, typ table.Type, cell string) (int64, bool) {
	if cell == "" || cell[0] == 's' {
		return 0, false
	}
	days, err := strconv.ParseFloat(cell[1:], 64)
	if err != nil {
		t.Fatal(err)
	}
	if typ == table.DateTime {
		whole, part := math.Modf(days)
		return (int64(whole)-25_569)*microsPerDay + int64(math.Round(part*microsPerDay)), cell[0] == 'D'
	}
	return int64(math.Round(days * microsPerDay)), cell[0] == 'u'
}

func TestXLSXDates(t *testing.T) {
	for _, c := range []struct {
		day, want string
	}{
		{"9999-12-31", "d2958465"},
		{"10000-01-01", "s10000-01-01"},
		{"2192-04-09", "d106752"},
		{"1970-01-01", "d25569"},
		{"1969-12-31", "d25568"},
		{"1969-07-20", "d25404"},
		{"1900-03-01", "d61"},
		{"1900-02-28", "s1900-02-28"},
		{"1582-10-15", "s1582-10-15"},
	} {
		var y, m, d int
		if _, err := fmt.Sscanf(c.day, "%d-%d-%d", &y, &m, &d); err != nil {
			t.Fatal(err)
		}
		day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		file := written(t, one(t, table.Date, func(v *table.Vector) { v.AppendInt(day.Unix() / 86_400) }), XLSX)
		if got := cellsOf(t, file)["A2"]; got != c.want {
			t.Errorf("%s became %q, want %q", c.day, got, c.want)
		}
		if got := excelized(t, file, "A2"); got != c.want[1:] {
			t.Errorf("%s became %q for excelize, want %q", c.day, got, c.want[1:])
		}
	}
}

func TestXLSXMoments(t *testing.T) {
	for _, c := range []struct{ moment, want string }{
		{"9999-12-31T00:00:00", "D2958465"},
		{"9999-12-31T12:00:00", "D2958465.5"},
		{"9999-12-31T23:59:59", "D2958465.999988426"},
		{"9999-12-31T23:59:59.999999", "s9999-12-31T23:59:59.999999"}, // a double would round it to the year 10000
		{"1900-03-01T00:00:00", "D61"},
		{"1900-02-28T23:59:59.999999", "s1900-02-28T23:59:59.999999"},
		{"1969-12-31T18:00:00", "D25568.75"},
		{"1969-12-31T23:59:59.5", "D25568.99999421296"},
		{"2024-01-02T00:00:00.25", "D45293.00000289352"},
	} {
		at, err := time.Parse("2006-01-02T15:04:05.999999", c.moment)
		if err != nil {
			t.Fatal(err)
		}
		file := written(t, one(t, table.DateTime, func(v *table.Vector) { v.AppendInt(at.UnixMicro()) }), XLSX)
		got := cellsOf(t, file)["A2"]
		if got != c.want {
			t.Errorf("%s became %q, want %q", c.moment, got, c.want)
		}
		if micros, ok := microsOf(t, table.DateTime, got); ok && max(micros-at.UnixMicro(), at.UnixMicro()-micros) > 25 {
			t.Errorf("%s reads back as %s", c.moment, time.UnixMicro(micros).UTC())
		}
	}
	for micros, want := range map[int64]string{
		microsPerDay / 2: "u0.5", 3*microsPerDay + 1_500_000: "u3.000017361111111", -3_600_000_000: "s-01:00:00",
	} {
		if got := cellsOf(t, written(t, one(t, table.Time, func(v *table.Vector) { v.AppendInt(micros) }), XLSX))["A2"]; got != want {
			t.Errorf("time %d became %q, want %q", micros, got, want)
		}
	}
}

func TestXLSXTextsReadBack(t *testing.T) {
	for _, text := range []string{
		"", " ", " both ends ", "\n", "a\tb\nc", "a\rb", "a\r\nb", "x\x01y", "\x00\x1f", "\uFFFE\uFFFF",
		"_x0001_", "_x005F_", "_x005F_x0001_", "_x0041_x0042_", "_x0041\x01", "_x0041_\x01", "__x0041__", "_xD83D_", "_xD83D_xDE00_",
		"_xabcd_", "_xWXYZ_", "_x_", "_x", "a_x_b", "&lt;<>&\"'", "]]>", "中文 😀", strings.Repeat("\x01", maxSheetUnits),
		strings.Repeat("😀", maxSheetUnits/2) + "x",
	} {
		tbl := one(t, table.String, func(v *table.Vector) { v.AppendString([]byte(text)) })
		if got := cellsOf(t, written(t, tbl, XLSX))["A2"]; got != "s"+text {
			t.Errorf("%.40q became %.40q", text, got)
		}
	}
	for text, want := range map[string]string{
		"x\x01y": "x_x0001_y", "_x0001_": "_x005F_x0001_", "a\rb": "a_x000D_b", "a_x_b": "a_x_b", "\xff": "\uFFFD",
	} {
		if got := string(appendText(nil, []byte(text))); got != want {
			t.Errorf("%q is stored as %q, want %q", text, got, want)
		}
	}
	// Another reader of the standard agrees.
	file := written(t, one(t, table.String, func(v *table.Vector) { v.AppendString([]byte("x\x01y _x0001_ &")) }), XLSX)
	if got := excelized(t, file, "A2"); got != "x\x01y _x0001_ &" {
		t.Errorf("excelize reads %q", got)
	}
}

func TestXLSXLimits(t *testing.T) {
	text := func(s string) Table {
		return one(t, table.String, func(v *table.Vector) { v.AppendMissing(); v.AppendString([]byte(s)) })
	}
	wide := make([]table.Column, maxSheetCols+1)
	vectors := make([]*table.Vector, len(wide))
	for i := range wide {
		wide[i] = table.Column{Name: strconv.Itoa(i), Type: table.Empty}
		vectors[i] = &table.Vector{}
		vectors[i].Reset(table.Empty)
		vectors[i].AppendMissing()
	}
	for name, c := range map[string]struct {
		table Table
		place string
	}{
		"ascii":   {text(strings.Repeat("a", maxSheetUnits+1)), "A3"},
		"emoji":   {text(strings.Repeat("😀", 20_000)), "A3"},
		"header":  {opened(t, []table.Column{{Name: "a", Type: table.Empty}, {Name: strings.Repeat("é", maxSheetUnits+1), Type: table.Empty}}), "B1"},
		"columns": {opened(t, wide, vectors), ""},
		"rows": {one(t, table.Empty, func(v *table.Vector) {
			for range maxSheetRows {
				v.AppendMissing()
			}
		}), ""},
	} {
		var out bytes.Buffer
		err := Write(context.Background(), c.table, XLSX, &out, Options{})
		if !fault.Is(err, fault.Limit) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", name, err, out.Len())
			continue
		}
		if place := fault.Of(err).Place; place != c.place {
			t.Errorf("%s: at %q, want %q", name, place, c.place)
		}
	}
	if _, err := (&bounded{left: 3}).Write([]byte("four")); !fault.Is(err, fault.Limit) {
		t.Errorf("a part too large: %v", err)
	}
}

func TestXLSXSheetNames(t *testing.T) {
	tbl := one(t, table.Empty, func(*table.Vector) {})
	for name, good := range map[string]bool{
		"": true, `R&D <"1">`: true, "数据": true, strings.Repeat("x", 31): true,
		strings.Repeat("x", 32): false, strings.Repeat("😀", 16): false, "a/b": false, "a[1]": false, "'a": false, "a'": false,
	} {
		var out bytes.Buffer
		err := Write(context.Background(), tbl, XLSX, &out, Options{Sheet: name})
		if !good {
			if !fault.Is(err, fault.Usage) || out.Len() > 0 {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		f, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		want := name
		if want == "" {
			want = "data"
		}
		if got := f.GetSheetName(0); got != want {
			t.Errorf("named %q, want %q", got, want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
