package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// chunkReader reads the pages of one column of a row group, as Parquet lays them
// out. What Sheetmill wrote is read so: a value costs a copy, through arrow-go's
// column readers a slice and a call more. Only pages that are asked for are unpacked.
type chunkReader struct {
	codec  compress.Compression
	narrow bool   // numbers of 32 bits
	rest   []byte // pages not yet seen
	rows   int    // of the pages seen
	file   []byte
	page   []byte // unpacked
	coded  bool   // a dictionary stood before
	dict   Vector
	values []uint64 // of the dictionary, where they are no texts
	deltas []uint64
	codes  []uint32
	valid  []bool
}

var chunkReaders = sync.Pool{New: func() any { return &chunkReader{} }}

// open takes in the bytes of a column of a type.
func (c *chunkReader) open(src io.ReaderAt, meta *metadata.ColumnChunkMetaData, t Type) error {
	c.narrow = meta.Type() == parquet.Types.Int32
	start := meta.DataPageOffset()
	if meta.HasDictionaryPage() && meta.DictionaryPageOffset() > 0 {
		start = min(start, meta.DictionaryPageOffset())
	}
	size := meta.TotalCompressedSize()
	if size < 0 || start < 0 || size > 1<<31 {
		return io.ErrUnexpectedEOF
	}
	c.file = slices.Grow(c.file[:0], int(size))[:size]
	if _, err := src.ReadAt(c.file, start); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	c.rest, c.rows, c.coded, c.codec = c.file, 0, false, meta.Compression()
	c.dict.Reset(t)
	c.values = c.values[:0]
	return nil
}

// next unpacks the next page of data that reaches past a row, and takes in a
// dictionary on the way.
func (c *chunkReader) next(past int) (pageHeader, error) {
	for {
		h, err := c.unpack(past)
		if err != nil || h.kind == kindData {
			return h, err
		}
		if err := c.dictionary(h.values); err != nil {
			return h, err
		}
	}
}

// unpack unpacks the next page that reaches past a row, or is a dictionary; pages
// before are passed over, still packed.
func (c *chunkReader) unpack(past int) (pageHeader, error) {
	for len(c.rest) > 0 {
		h, n, err := readPageHeader(c.rest)
		if err != nil || h.size > len(c.rest)-n {
			return h, io.ErrUnexpectedEOF
		}
		packed := c.rest[n : n+h.size]
		c.rest = c.rest[n+h.size:]
		switch h.kind {
		case kindDictionary:
		case kindData:
			if c.rows += h.values; c.rows <= past {
				continue
			}
		default:
			return h, fmt.Errorf("page of kind %d", h.kind)
		}
		c.page, err = unpackPage(c.codec, c.page[:0], packed, h.raw)
		return h, err
	}
	return pageHeader{}, io.ErrUnexpectedEOF
}

// dictionary takes in the different values of the pages to come.
func (c *chunkReader) dictionary(n int) error {
	c.coded = true
	if c.dict.Type == String {
		data := c.page
		for range n {
			text, rest, err := prefixed(data)
			if err != nil {
				return err
			}
			c.dict.AppendString(text)
			data = rest
		}
		return nil
	}
	size := c.width()
	if n > len(c.page)/size {
		return io.ErrUnexpectedEOF
	}
	c.values = slices.Grow(c.values, n)
	for i := range n {
		c.values = append(c.values, c.number(c.page[i*size:]))
	}
	return nil
}

// width is the bytes of a number.
func (c *chunkReader) width() int {
	if c.narrow {
		return 4
	}
	return 8
}

func (c *chunkReader) number(b []byte) uint64 {
	if c.narrow {
		return uint64(int64(int32(binary.LittleEndian.Uint32(b))))
	}
	return binary.LittleEndian.Uint64(b)
}

// read appends rows [from, from+n) to dst.
func (c *chunkReader) read(from, n int, dst *Vector) error {
	grow(dst, n)
	for n > 0 {
		h, err := c.next(from)
		if err != nil {
			return err
		}
		first := c.rows - h.values
		skip, take := from-first, min(n, c.rows-from)
		levels, data, err := prefixed(c.page)
		if err != nil {
			return err
		}
		// The levels of the rows before are read behind those of dst, and dropped.
		start := len(dst.Valid)
		if dst.Valid, err = appendValid(dst.Valid, levels, skip+take); err != nil {
			return err
		}
		before := count(dst.Valid[start : start+skip])
		dst.Valid = append(dst.Valid[:start], dst.Valid[start+skip:]...)
		valid := dst.Valid[start:]
		if err := c.take(h.encoding, data, before, valid, dst); err != nil {
			return err
		}
		from, n = from+take, n-take
	}
	return nil
}

