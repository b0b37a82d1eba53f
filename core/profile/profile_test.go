package profile

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/table"
)

func ints(typ table.Type, xs ...any) *table.Vector {
	v := &table.Vector{}
	v.Reset(typ)
	for _, x := range xs {
		switch x := x.(type) {
		case nil:
			v.AppendMissing()
		case int:
			v.AppendInt(int64(x))
		case float64:
			v.AppendFloat(x)
		case bool:
			v.AppendBool(x)
		case string:
			v.AppendString([]byte(x))
		}
	}
	return v
}

func of(typ table.Type, xs ...any) Column {
	b := NewColumn("c", typ)
	b.Add(ints(typ, xs...))
	return b.Done()
}

func TestIntegers(t *testing.T) {
	c := of(table.Integer, 4, nil, 1, 3, 2, 3, nil, -5)
	if c.Rows != 8 || c.Missing != 2 || c.Distinct != 5 || c.Approximate != nil {
		t.Errorf("rows %d, missing %d, distinct %d", c.Rows, c.Missing, c.Distinct)
	}
	s := c.Spread
	// Sorted: -5 1 2 3 3 4; figures from R's quantile(type = 7), mean and sd.
	for _, q := range []struct {
		name string
		got  Point
		want float64
	}{{"min", s.Min, -5}, {"p5", s.P5, -3.5}, {"p25", s.P25, 1.25}, {"median", s.Median, 2.5}, {"p75", s.P75, 3}, {"p95", s.P95, 3.75}, {"max", s.Max, 4}, {"mean", s.Mean, 8.0 / 6}} {
		if math.Abs(q.got.Number-q.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", q.name, q.got, q.want)
		}
	}
	if want := 3.265986323710904; math.Abs(s.SD-want) > 1e-12 {
		t.Errorf("sd is %v, want %v", s.SD, want)
	}
	if diff := gocmp.Diff([]Frequent{{Text: "3", Count: 2}, {Text: "-5", Count: 1}, {Text: "1", Count: 1}, {Text: "2", Count: 1}, {Text: "4", Count: 1}}, c.Top); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]Place{{Text: "4"}, {Text: "1", Row: 2}, {Text: "3", Row: 3}, {Text: "2", Row: 4}, {Text: "-5", Row: 7}}, c.Examples); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]int64{1, 0, 0, 0, 0, 0, 1, 1, 2, 1}, s.Histogram.Counts); diff != "" {
		t.Error(diff)
	}
}

func TestDatesAndTimes(t *testing.T) {
	c := of(table.Date, 0, 1, 18262)
	s := c.Spread
	if s.Min.Text != "1970-01-01" || s.Median.Text != "1970-01-02" || s.Max.Text != "2020-01-01" || s.Max.Number != 18262 {
		t.Errorf("dates: %+v", s)
	}
	c = of(table.Time, 90_000_000, 30_000_000)
	if s = c.Spread; s.Min.Text != "00:00:30" || s.Median.Text != "00:01:00" || s.Max.Number != 90 || math.Abs(s.SD-42.42640687119285) > 1e-9 {
		t.Errorf("times: %+v", s)
	}
}

func TestOneValue(t *testing.T) {
	c := of(table.Float, 2.5)
	if s := c.Spread; s.SD != 0 || s.P5.Number != 2.5 || s.Mean.Number != 2.5 || len(s.Histogram.Counts) != 1 || s.Histogram.Counts[0] != 1 {
		t.Errorf("%+v", s)
	}
}

func TestBooleans(t *testing.T) {
	c := of(table.Boolean, true, nil, false, true)
	if diff := gocmp.Diff([]Frequent{{Text: "true", Count: 2}, {Text: "false", Count: 1}}, c.Top); diff != "" || c.Distinct != 2 || c.Examples[0].Text != "true" || c.Examples[1].Row != 2 {
		t.Errorf("%+v", c)
	}
}

func TestEmpty(t *testing.T) {
	for _, typ := range []table.Type{table.Empty, table.String, table.Integer, table.Boolean} {
		c := of(typ, nil, nil)
		if c.Missing != 2 || c.Distinct != 0 || c.Spread != nil || c.Texts != nil || c.Top != nil {
			t.Errorf("%s: %+v", typ, c)
		}
	}
}

func TestTexts(t *testing.T) {
	c := of(table.String, "AB-12", "张三", nil, "AB-13", "", "张三")
	if c.Distinct != 4 || c.Texts.MinLength != 0 || c.Texts.MaxLength != 5 || math.Abs(c.Texts.MeanLength-14.0/5) > 1e-12 {
		t.Errorf("%+v %+v", c, c.Texts)
	}
	if diff := gocmp.Diff([]Frequent{{Text: "AA-99", Count: 2}, {Text: "字字", Count: 2}, {Text: "", Count: 1}}, c.Texts.Shapes); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]Frequent{{Text: "张三", Count: 2}, {Text: "AB-12", Count: 1}, {Text: "AB-13", Count: 1}, {Text: "", Count: 1}}, c.Top); diff != "" {
		t.Error(diff)
	}
}

