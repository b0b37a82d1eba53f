package delim

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"sheetmill/core/sheet"
)

// source gives a file's content as UTF-8, in order.
type source interface {
	// read puts text into dst, at least one byte unless it answers io.EOF
	// (then none). dst has room for at least minRead bytes.
	read(dst []byte) (int, error)
	// offset is the byte offset in the file of a position in the text given
	// so far. It is exact at starts of lines; -1 says that it is not known.
	offset(pos int64) int64
	// forget tells that offset will not be asked for positions before pos.
	forget(pos int64)
	// done is how many bytes of the file were read.
	done() int64
	// bad is how many places could not be decoded, and the first of them.
	bad() (int64, badPlace)
}

// minRead is more than any decoder needs to make progress.
const minRead = 16

// newSource starts at the byte offset from, which is a start of a character.
func newSource(f sheet.File, enc charset, from int64, chunk int) source {
	if enc.decode == nil {
		return &plain{f: f, start: from, at: from, chunk: chunk}
	}
	return &decoded{f: f, dec: enc.decode(), unit: enc.unit, at: from, raw: make([]byte, 0, max(chunk, minRead)),
		marks: []mark{{0, from}}}
}

// plain is a file that is UTF-8 already.
type plain struct {
	f         sheet.File
	start, at int64
	chunk     int
}

func (p *plain) read(dst []byte) (int, error) {
	n, err := p.f.ReadAt(dst[:min(len(dst), p.chunk)], p.at)
	p.at += int64(n)
	if n > 0 {
		return n, nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	if err == io.EOF && p.at < p.f.Size() {
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}

func (p *plain) offset(pos int64) int64 { return p.start + pos }
func (p *plain) forget(int64)           {}
func (p *plain) done() int64            { return p.at }
func (p *plain) bad() (int64, badPlace) { return 0, badPlace{} }

// badPlace is where a text could not be decoded: its position in the text, and
// the offset in the file; of the start of its line where only that is known.
type badPlace struct {
	text, file int64
	value      int // of the byte, -1 when it is not one byte
}

// mark pairs a start of a line in the text with its offset in the file.
type mark struct{ text, file int64 }

// decoded transcodes. Line ends stand for themselves in every encoding it is
// used with, so the k-th of the text is the k-th of the bytes: that is how
// offsets of lines are known without decoding character by character.
type decoded struct {
	f      sheet.File
	dec    transform.Transformer
	unit   int    // bytes per code unit, negative for big endian
	raw    []byte // read and not yet decoded
	at     int64  // offset in the file after raw
	text   int64  // bytes of text given
	ended  bool
	marks  []mark
	broken int64
	first  badPlace
}

func (d *decoded) read(dst []byte) (int, error) {
	for {
		if len(d.raw) < cap(d.raw) && !d.ended {
			n, err := d.f.ReadAt(d.raw[len(d.raw):cap(d.raw)], d.at)
			d.raw = d.raw[:len(d.raw)+n]
			d.at += int64(n)
			if err != nil && err != io.EOF {
				return 0, err
			}
			if d.at >= d.f.Size() {
				d.ended = true
			} else if n == 0 {
				return 0, io.ErrUnexpectedEOF
			}
		}
		if d.ended && len(d.raw) == 0 {
			return 0, io.EOF
		}
		n, used, err := d.dec.Transform(dst, d.raw, d.ended)
		if err != nil && !errors.Is(err, transform.ErrShortDst) && !errors.Is(err, transform.ErrShortSrc) {
			return 0, err
		}
		if used == 0 && n == 0 && d.ended {
			// A character cut off by the end of the file.
			n, used = copy(dst, "\uFFFD"), len(d.raw)
		}
		d.note(dst[:n], d.raw[:used])
		d.raw = append(d.raw[:0], d.raw[used:]...)
		if n > 0 {
			return n, nil
		}
	}
}

// note counts what could not be decoded and marks the lines of a decoded run.
func (d *decoded) note(text, raw []byte) {
	file := d.at - int64(len(d.raw))
	broken := int64(bytes.Count(text, []byte("\uFFFD")) - replacements(raw, d.unit))
	first := len(d.marks)
	for i, c := range text {
		if c == '\n' || c == '\r' {
			d.marks = append(d.marks, mark{d.text + int64(i) + 1, -1})
		}
	}
	k := first
	width := max(d.unit, -d.unit, 1)
	for i := 0; i+width <= len(raw); i += width {
		if c := unitAt(raw[i:], d.unit); c == '\n' || c == '\r' {
			if k < len(d.marks) {
				d.marks[k].file = file + int64(i+width)
			}
			k++
		}
	}
	if k != len(d.marks) { // never seen; then better no offset than a wrong one
		for i := first; i < len(d.marks); i++ {
			d.marks[i].file = -1
		}
	}
	if broken > 0 && d.broken == 0 {
		d.first = d.firstBad(text, raw, file)
	}
	d.broken += broken
	d.text += int64(len(text))
}

// firstBad finds the first place of a run that could not be decoded.
func (d *decoded) firstBad(text, raw []byte, file int64) badPlace {
	at := badPlace{text: d.text + int64(bytes.Index(text, []byte("\uFFFD"))), value: -1}
	for _, m := range d.marks {
		if m.text <= at.text {
			at.file = m.file
		}
	}
	if d.unit != 0 {
		return at
	}
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			at.file, at.value = file+int64(i), int(raw[i])
			break
		}
		i += n
	}
	return at
}

