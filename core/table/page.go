package table

import (
	"encoding/binary"
	"io"
	"slices"
)

// prefixed parts what stands after a length from what follows it.
func prefixed(b []byte) (inner, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, io.ErrUnexpectedEOF
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	if n > uint64(len(b)-4) {
		return nil, nil, io.ErrUnexpectedEOF
	}
	return b[4 : 4+n], b[4+n:], nil
}

// appendValid adds the first n levels of one bit: runs of one value, or eight a
// byte (RLE in Parquet's Encodings.md).
func appendValid(dst []bool, b []byte, n int) ([]bool, error) {
	dst = slices.Grow(dst, n)
	for n > 0 {
		header, size := binary.Uvarint(b)
		if size <= 0 || len(b) <= size || header>>1 == 0 {
			return dst, io.ErrUnexpectedEOF
		}
		b = b[size:]
		if header&1 == 0 {
			run := int(min(header>>1, uint64(n)))
			there := b[0]&1 == 1
			for range run {
				dst = append(dst, there)
			}
			b, n = b[1:], n-run
			continue
		}
		bytes := int(min(header>>1, uint64(n+7)/8))
		if bytes > len(b) {
			return dst, io.ErrUnexpectedEOF
		}
		for _, held := range b[:bytes] {
			for bit := range min(8, n) {
				dst = append(dst, held>>bit&1 == 1)
			}
			n -= min(8, n)
		}
		b = b[bytes:]
	}
	return dst, nil
}
