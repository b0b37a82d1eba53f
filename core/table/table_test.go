package table_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/table"
)

var types = []table.Type{table.Integer, table.Float, table.Boolean, table.Date, table.DateTime, table.Time, table.String, table.Empty}

// drawVector makes a vector of one type with missing values among the others.
func drawVector(t *rapid.T, typ table.Type, rows int) *table.Vector {
	v := &table.Vector{}
	v.Reset(typ)
	for range rows {
		if typ == table.Empty || rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
			v.AppendMissing()
			continue
		}
		switch typ {
		case table.Integer, table.DateTime:
			v.AppendInt(rapid.Int64().Draw(t, "int"))
		case table.Date:
			v.AppendInt(int64(rapid.IntRange(-700_000, 2_900_000).Draw(t, "day")))
		case table.Time:
			v.AppendInt(rapid.Int64Range(0, 86_399_999_999).Draw(t, "time"))
		case table.Float:
			v.AppendFloat(rapid.Float64().Draw(t, "float"))
		case table.Boolean:
			v.AppendBool(rapid.Bool().Draw(t, "bool"))
		case table.String:
			v.AppendString([]byte(rapid.String().Draw(t, "text")))
		}
	}
	return v
}

// spelled is a vector as texts; missing values are told apart from empty ones.
func spelled(v *table.Vector) []string {
	out := make([]string, v.Len())
	for i := range out {
		out[i] = "missing"
		if v.Valid[i] {
			out[i] = "=" + string(v.AppendText(nil, i))
		}
	}
	return out
}

func write(t rapid.TB, columns []table.Column, groups [][]*table.Vector) *bytes.Reader {
	var buf bytes.Buffer
	w, err := table.NewWriter(&buf, columns, map[string]string{"b": "2", "a": "1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if err := w.WriteGroup(context.Background(), g); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.AddMeta("late", "3"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(buf.Bytes())
}

func TestTypedTableReadsBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := make([]table.Column, rapid.IntRange(1, 6).Draw(t, "columns"))
		for i := range columns {
			columns[i] = table.Column{
				Name: fmt.Sprintf("%d.%s", i, rapid.StringN(0, 5, -1).Draw(t, "name")), Type: rapid.SampledFrom(types).Draw(t, "type"),
				Source: i, Dictionary: rapid.Bool().Draw(t, "dictionary"),
			}
		}
		var groups [][]*table.Vector
		want := make([][]string, len(columns))
		for range rapid.IntRange(0, 3).Draw(t, "groups") {
			rows := rapid.IntRange(1, 40).Draw(t, "rows")
			group := make([]*table.Vector, len(columns))
			for i, c := range columns {
				group[i] = drawVector(t, c.Type, rows)
				want[i] = append(want[i], spelled(group[i])...)
			}
			groups = append(groups, group)
		}
		file := write(t, columns, groups)
		again := write(t, columns, groups)
		if !sameBytes(file, again) {
			t.Fatal("the same table gave other bytes")
		}
		r, err := table.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range columns {
			columns[i].Dictionary = false // how it was written, no part of the table
		}
		if diff := cmp.Diff(columns, r.Columns()); diff != "" {
			t.Fatal(diff)
		}
		if r.Rows() != int64(len(want[0])) || r.Meta("late") != "3" || r.Meta("a") != "1" || r.Meta("none") != "" {
			t.Fatalf("%d rows, meta %q %q", r.Rows(), r.Meta("late"), r.Meta("a"))
		}
		offset := rapid.Int64Range(0, r.Rows()+2).Draw(t, "offset")
		limit := rapid.Int64Range(0, r.Rows()+2).Draw(t, "limit")
		page, err := r.Page(context.Background(), offset, limit, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range columns {
			from, to := min(offset, r.Rows()), min(offset+limit, r.Rows())
			if diff := cmp.Diff(append([]string{}, want[i][from:to]...), spelled(page[i])); diff != "" {
				t.Fatalf("column %d, rows %d to %d: %s", i, from, to, diff)
			}
		}
	})
}

func sameBytes(a, b *bytes.Reader) bool {
	x, y := make([]byte, a.Len()), make([]byte, b.Len())
	_, _ = a.ReadAt(x, 0)
	_, _ = b.ReadAt(y, 0)
	return bytes.Equal(x, y)
}

func TestPageDeepInALargeTable(t *testing.T) {
	columns := []table.Column{{Name: "n", Type: table.Integer}, {Name: "s", Type: table.String}}
	var groups [][]*table.Vector
	next := int64(0)
	for _, rows := range []int{table.GroupRows, 3, 20_000} {
		n, s := &table.Vector{}, &table.Vector{}
		n.Reset(table.Integer)
		s.Reset(table.String)
		for range rows {
			n.AppendInt(next)
			if next%3 == 0 {
				s.AppendMissing()
			} else {
				s.AppendString(fmt.Appendf(nil, "值%d", next))
			}
			next++
		}
		groups = append(groups, []*table.Vector{n, s})
	}
	r, err := table.NewReader(write(t, columns, groups))
	if err != nil {
		t.Fatal(err)
	}
	for _, offset := range []int64{0, 4095, 4096, 50_001, table.GroupRows - 1, table.GroupRows + 2, next - 5} {
		page, err := r.Page(context.Background(), offset, 200, []int{1, 0})
		if err != nil {
			t.Fatal(err)
		}
		if want := int(min(200, next-offset)); page[0].Len() != want {
			t.Fatalf("offset %d: %d rows, want %d", offset, page[0].Len(), want)
		}
		for i := range page[0].Len() {
			n := offset + int64(i)
			if page[1].Ints[i] != n || page[0].Valid[i] != (n%3 != 0) || page[0].Valid[i] && string(page[0].StringAt(i)) != fmt.Sprintf("值%d", n) {
				t.Fatalf("row %d reads %d, %q", n, page[1].Ints[i], page[0].StringAt(i))
			}
		}
	}
}

