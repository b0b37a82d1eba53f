package ods

import (
	"bytes"

	"sheetmill/core/sheet/xmlscan"
)

// paragraphs reads what stands in a cell up to its end: paragraphs are joined
// by line feeds, notes and drawings are no part of it.
func (r *rows) paragraphs(c *cell) error {
	s := r.scan
	outside := s.Depth() - 1
	for {
		token, err := s.Next()
		if err != nil {
			return err
		}
		switch token {
		case xmlscan.EndTag:
			if s.Depth() == outside {
				return nil
			}
			if s.Depth() == outside+1 {
				c.space = false // at a paragraph's end, a break of the XML is nothing
			}
		case xmlscan.TextRun:
			if s.Depth() == outside+1 {
				continue // between paragraphs
			}
			if r.raw, err = s.AppendText(r.raw[:0]); err != nil {
				return err
			}
			c.add(r.raw)
		case xmlscan.StartTag:
			if err := r.inline(c, s.Depth()-outside); err != nil {
				return err
			}
		}
		if len(c.text) > r.book.limits.MaxCellBytes {
			return tooLarge(r.book.limits.MaxCellBytes).At(s.Place())
		}
	}
}

// inline takes a start tag in a cell: level 2 stands right in the cell.
func (r *rows) inline(c *cell, level int) error {
	s := r.scan
	name := string(s.Name)
	if level == 2 {
		if name != "p" && name != "h" {
			return s.Skip() // an annotation, a drawing, a form
		}
		if c.texted {
			c.text = append(c.text, '\n')
		}
		c.texted, c.start, c.space = true, len(c.text), false
		return nil
	}
	switch name {
	case "s":
		n := repeats(s, "text:c", int64(r.book.limits.MaxCellBytes))
		c.flush()
		for range n {
			c.text = append(c.text, ' ')
		}
	case "tab":
		c.flush()
		c.text = append(c.text, '\t')
	case "line-break":
		c.flush()
		c.text = append(c.text, '\n')
	case "annotation", "annotation-end", "note", "ruby-text", "frame", "custom-shape", "rect", "line", "ellipse", "g", "object", "image":
		return s.Skip()
	}
	return nil
}

// add appends a run of text. White space that the XML is broken in becomes a
// single space, and nothing at the start of a paragraph; spaces in a line are
// kept as they are: the programs that write these files mean them.
func (c *cell) add(raw []byte) {
	for len(raw) > 0 {
		n := 0
		for n < len(raw) && raw[n] != '\n' && raw[n] != '\t' {
			n++
		}
		if line := raw[:n]; n == len(raw) && !c.space {
			c.text = append(c.text, line...)
			return
		} else if line = bytes.Trim(line, " "); len(line) > 0 {
			c.flush()
			c.text = append(c.text, raw[:n]...)
		}
		if n == len(raw) {
			return
		}
		c.text = c.text[:c.start+len(bytes.TrimRight(c.text[c.start:], " "))]
		c.space = true
		raw = bytes.TrimLeft(raw[n:], " \n\t")
	}
}

// flush writes the space that waits in front of something.
func (c *cell) flush() {
	if c.space && len(c.text) > c.start {
		c.text = append(c.text, ' ')
	}
	c.space = false
}
