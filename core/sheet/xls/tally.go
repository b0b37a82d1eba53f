package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// tally is what the bytes of a workbook's own texts look like, for workbooks
// that do not name their code page: those of Excel are Western then, but
// programs in Chinese hospitals write GBK.
type tally struct {
	even, odd     int // runs of bytes past ASCII, by their length
	common, pairs int // pairs in such runs, and those that are common Chinese
}

// add looks at a text.
func (t *tally) add(text []byte) {
	for i := 0; i < len(text); {
		if text[i] < 0x80 {
			i++
			continue
		}
		from := i
		for i < len(text) && text[i] >= 0x80 {
			i++
		}
		if (i-from)%2 == 1 {
			t.odd++
			continue
		}
		t.even++
		for k := from; k < i; k += 2 {
			t.pairs++
			lead, trail := text[k], text[k+1]
			// GB 2312: punctuation and forms in rows 1 to 3, the common characters in 16 to 55.
			if trail >= 0xa1 && trail <= 0xfe && (lead >= 0xb0 && lead <= 0xd7 || lead >= 0xa1 && lead <= 0xa3) {
				t.common++
			}
		}
	}
}

// chinese tells whether the texts are in GBK. Western words have single bytes
// past ASCII; Russian ones have runs of any length, mostly of small letters,
// which would be rare characters.
func (t *tally) chinese() bool {
	return t.pairs >= 2 && t.even >= 9*t.odd && 10*t.common >= 8*t.pairs
}

// textOf is the bytes of the text in a record up to Excel 95.
func (b *book) textOf(r *records) []byte {
	at, size := 6, 2
	if b.version == 2 {
		at, size = 7, 1
	}
	if len(r.data) < at+size {
		return nil
	}
	n := int(r.data[at])
	if size == 2 {
		n = int(binary.LittleEndian.Uint16(r.data[at:]))
	}
	return r.data[at+size : min(at+size+n, len(r.data))]
}

// listen looks at the texts of all sheets.
func (g *globals) listen(ctx context.Context) error {
	r := g.book.records
	r.seek(0)
	var t tally
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil //nolint:nilerr // what is damaged is told by who reads that sheet
		}
		switch r.id {
		case recLabel, recLabel2, recRString:
			t.add(g.book.textOf(r))
		}
	}
	for _, name := range g.names {
		t.add(name)
	}
	if t.chinese() {
		g.codePage = codePage(936)
	}
	return nil
}
