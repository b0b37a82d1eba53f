package table

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/parquet"
)

// How many rows a page holds. A page of 200 rows decodes the pages it touches, and
// the dictionary: the more there is to a value, the fewer rows.
const (
	plainRows   = 1024
	codedRows   = 4096
	rawPageSize = 256 << 10 // bytes; raw tables are read by whole row groups
	// shownCodes bounds the dictionary that reading a page anywhere must read first.
	shownCodes, shownBytes = 4096, 32 << 10
)

// encoder is what encoding a column needs for a while; one per worker.
type encoder struct {
	coder coder
	plain []byte // values, PLAIN
	raw   []byte // a page
	there []uint64
}

// cells encodes raw cells, which are never missing: no cell is an empty text.
func (e *encoder) cells(cells *Cells, c *chunk) {
	if e.codeCells(cells) && e.coder.worth() {
		e.texts()
		c.dictionary(packSnappy, e.plain, len(e.coder.keys))
		e.raw = e.appendCodes(e.raw[:0], e.coder.codes)
		c.page(packSnappy, e.raw, len(e.coder.codes), parquet.Encodings.RLEDict)
		return
	}
	e.raw = e.raw[:0]
	start, rows := uint32(0), 0
	for _, end := range cells.Ends {
		e.raw = append(binary.LittleEndian.AppendUint32(e.raw, end-start), cells.Bytes[start:end]...)
		start = end
		if rows++; len(e.raw) >= rawPageSize {
			c.page(packSnappy, e.raw, rows, parquet.Encodings.Plain)
			e.raw, rows = e.raw[:0], 0
		}
	}
	if rows > 0 {
		c.page(packSnappy, e.raw, rows, parquet.Encodings.Plain)
	}
}

func (e *encoder) codeCells(cells *Cells) bool {
	e.coder.reset()
	start := uint32(0)
	for _, end := range cells.Ends {
		if !e.coder.text(cells.Bytes, start, end) {
			return false
		}
		start = end
	}
	return true
}

// texts writes the different texts, PLAIN, to e.plain.
func (e *encoder) texts() {
	e.plain = e.plain[:0]
	for code := range e.coder.ends {
		text := e.coder.entry(uint32(code))
		e.plain = append(binary.LittleEndian.AppendUint32(e.plain, uint32(len(text))), text...)
	}
}

// appendCodes packs codes after their width.
func (e *encoder) appendCodes(dst []byte, codes []uint32) []byte {
	w := width(len(e.coder.keys))
	return appendRun(append(dst, byte(w)), codes, w)
}

// heads encodes what tells of rows where they were.
func (e *encoder) heads(values []int64, c *chunk) {
	e.raw = e.raw[:0]
	for _, x := range values {
		e.raw = binary.LittleEndian.AppendUint64(e.raw, uint64(x))
	}
	c.page(packSnappy, e.raw, len(values), parquet.Encodings.Plain)
}

func (e *encoder) flags(values []bool, c *chunk) {
	e.raw = appendBits(e.raw[:0], values)
	c.page(packSnappy, e.raw, len(values), parquet.Encodings.Plain)
}

// vector encodes a typed column.
func (e *encoder) vector(v *Vector, col *Column, c *chunk) error {
	narrow := v.Type == Date
	if e.code(v) && e.coder.worth() {
		if v.Type == String {
			e.texts()
		} else {
			e.plain = e.plain[:0]
			for _, key := range e.coder.keys {
				e.plain = appendNumber(e.plain, key, narrow)
			}
		}
		if len(e.coder.keys) <= shownCodes && len(e.plain) <= shownBytes || col.Dictionary {
			c.dictionary(packZstd, e.plain, len(e.coder.keys))
			e.coded(v, c)
			return nil
		}
	}
	for from := 0; from < v.Len(); from += plainRows {
		to := min(from+plainRows, v.Len())
		e.raw = appendLevels(e.raw[:0], v.Valid[from:to])
		if err := e.values(v, from, to, narrow); err != nil {
			return err
		}
		c.page(packZstd, e.raw, to-from, encodingOf(v.Type))
	}
	return nil
}

// encodingOf is how values that are no codes are kept.
func encodingOf(t Type) parquet.Encoding {
	switch t {
	case Integer, Date, DateTime, Time:
		return parquet.Encodings.DeltaBinaryPacked
	case Float, Boolean, String, Empty:
	}
	return parquet.Encodings.Plain
}

// code gives the values that are there their codes.
func (e *encoder) code(v *Vector) bool {
	e.coder.reset()
	switch v.Type {
	case Integer, Date, DateTime, Time:
		for i, x := range v.Ints {
			if v.Valid[i] && !e.coder.number(uint64(x)) {
				return false
			}
		}
	case Float:
		for i, x := range v.Floats {
			if v.Valid[i] && !e.coder.number(math.Float64bits(x)) {
				return false
			}
		}
	case String:
		start := uint32(0)
		for i, end := range v.Ends {
			if v.Valid[i] && !e.coder.text(v.Bytes, start, end) {
				return false
			}
			start = end
		}
	case Boolean, Empty: // a bit and nothing are less than codes
		return false
	}
	return len(e.coder.keys) > 0
}

// coded writes the pages of codes.
func (e *encoder) coded(v *Vector, c *chunk) {
	codes := e.coder.codes
	for from := 0; from < v.Len(); from += codedRows {
		to := min(from+codedRows, v.Len())
		e.raw = appendLevels(e.raw[:0], v.Valid[from:to])
		there := 0
		for _, ok := range v.Valid[from:to] {
			if ok {
				there++
			}
		}
		e.raw = e.appendCodes(e.raw, codes[:there])
		codes = codes[there:]
		c.page(packZstd, e.raw, to-from, parquet.Encodings.RLEDict)
	}
}

// values adds the values of some rows to e.raw.
func (e *encoder) values(v *Vector, from, to int, narrow bool) error {
	switch v.Type {
	case Integer, Date, DateTime, Time:
		e.there = e.there[:0]
		for i := from; i < to; i++ {
			if v.Valid[i] {
				e.there = append(e.there, uint64(v.Ints[i]))
			}
		}
		e.raw = appendDeltas(e.raw, e.there, narrow)
	case Float:
		for i := from; i < to; i++ {
			if v.Valid[i] {
				e.raw = appendNumber(e.raw, math.Float64bits(v.Floats[i]), false)
			}
		}
	case Boolean:
		e.raw = appendBits(e.raw, present(nil, v.Bools[from:to], v.Valid[from:to]))
	case String:
		for i := from; i < to; i++ {
			if v.Valid[i] {
				text := v.StringAt(i)
				e.raw = append(binary.LittleEndian.AppendUint32(e.raw, uint32(len(text))), text...)
			}
		}
	case Empty:
	default:
		return fmt.Errorf("no encoder for %s", v.Type)
	}
	return nil
}

func appendNumber(dst []byte, bits uint64, narrow bool) []byte {
	if narrow {
		return binary.LittleEndian.AppendUint32(dst, uint32(bits))
	}
	return binary.LittleEndian.AppendUint64(dst, bits)
}

func present[T any](dst, values []T, valid []bool) []T {
	for i, ok := range valid {
		if ok {
			dst = append(dst, values[i])
		}
	}
	return dst
}
