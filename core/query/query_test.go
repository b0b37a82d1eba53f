package query

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/table"
)

// made is a table in memory.
func made(tb testing.TB, columns []table.Column, groups ...[]*table.Vector) *table.Reader {
	tb.Helper()
	var file bytes.Buffer
	w, err := table.NewWriter(&file, columns, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for _, g := range groups {
		if err := w.WriteGroup(context.Background(), g); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	r, err := table.NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func texts(values ...string) *table.Vector {
	v := &table.Vector{}
	v.Reset(table.String)
	for _, s := range values {
		if s == "·" {
			v.AppendMissing()
			continue
		}
		v.AppendString([]byte(s))
	}
	return v
}

func ints(typ table.Type, values ...int64) *table.Vector {
	v := &table.Vector{}
	v.Reset(typ)
	for _, x := range values {
		if x == none {
			v.AppendMissing()
			continue
		}
		v.AppendInt(x)
	}
	return v
}

const none = -1 << 60

func rowsOf(o Order) []int64 {
	rows := []int64{}
	for i := range o.Len() {
		rows = append(rows, o.At(i))
	}
	return rows
}

func TestTextsSortAsPeopleDo(t *testing.T) {
	want := []string{"-", "2", "02", "10", "a", "A", "a2", "A2b", "a10", "b", "é", "安", "北京", "上海", "张三", "赵四", "中", "·"}
	shuffled := slices.Clone(want)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	r := New(made(t, []table.Column{{Name: "x", Type: table.String}}, []*table.Vector{texts(shuffled...)}), CacheBytes)
	for _, descending := range []bool{false, true} {
		o, err := r.Order(context.Background(), Query{Sort: []Key{{0, descending}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, row := range rowsOf(o) {
			got = append(got, shuffled[row])
		}
		expect := slices.Clone(want)
		// "2" and "02", "a" and "A" read alike; their bytes decide.
		slices.SortStableFunc(expect[1:3], strings.Compare)
		slices.SortStableFunc(expect[4:6], strings.Compare)
		if descending {
			slices.Reverse(expect[:len(expect)-1])
		}
		if !slices.Equal(got, expect) {
			t.Errorf("descending %v: got %q\nwant %q", descending, got, expect)
		}
	}
}

// A sort by several keys, in memory and in files, agrees with a plain stable sort.
func TestSortsAgreeWithAPlainSort(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const rows = 5000
	words := []string{"·", "", "a", "A", "b10", "b9", "中", "z\x00", "z"}
	var text []string
	var number []int64
	for range rows {
		text = append(text, words[r.IntN(len(words))])
		number = append(number, []int64{none, -5, 0, 7, 1 << 40}[r.IntN(5)])
	}
	half := rows / 2
	tbl := New(made(t, []table.Column{{Name: "t", Type: table.String}, {Name: "n", Type: table.Integer}},
		[]*table.Vector{texts(text[:half]...), ints(table.Integer, number[:half]...)},
		[]*table.Vector{texts(text[half:]...), ints(table.Integer, number[half:]...)}), CacheBytes)
	compare := func(k Key, a, b int) int {
		var n, missing int
		if k.Column == 0 {
			missing = cmp.Compare(btoi(text[a] == "·"), btoi(text[b] == "·"))
			n = bytes.Compare(appendNatural(nil, []byte(text[a])), appendNatural(nil, []byte(text[b])))
		} else {
			missing = cmp.Compare(btoi(number[a] == none), btoi(number[b] == none))
			n = cmp.Compare(number[a], number[b])
		}
		if missing != 0 {
			return missing
		}
		if k.Descending {
			return -n
		}
		return n
	}
	for _, keys := range [][]Key{{{0, false}}, {{1, true}}, {{0, true}, {1, false}}, {{1, false}, {0, true}}} {
		want := make([]int64, rows)
		for i := range want {
			want[i] = int64(i)
		}
		slices.SortStableFunc(want, func(a, b int64) int {
			for _, k := range keys {
				if n := compare(k, int(a), int(b)); n != 0 {
					return n
				}
			}
			return 0
		})
		for _, most := range []int{SortBytes, 20_000} {
			sortBytes = most
			o, err := tbl.Order(context.Background(), Query{Sort: keys}, nil)
			sortBytes = SortBytes
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(o); !slices.Equal(got, want) {
				t.Errorf("keys %v in %d bytes differ from a plain sort", keys, most)
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestFilters(t *testing.T) {
	floats := &table.Vector{}
	floats.Reset(table.Float)
	for _, x := range []float64{0.5, 2, -1, 12.25} {
		floats.AppendFloat(x)
	}
	floats.AppendMissing()
	bools := &table.Vector{}
	bools.Reset(table.Boolean)
	bools.AppendBool(true)
	bools.AppendBool(false)
	bools.AppendMissing()
	bools.AppendBool(true)
	bools.AppendBool(false)
	day := func(y int64) int64 { return y * 365 } // about; tests name the years they mean
	tbl := New(made(t, []table.Column{
		{Name: "name", Type: table.String}, {Name: "n", Type: table.Integer}, {Name: "x", Type: table.Float},
		{Name: "ok", Type: table.Boolean}, {Name: "day", Type: table.Date}, {Name: "at", Type: table.Time}, {Name: "when", Type: table.DateTime},
	}, []*table.Vector{
		texts("Anna", "bob", "·", "hanna", "张三"), ints(table.Integer, 1, 2, 3, none, 1<<60), floats, bools,
		ints(table.Date, 19844, 19874, 19875, day(10), none), // 2024-05-01, 2024-05-31, 2024-06-01
		ints(table.Time, 9*3600e6, 9*3600e6+30*60e6, 9*3600e6+30*60e6+15e6, none, 25*3600e6),
		ints(table.DateTime, 19844*86400e6, 19844*86400e6+3600e6, 19845*86400e6, none, -1),
	}), CacheBytes)
	for name, c := range map[string]struct {
		filters []Filter
		want    []int64
	}{
		"contains, any case":      {[]Filter{{Column: 0, Match: Contains, Text: "AN"}}, []int64{0, 3}},
		"contains in any column":  {[]Filter{{Column: AnyColumn, Match: Contains, Text: "12.2"}}, []int64{3}},
		"contains Chinese":        {[]Filter{{Column: 0, Match: Contains, Text: "三"}}, []int64{4}},
		"contains in a date":      {[]Filter{{Column: 4, Match: Contains, Text: "2024-05"}}, []int64{0, 1}},
		"not":                     {[]Filter{{Column: 0, Match: Contains, Text: "an", Not: true}}, []int64{1, 2, 4}},
		"equals, any case":        {[]Filter{{Column: 0, Match: Equals, Text: "ANNA"}}, []int64{0}},
		"one of":                  {[]Filter{{Column: 0, Match: OneOf, Values: []string{"bob", "张三"}}}, []int64{1, 4}},
		"missing":                 {[]Filter{{Column: 0, Match: Missing}}, []int64{2}},
		"present":                 {[]Filter{{Column: 1, Match: Present}}, []int64{0, 1, 2, 4}},
		"texts between":           {[]Filter{{Column: 0, Match: Between, Low: "b", High: "h"}}, []int64{1, 3}},
		"integers":                {[]Filter{{Column: 1, Match: Between, Low: "2"}}, []int64{1, 2, 4}},
		"integers exact":          {[]Filter{{Column: 1, Match: Equals, Text: "1152921504606846976"}}, []int64{4}},
		"integer against a float": {[]Filter{{Column: 1, Match: Between, High: "2.5"}}, []int64{0, 1}},
		"floats":                  {[]Filter{{Column: 2, Match: Between, Low: "0", High: "2"}}, []int64{0, 1}},
		"boolean":                 {[]Filter{{Column: 3, Match: Equals, Text: "是"}}, []int64{0, 3}},
		"a month":                 {[]Filter{{Column: 4, Match: Equals, Text: "2024-05"}}, []int64{0, 1}},
		"up to a month":           {[]Filter{{Column: 4, Match: Between, High: "2024-05"}}, []int64{0, 1, 3}},
		"a day":                   {[]Filter{{Column: 4, Match: OneOf, Values: []string{"2024/06/01"}}}, []int64{2}},
		"a minute":                {[]Filter{{Column: 5, Match: Equals, Text: "9:30"}}, []int64{1, 2}},
		"past a day":              {[]Filter{{Column: 5, Match: Between, Low: "24:00"}}, []int64{4}},
		"an hour of a day":        {[]Filter{{Column: 6, Match: Equals, Text: "2024-05-01 01"}}, []int64{1}},
		"before the epoch":        {[]Filter{{Column: 6, Match: Equals, Text: "1969"}}, []int64{4}},
		"both":                    {[]Filter{{Column: 0, Match: Contains, Text: "an"}, {Column: 3, Match: Equals, Text: "true"}, {Column: 2, Match: Between, Low: "1"}}, []int64{3}},
		"none":                    {[]Filter{{Column: 0, Match: Equals, Text: "nobody"}}, []int64{}},
	} {
		o, err := tbl.Order(context.Background(), Query{Filters: c.filters}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := rowsOf(o); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows %v, want %v", name, got, c.want)
		}
	}
	for _, f := range []Filter{
		{Column: 1, Match: Equals, Text: "x"}, {Column: 2, Match: Between, Low: "NaN"}, {Column: 4, Match: Equals, Text: "13/13"},
		{Column: 5, Match: Equals, Text: "9:75"}, {Column: 3, Match: Equals, Text: "perhaps"}, {Column: 0, Match: "like"}, {Column: 0, Match: Changed},
	} {
		if _, err := tbl.Order(context.Background(), Query{Filters: []Filter{f}}, nil); !fault.Is(err, fault.Usage) {
			t.Errorf("%+v is answered with %v", f, err)
		}
	}
	if _, err := tbl.Order(context.Background(), Query{Sort: []Key{{Column: 7}}}, nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a key of no column is answered with %v", err)
	}
}

func TestPagesOfAnOrder(t *testing.T) {
	const rows = 3000
	var a, b []int64
	for i := range rows {
		a, b = append(a, int64(i)), append(b, int64(rows-i))
	}
	tbl := New(made(t, []table.Column{{Name: "a", Type: table.Integer}, {Name: "b", Type: table.Integer}},
		[]*table.Vector{ints(table.Integer, a[:1500]...), ints(table.Integer, b[:1500]...)},
		[]*table.Vector{ints(table.Integer, a[1500:]...), ints(table.Integer, b[1500:]...)}), 40_000) // less than a page takes
	o, err := tbl.Order(context.Background(), Query{Sort: []Key{{Column: 1}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := tbl.Peek(o.At(0), 0); ok {
		t.Error("a cell that nobody read is in memory")
	}
	v, err := tbl.Page(context.Background(), o, 1400, 1000, []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if v[0].Ints[i] != int64(rows-1401-i) || v[1].Ints[i] != int64(1401+i) {
			t.Fatalf("row %d is %d, %d", i, v[0].Ints[i], v[1].Ints[i])
		}
	}
	if tbl.cache.bytes > 40_000 {
		t.Errorf("the cache holds %d bytes", tbl.cache.bytes)
	}
	if err := tbl.Load(context.Background(), o, 0, 1, []int{0}, nil); err != nil {
		t.Fatal(err)
	}
	if v, at, ok := tbl.Peek(o.At(0), 0); !ok || v.Ints[at] != rows-1 {
		t.Errorf("the cell that was read is %v, %v", at, ok)
	}
	if i, ok := o.Place(rows - 1); !ok || i != 0 {
		t.Errorf("the last row is shown at %d, %v", i, ok)
	}
	if p, err := tbl.Page(context.Background(), o, rows-1, 10, []int{0}); err != nil || p[0].Len() != 1 {
		t.Errorf("a page over the end: %v", err)
	}
}

// wide is a table of so many rows by 151 columns of all kinds.
func wide(tb testing.TB, rows int) *table.Reader {
	tb.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	var columns []table.Column
	for c := range 151 {
		columns = append(columns, table.Column{Name: fmt.Sprintf("c%d", c), Type: []table.Type{table.Integer, table.Float, table.String, table.Date, table.String}[c%5]})
	}
	var groups [][]*table.Vector
	for rows > 0 {
		n := min(rows, 16384)
		rows -= n
		var g []*table.Vector
		for c, col := range columns {
			v := &table.Vector{}
			v.Reset(col.Type)
			for range n {
				switch {
				case r.IntN(10) == 0:
					v.AppendMissing()
				case col.Type == table.Float:
					v.AppendFloat(r.Float64())
				case col.Type == table.String && c%10 == 2:
					v.AppendString(fmt.Appendf(nil, "patient %d", r.IntN(1e6)))
				case col.Type == table.String:
					v.AppendString([]byte([]string{"阴性", "阳性", "未查"}[r.IntN(3)]))
				default:
					v.AppendInt(int64(r.IntN(20000)))
				}
			}
			g = append(g, v)
		}
		groups = append(groups, g)
	}
	return made(tb, columns, groups...)
}

func BenchmarkPage(b *testing.B) {
	reader := wide(b, 65536)
	ctx := context.Background()
	all := make([]int, 151)
	for i := range all {
		all[i] = i
	}
	whole := Whole(reader.Rows())
	b.Run("cold-151", func(b *testing.B) {
		for i := range b.N {
			t := New(reader, CacheBytes)
			if err := t.Load(ctx, whole, (i*7919)%65000, 200, nil, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warm-151", func(b *testing.B) {
		t := New(reader, CacheBytes)
		for range b.N {
			if _, err := t.Page(ctx, whole, 30000, 200, all); err != nil {
				b.Fatal(err)
			}
		}
	})
	t := New(reader, CacheBytes)
	sorted, err := t.Order(ctx, Query{Sort: []Key{{Column: 1}}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("scattered-40x15", func(b *testing.B) {
		for i := range b.N {
			t := New(reader, CacheBytes)
			if err := t.Load(ctx, sorted, (i*7919)%65000, 40, all[:15], nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, key := range []int{0, 1, 2, 4} {
		b.Run(fmt.Sprintf("sort-%s-%d", reader.Columns()[key].Type, key), func(b *testing.B) {
			for range b.N {
				if _, err := t.Order(ctx, Query{Sort: []Key{{Column: key}}}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
