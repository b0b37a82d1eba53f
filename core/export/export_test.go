package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/table"
)

var types = []table.Type{table.Integer, table.Float, table.Boolean, table.Date, table.DateTime, table.Time, table.String, table.Empty}

// opened is a table of these row groups, as Write takes it.
func opened(t rapid.TB, columns []table.Column, groups ...[]*table.Vector) Table {
	t.Helper()
	var buf bytes.Buffer
	w, err := table.NewWriter(&buf, columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if err := w.WriteGroup(context.Background(), g); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	bytesOf := bytes.NewReader(buf.Bytes())
	r, err := table.NewReader(bytesOf)
	if err != nil {
		t.Fatal(err)
	}
	return Table{Reader: r, Bytes: bytesOf}
}

// one is a table of one column.
func one(t rapid.TB, typ table.Type, fill func(*table.Vector)) Table {
	t.Helper()
	v := &table.Vector{}
	v.Reset(typ)
	fill(v)
	return opened(t, []table.Column{{Name: "c", Type: typ, Elapsed: typ == table.Time}}, []*table.Vector{v})
}

func written(t rapid.TB, tbl Table, format Format) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(context.Background(), tbl, format, &out, Options{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	anyText = rapid.StringOf(rapid.RuneFrom([]rune("aZ09 _x_x0041\x00\x01\x1f&<>\"'\r\n\t,;中文😀é]\u2028\uFFFE\uFFFD")))
	anyTime = rapid.Int64Range(-10*microsPerDay, 10*microsPerDay)
	anyDay  = rapid.OneOf(rapid.Int64Range(-800_000, 3_100_000), rapid.Int64Range(-25_600, -25_400), rapid.Int64Range(2_932_890, 2_932_900))
)

func fill(t *rapid.T, v *table.Vector, rows int) {
	for range rows {
		if v.Type == table.Empty || rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
			v.AppendMissing()
			continue
		}
		switch v.Type {
		case table.Integer:
			v.AppendInt(rapid.Int64().Draw(t, "int"))
		case table.Date:
			v.AppendInt(anyDay.Draw(t, "day"))
		case table.DateTime:
			v.AppendInt(anyDay.Draw(t, "day")*microsPerDay + rapid.Int64Range(0, microsPerDay-1).Draw(t, "micros"))
		case table.Time:
			v.AppendInt(anyTime.Draw(t, "time"))
		case table.Float:
			v.AppendFloat(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "float"))
		case table.Boolean:
			v.AppendBool(rapid.Bool().Draw(t, "bool"))
		case table.String:
			v.AppendString([]byte(anyText.Draw(t, "text")))
		}
	}
}

