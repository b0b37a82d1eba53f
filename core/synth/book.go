package synth

import (
	"archive/zip"
	"io"
	"strconv"
	"time"

	"github.com/klauspost/compress/flate"
)

// book writes a workbook to a stream, part after part in Excel's order. Its
// methods keep the first error, which close answers.
type book struct {
	zip     *zip.Writer
	part    io.Writer
	buf     []byte
	err     error
	names   []string
	sheets  int // begun so far
	strings pool
}

// bookTime is the time of every part, for the bytes must not move.
var bookTime = time.Date(2023, 7, 1, 8, 0, 0, 0, time.UTC)

// newBook starts a workbook with these sheets, which begin writes in order.
func newBook(w io.Writer, sheets ...string) *book {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.DefaultCompression)
	})
	b := &book{zip: z, buf: make([]byte, 0, 2*flushAt), names: sheets, strings: pool{index: map[string]int{}}}
	b.addPart("[Content_Types].xml", contentTypes(sheets))
	b.addPart("_rels/.rels", packageRelationships)
	b.addPart("xl/workbook.xml", workbookPart(sheets))
	b.addPart("xl/_rels/workbook.xml.rels", workbookRelationships(sheets))
	return b
}

// close writes the parts that know the whole workbook and ends the package.
func (b *book) close() error {
	b.addPart("xl/styles.xml", stylesPart)
	b.open("xl/sharedStrings.xml")
	b.write(`<sst xmlns="`, nsMain, `" count="`, strconv.Itoa(b.strings.count),
		`" uniqueCount="`, strconv.Itoa(b.strings.unique), `">`)
	b.flush()
	b.buf = append(b.buf, b.strings.items...)
	b.write(`</sst>`)
	b.addPart("docProps/core.xml", corePart)
	b.addPart("docProps/app.xml", appPart(b.names))
	b.flush()
	if b.err != nil {
		return b.err
	}
	return b.zip.Close()
}

func (b *book) addPart(name, text string) {
	b.open(name)
	b.write(text)
}

// open starts the next part of the package.
func (b *book) open(name string) {
	b.flush()
	if b.err == nil {
		b.part, b.err = b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: bookTime})
	}
	b.write(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`, "\r\n")
}

func (b *book) write(texts ...string) {
	for _, s := range texts {
		b.buf = append(b.buf, s...)
	}
	if len(b.buf) >= flushAt {
		b.flush()
	}
}

func (b *book) flush() {
	if b.err == nil && len(b.buf) > 0 {
		_, b.err = b.part.Write(b.buf)
	}
	b.buf = b.buf[:0]
}

// pool is the shared strings, in the order of their first use. It holds all
// of them: about 350 bytes a row of the reference workbook.
type pool struct {
	index         map[string]int
	items         []byte
	count, unique int
}

// id is the index of a text that may come again.
func (p *pool) id(s string) int {
	if id, known := p.index[s]; known {
		p.count++
		return id
	}
	id := p.fresh(s)
	p.index[s] = id
	return id
}

// fresh is the index of a text that is not worth remembering; should it come
// again it gets another index, which the format allows.
func (p *pool) fresh(s string) int {
	p.items = append(p.items, `<si><t`...)
	if s != "" && (s[0] == ' ' || s[len(s)-1] == ' ') {
		p.items = append(p.items, ` xml:space="preserve"`...)
	}
	p.items = appendXML(append(p.items, '>'), s)
	// Excel for Chinese writes a phonetic mark behind every text.
	p.items = append(p.items, `</t><phoneticPr fontId="1" type="noConversion"/></si>`...)
	p.count++
	p.unique++
	return p.unique - 1
}

func appendXML(b []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		default:
			b = append(b, s[i])
		}
	}
	return b
}
