package xls

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// joined reads the payload of a record and of the CONTINUE records behind it.
type joined struct {
	rec   *records
	data  []byte
	units []uint16 // scratch
	spent bool     // what follows is no CONTINUE record
}

// begin starts at the payload of the record read last, from an offset on.
func (j *joined) begin(r *records, from int) {
	j.rec, j.data, j.spent = r, r.data[min(from, len(r.data)):], false
}

// more moves on to the next CONTINUE record; false when there is none.
func (j *joined) more() (bool, error) {
	if j.spent {
		return false, nil
	}
	err := j.rec.next()
	if errors.Is(err, io.EOF) {
		j.spent = true
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if j.rec.id != recContinue {
		j.rec.hold()
		j.spent = true
		return false, nil
	}
	j.data = j.rec.data
	return true, nil
}

// atEnd tells whether nothing is left.
func (j *joined) atEnd() (bool, error) {
	for len(j.data) == 0 {
		if ok, err := j.more(); err != nil || !ok {
			return true, err
		}
	}
	return false, nil
}

// bytes gives the next n bytes, at most 8, which may be parted by a CONTINUE.
func (j *joined) bytes(n int) ([8]byte, error) {
	var b [8]byte
	for i := range n {
		end, err := j.atEnd()
		if err != nil {
			return b, err
		}
		if end {
			return b, j.rec.damaged()
		}
		b[i], j.data = j.data[0], j.data[1:]
	}
	return b, nil
}

func (j *joined) skip(n int) error {
	for n > 0 {
		end, err := j.atEnd()
		if err != nil {
			return err
		}
		if end {
			return j.rec.damaged()
		}
		m := min(n, len(j.data))
		j.data, n = j.data[m:], n-m
	}
	return nil
}

// Flags of a string of Excel 97 ([MS-XLS] 2.5.293).
const (
	flagWide = 1
	flagExt  = 4
	flagRich = 8
)

// unicode appends a string of count UTF-16 units as UTF-8, from its flags on:
// with counts of formatting runs and phonetic bytes, which are skipped behind
// the text. A string that goes on in a CONTINUE record begins there with its
// flags anew.
func (j *joined) unicode(dst []byte, count int) ([]byte, error) {
	b, err := j.bytes(1)
	if err != nil {
		return dst, err
	}
	flags := b[0]
	runs, ext := 0, 0
	if flags&flagRich != 0 {
		if b, err = j.bytes(2); err != nil {
			return dst, err
		}
		runs = int(binary.LittleEndian.Uint16(b[:]))
	}
	if flags&flagExt != 0 {
		if b, err = j.bytes(4); err != nil {
			return dst, err
		}
		ext = int(binary.LittleEndian.Uint32(b[:]))
	}
	if dst, err = j.chars(dst, count, flags&flagWide != 0); err != nil {
		return dst, err
	}
	if rest := 4*runs + ext; rest > 0 {
		err = j.skip(rest)
	}
	return dst, err
}

func (j *joined) chars(dst []byte, count int, wide bool) ([]byte, error) {
	if count == 0 {
		return dst, nil
	}
	if !wide && count <= len(j.data) { // nearly every string
		dst = appendLatin(dst, j.data[:count])
		j.data = j.data[count:]
		return dst, nil
	}
	j.units = j.units[:0]
	for count > 0 {
		if wide {
			n := min(count, len(j.data)/2)
			for i := range n {
				j.units = append(j.units, binary.LittleEndian.Uint16(j.data[2*i:]))
			}
			j.data, count = j.data[2*n:], count-n
		} else {
			n := min(count, len(j.data))
			for _, c := range j.data[:n] {
				j.units = append(j.units, uint16(c))
			}
			j.data, count = j.data[n:], count-n
		}
		if count == 0 {
			break
		}
		ok, err := j.more()
		if err != nil {
			return dst, err
		}
		if !ok || len(j.data) == 0 {
			return dst, j.rec.damaged()
		}
		wide, j.data = j.data[0]&flagWide != 0, j.data[1:]
	}
	return appendUnits(dst, j.units), nil
}

// appendLatin appends the lower bytes of UTF-16 units.
func appendLatin(dst, b []byte) []byte {
	for _, c := range b {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	return dst
}

// appendUnits appends UTF-16 as UTF-8; half a pair becomes U+FFFD.
func appendUnits(dst []byte, units []uint16) []byte {
	for i := 0; i < len(units); i++ {
		u := rune(units[i])
		if utf16.IsSurrogate(u) {
			low := rune(utf8.RuneError)
			if i+1 < len(units) {
				low = rune(units[i+1])
			}
			if u = utf16.DecodeRune(u, low); u != utf8.RuneError {
				i++
			}
		}
		dst = utf8.AppendRune(dst, u)
	}
	return dst
}

// encoded appends bytes of the workbook's code page as UTF-8.
func (b *book) encoded(dst, raw []byte) []byte {
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			out, _, err := transform.Append(b.decoder, dst, raw)
			if err != nil { // decoders put U+FFFD where they fail, and do not fail
				return appendLatin(dst, raw)
			}
			return out
		}
	}
	return append(dst, raw...)
}
