package table

import (
	"encoding/binary"
	"io"
	"math/bits"
	"slices"
)

// Numbers that are no codes are kept by what each is more than the one before
// (DELTA_BINARY_PACKED in Parquet's Encodings.md): rows, lines and offsets, times and
// amounts take less room so than Zstandard makes of them, in a tenth of its time.
const (
	deltaBlock = 128 // values
	deltaPart  = 32  // of a block, packed in bits of their own
	deltaParts = deltaBlock / deltaPart
)

// appendDeltas packs numbers; narrow ones are of 32 bits.
func appendDeltas(dst []byte, values []uint64, narrow bool) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaParts)
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	if len(values) == 0 {
		return binary.AppendVarint(dst, 0)
	}
	last := values[0]
	dst = binary.AppendVarint(dst, int64(last))
	var block [deltaBlock]uint64
	for values = values[1:]; len(values) > 0; {
		n := min(deltaBlock, len(values))
		least := int64(1<<63 - 1)
		for i, x := range values[:n] {
			delta := int64(x - last)
			if narrow {
				delta = int64(int32(delta))
			}
			block[i], last, least = uint64(delta), x, min(least, delta)
		}
		clear(block[n:])
		dst = binary.AppendVarint(dst, least)
		widths := len(dst)
		dst = append(dst, make([]byte, deltaParts)...)
		for part := 0; part*deltaPart < n; part++ {
			all := uint64(0)
			here := block[part*deltaPart : (part+1)*deltaPart]
			for i := range here[:min(deltaPart, n-part*deltaPart)] {
				if here[i] -= uint64(least); narrow {
					here[i] = uint64(uint32(here[i]))
				}
				all |= here[i]
			}
			dst[widths+part] = byte(bits.Len64(all))
			dst = appendPacked(dst, here, bits.Len64(all))
		}
		values = values[n:]
	}
	return dst
}

// appendPacked packs a part's numbers in so many bits each.
func appendPacked(dst []byte, values []uint64, width int) []byte {
	held, filled := uint64(0), 0
	for _, x := range values {
		held |= x << filled
		if filled += width; filled >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, held)
			filled -= 64
			held = x >> (width - filled)
		}
	}
	for ; filled > 0; filled -= 8 { // 32 numbers fill whole bytes
		dst = append(dst, byte(held))
		held >>= 8
	}
	return dst
}

// readDeltas reads n numbers into dst.
func readDeltas(b []byte, n int, narrow bool, dst []uint64) ([]uint64, error) {
	head := func() uint64 {
		x, size := binary.Uvarint(b)
		b = b[max(size, 0):]
		return x
	}
	block, parts, total := head(), head(), head()
	first, size := binary.Varint(b)
	if size <= 0 || block == 0 || block > 1<<16 || parts == 0 || block%parts != 0 || block/parts%8 != 0 || total < uint64(n) {
		return nil, io.ErrUnexpectedEOF
	}
	b = b[size:]
	part := int(block / parts)
	last := uint64(first)
	dst = slices.Grow(dst[:0], n)
	if n > 0 {
		dst = append(dst, last)
	}
	for len(dst) < n {
		least, size := binary.Varint(b)
		if size <= 0 || len(b)-size < int(parts) {
			return nil, io.ErrUnexpectedEOF
		}
		widths := b[size : size+int(parts)]
		b = b[size+int(parts):]
		for _, width := range widths {
			if len(dst) == n {
				break
			}
			packed := part / 8 * int(width)
			if width > 64 || packed > len(b) {
				return nil, io.ErrUnexpectedEOF
			}
			for i := range min(part, n-len(dst)) {
				last += uint64(least) + bitsAt(b[:packed], i*int(width), int(width))
				if narrow {
					last = uint64(int64(int32(last)))
				}
				dst = append(dst, last)
			}
			b = b[packed:]
		}
	}
	return dst, nil
}

// bitsAt is the number of width bits from a bit on.
func bitsAt(b []byte, bit, width int) uint64 {
	from := bit >> 3
	if from+8 <= len(b) && width <= 56 {
		return binary.LittleEndian.Uint64(b[from:]) >> (bit & 7) & (1<<width - 1)
	}
	var wide [16]byte
	copy(wide[:], b[min(from, len(b)):])
	low := binary.LittleEndian.Uint64(wide[:]) >> (bit & 7)
	high := binary.LittleEndian.Uint64(wide[8:]) << (64 - bit&7)
	return (low | high) & (1<<width - 1)
}
