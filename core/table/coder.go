package table

import (
	"bytes"
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// A column whose values come again and again is kept as codes: each different
// value once, in the order of first sight, and a small number a row.
const (
	maxCodes   = 1 << 15 // different values, at most
	earlyCodes = 2048    // so many are no sign yet that values seldom come again
)

// coder gives values their codes, by open addressing. A value is known by 64
// bits: numbers and texts of up to seven bytes by themselves, longer texts by a hash
// and a comparison.
type coder struct {
	slots []uint32 // code + 1; 0 is free
	shift int
	keys  []uint64 // by code
	ends  []uint32 // of texts, by code
	bytes []byte
	codes []uint32 // by value
}

// long marks the key of a text that is more than seven bytes long.
const long = uint64(0xff) << 56

func (c *coder) reset() {
	const slots = 1 << 10
	if cap(c.slots) < slots {
		c.slots = make([]uint32, slots)
	}
	c.slots, c.shift = c.slots[:slots], 64-10
	clear(c.slots)
	c.keys, c.ends, c.bytes, c.codes = c.keys[:0], c.ends[:0], c.bytes[:0], c.codes[:0]
}

// textKey is the key of the text from start to end of b. Reading past its end is
// quicker than reading it byte by byte.
func textKey(b []byte, start, end uint32) uint64 {
	n := end - start
	if n > 7 {
		return xxh3.Hash(b[start:end]) | long
	}
	if int(start)+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[start:])&(1<<(8*n)-1) | uint64(n)<<56
	}
	key := uint64(n) << 56
	for i, x := range b[start:end] {
		key |= uint64(x) << (8 * i)
	}
	return key
}

// number codes a value that is its key. It is false where values seldom come again.
func (c *coder) number(key uint64) bool {
	i := key * 0x9e3779b97f4a7c15 >> c.shift
	for {
		at := c.slots[i]
		if at == 0 {
			return c.learn(key, i)
		}
		if c.keys[at-1] == key {
			c.codes = append(c.codes, at-1)
			return true
		}
		i = (i + 1) & uint64(len(c.slots)-1)
	}
}

// text codes the text from start to end of b.
func (c *coder) text(b []byte, start, end uint32) bool {
	key := textKey(b, start, end)
	i := key * 0x9e3779b97f4a7c15 >> c.shift
	for {
		at := c.slots[i]
		if at == 0 {
			c.bytes = append(c.bytes, b[start:end]...)
			c.ends = append(c.ends, uint32(len(c.bytes)))
			return c.learn(key, i)
		}
		if c.keys[at-1] == key && (key < long || bytes.Equal(c.entry(at-1), b[start:end])) {
			c.codes = append(c.codes, at-1)
			return true
		}
		i = (i + 1) & uint64(len(c.slots)-1)
	}
}

// entry is the text of a code.
func (c *coder) entry(code uint32) []byte {
	start := uint32(0)
	if code > 0 {
		start = c.ends[code-1]
	}
	return c.bytes[start:c.ends[code]]
}

// learn gives a new key its code and the slot that was found free.
func (c *coder) learn(key, slot uint64) bool {
	c.codes = append(c.codes, uint32(len(c.keys)))
	c.keys = append(c.keys, key)
	c.slots[slot] = uint32(len(c.keys))
	if 2*len(c.keys) > len(c.slots) {
		c.grow()
	}
	return len(c.keys) <= min(earlyCodes+len(c.codes)/2, maxCodes)
}

func (c *coder) grow() {
	size := 4 * len(c.slots)
	c.shift -= 2
	if cap(c.slots) < size {
		c.slots = make([]uint32, size)
	}
	c.slots = c.slots[:size]
	clear(c.slots)
	for k, key := range c.keys {
		i := key * 0x9e3779b97f4a7c15 >> c.shift
		for c.slots[i] != 0 {
			i = (i + 1) & uint64(size-1)
		}
		c.slots[i] = uint32(k + 1)
	}
}

// worth tells whether codes take less room than the values themselves.
func (c *coder) worth() bool { return 2*len(c.keys) <= len(c.codes) }