// unitAt is the code unit that b starts with.
func unitAt(b []byte, unit int) uint32 {
	switch unit {
	case 2:
		return uint32(b[0]) | uint32(b[1])<<8
	case -2:
		return uint32(b[1]) | uint32(b[0])<<8
	case 4:
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	case -4:
		return uint32(b[3]) | uint32(b[2])<<8 | uint32(b[1])<<16 | uint32(b[0])<<24
	}
	return uint32(b[0])
}

// replacements counts the replacement characters that the file itself holds.
func replacements(raw []byte, unit int) int {
	switch unit {
	case 0:
		return bytes.Count(raw, []byte("\uFFFD")) // only UTF-8 has these three bytes so
	case 1:
		return 0
	}
	n, width := 0, max(unit, -unit)
	for i := 0; i+width <= len(raw); i += width {
		if unitAt(raw[i:], unit) == utf8.RuneError {
			n++
		}
	}
	return n
}

func (d *decoded) offset(pos int64) int64 {
	i := sort.Search(len(d.marks), func(i int) bool { return d.marks[i].text > pos }) - 1
	if i < 0 || d.marks[i].text != pos {
		return -1
	}
	return d.marks[i].file
}

func (d *decoded) forget(pos int64) {
	i := sort.Search(len(d.marks), func(i int) bool { return d.marks[i].text >= pos })
	d.marks = append(d.marks[:0], d.marks[i:]...)
}

func (d *decoded) done() int64            { return d.at - int64(len(d.raw)) }
func (d *decoded) bad() (int64, badPlace) { return d.broken, d.first }

// upTo is the marks of lines that start before a position of the text.
func (d *decoded) upTo(pos int64) []mark {
	return d.marks[:sort.Search(len(d.marks), func(i int) bool { return d.marks[i].text >= pos })]
}

// mend copies UTF-8 and puts U+FFFD for each byte that is none.
type mend struct{ transform.NopResetter }

func (mend) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if c := src[nSrc]; c < utf8.RuneSelf {
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = c
			nDst, nSrc = nDst+1, nSrc+1
			continue
		}
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		if !utf8.FullRune(src[nSrc:]) {
			size = len(src) - nSrc // cut off by the end of the file: one character
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// byLine starts each line anew, as ISO-2022-JP has it, so that no character
// takes in a line's end.
type byLine struct{ transform.Transformer }

func (l byLine) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		k := bytes.IndexAny(src[nSrc:], "\r\n")
		if k == 0 {
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = src[nSrc]
			nDst, nSrc = nDst+1, nSrc+1
			l.Reset()
			continue
		}
		line := src[nSrc:]
		if k > 0 {
			line = line[:k]
		}
		d, s, err := l.Transformer.Transform(dst[nDst:], line, atEOF || k > 0)
		nDst, nSrc = nDst+d, nSrc+s
		if err != nil {
			return nDst, nSrc, err
		}
	}
	return nDst, nSrc, nil
}

func decoderOf(e encoding.Encoding) func() transform.Transformer {
	return func() transform.Transformer { return e.NewDecoder().Transformer }
}
