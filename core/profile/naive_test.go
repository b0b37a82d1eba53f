package profile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"sheetmill/core/table"
)

// number is a value as Point.Number tells it.
func number(c Column, x any) float64 {
	unit := 1.0
	if c.Type == table.DateTime || c.Type == table.Time {
		unit = 1e6
	}
	switch x := x.(type) {
	case int:
		return float64(x) / unit
	case float64:
		return x
	}
	return math.NaN()
}

// naively compares a profile with figures found in the plainest way.
func naively(rt *rapid.T, c Column, values []any) {
	counts := map[any]int64{}
	var numbers []float64
	missing := int64(0)
	for row, x := range values {
		if x == nil {
			missing++
			continue
		}
		if counts[x]++; counts[x] == 1 && len(counts) <= len(c.Examples) {
			if at := c.Examples[len(counts)-1].Row; at != int64(row) {
				rt.Fatalf("example %d stands in row %d, not %d", len(counts)-1, row, at)
			}
		}
		if n := number(c, x); !math.IsNaN(n) {
			numbers = append(numbers, n)
		}
	}
	if c.Rows != int64(len(values)) || c.Missing != missing || c.Distinct != int64(len(counts)) || len(c.Examples) != min(len(counts), MaxExamples) {
		rt.Fatalf("%d rows, %d missing, %d distinct, want %d, %d, %d; %v", c.Rows, c.Missing, c.Distinct, len(values), missing, len(counts), c.Examples)
	}
	if unique := missing == 0 && len(counts) == len(values) && len(values) > 1; unique != (c.Key == Unique) && (c.Type == table.Integer || c.Type == table.String) {
		rt.Fatalf("key is %q", c.Key)
	}
	var all []int64
	for _, n := range counts {
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	for i, f := range c.Top {
		if f.Count != all[i] {
			rt.Fatalf("top %d counts %d, want %d", i, f.Count, all[i])
		}
	}
	if c.Texts != nil {
		naiveTexts(rt, c, values)
	}
	if len(numbers) > 0 {
		slices.Sort(numbers)
		naiveSpread(rt, c, numbers)
	}
}

func naiveTexts(rt *rapid.T, c Column, values []any) {
	total := int64(0)
	for _, l := range c.Texts.Lengths {
		n := int64(0)
		for _, x := range values {
			if s, ok := x.(string); ok {
				if length := int64(utf8.RuneCountInString(s)); l.From <= length && length <= l.To {
					n++
				}
			}
		}
		if n != l.Count {
			rt.Fatalf("%d texts of %d to %d characters, want %d", l.Count, l.From, l.To, n)
		}
		total += n
	}
	if total != c.Rows-c.Missing {
		rt.Fatalf("the lengths of %d texts of %d", total, c.Rows-c.Missing)
	}
}

// naiveQuantile is R's type 7.
func naiveQuantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	low := int(h)
	if low == len(sorted)-1 {
		return sorted[low]
	}
	return sorted[low]*(1-(h-float64(low))) + sorted[low+1]*(h-float64(low))
}

func near(a, b, scale float64) bool { return math.Abs(a-b) <= 1e-9*scale }

func naiveSpread(rt *rapid.T, c Column, sorted []float64) {
	s := c.Spread
	n := float64(len(sorted))
	mean, squares := 0.0, 0.0
	for _, x := range sorted {
		mean += x / n
	}
	for _, x := range sorted {
		squares += (x - mean) * (x - mean)
	}
	scale := math.Abs(sorted[0]) + math.Abs(sorted[len(sorted)-1]) + 1
	unit := 0.0 // dates and times are rounded down
	switch c.Type {
	case table.Date:
		unit = 1
	case table.DateTime, table.Time:
		unit = 1e-6
	}
	for p, got := range map[float64]Point{0: s.Min, 0.05: s.P5, 0.25: s.P25, 0.5: s.Median, 0.75: s.P75, 0.95: s.P95, 1: s.Max} {
		if want := naiveQuantile(sorted, p); got.Number > want+1e-9*scale || got.Number < want-unit-1e-9*scale {
			rt.Fatalf("quantile %v is %v, want %v", p, got, want)
		}
	}
	if s.Mean.Number > mean+1e-9*scale || s.Mean.Number < mean-unit-1e-9*scale {
		rt.Fatalf("mean is %v, want %v", s.Mean, mean)
	}
	if n > 1 && !near(s.SD, math.Sqrt(squares/(n-1)), scale) {
		rt.Fatalf("sd is %v, want %v", s.SD, math.Sqrt(squares/(n-1)))
	}
	naiveHistogram(rt, s.Histogram, sorted)
	naiveOutliers(rt, c, sorted)
}

func naiveHistogram(rt *rapid.T, h Histogram, sorted []float64) {
	if len(h.Counts) != len(h.Edges)-1 || len(h.Counts) > MaxBins {
		rt.Fatalf("%d bins between %d edges", len(h.Counts), len(h.Edges))
	}
	last := len(h.Counts) - 1
	below, above := int64(0), int64(0)
	counts := make([]int64, len(h.Counts))
	for _, x := range sorted {
		switch i := slices.IndexFunc(h.Edges, func(e Point) bool { return x < e.Number }); {
		case i == 0:
			below++
		case i > 0:
			counts[i-1]++
		case x == h.Edges[last+1].Number && h.Above == 0:
			counts[last]++
		default:
			above++
		}
	}
	if !slices.Equal(counts, h.Counts) || below != h.Below || above != h.Above {
		rt.Fatalf("bins %+v, want %v, %d below and %d above", h, counts, below, above)
	}
}

