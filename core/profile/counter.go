package profile

import (
	"bytes"
	"math"
	"slices"

	"github.com/zeebo/xxh3"
)

// counter counts different byte strings, exactly until its memory reaches a
// limit. From then on it forgets rare ones (Misra and Gries 1982, by halves)
// and estimates how many different ones there were.
type counter struct {
	limit   int
	slots   []uint64 // open addressing: high half of the hash, index in entries + 1; 0 is free
	entries []entry  // in order of first sight
	bytes   []byte
	lost    int64     // the most that any count misses
	unique  *distinct // set once something was forgotten
}

type entry struct {
	hash       uint64
	start, end uint32
	count      int64
}

// entrySize is the memory that an entry takes besides its bytes: itself and
// its share of the slots.
const entrySize = 24 + 2*8

func newCounter(limit int) *counter {
	return &counter{limit: limit, slots: make([]uint64, 64)}
}

func (c *counter) text(e *entry) []byte { return c.bytes[e.start:e.end] }

// add counts b n times more.
func (c *counter) add(b []byte, n int64) { c.addHashed(xxh3.Hash(b), b, n) }

// touch reads the slots that hashes will be looked for in. The slots of many
// different texts are past the processor's caches: read one after another, they
// are waited for together.
func (c *counter) touch(hashes []uint64) (seen uint64) {
	mask := uint64(len(c.slots) - 1)
	for _, h := range hashes {
		seen ^= c.slots[h&mask]
	}
	return seen
}

// addHashed is add for a hash that is known; it tells whether b was new.
func (c *counter) addHashed(h uint64, b []byte, n int64) bool {
	mask := uint64(len(c.slots) - 1)
	i := h & mask
	for ; c.slots[i] != 0; i = (i + 1) & mask {
		if c.slots[i]>>32 != h>>32 {
			continue
		}
		e := &c.entries[uint32(c.slots[i])-1]
		if e.hash == h && bytes.Equal(c.text(e), b) {
			e.count += n
			return false
		}
	}
	if c.unique != nil {
		c.unique.add(h)
	}
	if c.full(len(b)) {
		c.forget()
		if c.full(len(b)) { // one huge text is not worth all the others
			c.lost += n
			return true
		}
		return c.addHashed(h, b, n)
	}
	if len(c.bytes)+len(b) > cap(c.bytes) {
		c.bytes = slices.Grow(c.bytes, max(len(b), len(c.bytes))) // twice the room
	}
	if len(c.entries) == cap(c.entries) {
		c.entries = slices.Grow(c.entries, max(16, len(c.entries)))
	}
	start := uint32(len(c.bytes))
	c.bytes = append(c.bytes, b...)
	c.entries = append(c.entries, entry{h, start, uint32(len(c.bytes)), n})
	c.slots[i] = h>>32<<32 | uint64(len(c.entries))
	if 4*len(c.entries) > 3*len(c.slots) {
		c.rehash(2 * len(c.slots))
	}
	return true
}

func (c *counter) full(more int) bool {
	return len(c.bytes)+more+(len(c.entries)+1)*entrySize > c.limit
}

func (c *counter) rehash(size int) {
	c.slots = make([]uint64, size)
	mask := uint64(size - 1)
	for k := range c.entries {
		i := c.entries[k].hash & mask
		for c.slots[i] != 0 {
			i = (i + 1) & mask
		}
		c.slots[i] = c.entries[k].hash>>32<<32 | uint64(k+1)
	}
}

// forget drops the rarer half of the entries.
func (c *counter) forget() {
	if c.unique == nil {
		c.unique = &distinct{}
		for i := range c.entries {
			c.unique.add(c.entries[i].hash)
		}
	}
	counts := make([]int64, len(c.entries))
	for i := range c.entries {
		counts[i] = c.entries[i].count
	}
	slices.Sort(counts)
	drop := counts[len(counts)/2]
	kept, text := c.entries[:0], c.bytes[:0]
	for _, e := range c.entries {
		if e.count -= drop; e.count <= 0 {
			continue
		}
		b := c.bytes[e.start:e.end]
		e.start = uint32(len(text))
		text = append(text, b...)
		e.end = uint32(len(text))
		kept = append(kept, e)
	}
	c.entries, c.bytes = kept, text
	c.lost += drop
	c.rehash(len(c.slots))
}

// distinct is the number of different strings.
func (c *counter) distinct() int64 {
	if c.unique != nil {
		return c.unique.estimate()
	}
	return int64(len(c.entries))
}

// top are the most frequent entries; of equally frequent ones the first seen.
func (c *counter) top(n int) []entry {
	var best []entry
	for _, e := range c.entries {
		if len(best) == n && e.count <= best[n-1].count {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, e, func(a, b entry) int {
			if a.count >= b.count {
				return -1
			}
			return 1
		})
		if len(best) == n {
			best = best[:n-1]
		}
		best = slices.Insert(best, at, e)
	}
	return best
}

func (c *counter) approximation() *Approximation {
	if c.unique == nil && c.lost == 0 {
		return nil
	}
	return &Approximation{DistinctError: c.unique.standardError(), CountError: c.lost}
}

// distinct estimates how many different hashes it saw from the smallest ones
// (k minimum values: Bar-Yossef and others 2002). It is exact up to minima.
type distinct struct {
	least []uint64 // a heap, greatest first, without duplicates
	seen  map[uint64]struct{}
}

const minima = 1 << 16

func (d *distinct) add(h uint64) {
	if len(d.least) == minima && h >= d.least[0] {
		return
	}
	if d.seen == nil {
		d.seen = map[uint64]struct{}{}
	}
	if _, ok := d.seen[h]; ok {
		return
	}
	d.seen[h] = struct{}{}
	if len(d.least) < minima {
		d.least = append(d.least, h)
		for i := len(d.least) - 1; i > 0; {
			up := (i - 1) / 2
			if d.least[i] <= d.least[up] {
				break
			}
			d.least[i], d.least[up] = d.least[up], d.least[i]
			i = up
		}
		return
	}
	delete(d.seen, d.least[0])
	d.least[0] = h
	for i := 0; ; {
		big := 2*i + 1
		if big >= len(d.least) {
			break
		}
		if big+1 < len(d.least) && d.least[big+1] > d.least[big] {
			big++
		}
		if d.least[i] >= d.least[big] {
			break
		}
		d.least[i], d.least[big] = d.least[big], d.least[i]
		i = big
	}
}

func (d *distinct) estimate() int64 {
	if len(d.least) < minima {
		return int64(len(d.least))
	}
	return int64(math.Round(float64(minima-1) / (float64(d.least[0]) / math.Exp2(64))))
}

func (d *distinct) standardError() float64 {
	if d == nil || len(d.least) < minima {
		return 0
	}
	return 1 / math.Sqrt(minima-2)
}
