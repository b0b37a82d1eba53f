package table

import (
	"math/bits"
	"sync"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// chunk gathers the pages of one column of a row group, as they go to the file.
type chunk struct {
	b      []byte
	values int64
	raw    int64            // bytes before compression, headers included
	coded  bool             // a dictionary stands before the pages
	kept   parquet.Encoding // of the pages
	data   int              // where the first data page starts
	pages  []pageAt
}

type pageAt struct {
	offset, size int
	row          int64 // the first
}

func (c *chunk) reset() {
	c.b, c.pages = c.b[:0], c.pages[:0]
	c.values, c.raw, c.coded, c.data = 0, 0, false, 0
}

// dictionary adds the page of n different values, PLAIN, which comes first.
func (c *chunk) dictionary(pack packer, plain []byte, n int) {
	c.add(pack, plain, kindDictionary, n, parquet.Encodings.Plain)
	c.coded, c.data = true, len(c.b)
}

// page adds a page of so many rows.
func (c *chunk) page(pack packer, raw []byte, rows int, encoding parquet.Encoding) {
	start := len(c.b)
	c.add(pack, raw, kindData, rows, encoding)
	c.kept = encoding
	c.pages = append(c.pages, pageAt{start, len(c.b) - start, c.values})
	c.values += int64(rows)
}

// add compresses a page behind room for its header, which tells its length, and
// then closes the gap.
func (c *chunk) add(pack packer, raw []byte, kind, n int, encoding parquet.Encoding) {
	const room = 64
	start := len(c.b)
	c.b = append(c.b, make([]byte, room)...)
	c.b = pack(c.b, raw)
	size := len(c.b) - start - room
	var header [room]byte
	h := (&pageHeader{kind, len(raw), size, n, encoding}).append(header[:0])
	copy(c.b[start:], h)
	copy(c.b[start+len(h):], c.b[start+room:])
	c.b = c.b[:start+len(h)+size]
	c.raw += int64(len(h) + len(raw))
}

// packer appends src to dst, compressed. It gives the same bytes on every machine.
type packer func(dst, src []byte) []byte

// packSnappy costs a third of what packZstd does, both ways: right for what is
// written once and read twice by its own job.
func packSnappy(dst, src []byte) []byte {
	most := s2.MaxEncodedLen(len(src))
	start := len(dst)
	if cap(dst)-start < most {
		dst = append(dst, make([]byte, most)...)
	}
	packed := s2.EncodeSnappy(dst[start:start+most:start+most], src)
	return dst[:start+len(packed)]
}

var zstdEncoders = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(1<<20), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // only options that there are not do that
	}
	return e
}}

func packZstd(dst, src []byte) []byte {
	e := zstdEncoders.Get().(*zstd.Encoder) //nolint:forcetypeassert // the pool holds nothing else
	defer zstdEncoders.Put(e)
	return e.EncodeAll(src, dst)
}

// width is how many bits the codes of so many values take.
func width(values int) int { return bits.Len(uint(max(values-1, 0))) }
