package profile

import "slices"

// sketch estimates quantiles of more keys than memory holds: full buffers of
// one level are merged in pairs, and every other key of a pair goes up a level
// with twice the weight (Munro and Paterson 1980; Manku and others 1998). It
// is deterministic, and its error is bounded for every input.
type sketch struct {
	size     int // keys in a buffer
	fill     []uint64
	levels   [][]uint64 // sorted; nil where there is none
	odd      []bool     // which key of a pair goes up next, by level
	n        int64
	off      int64 // the most by which a rank is off
	min, max uint64
}

func newSketch(size int) *sketch { return &sketch{size: max(size, 16)} }

func (s *sketch) add(key uint64) {
	if s.n == 0 || key < s.min {
		s.min = key
	}
	if s.n == 0 || key > s.max {
		s.max = key
	}
	s.n++
	if s.fill == nil {
		s.fill = make([]uint64, 0, s.size)
	}
	if s.fill = append(s.fill, key); len(s.fill) < s.size {
		return
	}
	full := s.fill
	sortKeys(full)
	s.fill = nil
	for level := 0; ; level++ {
		if level == len(s.levels) {
			s.levels, s.odd = append(s.levels, full), append(s.odd, false)
			return
		}
		if s.levels[level] == nil {
			s.levels[level] = full
			return
		}
		full = s.collapse(level, full)
	}
}

// collapse merges a level's buffer with another of its weight.
func (s *sketch) collapse(level int, b []uint64) []uint64 {
	a := s.levels[level]
	s.levels[level] = nil
	out := make([]uint64, 0, s.size)
	take := s.odd[level]
	s.odd[level] = !take
	for i, j := 0, 0; i < len(a) || j < len(b); {
		var k uint64
		if j == len(b) || i < len(a) && a[i] <= b[j] {
			k = a[i]
			i++
		} else {
			k = b[j]
			j++
		}
		if take {
			out = append(out, k)
		}
		take = !take
	}
	s.off += 1 << level
	return out
}

// sorted is all keys kept, with their weights.
func (s *sketch) sorted() weighted {
	type item struct {
		key    uint64
		weight int64
	}
	var items []item
	for _, k := range s.fill {
		items = append(items, item{k, 1})
	}
	for level, b := range s.levels {
		for _, k := range b {
			items = append(items, item{k, 1 << level})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	w := weighted{keys: make([]uint64, len(items)), ends: make([]int64, len(items))}
	end := int64(0)
	for i, it := range items {
		end += it.weight
		w.keys[i], w.ends[i] = it.key, end
	}
	return w
}

func (s *sketch) rankError() float64 { return float64(s.off) / float64(s.n) }

// sortKeys sorts by radix, a byte at a time, leaving out bytes that all keys
// share.
func sortKeys(keys []uint64) {
	if len(keys) < 256 {
		slices.Sort(keys)
		return
	}
	var counts [8][256]int
	for _, k := range keys {
		for b := range 8 {
			counts[b][byte(k>>(8*b))]++
		}
	}
	from, to := keys, make([]uint64, len(keys))
	for b := range 8 {
		c := &counts[b]
		if c[byte(keys[0]>>(8*b))] == len(keys) {
			continue
		}
		at := 0
		for i, n := range c {
			c[i] = at
			at += n
		}
		for _, k := range from {
			d := byte(k >> (8 * b))
			to[c[d]] = k
			c[d]++
		}
		from, to = to, from
	}
	if &from[0] != &keys[0] {
		copy(keys, from)
	}
}
