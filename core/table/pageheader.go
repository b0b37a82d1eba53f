package table

import (
	"encoding/binary"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
)

// The kinds of page in Parquet's parquet.thrift.
const (
	kindData       = 0
	kindDictionary = 2
)

// The types of Thrift's compact protocol that a page header may hold.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftShort  = 4
	thriftInt    = 5
	thriftLong   = 6
	thriftDouble = 7
	thriftBytes  = 8
	thriftObject = 12
)

// pageHeader is what of a PageHeader of parquet.thrift a reader needs.
type pageHeader struct {
	kind, raw, size, values int
	encoding                parquet.Encoding
}

// append spells the header in Thrift's compact protocol: each field is its distance
// from the one before and its type in a byte, then its value; numbers are zigzag
// varints. It takes less than 64 bytes.
func (h *pageHeader) append(dst []byte) []byte {
	field := func(v int) { dst = binary.AppendVarint(append(dst, 1<<4|thriftInt), int64(v)) }
	field(h.kind)
	field(h.raw)
	field(h.size)
	if h.kind == kindDictionary {
		dst = append(dst, 4<<4|thriftObject) // field 7
		field(h.values)
		field(int(h.encoding))
		dst = append(dst, 1<<4|thriftFalse) // not sorted
	} else {
		dst = append(dst, 2<<4|thriftObject) // field 5
		field(h.values)
		field(int(h.encoding))
		field(int(parquet.Encodings.RLE)) // of both levels
		field(int(parquet.Encodings.RLE))
	}
	return append(dst, 0, 0)
}

// readPageHeader reads the header that b starts with, and tells how long it is.
func readPageHeader(b []byte) (h pageHeader, length int, err error) {
	c := compact{b: b}
	c.object(0, func(id int, kind byte) bool {
		switch {
		case kind == thriftInt && id == 1:
			h.kind = c.int()
		case kind == thriftInt && id == 2:
			h.raw = c.int()
		case kind == thriftInt && id == 3:
			h.size = c.int()
		case kind == thriftObject && (id == 5 || id == 7):
			c.object(1, func(id int, kind byte) bool {
				switch {
				case kind == thriftInt && id == 1:
					h.values = c.int()
				case kind == thriftInt && id == 2:
					h.encoding = parquet.Encoding(c.int())
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	const most = 1 << 30
	if c.bad || h.raw < 0 || h.size < 0 || h.values < 0 || h.raw > most || h.size > most || h.values > most {
		return h, 0, io.ErrUnexpectedEOF
	}
	return h, len(b) - len(c.b), nil
}

// compact reads Thrift's compact protocol; bad once it did not hold what it said.
type compact struct {
	b   []byte
	bad bool
}

func (c *compact) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.bad, c.b = true, nil
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

func (c *compact) int() int {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		n = -1
	}
	c.take(n)
	return int(v)
}

// object gives every field to use, which answers whether it read it.
func (c *compact) object(depth int, use func(id int, kind byte) bool) {
	for id := 0; !c.bad; {
		head := c.take(1)
		if c.bad || head[0] == 0 {
			return
		}
		kind := head[0] & 15
		if id += int(head[0] >> 4); head[0]>>4 == 0 {
			id = c.int()
		}
		if !use(id, kind) {
			c.skip(kind, depth)
		}
	}
}

func (c *compact) skip(kind byte, depth int) {
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte:
		c.take(1)
	case thriftShort, thriftInt, thriftLong:
		c.int()
	case thriftDouble:
		c.take(8)
	case thriftBytes:
		n, size := binary.Uvarint(c.b)
		if size <= 0 || n > uint64(len(c.b)) {
			size, n = -1, 0
		}
		c.take(size + int(n))
	case thriftObject:
		if c.bad = c.bad || depth > 8; !c.bad {
			c.object(depth+1, func(int, byte) bool { return false })
		}
	default: // lists and maps: no page header has any
		c.bad = true
	}
}
