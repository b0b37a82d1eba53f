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
	keys     []uint64 // exact: all of them that came one by one,
	often    tally    // and those that came with a count
	maxKeys  int      // that keys may have, and often with them
	sketch   *sketch  // set past maxKeys, and the others are no longer used
	counts   *counter // likewise
	moving   moments  // likewise
	examples []placed
	ends     ends
	limit    int
	n        int64
	mean, m2 float64 // set at the end; m2 is the sum of the squares of what the values are off it
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

// add takes in a value that stands in a row.
func (s *scale) add(key uint64, row int64) {
	s.n++
	if s.ends.takes(key) {
		s.ends.add(key, row)
	}
	if s.sketch != nil {
		s.estimate(key, 1)
		return
	}
	if s.keys = append(s.keys, key); len(s.keys)+s.often.room() > s.maxKeys {
		s.outgrow()
	}
}

// example notes one of the first different values; false once there are enough.
func (s *scale) example(key uint64, row int64) bool {
	if !slices.ContainsFunc(s.examples, func(p placed) bool { return p.key == key }) {
		s.examples = append(s.examples, placed{key, row})
	}
	return len(s.examples) < MaxExamples
}

// addCoded takes in a run of rows: counts are those of the keys, and codes tell
// which key stands in which row.
func (s *scale) addCoded(keys []uint64, counts []int64, codes []uint32, row int64) {
	outer := make([]bool, len(keys)+1) // of the keys that are outermost, every row counts; one more is missing
	some := false
	for k, key := range keys {
		if counts[k] == 0 {
			continue
		}
		if s.ends.takes(key) {
			outer[k], some = true, true
		}
		if len(s.examples) < MaxExamples {
			s.example(key, row+int64(slices.Index(codes, uint32(k))))
		}
		s.n += counts[k]
		if s.sketch != nil {
			s.estimate(key, counts[k])
		} else {
			s.often.add(key, counts[k])
		}
	}
	if some {
		for i, code := range codes {
			if outer[code] && s.ends.takes(keys[code]) {
				s.ends.add(keys[code], row+int64(i))
			}
		}
	}
	if s.sketch == nil && len(s.keys)+s.often.room() > s.maxKeys {
		s.outgrow()
	}
}

// outgrow turns from keys to estimates.
func (s *scale) outgrow() {
	s.sketch = newSketch(s.limit / 16 / 8)
	s.counts = newCounter(s.limit / 2)
	for _, k := range s.keys {
		s.estimate(k, 1)
	}
	for _, p := range s.often.compact() {
		s.estimate(p.key, p.n)
	}
	s.keys, s.often = nil, tally{}
}

func (s *scale) estimate(key uint64, n int64) {
	for range n {
		s.sketch.add(key)
	}
	s.moving.add(s.value(key), n)
	binary.LittleEndian.PutUint64(s.box[:], key)
	s.counts.add(s.box[:], n)
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
		all = joined(s.keys, s.often.compact())
		s.runs(&all, col)
		s.mean, s.m2 = s.moments(&all)
	} else {
		all = s.sketch.sorted()
		s.mean, s.m2 = s.moving.mean, s.moving.m2
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

// runs counts the different values and finds the most frequent.
func (s *scale) runs(all *weighted, col *Column) {
	var best []counted
	all.each(func(key uint64, n int64) {
		col.Distinct++
		if len(best) == TopValues {
			if n <= best[TopValues-1].n {
				return
			}
			best = best[:TopValues-1]
		}
		at := len(best)
		for at > 0 && best[at-1].n < n {
			at--
		}
		best = slices.Insert(best, at, counted{key, n})
	})
	for _, r := range best {
		col.Top = append(col.Top, Frequent{Text: s.plain(r.key), Count: r.n})
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
