package xlsb

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/opc"
)

// Records by number ([MS-XLSB] 2.3.2).
const (
	recRow           = 0
	recBlank         = 1
	recRK            = 2
	recError         = 3
	recBool          = 4
	recReal          = 5
	recText          = 6
	recShared        = 7
	recFmlaText      = 8
	recFmlaReal      = 9
	recFmlaBool      = 10
	recFmlaError     = 11
	recShortBlank    = 12
	recShortRK       = 13
	recShortError    = 14
	recShortBool     = 15
	recShortReal     = 16
	recShortText     = 17
	recShortShared   = 18
	recItem          = 19 // a shared string
	recFormat        = 44
	recXF            = 47
	recColumn        = 60
	recRichText      = 62
	recBeginSheet    = 129
	recEndSheet      = 130
	recBeginBook     = 131
	recEndBook       = 132
	recBeginData     = 145
	recEndData       = 146
	recBookProps     = 153
	recBundle        = 156 // a sheet of the book
	recBeginStrings  = 159
	recEndStrings    = 160
	recMerge         = 176
	recBeginStyles   = 278
	recEndStyles     = 279
	recBeginCellXFs  = 617
	recEndCellXFs    = 618
	windowSize       = 1 << 16
	mostSize         = 1 << 28 // what a record's size can be
	smallRecordBytes = 1 << 16 // room for what stands around a text
)

// records reads the records of a part one by one.
type records struct {
	src  io.Reader
	part string
	most int // bytes of one record

	buf      []byte
	pos, end int
	offset   int64 // of buf[0] in the part
	eof      bool
	id       int
	data     []byte // payload of the record read last, until the next is read
	at       int64  // where it starts
}

func newRecords(src io.Reader, part string, maxCell int) *records {
	return &records{src: src, part: part, most: 2*maxCell + smallRecordBytes, buf: make([]byte, windowSize)}
}

// next reads a record. It answers io.EOF at the part's end.
func (r *records) next() error {
	r.at = r.offset + int64(r.pos)
	first, ok, err := r.byte()
	if err != nil {
		return err
	}
	if !ok {
		return io.EOF
	}
	r.id = int(first)
	if first&0x80 != 0 {
		second, err := r.need()
		if err != nil {
			return err
		}
		r.id = int(first&0x7f) | int(second&0x7f)<<7
	}
	size := 0
	for shift := 0; shift < 28; shift += 7 {
		b, err := r.need()
		if err != nil {
			return err
		}
		size |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			break
		}
	}
	return r.payload(size)
}

// payload takes the record's bytes; those of records that nothing is known of
// are passed over, however many.
func (r *records) payload(size int) error {
	if size > r.most {
		if wanted(r.id) {
			return fault.New(fault.Limit, say.T("A record of the workbook takes {size} bytes, over the limit of {limit}.", "size", size, "limit", r.most)).
				Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(r.place())
		}
		r.data = nil
		for size > 0 {
			if r.pos == r.end {
				if err := r.fill(1); err != nil {
					return err
				}
				if r.pos == r.end {
					return r.cutShort()
				}
			}
			n := min(size, r.end-r.pos)
			r.pos, size = r.pos+n, size-n
		}
		return nil
	}
	if r.end-r.pos < size {
		if err := r.fill(size); err != nil {
			return err
		}
		if r.end-r.pos < size {
			return r.cutShort()
		}
	}
	r.data = r.buf[r.pos : r.pos+size]
	r.pos += size
	return nil
}

// wanted tells the records that are read.
func wanted(id int) bool {
	switch id {
	case recItem, recFormat, recXF, recColumn, recRichText, recBookProps, recBundle, recMerge:
		return true
	}
	return id <= recShortShared
}

func (r *records) byte() (b byte, ok bool, err error) {
	if r.pos == r.end {
		if err := r.fill(1); err != nil {
			return 0, false, err
		}
		if r.pos == r.end {
			return 0, false, nil
		}
	}
	b = r.buf[r.pos]
	r.pos++
	return b, true, nil
}

func (r *records) need() (byte, error) {
	b, ok, err := r.byte()
	if err == nil && !ok {
		err = r.cutShort()
	}
	return b, err
}

// fill reads on until so many bytes are in the window, or the part ends.
func (r *records) fill(want int) error {
	if r.pos > 0 {
		copy(r.buf, r.buf[r.pos:r.end])
		r.offset += int64(r.pos)
		r.end -= r.pos
		r.pos = 0
	}
	for r.end < want && !r.eof {
		if r.end == len(r.buf) { // grown by what is there, not by what a size says
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		if errors.Is(err, io.EOF) {
			r.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (r *records) place() string { return opc.PlaceOf(r.part, r.at) }

func (r *records) cutShort() error {
	return opc.CutShort(r.part, r.offset+int64(r.end), io.ErrUnexpectedEOF)
}

func (r *records) damaged() *fault.Error {
	return fault.New(fault.BadInput, say.T("A record of the workbook is damaged.")).
		Hint(say.T("Open the file in Excel and save it again.")).At(r.place())
}

// finish proves the part's end, behind the record that ends its content.
func (r *records) finish() error {
	for {
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// wideText appends the string at the start of d, UTF-16 behind a count of 4
// bytes ([MS-XLSB] 2.5.168), as UTF-8; false when it is not whole. Half a pair
// becomes U+FFFD.
func wideText(dst, d []byte) (text, rest []byte, ok bool) {
	if len(d) < 4 {
		return dst, nil, false
	}
	count := uint64(binary.LittleEndian.Uint32(d))
	d = d[4:]
	if count == 0xffffffff { // no string at all
		return dst, d, true
	}
	if count*2 > uint64(len(d)) {
		return dst, nil, false
	}
	n := int(count) * 2
	for i := 0; i < n; i += 2 {
		u := rune(binary.LittleEndian.Uint16(d[i:]))
		if u < utf8.RuneSelf {
			dst = append(dst, byte(u))
			continue
		}
		if utf16.IsSurrogate(u) {
			low := rune(utf8.RuneError)
			if i+4 <= n {
				low = rune(binary.LittleEndian.Uint16(d[i+2:]))
			}
			if u = utf16.DecodeRune(u, low); u != utf8.RuneError {
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, u)
	}
	return dst, d[n:], true
}