// drawn is a random table and its rows' vectors as one group.
func drawn(t *rapid.T) (Table, []*table.Vector) {
	columns := make([]table.Column, rapid.IntRange(1, 5).Draw(t, "columns"))
	for i := range columns {
		typ := rapid.SampledFrom(types).Draw(t, "type")
		columns[i] = table.Column{Name: anyText.Draw(t, "name") + "|" + strconv.Itoa(i), Type: typ, Elapsed: typ == table.Time}
	}
	var groups [][]*table.Vector
	for range rapid.IntRange(0, 3).Draw(t, "groups") {
		rows := rapid.IntRange(1, 6).Draw(t, "rows")
		group := make([]*table.Vector, len(columns))
		for i, c := range columns {
			group[i] = &table.Vector{}
			group[i].Reset(c.Type)
			fill(t, group[i], rows)
		}
		groups = append(groups, group)
	}
	tbl := opened(t, columns, groups...)
	all, err := tbl.Page(context.Background(), 0, tbl.Rows(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tbl, all
}

func TestCSVReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, all := drawn(t)
		want := [][]string{{}}
		for _, c := range tbl.Columns() {
			want[0] = append(want[0], c.Name)
		}
		for row := range int(tbl.Rows()) {
			var line []string
			for _, v := range all {
				line = append(line, string(v.AppendText(nil, row)))
			}
			want = append(want, line)
		}
		for _, line := range want {
			for i := range line {
				line[i] = strings.ReplaceAll(line[i], "\r\n", "\n") // so does encoding/csv
			}
		}
		got, err := csv.NewReader(bytes.NewReader(written(t, tbl, CSV))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCSVSpelling(t *testing.T) {
	texts := func(v *table.Vector) {
		v.AppendString([]byte("a"))
		v.AppendMissing()
		v.AppendString(nil)
	}
	if got, want := string(written(t, one(t, table.String, texts), CSV)), "c\r\na\r\n\"\"\r\n\"\"\r\n"; got != want {
		t.Errorf("one column: %q, want %q", got, want)
	}
	two := make([]*table.Vector, 2)
	for i := range two {
		two[i] = &table.Vector{}
		two[i].Reset(table.String)
		texts(two[i])
	}
	tbl := opened(t, []table.Column{{Name: "c", Type: table.String}, {Name: "d", Type: table.String}}, two)
	if got, want := string(written(t, tbl, CSV)), "c,d\r\na,a\r\n,\r\n\"\",\"\"\r\n"; got != want {
		t.Errorf("two columns: %q, want %q", got, want)
	}
}

// repeating is a table of many rows in two groups, most columns of which are kept as codes.
func repeating(t testing.TB, rows int) (Table, [][]*table.Vector) {
	t.Helper()
	columns := []table.Column{
		{Name: "name", Type: table.String}, {Name: "dose", Type: table.Float}, {Name: "day", Type: table.Date},
		{Name: "code", Type: table.String}, {Name: "value", Type: table.Float}, {Name: "at", Type: table.DateTime},
	}
	words := []string{"内科", "a,b", "say \"hi\"", "", " x", "<0.01", "未查"}
	var groups [][]*table.Vector
	for g := range 2 {
		group := make([]*table.Vector, len(columns))
		for i, c := range columns {
			group[i] = &table.Vector{}
			group[i].Reset(c.Type)
		}
		for row := range rows / 2 {
			n := int64(g*rows + row)
			if n%11 == 0 {
				for _, v := range group[:3] {
					v.AppendMissing()
				}
			} else {
				group[0].AppendString([]byte(words[n%int64(len(words))]))
				group[1].AppendFloat(float64(n%40) / 8)
				group[2].AppendInt(18_000 + n%365)
			}
			group[3].AppendString(fmt.Appendf(nil, "LIS%08d", n))
			group[4].AppendFloat(float64(n) / 100)
			group[5].AppendInt(n * 1_234_567_000)
		}
		groups = append(groups, group)
	}
	return opened(t, columns, groups...), groups
}

// TestCSVOfCodes: a column kept as codes is written as one that is not, past the end of
// a piece and of a group.
func TestCSVOfCodes(t *testing.T) {
	tbl, groups := repeating(t, 3*blockRows+70)
	if coded, err := tbl.Coded(context.Background(), 0, 0, &table.Coded{}); err != nil || !coded {
		t.Fatalf("the column is not kept as codes: %v", err)
	}
	want := []byte("name,dose,day,code,value,at\r\n")
	for _, group := range groups {
		for row := range group[0].Len() {
			for i, v := range group {
				if i > 0 {
					want = append(want, ',')
				}
				if v.Valid[row] {
					want = appendValue(want, v, row)
				}
			}
			want = append(want, "\r\n"...)
		}
	}
	if !bytes.Equal(written(t, tbl, CSV), want) {
		t.Error("the rows differ")
	}
}

func BenchmarkCSV(b *testing.B) {
	tbl, _ := repeating(b, 100_000)
	cells := float64(tbl.Rows()) * float64(len(tbl.Columns()))
	for b.Loop() {
		if err := Write(context.Background(), tbl, CSV, io.Discard, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/cells, "ns/cell")
}

func TestJSONReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, all := drawn(t)
		want := []map[string]any{}
		for row := range int(tbl.Rows()) {
			object := map[string]any{}
			for i, v := range all {
				object[tbl.Columns()[i].Name] = jsonValue(v, row)
			}
			want = append(want, object)
		}
		d := json.NewDecoder(bytes.NewReader(written(t, tbl, JSON)))
		d.UseNumber()
		got := []map[string]any{}
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			t.Fatalf("after the array: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func jsonValue(v *table.Vector, i int) any {
	if !v.Valid[i] {
		return nil
	}
	switch v.Type {
	case table.Integer, table.Float:
		return json.Number(v.AppendText(nil, i))
	case table.Boolean:
		return v.Bools[i]
	}
	return string(v.AppendText(nil, i))
}

func TestParquetIsTheTableItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tbl, _ := drawn(t)
		want, err := io.ReadAll(io.NewSectionReader(tbl.Bytes, 0, tbl.Bytes.Size()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, written(t, tbl, Parquet)) {
			t.Fatal("the bytes differ")
		}
	})
}

// TestPagesOfLargeValuesAreSmall: no page crosses row groups, and after the
// first ones every page holds about 8 MiB or less, and all rows come.
func TestPagesOfLargeValuesAreSmall(t *testing.T) {
	const groups, rows, size = 4, 256, 64 << 10
	var written [][]*table.Vector
	for g := range groups {
		v := &table.Vector{}
		v.Reset(table.String)
		for row := range rows {
			v.AppendString(fmt.Appendf(nil, "%0*d", size, g*rows+row))
		}
		written = append(written, []*table.Vector{v})
	}
	tbl := opened(t, []table.Column{{Name: "c", Type: table.String}}, written...)
	next, pages := 0, 0
	err := eachPage(context.Background(), tbl, func(vectors []*table.Vector, n int) error {
		first := next
		for row := range n {
			if got, err := strconv.Atoi(string(vectors[0].StringAt(row))); err != nil || got != next {
				t.Fatalf("row %d reads %d (%v)", next, got, err)
			}
			next++
		}
		if first/rows != (next-1)/rows {
			t.Errorf("rows %d to %d cross row groups", first, next)
		}
		if pages++; pages > 1 && n*size > pageBytes {
			t.Errorf("page %d: %d bytes", pages, n*size)
		}
		return nil
	})
	if err != nil || next != groups*rows {
		t.Fatalf("%d rows, %v", next, err)
	}
}

func TestFitPage(t *testing.T) {
	for _, c := range []struct{ rows, n, size, want int }{
		{1024, 1024, 1024 * 10, 2048},           // small values: grow
		{8192, 8192, 8192 * 10, 8192},           // but not without end
		{1024, 1024, pageBytes, 1024},           // right
		{1024, 256, 256 * 64 << 10, 128},        // large values: shrink
		{1024, 1, 1 << 30, 1},                   // one row at least
		{firstPageRows, 1, 16 * 16_384, 32},     // a sheet's widest table
		{firstPageRows, 1, 16 * 1_000_000_0, 1}, // wider than any
		{firstPageRows, 1, 0, 2048},             // no columns
	} {
		if got := fitPage(c.rows, c.n, c.size); got != c.want {
			t.Errorf("fitPage(%d, %d, %d) = %d, want %d", c.rows, c.n, c.size, got, c.want)
		}
	}
}
