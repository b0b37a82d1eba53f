package profile

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"sheetmill/core/table"
)

// scale sums up a column whose values have an order. It keeps each value as a
// key: an unsigned number in the order of the values.
type scale struct {
	typ      table.Type
	keys     []uint64 // exact: all of them
	maxKeys  int
	sketch   *sketch  // set past maxKeys, and keys is no longer used
	counts   *counter // likewise
	examples []placed
	ends     ends
	limit    int
	n        int64
	mean, m2 float64 // Welford 1962
	box      [8]byte
}

func newScale(typ table.Type, limit int) *scale {
	// Sorting needs the keys twice.
	return &scale{typ: typ, maxKeys: limit / 16, limit: limit}
}

func intKey(x int64) uint64 { return uint64(x) ^ 1<<63 }

func floatKey(x float64) uint64 {
	b := math.Float64bits(x + 0) // one zero, not two
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// value is the number of a key, in the vector's unit.
func (s *scale) value(key uint64) float64 {
	if s.typ != table.Float {
		return float64(int64(key ^ 1<<63))
	}
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}

func (s *scale) add(key uint64, x float64, row int64) {
	s.n++
	d := x - s.mean
	s.mean += d / float64(s.n)
	s.m2 += d * (x - s.mean)
	if len(s.examples) < MaxExamples && !slices.ContainsFunc(s.examples, func(p placed) bool { return p.key == key }) {
		s.examples = append(s.examples, placed{key, row})
	}
	s.ends.add(key, row)
	if s.sketch == nil && len(s.keys) == s.maxKeys {
		s.outgrow()
	}
	if s.sketch == nil {
		s.keys = append(s.keys, key)
	} else {
		s.estimate(key)
	}
}

// outgrow turns from keys to estimates.
func (s *scale) outgrow() {
	s.sketch = newSketch(s.limit / 16 / 8)
	s.counts = newCounter(s.limit / 2)
	for _, k := range s.keys {
		s.estimate(k)
	}
	s.keys = nil
}

func (s *scale) estimate(key uint64) {
	s.sketch.add(key)
	binary.LittleEndian.PutUint64(s.box[:], key)
	s.counts.add(s.box[:], 1)
}

// weighted is a sorted list of keys, each standing for one value or more.
type weighted struct {
	keys []uint64
	ends []int64 // number of values up to and with key i; nil: each key is one value
}

func (w *weighted) len() int64 {
	if w.ends == nil {
		return int64(len(w.keys))
	}
	return w.ends[len(w.ends)-1]
}

// at is the value of a 0-based rank.
func (w *weighted) at(rank int64) uint64 {
	if w.ends == nil {
		return w.keys[rank]
	}
	i, _ := slices.BinarySearch(w.ends, rank+1)
	return w.keys[i]
}

// before is the number of values that the first i keys stand for.
func (w *weighted) before(i int) int64 {
	if w.ends == nil || i == 0 {
		return int64(i)
	}
	return w.ends[i-1]
}

func (s *scale) done(col *Column) {
	var all weighted
	if s.sketch == nil {
		sortKeys(s.keys)
		all.keys = s.keys
		s.runs(col)
	} else {
		all = s.sketch.sorted()
		col.Distinct = s.counts.distinct()
		for _, e := range s.counts.top(TopValues) {
			col.Top = append(col.Top, Frequent{Text: s.plain(binary.LittleEndian.Uint64(s.counts.text(&e))), Count: e.count})
		}
		col.Approximate = s.counts.approximation()
		if col.Approximate == nil {
			col.Approximate = &Approximation{}
		}
		col.Approximate.RankError = s.sketch.rankError()
	}
	for _, p := range s.examples {
		col.Examples = append(col.Examples, Place{Text: s.plain(p.key), Row: p.row})
	}
	s.tame(&all)
	sp := &Spread{
		Min: s.quantile(&all, 0), P5: s.quantile(&all, 0.05), P25: s.quantile(&all, 0.25), Median: s.quantile(&all, 0.5),
		P75: s.quantile(&all, 0.75), P95: s.quantile(&all, 0.95), Max: s.quantile(&all, 1),
		Mean: s.point(s.mean),
	}
	if s.sketch != nil {
		sp.Min, sp.Max = s.keyPoint(s.sketch.min), s.keyPoint(s.sketch.max)
	}
	if s.n > 1 {
		sp.SD = min(math.Sqrt(s.m2/float64(s.n-1))/s.perUnit(), math.MaxFloat64)
	}
	outer := s.outer(&all)
	sp.Histogram = s.histogram(&all, sp, outer)
	col.Spread, col.Outliers = sp, s.outliers(&all, outer, col.Distinct)
}

// tame takes the moments again, scaled down, where they are past what a float holds.
func (s *scale) tame(all *weighted) {
	if finite := s.mean - s.mean + (s.m2 - s.m2); finite == 0 {
		return
	}
	const down = 1.0 / (1 << 30) / (1 << 30)
	var n, mean, m2 float64
	for i, k := range all.keys {
		w := float64(all.before(i+1) - all.before(i))
		n += w
		d := s.value(k)*down - mean
		mean += d * w / n
		m2 += d * down * (s.value(k)*down - mean) * w
	}
	s.mean = max(min(mean/down, math.MaxFloat64), -math.MaxFloat64)
	s.m2 = min(m2/down/down/down, math.MaxFloat64)
}

// runs counts equal neighbours of the sorted keys.
func (s *scale) runs(col *Column) {
	type run struct {
		key   uint64
		count int64
	}
	var best []run
	for i := 0; i < len(s.keys); {
		j := i + 1
		for j < len(s.keys) && s.keys[j] == s.keys[i] {
			j++
		}
		col.Distinct++
		r := run{s.keys[i], int64(j - i)}
		i = j
		if len(best) == TopValues && r.count <= best[TopValues-1].count {
			continue
		}
		if len(best) == TopValues {
			best = best[:TopValues-1]
		}
		at := len(best)
		for at > 0 && best[at-1].count < r.count {
			at--
		}
		best = slices.Insert(best, at, r)
	}
	for _, r := range best {
		col.Top = append(col.Top, Frequent{Text: s.plain(r.key), Count: r.count})
	}
}

// quantile interpolates linearly between the two nearest ranks.
func (s *scale) quantile(all *weighted, p float64) Point {
	at := p * float64(all.len()-1)
	low := math.Floor(at)
	key := all.at(int64(low))
	part := at - low
	if part == 0 {
		return s.keyPoint(key)
	}
	next := all.at(int64(low) + 1)
	if next == key {
		return s.keyPoint(key)
	}
	a, b := s.value(key), s.value(next)
	return s.point(a*(1-part) + b*part)
}

// perUnit is how many of the vector's units make one of Point.Number.
func (s *scale) perUnit() float64 {
	if s.typ == table.DateTime || s.typ == table.Time {
		return 1e6
	}
	return 1
}

func (s *scale) plain(key uint64) string { return s.keyPoint(key).Text }

// keyPoint is the point of a value, spelled exactly.
func (s *scale) keyPoint(key uint64) Point {
	v := table.Vector{Type: s.typ}
	if s.typ == table.Float {
		v.AppendFloat(s.value(key))
	} else {
		v.AppendInt(int64(key ^ 1<<63))
	}
	return Point{string(v.AppendText(nil, 0)), s.value(key) / s.perUnit()}
}

// point is a place between values, in the vector's unit.
func (s *scale) point(x float64) Point {
	switch s.typ {
	case table.Date, table.DateTime, table.Time:
		return s.keyPoint(intKey(int64(math.Floor(x))))
	}
	return Point{spelledTo15(x), x}
}

// spelledTo15 spells a computed number with the 15 digits that binary64 holds
// for sure: 3.85, not 3.8499999999999996.
func spelledTo15(x float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64)
	if err != nil {
		rounded = x
	}
	return string(table.AppendFloat(nil, rounded))
}
