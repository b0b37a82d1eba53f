package profile

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sheetmill/core/table"
)

func daysOf(y, m, d int) int64 {
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// whole takes in a table of small numbers (-1 is missing), a row a slice, cut into runs.
func whole(w *Whole, rows [][]int, run int) (*Repeats, *Gaps) {
	for from := 0; from < len(rows); from += run {
		part := rows[from:min(from+run, len(rows))]
		vectors := make([]*table.Vector, len(part[0]))
		for c := range vectors {
			vectors[c] = &table.Vector{}
			vectors[c].Reset([]table.Type{table.Integer, table.String}[c%2])
			for _, row := range part {
				switch {
				case row[c] < 0:
					vectors[c].AppendMissing()
				case c%2 == 0:
					vectors[c].AppendInt(int64(row[c]))
				default:
					vectors[c].AppendString(fmt.Appendf(nil, "%d", row[c]))
				}
			}
		}
		w.Next(len(part))
		for c, v := range vectors {
			w.Take(c, v)
		}
		w.End()
	}
	return w.Done()
}

// TestWhole compares rows and gaps with what is found in the plainest way.
func TestWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(rt, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(-1, 1), columns, columns), 1, 80).Draw(rt, "rows")
		repeats, gaps := whole(NewWhole(columns), rows, rapid.IntRange(1, 80).Draw(rt, "run"))
		first := map[string]int{}
		again := map[string]bool{}
		n := int64(0)
		for i, row := range rows {
			key := fmt.Sprint(row)
			if at, ok := first[key]; ok {
				if n < MaxExamples && (repeats == nil || repeats.Examples[n].Row.Row != int64(i) || repeats.Examples[n].First.Row != int64(at)) {
					rt.Fatalf("row %d repeats %d: %+v", i, at, repeats)
				}
				n++
				again[key] = true
				continue
			}
			first[key] = i
		}
		if repeats == nil {
			repeats = &Repeats{}
		}
		if repeats.Rows != n || repeats.Values != int64(len(again)) || repeats.Error != 0 {
			rt.Fatalf("%+v, want %d rows of %d", repeats, n, len(again))
		}
		if gaps == nil {
			gaps = &Gaps{}
		}
		naiveGaps(rt, gaps, rows)
	})
}

func naiveGaps(rt *rapid.T, gaps *Gaps, rows [][]int) {
	taken := map[int]bool{} // columns that stand for no set of their own
	for _, s := range gaps.Same {
		for _, c := range s.Columns[1:] {
			taken[c] = true
			for _, row := range rows {
				if (row[c] < 0) != (row[s.Columns[0]] < 0) {
					rt.Fatalf("columns %v are not missing in the same rows", s.Columns)
				}
			}
		}
	}
	found := 0
	for a := range rows[0] {
		for b := a + 1; b < len(rows[0]); b++ {
			var both, onlyA, onlyB, neither float64
			for _, row := range rows {
				switch x, y := row[a] < 0, row[b] < 0; {
				case x && y:
					both++
				case x:
					onlyA++
				case y:
					onlyB++
				default:
					neither++
				}
			}
			if both+onlyA < MinGaps || both+onlyB < MinGaps || onlyB+neither == 0 || onlyA+neither == 0 || taken[a] || taken[b] {
				continue
			}
			phi := (both*neither - onlyA*onlyB) / math.Sqrt((both+onlyA)*(onlyB+neither)*(both+onlyB)*(onlyA+neither))
			if math.Abs(phi) < MinPhi {
				continue
			}
			found++
			for _, p := range gaps.Pairs {
				if p.A == a && p.B == b && (p.Both != int64(both) || p.OnlyA != int64(onlyA) || p.OnlyB != int64(onlyB) || math.Abs(p.Phi-phi) > 1e-4) {
					rt.Fatalf("%+v, want %v %v %v %v", p, both, onlyA, onlyB, phi)
				}
			}
		}
	}
	if found != len(gaps.Pairs) {
		rt.Fatalf("%d pairs, want %d", len(gaps.Pairs), found)
	}
}

// TestRepeatsPastLimit holds the estimate of repeats to its error.
func TestRepeatsPastLimit(t *testing.T) {
	r := newRepeats(4096)
	const n = 200_000
	for i := range n {
		r.add(uint64(i), int64(i))
		if i%4 == 0 {
			r.add(uint64(i), n)
		}
	}
	got := r.done()
	if got.Error == 0 || got.Error > 0.1 || r.n > 4096 {
		t.Fatalf("%+v with %d held", got, r.n)
	}
	if off := math.Abs(float64(got.Rows)-n/4) / (n / 4); off > 4*got.Error {
		t.Errorf("%+v, want %d rows", got, n/4)
	}
	if got.Examples[0].Row.Row != n || got.Examples[0].First.Row != 0 {
		t.Errorf("%+v", got.Examples)
	}
}

// TestGapsPastLimit holds the estimate of correlated gaps to its error.
func TestGapsPastLimit(t *testing.T) {
	const n = 40_000
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = []int{1, 1, 1}
		if i%2 == 0 { // a period that a choice of every second row would fall for
			rows[i][0], rows[i][1] = -1, -1
			if i%8 == 0 {
				rows[i][1] = 1
			}
		}
	}
	w := NewWhole(3)
	w.gaps.limit = 1024
	_, gaps := whole(w, rows, 1000)
	if gaps == nil || len(gaps.Pairs) != 1 || gaps.Error == 0 || gaps.Rows > 8*1024 {
		t.Fatalf("%+v", gaps)
	}
	p := gaps.Pairs[0]
	if want := 0.7746; math.Abs(p.Phi-want) > 4*gaps.Error || math.Abs(float64(p.Both)-15_000) > 4*gaps.Error*n {
		t.Errorf("%+v within %v", p, gaps.Error)
	}
}
