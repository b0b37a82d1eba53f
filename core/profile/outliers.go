package profile

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// placed is a key and the row where it stands.
type placed struct {
	key uint64
	row int64
}

// ends keeps the outermost values on either side, with the first rows that hold
// them: which of them are outliers is known only at the end.
type ends struct {
	low, high []placed // outermost first
}

// takes tells whether a value would be one of them.
func (e *ends) takes(key uint64) bool {
	return len(e.low) < MaxExamples || key < e.low[MaxExamples-1].key || key > e.high[MaxExamples-1].key
}

func (e *ends) add(key uint64, row int64) {
	if n := len(e.low); n < MaxExamples || key < e.low[n-1].key {
		e.low = insert(e.low, placed{key, row}, func(have uint64) bool { return have > key })
	}
	if n := len(e.high); n < MaxExamples || key > e.high[n-1].key {
		e.high = insert(e.high, placed{key, row}, func(have uint64) bool { return have < key })
	}
}

func insert(list []placed, p placed, after func(have uint64) bool) []placed {
	at := len(list)
	for at > 0 && after(list[at-1].key) {
		at--
	}
	if len(list) == MaxExamples {
		list = list[:MaxExamples-1]
	}
	return slices.Insert(list, at, p)
}

// side is how the values on one side of the median spread: z is
// (x - median) / unit there.
type side struct {
	unit    float64 // 0: nothing can be said
	limited bool    // the unit is of the mean deviation: few may be outliers
}

// outer is what it takes to call a value far from the others.
type outer struct {
	median    float64
	low, high side
}

// fewest is the least number of values among which one can be far from the others.
const fewest = 10

func (s *scale) outer(all *weighted) outer {
	if s.n < fewest {
		return outer{}
	}
	o := outer{median: s.between(all, 0.5)}
	o.low.unit = 1.4826 * (o.median - s.between(all, 0.25))
	o.high.unit = 1.4826 * (s.between(all, 0.75) - o.median)
	if o.low.unit <= 0 || o.high.unit <= 0 {
		low, high := s.deviations(all, o.median)
		if o.low.unit <= 0 {
			o.low = side{1.2533 * low, true}
		}
		if o.high.unit <= 0 {
			o.high = side{1.2533 * high, true}
		}
	}
	return o
}

// between is a quantile in the vector's unit, not rounded to its values.
func (s *scale) between(all *weighted, p float64) float64 {
	at := p * float64(all.len()-1)
	low := math.Floor(at)
	a := s.value(all.at(int64(low)))
	if at == low {
		return a
	}
	return a*(1-(at-low)) + s.value(all.at(int64(low)+1))*(at-low)
}

// deviations are the mean distances from the median of the values up to it and
// of those from it on. Each half of the ranks is one side, so that values equal to
// the median count with both.
func (s *scale) deviations(all *weighted, median float64) (low, high float64) {
	half := float64(all.len()) / 2
	end := int64(0)
	for i, k := range all.keys {
		n := int64(1)
		if all.ends != nil {
			n = all.ends[i] - end
			end = all.ends[i]
		}
		if d := s.value(k) - median; d < 0 {
			low -= d * float64(n)
		} else {
			high += d * float64(n)
		}
	}
	return low / half, high / half
}

// fence is the value at a robust z, in the vector's unit.
func (o outer) fence(z float64) float64 {
	if z < 0 {
		return o.median + z*o.low.unit
	}
	return o.median + z*o.high.unit
}

func (o outer) z(x float64) float64 {
	if x < o.median {
		return (x - o.median) / o.low.unit
	}
	return (x - o.median) / o.high.unit
}

// beyond counts the values past the fences of a robust z; 0 on a side where
// nothing can be said, or where too many would be called far.
func (s *scale) beyond(all *weighted, o outer, z float64) (low, high int64) {
	most := max(s.n/100, 1)
	if fence := o.fence(-z); o.low.unit > 0 && !math.IsInf(fence, 0) {
		if low = s.under(all, fence, false); o.low.limited && low > most {
			low = 0
		}
	}
	if fence := o.fence(z); o.high.unit > 0 && !math.IsInf(fence, 0) {
		if high = all.len() - s.under(all, fence, true); o.high.limited && high > most {
			high = 0
		}
	}
	return low, high
}

// under counts the values less than x, or equal to it too.
func (s *scale) under(all *weighted, x float64, equal bool) int64 {
	return all.before(sort.Search(len(all.keys), func(i int) bool {
		v := s.value(all.keys[i])
		return v > x || !equal && v == x
	}))
}

func (s *scale) outliers(all *weighted, o outer, distinct int64) *Outliers {
	out := &Outliers{}
	if distinct < 3 { // the rarer of two answers is no outlier
		return nil
	}
	out.Low, out.High = s.beyond(all, o, OutlierZ)
	if out.Low+out.High == 0 {
		return nil
	}
	if out.Low > 0 {
		p := s.point(o.fence(-OutlierZ))
		out.LowFence = &p
	}
	if out.High > 0 {
		p := s.point(o.fence(OutlierZ))
		out.HighFence = &p
	}
	add := func(list []placed, n int64) {
		for _, p := range list[:min(int64(len(list)), n)] {
			z := math.Round(min(max(o.z(s.value(p.key)), -1e9), 1e9)*100) / 100
			out.Examples = append(out.Examples, Place{Text: s.plain(p.key), Row: p.row, Z: z})
		}
	}
	add(s.ends.low, out.Low)
	add(s.ends.high, out.High)
	slices.SortStableFunc(out.Examples, func(a, b Place) int { return cmp.Compare(math.Abs(b.Z), math.Abs(a.Z)) })
	out.Examples = out.Examples[:min(len(out.Examples), MaxExamples)]
	return out
}