func TestWriterRefusesWhatDoesNotFit(t *testing.T) {
	w, err := table.NewWriter(&bytes.Buffer{}, []table.Column{{Name: "a", Type: table.Integer}, {Name: "b", Type: table.Integer}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	one, two, text := &table.Vector{}, &table.Vector{}, &table.Vector{}
	one.Reset(table.Integer)
	one.AppendInt(1)
	two.Reset(table.Integer)
	two.AppendInt(1)
	two.AppendInt(2)
	text.Reset(table.String)
	text.AppendString([]byte("x"))
	for name, group := range map[string][]*table.Vector{"too few": {one}, "uneven": {one, two}, "other type": {one, text}} {
		if err := w.WriteGroup(context.Background(), group); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDamagedTablesAreRefused(t *testing.T) {
	v := &table.Vector{}
	v.Reset(table.String)
	for i := range 5000 {
		v.AppendString(fmt.Appendf(nil, "text %d", i))
	}
	whole := write(t, []table.Column{{Name: "s", Type: table.String}}, [][]*table.Vector{{v}})
	b := make([]byte, whole.Len())
	_, _ = whole.ReadAt(b, 0)
	for _, n := range []int{0, 3, 8, len(b) / 2, len(b) - 1} {
		if _, err := table.NewReader(bytes.NewReader(b[:n])); !fault.Is(err, fault.BadInput) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	torn := bytes.Clone(b)
	for i := 100; i < 400; i++ {
		torn[i] ^= 0xff
	}
	r, err := table.NewReader(bytes.NewReader(torn))
	if err == nil {
		_, err = r.Page(context.Background(), 0, 5000, nil)
	}
	if !fault.Is(err, fault.BadInput) {
		t.Errorf("torn pages: %v", err)
	}
}

func TestSpelling(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{string(table.AppendFloat(nil, 0.1)), "0.1"},
		{string(table.AppendFloat(nil, 1e20)), "100000000000000000000"},
		{string(table.AppendFloat(nil, 1e21)), "1e+21"},
		{string(table.AppendFloat(nil, 1e-7)), "1e-07"},
		{string(table.AppendFloat(nil, math.Copysign(0, -1))), "-0"},
		{string(table.AppendDate(nil, -1)), "1969-12-31"},
		{string(table.AppendDateTime(nil, 1_500_000)), "1970-01-01T00:00:01.5"},
		{string(table.AppendTime(nil, 3_661_000_000)), "01:01:01"},
		{string(table.AppendTime(nil, 90_000_000_000)), "25:00:00"},
		{string(table.AppendTime(nil, -1_250_000)), "-00:00:01.25"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestSpellingIsTheStandardLibrarys: floats, dates and times, whatever they are.
func TestSpellingIsTheStandardLibrarys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.OneOf(rapid.Float64(), rapid.Map(rapid.Int64Range(-1e15, 1e15), func(n int64) float64 { return float64(n) / 1e4 }),
			rapid.Map(rapid.IntRange(-1e6, 1e6), func(n int) float64 { return float64(n) / 100 })).Draw(t, "x")
		format := byte('f')
		if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		if got, want := string(table.AppendFloat(nil, x)), strconv.FormatFloat(x, format, -1, 64); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		micros := rapid.Int64Range(-1e18, 1e18).Draw(t, "micros")
		at := time.UnixMicro(micros).UTC()
		if got, want := string(table.AppendDateTime(nil, micros)), at.Format("2006-01-02T15:04:05.999999"); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		days := rapid.OneOf(rapid.Int64Range(-800_000, 3_100_000), rapid.Int64Range(-1e9, 1e9)).Draw(t, "days")
		if got, want := string(table.AppendDate(nil, days)), time.Unix(days*86400, 0).UTC().Format("2006-01-02"); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func TestRowMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m table.RowMap
		var want []int64
		source := int64(1)
		for range rapid.IntRange(0, 20).Draw(t, "runs") {
			source += int64(rapid.IntRange(0, 3).Draw(t, "gap"))
			n := int64(rapid.IntRange(1, 5).Draw(t, "rows"))
			m.Add(source, n)
			for range n {
				want = append(want, source)
				source++
			}
		}
		b, err := json.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		var back table.RowMap
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if m.Source(int64(i)) != w || back.Source(int64(i)) != w {
				t.Fatalf("row %d: %d and %d, want %d", i, m.Source(int64(i)), back.Source(int64(i)), w)
			}
		}
		if m.Source(-1) != 0 || m.Source(int64(len(want))) != 0 {
			t.Fatal("a row outside has a source")
		}
	})
}
