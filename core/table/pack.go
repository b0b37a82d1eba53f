package table

import (
	"encoding/binary"
	"io"
	"slices"
)

// Codes and levels stand in Parquet as runs: of one value that repeats, or of
// values packed in as few bits as they need (RLE in Parquet's Encodings.md).

// appendRun packs codes that fit width bits: as one repeated value where they
// are all the same, else bit by bit.
func appendRun(dst []byte, codes []uint32, width int) []byte {
	if len(codes) == 0 {
		return dst
	}
	first := codes[0]
	if !slices.ContainsFunc(codes, func(c uint32) bool { return c != first }) {
		dst = binary.AppendUvarint(dst, uint64(len(codes))<<1)
		for bits := 0; bits < width; bits += 8 {
			dst = append(dst, byte(first>>bits))
		}
		return dst
	}
	groups := (len(codes) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	start, size := len(dst), groups*width
	dst = slices.Grow(dst, size+8)
	out := dst[start : start+size+8]
	at, bits, held := 0, 0, uint64(0)
	for _, c := range codes {
		held |= uint64(c) << bits
		if bits += width; bits >= 32 {
			binary.LittleEndian.PutUint32(out[at:], uint32(held))
			at, bits, held = at+4, bits-32, held>>32
		}
	}
	binary.LittleEndian.PutUint64(out[at:], held)
	clear(out[at+8:])
	return dst[:start+size]
}

// readRuns reads codes of width bits until dst is full.
func readRuns(b []byte, width int, dst []uint32) error {
	if width < 0 || width > 32 {
		return io.ErrUnexpectedEOF
	}
	for len(dst) > 0 {
		header, size := binary.Uvarint(b)
		if size <= 0 || header>>1 == 0 {
			return io.ErrUnexpectedEOF
		}
		b = b[size:]
		if header&1 == 0 {
			n := min(header>>1, uint64(len(dst)))
			wide := (width + 7) / 8
			if len(b) < wide {
				return io.ErrUnexpectedEOF
			}
			code := uint32(0)
			for i := range wide {
				code |= uint32(b[i]) << (8 * i)
			}
			for i := range dst[:n] {
				dst[i] = code
			}
			b, dst = b[wide:], dst[n:]
			continue
		}
		n := min(header>>1, uint64(len(dst)+7)/8) // groups of eight
		bytes := int(n) * width
		if len(b) < bytes {
			return io.ErrUnexpectedEOF
		}
		here := min(int(n)*8, len(dst))
		unpack(b[:bytes], width, dst[:here])
		b, dst = b[bytes:], dst[here:]
	}
	return nil
}

// unpack reads codes of width bits, which b holds in full.
func unpack(b []byte, width int, dst []uint32) {
	mask := uint64(1)<<width - 1
	fast := 0
	if len(b) >= 8 && width > 0 { // eight bytes can be read at once that far
		fast = min(len(dst), ((len(b)-8)*8+7)/width)
	}
	bit := 0
	for i := range dst[:fast] {
		dst[i] = uint32(binary.LittleEndian.Uint64(b[bit>>3:]) >> (bit & 7) & mask)
		bit += width
	}
	for i := fast; i < len(dst); i++ {
		held := uint64(0)
		for k, c := range b[min(bit>>3, len(b)):min(bit>>3+5, len(b))] {
			held |= uint64(c) << (8 * k)
		}
		dst[i] = uint32(held >> (bit & 7) & mask)
		bit += width
	}
}

// appendLevels packs which rows hold a value, after the length of that.
func appendLevels(dst []byte, valid []bool) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if first := valid[0]; !slices.Contains(valid, !first) {
		dst = append(binary.AppendUvarint(dst, uint64(len(valid))<<1), 0)
		if first {
			dst[len(dst)-1] = 1
		}
	} else {
		dst = binary.AppendUvarint(dst, uint64((len(valid)+7)/8)<<1|1)
		dst = appendBits(dst, valid)
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// appendBits packs eight values a byte, the first lowest.
func appendBits(dst []byte, values []bool) []byte {
	for len(values) > 0 {
		n := min(8, len(values))
		held := byte(0)
		for i, v := range values[:n] {
			if v {
				held |= 1 << i
			}
		}
		dst, values = append(dst, held), values[n:]
	}
	return dst
}
