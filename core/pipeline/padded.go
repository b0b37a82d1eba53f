package pipeline

import "sheetmill/core/sheet"

// padder gives numbers that are shown with leading zeros the zeros: the code is
// what the sheet shows, 001201, and not the number 1201 behind it.
type padder struct {
	book   sheet.Book
	widths map[int32]int // by style; 0 for a format that shows more than digits
}

// pad rewrites the padded cells of a batch.
func (p *padder) pad(b *sheet.Batch) {
	for i := range b.Cells {
		c := &b.Cells[i]
		if c.Kind != sheet.Padded {
			continue
		}
		text := b.Text(*c)
		width := p.width(*c)
		if len(text) >= width || !digitsOnly(text) {
			continue
		}
		start := uint32(len(b.Bytes))
		for range width - len(text) {
			b.Bytes = append(b.Bytes, '0')
		}
		b.Bytes = append(b.Bytes, text...)
		c.Start, c.End = start, uint32(len(b.Bytes))
	}
}

// width asks the format once how it shows a number.
func (p *padder) width(c sheet.Cell) int {
	width, known := p.widths[c.Style]
	if known {
		return width
	}
	if shown := p.book.Display(c, []byte("1")); digitsOnly([]byte(shown)) {
		width = len(shown)
	}
	if p.widths == nil {
		p.widths = map[int32]int{}
	}
	p.widths[c.Style] = width
	return width
}

func digitsOnly(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