// take appends the values of rows, of which before rows' values come first.
func (c *chunkReader) take(encoding parquet.Encoding, data []byte, before int, valid []bool, dst *Vector) error {
	switch {
	case encoding == parquet.Encodings.Plain:
		return c.takePlain(data, before, valid, dst)
	case encoding == parquet.Encodings.DeltaBinaryPacked && encodingOf(dst.Type) == encoding:
		var err error
		if c.deltas, err = readDeltas(data, before+count(valid), c.narrow, c.deltas); err != nil {
			return err
		}
		takeNumbers(c.deltas[before:], valid, dst)
		return nil
	case c.coded && (encoding == parquet.Encodings.RLEDict || encoding == parquet.Encodings.PlainDict):
		codes, err := c.readCodes(data, before+count(valid))
		if err != nil {
			return err
		}
		c.takeCoded(codes[before:], valid, dst)
		return nil
	}
	return fmt.Errorf("encoding %s", encoding)
}

func (c *chunkReader) readCodes(data []byte, n int) ([]uint32, error) {
	c.codes = slices.Grow(c.codes[:0], n)[:n]
	if n == 0 {
		return nil, nil
	}
	return c.codes, readCodes(data, c.different(), c.codes)
}

func (c *chunkReader) takeCoded(codes []uint32, valid []bool, dst *Vector) {
	at := 0
	switch dst.Type {
	case String:
		for _, ok := range valid {
			if ok {
				dst.Bytes = append(dst.Bytes, c.dict.StringAt(int(codes[at]))...)
				at++
			}
			dst.Ends = append(dst.Ends, uint32(len(dst.Bytes)))
		}
	case Float:
		for _, ok := range valid {
			x := 0.0
			if ok {
				x = math.Float64frombits(c.values[codes[at]])
				at++
			}
			dst.Floats = append(dst.Floats, x)
		}
	default:
		for _, ok := range valid {
			x := int64(0)
			if ok {
				x = int64(c.values[codes[at]])
				at++
			}
			dst.Ints = append(dst.Ints, x)
		}
	}
}

func takeNumbers(values []uint64, valid []bool, dst *Vector) {
	for _, ok := range valid {
		x := uint64(0)
		if ok {
			x, values = values[0], values[1:]
		}
		dst.Ints = append(dst.Ints, int64(x))
	}
}

func (c *chunkReader) takePlain(data []byte, before int, valid []bool, dst *Vector) error {
	there, size := before+count(valid), c.width()
	switch dst.Type {
	case Empty:
		return nil
	case Boolean:
		if there > 8*len(data) {
			return io.ErrUnexpectedEOF
		}
		for _, ok := range valid {
			dst.Bools = append(dst.Bools, ok && data[before/8]>>(before%8)&1 != 0)
			if ok {
				before++
			}
		}
		return nil
	case String:
		return takeTexts(data, before, valid, dst)
	}
	if there > len(data)/size {
		return io.ErrUnexpectedEOF
	}
	data = data[before*size:]
	for _, ok := range valid {
		bits := uint64(0)
		if ok {
			bits = c.number(data)
			data = data[size:]
		}
		if dst.Type == Float {
			dst.Floats = append(dst.Floats, math.Float64frombits(bits))
		} else {
			dst.Ints = append(dst.Ints, int64(bits))
		}
	}
	return nil
}

func takeTexts(data []byte, before int, valid []bool, dst *Vector) (err error) {
	for range before {
		if _, data, err = prefixed(data); err != nil {
			return err
		}
	}
	dst.Bytes = slices.Grow(dst.Bytes, max(0, len(data)-4*count(valid)))
	for _, ok := range valid {
		if ok {
			text, rest, err := prefixed(data)
			if err != nil {
				return err
			}
			dst.Bytes, data = append(dst.Bytes, text...), rest
		}
		dst.Ends = append(dst.Ends, uint32(len(dst.Bytes)))
	}
	return nil
}

func count(valid []bool) (n int) {
	for _, ok := range valid {
		if ok {
			n++
		}
	}
	return n
}

// grow makes room for n more rows.
func grow(v *Vector, n int) {
	v.Valid = slices.Grow(v.Valid, n)
	switch v.Type {
	case String:
		v.Ends = slices.Grow(v.Ends, n)
	case Float:
		v.Floats = slices.Grow(v.Floats, n)
	case Boolean:
		v.Bools = slices.Grow(v.Bools, n)
	case Empty:
	default:
		v.Ints = slices.Grow(v.Ints, n)
	}
}

var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(1<<30))
})

// blowUp is more than Snappy can pack anything, so a damaged length takes no memory.
const blowUp = 64

// unpackPage appends a page's raw bytes to dst.
func unpackPage(codec compress.Compression, dst, packed []byte, raw int) ([]byte, error) {
	var err error
	switch codec {
	case compress.Codecs.Uncompressed:
		dst = append(dst, packed...)
	case compress.Codecs.Snappy:
		var n int
		if n, err = s2.DecodedLen(packed); err == nil && n == raw && n <= blowUp*len(packed) {
			dst, err = s2.Decode(slices.Grow(dst, n)[:n], packed)
		}
	case compress.Codecs.Zstd:
		var d *zstd.Decoder
		if d, err = zstdDecoder(); err == nil {
			dst, err = d.DecodeAll(packed, slices.Grow(dst, min(raw, blowUp*len(packed))))
		}
	default:
		err = fmt.Errorf("compression %s", codec)
	}
	if err == nil && len(dst) != raw {
		err = io.ErrUnexpectedEOF
	}
	return dst, err
}