// TestRuns holds that a profile is the same however the column is cut, and
// that it survives JSON.
func TestRuns(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typ := rapid.SampledFrom([]table.Type{table.Integer, table.Float, table.Boolean, table.Date, table.DateTime, table.Time, table.String}).Draw(rt, "type")
		limit := rapid.SampledFrom([]int{600, 4096, StateLimit}).Draw(rt, "limit")
		n := rapid.IntRange(0, 300).Draw(rt, "rows")
		values := make([]any, n)
		for i := range values {
			switch {
			case rapid.IntRange(0, 9).Draw(rt, "missing") == 0:
			case typ == table.Float:
				values[i] = rapid.Float64Range(-1e6, 1e6).Draw(rt, "x")
			case typ == table.Boolean:
				values[i] = rapid.Bool().Draw(rt, "x")
			case typ == table.String:
				values[i] = rapid.StringN(0, 5, 20).Draw(rt, "x")
			default:
				values[i] = rapid.IntRange(-400, 40000).Draw(rt, "x")
			}
		}
		whole := newColumn("c", typ, limit)
		whole.Add(ints(typ, values...))
		cut := newColumn("c", typ, limit)
		for from := 0; from < n; {
			to := min(n, from+rapid.IntRange(1, 100).Draw(rt, "run"))
			cut.Add(ints(typ, values[from:to]...))
			from = to
		}
		want, got := whole.Done(), cut.Done()
		if diff := gocmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
		js, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		var back Column
		if err := json.Unmarshal(js, &back); err != nil {
			rt.Fatal(err)
		}
		if limit == StateLimit {
			naively(rt, want, values)
		}
	})
}

// TestPastLimit holds estimates to the bounds they come with.
func TestPastLimit(t *testing.T) {
	const n = 2_000_000
	rng := rand.New(rand.NewPCG(1, 2))
	b := newColumn("c", table.Integer, 1<<20)
	exact := make([]float64, n)
	v := &table.Vector{}
	v.Reset(table.Integer)
	for i := range exact {
		x := int64(rng.NormFloat64() * 1e6)
		if i%5 == 0 {
			x = 42
		}
		exact[i] = float64(x)
		v.AppendInt(x)
	}
	b.Add(v)
	c := b.Done()
	slices.Sort(exact)
	a := c.Approximate
	if a == nil || a.RankError > 0.01 || a.RankError == 0 {
		t.Fatalf("approximation: %+v", a)
	}
	for _, q := range []struct {
		p   float64
		got Point
	}{{0, c.Spread.Min}, {0.05, c.Spread.P5}, {0.25, c.Spread.P25}, {0.5, c.Spread.Median}, {0.75, c.Spread.P75}, {0.95, c.Spread.P95}, {1, c.Spread.Max}} {
		low, _ := slices.BinarySearch(exact, q.got.Number)
		high, _ := slices.BinarySearch(exact, q.got.Number+1)
		if float64(low) > (q.p+a.RankError)*n+1 || float64(high) < (q.p-a.RankError)*n-1 {
			t.Errorf("quantile %v is %v: ranks %d to %d", q.p, q.got, low, high)
		}
	}
	distinct := int64(len(slices.Compact(slices.Clone(exact))))
	if off := math.Abs(float64(c.Distinct-distinct)) / float64(distinct); off > 5*a.DistinctError {
		t.Errorf("distinct is %d, want %d within %v", c.Distinct, distinct, a.DistinctError)
	}
	if top := c.Top[0]; top.Text != "42" || top.Count > n/5+100 || top.Count+a.CountError < n/5 {
		t.Errorf("top is %+v, within %d", top, a.CountError)
	}
	t.Logf("%+v, distinct %d of %d", *a, c.Distinct, distinct)
}

func TestManyTexts(t *testing.T) {
	const n = 300_000
	b := newColumn("c", table.String, 1<<20)
	v := &table.Vector{}
	v.Reset(table.String)
	for i := range n {
		text := fmt.Sprintf("id-%06d", i)
		if i%3 == 0 {
			text = "often"
		}
		v.AppendString([]byte(text))
	}
	b.Add(v)
	c := b.Done()
	if c.Approximate == nil || c.Top[0].Text != "often" || c.Top[0].Count+c.Approximate.CountError < n/3 || c.Top[0].Count > n/3 {
		t.Errorf("%+v %+v", c.Top, c.Approximate)
	}
	if off := math.Abs(float64(c.Distinct)-200_001) / 200_001; off > 5*c.Approximate.DistinctError {
		t.Errorf("distinct is %d", c.Distinct)
	}
	if diff := gocmp.Diff([]Frequent{{Text: "aa-999999", Count: 200_000}, {Text: "aaaaa", Count: 100_000}}, c.Texts.Shapes); diff != "" {
		t.Error(diff)
	}
	if len(b.texts.values.bytes)+len(b.texts.values.entries)*entrySize > 1<<20 {
		t.Error("the state is past its limit")
	}
}

func BenchmarkAdd(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 1 << 20
	vectors := map[string]*table.Vector{}
	for _, name := range []string{"ints", "floats", "codes", "texts"} {
		v := &table.Vector{}
		switch name {
		case "ints":
			v.Reset(table.Integer)
		case "floats":
			v.Reset(table.Float)
		default:
			v.Reset(table.String)
		}
		for i := range n {
			switch name {
			case "ints":
				v.AppendInt(rng.Int64N(1000))
			case "floats":
				v.AppendFloat(rng.NormFloat64())
			case "codes":
				v.AppendString(fmt.Appendf(nil, "code %d", rng.IntN(50)))
			case "texts":
				v.AppendString(fmt.Appendf(nil, "text %d", i))
			}
		}
		vectors[name] = v
	}
	for name, v := range vectors {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := NewColumn(name, v.Type)
				c.Add(v)
				c.Done()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/cell")
		})
	}
}
