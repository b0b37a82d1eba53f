package profile

import (
	"cmp"
	"math"
	"slices"
)

// counted is a key and how many values it stands for.
type counted struct {
	key uint64
	n   int64
}

// tally counts keys that come with counts, a few of them at a time.
type tally struct {
	list []counted
	base int // different ones when they were last put together
}

// room is what the tally takes, in keys of a sorted list.
func (t *tally) room() int { return 4 * len(t.list) }

func (t *tally) add(key uint64, n int64) {
	t.list = append(t.list, counted{key, n})
	if len(t.list) > max(4096, 2*t.base) {
		t.compact()
	}
}

// compact sorts the keys and puts equal ones together.
func (t *tally) compact() []counted {
	slices.SortFunc(t.list, func(a, b counted) int { return cmp.Compare(a.key, b.key) })
	kept := t.list[:0]
	for _, c := range t.list {
		if n := len(kept); n > 0 && kept[n-1].key == c.key {
			kept[n-1].n += c.n
			continue
		}
		kept = append(kept, c)
	}
	t.list, t.base = kept, len(kept)
	return kept
}

// joined is sorted keys that stand for one value each, and counted ones.
func joined(keys []uint64, often []counted) weighted {
	if len(often) == 0 {
		return weighted{keys: keys}
	}
	w := weighted{keys: make([]uint64, 0, len(keys)+len(often)), ends: make([]int64, 0, len(keys)+len(often))}
	end := int64(0)
	put := func(key uint64, n int64) {
		end += n
		if k := len(w.keys); k > 0 && w.keys[k-1] == key {
			w.ends[k-1] = end
			return
		}
		w.keys, w.ends = append(w.keys, key), append(w.ends, end)
	}
	for _, c := range often {
		for len(keys) > 0 && keys[0] <= c.key {
			put(keys[0], 1)
			keys = keys[1:]
		}
		put(c.key, c.n)
	}
	for _, key := range keys {
		put(key, 1)
	}
	return w
}

// moments are the mean and the sum of the squares of what the values are off it, kept
// up as values come (Welford 1962; West 1979 for counts).
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(x float64, n int64) {
	w := float64(n)
	m.n += w
	d := x - m.mean
	m.mean += d * w / m.n
	m.m2 += d * w * (x - m.mean)
}

// each gives the different keys, ascending, and how many values each stands for.
func (w *weighted) each(use func(key uint64, n int64)) {
	for i, before := 0, int64(0); i < len(w.keys); {
		j := i + 1
		for j < len(w.keys) && w.keys[j] == w.keys[i] {
			j++
		}
		end := w.before(j)
		use(w.keys[i], end-before)
		i, before = j, end
	}
}

// moments are worked out from the different values in their order, so that they do
// not depend on the order of the rows, nor on how the rows were cut into runs.
func (s *scale) moments(all *weighted) (mean, m2 float64) {
	sum, lost := 0.0, 0.0 // Neumaier 1974
	all.each(func(key uint64, n int64) {
		x := s.value(key) * float64(n)
		next := sum + x
		if math.Abs(sum) >= math.Abs(x) {
			lost += (sum - next) + x
		} else {
			lost += (x - next) + sum
		}
		sum = next
	})
	mean = (sum + lost) / float64(s.n)
	all.each(func(key uint64, n int64) {
		d := s.value(key) - mean
		m2 += d * d * float64(n)
	})
	return mean, m2
}
