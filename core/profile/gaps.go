package profile

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// gapsLimit is the memory for gaps, in bytes, and maxGapColumns the most columns
// that are compared pair by pair: those with the most gaps.
const (
	gapsLimit     = 8 << 20
	maxGapColumns = 400
)

// gaps keeps a bit for each cell that is missing. Past its limit it goes on with
// half of the rows, then a quarter, chosen by a hash of the row's number.
type gaps struct {
	limit   int
	zeros   int // of the row numbers' hashes that are kept
	rows    int64
	kept    int64      // rows
	columns [][]uint64 // bit k of a column: row k of those kept; short of trailing zeros
	picks   []int32    // rows of the run at hand that are kept, where not all are
}

func newGaps(columns, limit int) gaps {
	return gaps{limit: limit, columns: make([][]uint64, columns)}
}

// next readies for a run of n rows.
func (g *gaps) next(n int) {
	g.picks = g.picks[:0]
	if g.zeros > 0 {
		for i := range n {
			if picked(g.rows+int64(i), g.zeros) {
				g.picks = append(g.picks, int32(i))
			}
		}
	} else {
		for i := range n {
			g.picks = append(g.picks, int32(i))
		}
	}
	g.rows += int64(n)
	g.kept += int64(len(g.picks))
}

func picked(row int64, zeros int) bool { return avalanche(uint64(row))&(1<<zeros-1) == 0 }

// add takes in a column of the run at hand.
func (g *gaps) add(column int, valid []bool) {
	if !slices.Contains(valid, false) {
		return
	}
	list := g.columns[column]
	start := g.kept - int64(len(g.picks))
	for k, i := range g.picks {
		if valid[i] {
			continue
		}
		at := start + int64(k)
		for int64(len(list)) <= at/64 {
			list = append(list, 0)
		}
		list[at/64] |= 1 << (at % 64)
	}
	g.columns[column] = list
}

// shrink goes on with half of the rows until the bits fit.
func (g *gaps) shrink() {
	for g.size() > g.limit {
		keep := make([]bool, 0, g.kept)
		for row := range g.rows {
			if picked(row, g.zeros) {
				keep = append(keep, picked(row, g.zeros+1))
			}
		}
		for c, list := range g.columns {
			g.columns[c] = sift(list, keep)
		}
		g.kept = 0
		for _, k := range keep {
			if k {
				g.kept++
			}
		}
		g.zeros++
	}
}

func (g *gaps) size() (bytes int) {
	for _, list := range g.columns {
		bytes += 8 * len(list)
	}
	return bytes
}

// sift keeps some of the bits.
func sift(list []uint64, keep []bool) []uint64 {
	var out []uint64
	next := 0
	for i, k := range keep {
		if !k {
			continue
		}
		if i/64 < len(list) && list[i/64]>>(i%64)&1 != 0 {
			for len(out) <= next/64 {
				out = append(out, 0)
			}
			out[next/64] |= 1 << (next % 64)
		}
		next++
	}
	return out
}

// gapped is a column with gaps, some but not in all rows.
type gapped struct {
	columns []int // the same gaps, all of them
	list    []uint64
	missing int64
}

func (g *gaps) done() *Gaps {
	all := g.distinct()
	out := &Gaps{Rows: g.kept}
	if g.zeros > 0 {
		out.Error = 1 / math.Sqrt(float64(g.kept))
	}
	for _, a := range all {
		if len(a.columns) > 1 {
			out.Same = append(out.Same, SameGaps{Columns: a.columns, Missing: int64(math.Round(float64(a.missing) * float64(g.rows) / float64(g.kept)))})
		}
	}
	slices.SortStableFunc(out.Same, func(a, b SameGaps) int { return cmp.Compare(len(b.Columns), len(a.Columns)) })
	slices.SortStableFunc(all, func(a, b gapped) int { return cmp.Compare(b.missing, a.missing) })
	all = all[:min(len(all), maxGapColumns)]
	slices.SortFunc(all, func(a, b gapped) int { return cmp.Compare(a.columns[0], b.columns[0]) })
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			if p := g.pair(&all[i], &all[j]); math.Abs(p.Phi) >= MinPhi {
				out.Pairs = append(out.Pairs, p)
			}
		}
	}
	slices.SortStableFunc(out.Pairs, func(a, b GapPair) int { return cmp.Compare(math.Abs(b.Phi), math.Abs(a.Phi)) })
	out.Pairs = out.Pairs[:min(len(out.Pairs), MaxPairs)]
	if out.Same == nil && out.Pairs == nil {
		return nil
	}
	return out
}

// distinct lists the different sets of gaps, in the order of their first columns.
func (g *gaps) distinct() []gapped {
	var all []gapped
	by := map[uint64][]int{}
	for c, list := range g.columns {
		one := gapped{columns: []int{c}, list: list}
		h := uint64(0)
		for i, word := range list {
			one.missing += int64(bits.OnesCount64(word))
			if word != 0 {
				h ^= avalanche(word ^ avalanche(uint64(i)))
			}
		}
		if one.missing < MinGaps || one.missing == g.kept {
			continue
		}
		i := slices.IndexFunc(by[h], func(i int) bool { return slices.Equal(all[i].list, list) })
		if i < 0 {
			by[h] = append(by[h], len(all))
			all = append(all, one)
			continue
		}
		same := &all[by[h][i]]
		same.columns = append(same.columns, c)
	}
	return all
}

// pair correlates the gaps of two columns.
func (g *gaps) pair(a, b *gapped) GapPair {
	both := int64(0)
	for i := range min(len(a.list), len(b.list)) {
		both += int64(bits.OnesCount64(a.list[i] & b.list[i]))
	}
	n, x, y := float64(g.kept), float64(a.missing), float64(b.missing)
	phi := (n*float64(both) - x*y) / math.Sqrt(x*(n-x)*y*(n-y))
	up := float64(g.rows) / n
	whole := func(k int64) int64 { return int64(math.Round(float64(k) * up)) }
	return GapPair{
		A: a.columns[0], B: b.columns[0],
		Both: whole(both), OnlyA: whole(a.missing - both), OnlyB: whole(b.missing - both),
		Phi: math.Round(phi*1e4) / 1e4,
	}
}
