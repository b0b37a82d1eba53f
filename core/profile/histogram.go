package profile

import (
	"math"
	"strconv"
	"time"

	"sheetmill/core/table"
)

// farZ is past which robust z a value may be left out of the bins.
const farZ = 10

// histogram counts values in up to MaxBins bins.
func (s *scale) histogram(all *weighted, sp *Spread, o outer) Histogram {
	first, last := s.ends.low[0].key, s.ends.high[0].key
	if first == last {
		return Histogram{Edges: []Point{sp.Min, sp.Max}, Counts: []int64{s.n}}
	}
	first, last = s.inner(all, o, first, last)
	low, high := s.value(first), s.value(last)
	edges := s.edges(low, high)
	h := Histogram{Edges: make([]Point, len(edges)), Counts: make([]int64, len(edges)-1)}
	upTo := s.under(all, edges[0], false)
	h.Below = upTo
	for i, edge := range edges {
		h.Edges[i] = s.point(edge)
		if i > 0 {
			next := s.under(all, edge, i == len(edges)-1 && edge == high)
			h.Counts[i-1] = next - upTo
			upTo = next
		}
	}
	h.Above = all.len() - upTo
	return h
}

// inner leaves out values far from the others if they would take more than half
// of the bins.
func (s *scale) inner(all *weighted, o outer, first, last uint64) (from, to uint64) {
	below, above := s.beyond(all, o, farZ)
	from, to = first, last
	if below > 0 && below < all.len() {
		from = all.at(below)
	}
	if above > 0 && above < all.len() {
		to = all.at(all.len() - above - 1)
	}
	// Halves, for the whole range of floats may be more than a float holds.
	if whole, inside := s.value(last)/2-s.value(first)/2, s.value(to)/2-s.value(from)/2; from >= to || inside > whole/2 {
		return first, last
	}
	return from, to
}

// edges are round and not more than MaxBins + 1; the first is low or less, the
// last more than high (floats: high or more).
func (s *scale) edges(low, high float64) []float64 {
	switch s.typ {
	case table.Date:
		return calendar(low, high, 1)
	case table.DateTime:
		return calendar(low, high, day)
	case table.Time:
		return clock(low, high)
	case table.Integer:
		return round(low, high, true)
	default:
		return round(low, high, false)
	}
}

// round gives edges at multiples of 1, 2, 2.5 or 5 times a power of ten.
func round(low, high float64, whole bool) []float64 {
	size := high/MaxBins - low/MaxBins
	if whole {
		size = max(size, 1)
	}
	power := math.Pow(10, math.Floor(math.Log10(size)))
	for {
		for _, step := range []float64{1, 2, 2.5, 5} {
			width := step * power
			if whole && width != math.Trunc(width) {
				continue
			}
			if edges := multiples(low, high, width, whole); edges != nil {
				return edges
			}
		}
		power *= 10
		if math.IsInf(power, 0) || power == 0 {
			return []float64{low, high} // the range of a float has no round parts
		}
	}
}

// multiples are the multiples of a width around low to high; nil if they are too many.
func multiples(low, high, width float64, whole bool) []float64 {
	from, to := math.Floor(low/width), math.Floor(high/width)
	if to-from+1 > MaxBins || math.IsInf(width, 0) || !(math.Abs(from) < 1<<52 && math.Abs(to) < 1<<52) {
		return narrow(low, high, width, whole)
	}
	if !whole && to*width == high && to > from {
		to-- // the last bin holds its end
	}
	var edges []float64
	for k := from; k <= to+1; k++ {
		edge := k * width
		if !whole {
			edge = plainFloat(edge)
		}
		edges = append(edges, edge)
	}
	edges[0] = min(edges[0], low)
	if n := len(edges) - 1; edges[n] < high {
		edges[n] = high
	}
	return edges
}

// narrow gives plain parts where multiples are past what a float tells apart:
// a range that is small for where it stands.
func narrow(low, high, width float64, whole bool) []float64 {
	if n := (high - low) / width; math.Abs(low/width) < 1<<52 && math.Abs(high/width) < 1<<52 || n > MaxBins-1 {
		return nil
	}
	var edges []float64
	for k := range MaxBins + 1 {
		edge := low + float64(k)*width
		if k > 0 && edge <= edges[len(edges)-1] {
			continue
		}
		edges = append(edges, edge)
		if edge > high || !whole && edge == high {
			return edges
		}
	}
	return nil
}

// plainFloat rids a computed number of what binary adds to it: 0.3, not 0.30000000000000004.
func plainFloat(x float64) float64 {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64); err == nil {
		return rounded
	}
	return x
}

const (
	second = 1e6 // microseconds
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// clock gives edges at whole seconds, minutes and hours.
func clock(low, high float64) []float64 {
	if high-low < second {
		return round(low, high, true)
	}
	for _, width := range []float64{
		second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute,
		10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day,
	} {
		if edges := multiples(low, high, width, true); edges != nil {
			return edges
		}
	}
	return round(low, high, true)
}

// calendar gives edges at whole days, weeks from Monday, months, quarters and
// years; under two days at whole hours and less. unit is one day.
func calendar(low, high, unit float64) []float64 {
	if unit == day && high-low < 2*day {
		return clock(low, high)
	}
	first, last := math.Floor(low/unit), math.Floor(high/unit)
	if last-first < MaxBins {
		return scaled(days(first, last, 1, 0), unit)
	}
	if last-first < 7*(MaxBins-1) {
		return scaled(days(first, last, 7, 4), unit) // 1970-01-05 was a Monday
	}
	a, b := time.Unix(int64(first)*86400, 0).UTC(), time.Unix(int64(last)*86400, 0).UTC()
	from, to := 12*a.Year()+int(a.Month())-1, 12*b.Year()+int(b.Month())-1
	for _, width := range []int{1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000, 60000, 120000} {
		k, end := floorDiv(from, width), floorDiv(to, width)
		if end-k >= MaxBins {
			continue
		}
		var edges []float64
		for ; k <= end+1; k++ {
			month := time.Date(floorDiv(k*width, 12), time.Month(k*width-12*floorDiv(k*width, 12)+1), 1, 0, 0, 0, 0, time.UTC)
			edges = append(edges, float64(month.Unix()/86400)*unit)
		}
		return edges
	}
	return round(low, high, true)
}

func days(first, last, width, monday float64) (edges []float64) {
	for d := math.Floor((first-monday)/width)*width + monday; ; d += width {
		edges = append(edges, d)
		if d > last {
			return edges
		}
	}
}

func scaled(edges []float64, unit float64) []float64 {
	for i := range edges {
		edges[i] *= unit
	}
	return edges
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
