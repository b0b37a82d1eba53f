package xml2003

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xmlscan"
)

// cells reads a row's cells up to its end.
func (r *rows) cells(batch *sheet.Batch, row int64, rowStyle int) error {
	s := r.scan
	inside := s.Depth()
	next, last := 0, -1
	for {
		token, err := s.Next()
		if err != nil {
			return err
		}
		if s.Depth() < inside {
			return nil
		}
		if token != xmlscan.StartTag {
			continue
		}
		if string(s.Name) != "Cell" {
			if err := s.Skip(); err != nil {
				return err
			}
			continue
		}
		c := sheet.Cell{Col: int32(next)}
		style := -1
		wide, high := int64(0), int64(0)
		for i := range s.Attrs() {
			name, value := s.AttrAt(i)
			switch local(name) {
			case "Index":
				if n := integer(value, math.MaxInt32); n > 0 {
					c.Col = int32(n - 1)
				}
			case "StyleID":
				style = r.styleOf(value)
			case "Formula":
				c.Formula = len(value) > 0
			case "MergeAcross":
				wide = integer(value, 1<<20)
			case "MergeDown":
				high = integer(value, 1<<24)
			}
		}
		if wide+high > 0 {
			if len(r.facts.Merged) == maxMerged {
				return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
					Hint(say.T("Unmerge cells in Excel and save the file again.")).At(s.Place())
			}
			r.facts.Merged = append(r.facts.Merged, sheet.Range{FirstRow: row, LastRow: row + high, FirstCol: int(c.Col), LastCol: int(int64(c.Col) + wide)})
		}
		if style < 0 {
			style = r.inherited(int(c.Col), rowStyle)
		}
		if err := r.data(batch, &c, style); err != nil {
			return err
		}
		next = int(min(int64(c.Col)+wide+1, math.MaxInt32-1))
		if c.Kind == sheet.Empty {
			if c.Formula {
				r.facts.Uncomputed++
			}
			continue
		}
		if limit := r.book.limits.MaxColumns; int(c.Col) >= limit {
			return fault.New(fault.Limit, say.T("The sheet has more columns than the limit of {limit} (MaxColumns).", "limit", limit)).
				Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(s.Place())
		}
		if int(c.Col) <= last {
			return disorder().At(s.Place())
		}
		last = int(c.Col)
		r.widest = max(r.widest, last+1)
		batch.Cells = append(batch.Cells, c)
	}
}

// inherited is the style of a cell that has none of its own.
func (r *rows) inherited(col, rowStyle int) int {
	if rowStyle >= 0 {
		return rowStyle
	}
	if col < len(r.styles) && r.styles[col] >= 0 {
		return int(r.styles[col])
	}
	return r.style
}

// data reads a cell up to its end and makes its value of its Data.
func (r *rows) data(batch *sheet.Batch, c *sheet.Cell, style int) error {
	s := r.scan
	outside := s.Depth() - 1
	kind, found := "", false
	r.text = r.text[:0]
	for {
		token, err := s.Next()
		if err != nil {
			return err
		}
		switch token {
		case xmlscan.EndTag:
			if s.Depth() == outside {
				if found {
					return r.value(batch, c, kind, style)
				}
				return nil
			}
		case xmlscan.StartTag:
			if s.Depth() > outside+2 {
				continue // fonts in rich text
			}
			if string(s.Name) != "Data" || found {
				if err := s.Skip(); err != nil { // a comment, a named cell, what is shown to the reader aloud
					return err
				}
				continue
			}
			found = true
			raw, _ := s.LocalAttr("Type")
			kind = dataType(raw)
		case xmlscan.TextRun:
			if s.Depth() == outside+1 {
				continue // between elements
			}
			if r.text, err = s.AppendText(r.text); err != nil {
				return err
			}
			if limit := r.book.limits.MaxCellBytes; len(r.text) > limit {
				return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
					Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(s.Place())
			}
		}
	}
}

func dataType(raw []byte) string {
	switch string(raw) {
	case "Number":
		return "Number"
	case "DateTime":
		return "DateTime"
	case "Boolean":
		return "Boolean"
	case "Error":
		return "Error"
	}
	return "String"
}

// value makes the cell. A value of another type than it says is text.
func (r *rows) value(batch *sheet.Batch, c *sheet.Cell, kind string, style int) error {
	if !utf8.Valid(r.text) {
		return r.scan.Bad(xmlscan.ErrEncoding)
	}
	c.Kind = sheet.Text
	text := r.text
	trimmed := xmlscan.Trim(text)
	switch kind {
	case "Number":
		if len(trimmed) == 0 {
			c.Kind = sheet.Empty
			return nil
		}
		if xmlscan.IsNumber(trimmed) {
			text = trimmed
			c.Style, c.Kind = r.book.formats.Of(style)
		}
	case "Boolean":
		if string(trimmed) == "0" || string(trimmed) == "1" {
			text, c.Kind = trimmed, sheet.Bool
		}
	case "Error":
		c.Kind = sheet.Error
	case "DateTime":
		if serial, ok := serialOf(trimmed, r.book.date1904); ok {
			text = r.moment(c, trimmed, serial, style)
		}
	}
	c.Start = uint32(len(batch.Bytes))
	batch.Bytes = append(batch.Bytes, text...)
	c.End = uint32(len(batch.Bytes))
	return nil
}

// moment makes a cell of a DateTime.
func (r *rows) moment(c *sheet.Cell, iso []byte, serial float64, style int) []byte {
	var shown sheet.Kind
	c.Style, shown = r.book.formats.Of(style)
	switch shown {
	case sheet.Time, sheet.Duration:
		c.Kind = shown
		r.text = strconv.AppendFloat(r.text[:0], serial, 'f', -1, 64)
		return r.text
	case sheet.Date:
		if day, clock, ok := bytes.Cut(iso, []byte("T")); ok && len(bytes.Trim(clock, "0:.")) == 0 {
			iso = day
		}
	}
	c.Kind = sheet.ISODate
	return iso
}

// serialOf is the serial day of an ISO date and time. Excel counts a
// 29 February 1900 that never was.
func serialOf(iso []byte, date1904 bool) (float64, bool) {
	if !xmlscan.IsISO(iso) || len(iso) > 40 {
		return 0, false
	}
	at, err := time.Parse("2006-01-02T15:04:05", string(iso))
	if err != nil {
		if at, err = time.Parse(time.DateOnly, string(iso)); err != nil {
			return 0, false
		}
	}
	epoch := time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	if date1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	seconds := at.Unix() - epoch.Unix()
	days := (float64(seconds) + float64(at.Nanosecond())/1e9) / 86400
	if !date1904 && days >= 60 {
		days++
	}
	return days, true
}