func naiveOutliers(rt *rapid.T, c Column, sorted []float64) {
	median, q1, q3 := naiveQuantile(sorted, 0.5), naiveQuantile(sorted, 0.25), naiveQuantile(sorted, 0.75)
	if len(sorted) < fewest || c.Distinct < 3 || median == q1 || median == q3 {
		return
	}
	low, high := int64(0), int64(0)
	for _, x := range sorted {
		switch {
		case (x-median)/(1.4826*(median-q1)) < -OutlierZ:
			low++
		case (x-median)/(1.4826*(q3-median)) > OutlierZ:
			high++
		}
	}
	o := c.Outliers
	if o == nil {
		o = &Outliers{}
	}
	if o.Low != low || o.High != high {
		rt.Fatalf("outliers %d and %d, want %d and %d", o.Low, o.High, low, high)
	}
}

func TestFarValuesLeaveTheBins(t *testing.T) {
	values := make([]any, 0, 203)
	for i := range 200 {
		values = append(values, 20+i%60)
	}
	values = append(values, 9999, -500, nil)
	c := of(table.Integer, values...)
	h, o := c.Spread.Histogram, c.Outliers
	if h.Below != 1 || h.Above != 1 || h.Edges[0].Text != "20" {
		t.Errorf("%+v", h)
	}
	if o == nil || o.Low != 1 || o.High != 1 || o.Examples[0].Text != "9999" || o.Examples[0].Row != 200 || o.Examples[1].Row != 201 || o.Examples[0].Z < 100 {
		t.Errorf("%+v", o)
	}
}

// TestFewOthers is a column whose sides are one value each: one far value in a
// hundred is an outlier, more are another group.
func TestFewOthers(t *testing.T) {
	values := make([]any, 400)
	for i := range values {
		values[i] = 5
	}
	values[7], values[9] = 500, 6
	if o := of(table.Integer, values...).Outliers; o == nil || o.High != 1 || o.Examples[0].Row != 7 {
		t.Errorf("%+v", o)
	}
	for i := range 40 {
		values[i] = 500 + i
	}
	if o := of(table.Integer, values...).Outliers; o != nil {
		t.Errorf("%+v", o)
	}
}

func TestCalendarBins(t *testing.T) {
	date := func(y, m, d int) int { return int(daysOf(y, m, d)) }
	for _, one := range []struct {
		from, to    int
		first, then string
	}{
		{date(2024, 2, 27), date(2024, 3, 4), "2024-02-27", "2024-02-28"},
		{date(2024, 1, 3), date(2024, 4, 1), "2024-01-01", "2024-01-08"},
		{date(2023, 1, 15), date(2024, 5, 2), "2023-01-01", "2023-02-01"},
		{date(1999, 5, 5), date(2003, 1, 1), "1999-04-01", "1999-07-01"},
		{date(1931, 5, 5), date(2019, 1, 1), "1930-01-01", "1935-01-01"},
	} {
		h := of(table.Date, one.from, one.to, one.to).Spread.Histogram
		if h.Edges[0].Text != one.first || h.Edges[1].Text != one.then || h.Counts[0] != 1 || h.Counts[len(h.Counts)-1] != 2 {
			t.Errorf("%+v", h)
		}
	}
	h := of(table.DateTime, 36_000_000_000, 40_000_000_000).Spread.Histogram
	if h.Edges[0].Text != "1970-01-01T10:00:00" || h.Edges[1].Text != "1970-01-01T10:05:00" {
		t.Errorf("%+v", h)
	}
}

// TestWildFloats holds that numbers at the ends of what a float holds give
// figures that JSON can carry, and bins that hold every value.
func TestWildFloats(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.MaxFloat64, -math.MaxFloat64, 5e-324, 1, 1 + 1e-15, 1e16, 1e16 + 2})), 1, 60).Draw(rt, "values")
		values := make([]any, len(list))
		for i, x := range list {
			values[i] = x
		}
		c := of(table.Float, values...)
		sum := c.Spread.Histogram.Below + c.Spread.Histogram.Above
		for _, n := range c.Spread.Histogram.Counts {
			if n < 0 {
				rt.Fatalf("%+v", c.Spread.Histogram)
			}
			sum += n
		}
		if sum != int64(len(list)) {
			rt.Fatalf("%d of %d values in %+v", sum, len(list), c.Spread.Histogram)
		}
		for _, x := range []float64{c.Spread.Mean.Number, c.Spread.SD, c.Spread.Median.Number, c.Spread.P95.Number} {
			if math.IsInf(x, 0) || math.IsNaN(x) {
				rt.Fatalf("%+v", c.Spread)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	var codes []any
	for i := range 100 {
		codes = append(codes, fmt.Sprintf("P%03d", i))
	}
	if c := of(table.String, codes...); c.Key != Unique {
		t.Errorf("key is %q", c.Key)
	}
	codes[99] = codes[3]
	if c := of(table.String, codes...); c.Key != NearKey || c.Top[0].Text != "P003" || c.Top[0].Count != 2 {
		t.Errorf("key is %q, top %v", c.Key, c.Top)
	}
	codes[98] = nil
	if c := of(table.String, codes...); c.Key != NearKey {
		t.Errorf("key is %q", c.Key)
	}
	if c := of(table.Date, 1, 2, 3); c.Key != "" {
		t.Errorf("key is %q", c.Key)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	long := make([]rune, 10_000)
	for i := range long {
		long[i] = '汉'
	}
	c := of(table.String, string(long))
	if f := c.Top[0]; f.Length != 10_000 || utf8.RuneCountInString(f.Text) != MaxText || c.Examples[0].Length != 10_000 {
		t.Errorf("%d of %d characters", utf8.RuneCountInString(f.Text), f.Length)
	}
	if l := c.Texts.Lengths; len(l) != 1 || l[0].From > 10_000 || l[0].To < 10_000 {
		t.Errorf("%+v", l)
	}
}
