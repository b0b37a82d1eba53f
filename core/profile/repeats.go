package profile

import (
	"encoding/binary"
	"math"

	"github.com/zeebo/xxh3"
)

// The bounds of what is held of rows: different ones, in 12 bytes each and a third
// more for free slots, and those of them that are repeated.
const (
	rowsLimit     = 3 << 19
	repeatedLimit = 1 << 16
)

// repeats finds hashes that were there before. Past its limits it goes on with
// those hashes alone that end in a number of zeros: all copies of a row or none.
type repeats struct {
	limit    int
	zeros    int
	hashes   []uint64 // open addressing; 0 is free
	firsts   []uint32 // the row, up to 2^32, where the hash stood first
	n        int      // different hashes
	repeated map[uint64]int64
	examples []Repeat
}

func newRepeats(limit int) repeats { return repeats{limit: limit, repeated: map[uint64]int64{}} }

func (r *repeats) add(h uint64, row int64) {
	if h = avalanche(h); !r.holds(h) {
		return
	}
	if 4*(r.n+1) > 3*len(r.hashes) {
		r.grow()
	}
	at := r.find(h)
	if r.hashes[at] != 0 {
		r.repeated[h]++
		if len(r.examples) < MaxExamples {
			r.examples = append(r.examples, Repeat{Row: Place{Row: row}, First: Place{Row: int64(r.firsts[at])}})
		}
	} else {
		r.hashes[at], r.firsts[at] = h, uint32(row)
		r.n++
	}
	for r.n > r.limit || len(r.repeated) > repeatedLimit {
		r.halve()
	}
}

// holds tells whether a hash is one of those that are gone on with.
func (r *repeats) holds(h uint64) bool { return h&(1<<r.zeros-1) == 0 }

// avalanche spreads a hash over all bits and keeps clear of 0.
func avalanche(h uint64) uint64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], h)
	if h = xxh3.Hash(b[:]); h == 0 {
		return 1 << 63
	}
	return h
}

func (r *repeats) find(h uint64) uint64 {
	mask := uint64(len(r.hashes) - 1)
	i := h >> 32 & mask
	for r.hashes[i] != 0 && r.hashes[i] != h {
		i = (i + 1) & mask
	}
	return i
}

func (r *repeats) grow() { r.rebuild(max(1024, 2*len(r.hashes))) }

// halve goes on with half of the hashes.
func (r *repeats) halve() {
	r.zeros++
	for h := range r.repeated {
		if !r.holds(h) {
			delete(r.repeated, h)
		}
	}
	r.rebuild(len(r.hashes))
}

// rebuild gives the hashes that are held their places among so many slots.
func (r *repeats) rebuild(slots int) {
	hashes, firsts := r.hashes, r.firsts
	r.hashes, r.firsts, r.n = make([]uint64, slots), make([]uint32, slots), 0
	for i, h := range hashes {
		if h != 0 && r.holds(h) {
			at := r.find(h)
			r.hashes[at], r.firsts[at] = h, firsts[i]
			r.n++
		}
	}
}

func (r *repeats) done() *Repeats {
	if len(r.repeated) == 0 {
		return nil
	}
	rows, squares := int64(0), 0.0
	for _, n := range r.repeated {
		rows += n
		squares += float64(n) * float64(n)
	}
	out := &Repeats{Rows: rows << r.zeros, Values: int64(len(r.repeated)) << r.zeros, Examples: r.examples}
	if r.zeros > 0 {
		// Each different row is held with a chance of 1 in 2^zeros (Horvitz and Thompson 1952).
		out.Error = math.Sqrt(squares*(1-math.Exp2(-float64(r.zeros)))) / float64(rows)
	}
	return out
}
