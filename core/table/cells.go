package table

import (
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"

	"sheetmill/core/sheet"
)

// Cells holds raw cells of one sheet column over a run of rows. A run that was
// read may be coded: each different cell stands once, and the rows tell which.
// Whoever works on the different ones alone (see Entries) works on fewer.
type Cells struct {
	Ends  []uint32 // row or entry i is Bytes[Ends[i-1]:Ends[i]]: its kind's letter, then its text; nothing where there is no cell
	Bytes []byte
	Codes []uint32 // of a coded run: the entry of each row; empty for others
}

// Reset empties the run, keeping its memory.
func (c *Cells) Reset() { c.Ends, c.Bytes, c.Codes = c.Ends[:0], c.Bytes[:0], c.Codes[:0] }

// Coded tells whether the rows are codes of entries.
func (c *Cells) Coded() bool { return len(c.Codes) > 0 }

// Len is the number of rows.
func (c *Cells) Len() int {
	if c.Coded() {
		return len(c.Codes)
	}
	return len(c.Ends)
}

// Append adds a cell to a run that is not coded; kind sheet.Empty adds a row without one.
func (c *Cells) Append(kind sheet.Kind, text []byte) {
	if kind != sheet.Empty {
		c.Bytes = append(append(c.Bytes, byte(kind)), text...)
	}
	c.Ends = append(c.Ends, uint32(len(c.Bytes)))
}

// At is row i, valid until the run changes.
func (c *Cells) At(i int) (sheet.Kind, []byte) { return cellOf(c.Raw(i)) }

// Raw is row i as stored: kind letter and text, or nothing.
func (c *Cells) Raw(i int) []byte {
	if c.Coded() {
		i = int(c.Codes[i])
	}
	return c.entry(i)
}

// Entries are the different cells of a coded run, as a run that is not coded.
func (c *Cells) Entries() *Cells { return &Cells{Ends: c.Ends, Bytes: c.Bytes} }

func (c *Cells) entry(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = c.Ends[i-1]
	}
	return c.Bytes[start:c.Ends[i]]
}

func cellOf(raw []byte) (sheet.Kind, []byte) {
	if len(raw) == 0 {
		return sheet.Empty, nil
	}
	return sheet.Kind(raw[0]), raw[1:]
}

// Present counts the rows that hold a cell.
func (c *Cells) Present() (n int64) {
	blank, start := -1, uint32(0)
	for i, end := range c.Ends {
		if end == start {
			blank = i
		} else {
			n++
		}
		start = end
	}
	if !c.Coded() {
		return n
	}
	n = int64(len(c.Codes))
	if blank >= 0 {
		for _, code := range c.Codes {
			if int(code) == blank {
				n--
			}
		}
	}
	return n
}

// Pad adds rows without a cell to a run that is not coded until there are so many.
func (c *Cells) Pad(rows int) {
	for len(c.Ends) < rows {
		c.Ends = append(c.Ends, uint32(len(c.Bytes)))
	}
}

// takePage appends the cells of one page. A raw column has no levels: its page is
// the cells themselves, each after its length (PLAIN in Parquet's Encodings.md), or
// the codes of those that a page before held. So a cell costs a copy and nothing else.
func (c *Cells) takePage(h pageHeader, data []byte, rows int) error {
	switch {
	case h.kind == kindDictionary:
		c.Codes = slices.Grow(c.Codes, rows)
		return c.takeTexts(data, h.values)
	case h.encoding == parquet.Encodings.Plain:
		return c.takeTexts(data, h.values)
	case h.encoding == parquet.Encodings.RLEDict || h.encoding == parquet.Encodings.PlainDict:
		at := len(c.Codes)
		if h.values > rows-at {
			return io.ErrUnexpectedEOF
		}
		c.Codes = slices.Grow(c.Codes, h.values)[:at+h.values]
		return readCodes(data, len(c.Ends), c.Codes[at:])
	}
	return fmt.Errorf("encoding %s", h.encoding)
}

func (c *Cells) takeTexts(data []byte, n int) error {
	c.Bytes = slices.Grow(c.Bytes, max(0, len(data)-4*n))
	for range n {
		text, rest, err := prefixed(data)
		if err != nil {
			return err
		}
		c.Bytes, data = append(c.Bytes, text...), rest
		c.Ends = append(c.Ends, uint32(len(c.Bytes)))
	}
	return nil
}

// readCodes reads the codes of a page, after their width, each less than n.
func readCodes(b []byte, n int, codes []uint32) error {
	if len(b) == 0 {
		return io.ErrUnexpectedEOF
	}
	if err := readRuns(b[1:], int(b[0]), codes); err != nil {
		return err
	}
	for _, code := range codes {
		if int(code) >= n {
			return fmt.Errorf("code %d of %d values", code, n)
		}
	}
	return nil
}
