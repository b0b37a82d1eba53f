package ods

import (
	"strconv"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xmlscan"
)

// cell is a cell's tag as read, and its paragraphs.
type cell struct {
	col     int
	repeats int
	kind    valueType
	failed  bool // calcext:value-type says that it is an error
	formula bool
	look    look

	value  []byte // raw: what office:value and its kin say
	valued bool   // the tag has a value
	text   []byte // the paragraphs
	texted bool   // there are some
	space  bool   // a line break of the XML is waiting to be a space
	start  int    // of the paragraph in text
}

// valueType is what office:value-type says (ODF 1.3 part 3, 19.387).
type valueType byte

const (
	typeNone valueType = iota
	typeNumber
	typePercent
	typeDate
	typeTime
	typeBool
	typeString
)

// cells reads a row's cells up to its end.
func (r *rows) cells(batch *sheet.Batch, row int64) error {
	s := r.scan
	inside := s.Depth()
	col := 0
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
		if name := string(s.Name); name != "table-cell" && name != "covered-table-cell" {
			if err := s.Skip(); err != nil {
				return err
			}
			continue
		}
		c := &r.cell
		c.col = col
		if err := r.tag(c, row); err != nil {
			return err
		}
		if err := r.paragraphs(c); err != nil {
			return err
		}
		if err := r.put(batch, c); err != nil {
			return err
		}
		col = min(col+c.repeats, lastRow)
	}
}

// tag reads a cell's attributes.
func (r *rows) tag(c *cell, row int64) error {
	s := r.scan
	*c = cell{col: c.col, repeats: 1, look: plain, value: c.value[:0], text: c.text[:0]}
	wide, high := int64(1), int64(1)
	styled := false
	for i := range s.Attrs() {
		name, value := s.AttrAt(i)
		switch string(name) {
		case "office:value-type":
			c.kind = typeOf(value)
		case "calcext:value-type":
			c.failed = string(value) == "error"
		case "office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value":
			if c.valued && string(name) != "office:value" {
				continue
			}
			var err error
			if c.value, err = xmlscan.AppendText(c.value[:0], value); err != nil {
				return s.Bad(err)
			}
			c.valued = true
		case "table:formula":
			c.formula = len(value) > 0
		case "table:number-columns-repeated":
			c.repeats = int(repeats(s, "table:number-columns-repeated", lastRow))
		case "table:number-columns-spanned":
			wide = repeats(s, "table:number-columns-spanned", lastRow)
		case "table:number-rows-spanned":
			high = repeats(s, "table:number-rows-spanned", lastRow)
		case "table:style-name":
			styled = true
			c.look = r.book.styles.of(value)
		}
	}
	if !styled && c.col < len(r.looks) {
		c.look = r.looks[c.col]
	}
	if wide*high > 1 && wide < lastRow && high < lastRow {
		if len(r.facts.Merged) == maxMerged {
			return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
				Hint(say.T("Unmerge cells in Excel and save the file again.")).At(s.Place())
		}
		r.facts.Merged = append(r.facts.Merged, sheet.Range{FirstRow: row, LastRow: row + high - 1, FirstCol: c.col, LastCol: c.col + int(wide) - 1})
	}
	return nil
}

func typeOf(value []byte) valueType {
	switch string(value) {
	case "float", "currency":
		return typeNumber
	case "percentage":
		return typePercent
	case "date":
		return typeDate
	case "time":
		return typeTime
	case "boolean":
		return typeBool
	case "string":
		return typeString
	}
	return typeNone
}

// put gives the cell to the batch as often as it says, if it holds anything.
func (r *rows) put(batch *sheet.Batch, c *cell) error {
	kind, text := c.meaning()
	if kind == sheet.Empty {
		if c.formula {
			r.facts.Uncomputed += int64(c.repeats)
		}
		return nil
	}
	s := r.scan
	if limit := r.book.limits.MaxColumns; c.repeats > limit || c.col+c.repeats > limit {
		return fault.New(fault.Limit, say.T("The sheet has more columns than the limit of {limit} (MaxColumns).", "limit", limit)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(s.Place())
	}
	if limit := r.book.limits.MaxCellBytes; len(text) > limit {
		return tooLarge(limit).At(s.Place())
	}
	if !utf8.Valid(text) || !utf8.Valid(c.text) {
		return s.Bad(xmlscan.ErrEncoding)
	}
	if err := r.repeat(int64(c.repeats - 1)); err != nil {
		return err
	}
	made := sheet.Cell{Col: int32(c.col), Kind: kind, Formula: c.formula, Start: uint32(len(batch.Bytes))}
	batch.Bytes = append(batch.Bytes, text...)
	made.End = uint32(len(batch.Bytes))
	if c.texted && string(c.text) != string(text) {
		made.Style = r.book.shown.Add(c.text)
	}
	for range c.repeats {
		batch.Cells = append(batch.Cells, made)
		made.Col++
	}
	r.widest = max(r.widest, int(made.Col))
	return nil
}

func tooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes."))
}

// meaning is the cell's kind and its text as core/sheet has them. A value that
// is not of the type it says it is reads as the text that is shown.
func (c *cell) meaning() (sheet.Kind, []byte) {
	if c.failed || c.formula && len(c.text) > 1 && (c.text[0] == '#' || string(c.text[:min(4, len(c.text))]) == "Err:") && c.kind != typeString {
		return sheet.Error, c.text
	}
	value := xmlscan.Trim(c.value)
	switch c.kind {
	case typeNumber, typePercent:
		if !c.valued {
			value = xmlscan.Trim(c.text)
		}
		switch {
		case !xmlscan.IsNumber(value):
		case c.kind == typePercent:
			return sheet.Percent, value
		case c.look == padded:
			return sheet.Padded, value
		default:
			return sheet.Number, value
		}
	case typeDate:
		if xmlscan.IsISO(value) {
			return sheet.ISODate, value
		}
	case typeTime:
		if days, hours, ok := duration(value); ok {
			c.value = strconv.AppendFloat(c.value[:0], days, 'f', -1, 64)
			if c.look == elapsed || hours >= 24 || days < 0 {
				return sheet.Duration, c.value
			}
			return sheet.Time, c.value
		}
	case typeBool:
		switch string(value) {
		case "true", "1":
			return sheet.Bool, append(c.value[:0], '1')
		case "false", "0":
			return sheet.Bool, append(c.value[:0], '0')
		}
	case typeString:
		if c.valued {
			return sheet.Text, c.value
		}
		if c.texted || c.formula {
			return sheet.Text, c.text
		}
		return sheet.Empty, nil
	}
	switch {
	case c.texted && len(c.text) > 0:
		return sheet.Text, c.text
	case c.valued && len(value) > 0:
		return sheet.Text, c.value
	}
	return sheet.Empty, nil
}

// duration reads an XML Schema duration of days and less, such as PT10H30M0.5S.
func duration(b []byte) (days, hours float64, ok bool) {
	sign := 1.0
	if len(b) > 0 && b[0] == '-' {
		sign, b = -1, b[1:]
	}
	if len(b) < 3 || b[0] != 'P' {
		return 0, 0, false
	}
	inTime := false
	seconds := 0.0
	from := 1
	for i := 1; i < len(b); i++ {
		if b[i] == 'T' {
			if inTime || i != from {
				return 0, 0, false
			}
			inTime, from = true, i+1
			continue
		}
		unit := 0.0
		switch {
		case b[i]-'0' <= 9 || b[i] == '.':
			continue
		case b[i] == 'D' && !inTime:
			unit = 86400
		case b[i] == 'H' && inTime:
			unit = 3600
		case b[i] == 'M' && inTime:
			unit = 60
		case b[i] == 'S' && inTime:
			unit = 1
		}
		n, err := strconv.ParseFloat(string(b[from:i]), 64)
		if err != nil || unit == 0 {
			return 0, 0, false
		}
		seconds += n * unit
		from = i + 1
	}
	return sign * seconds / 86400, seconds / 3600, from == len(b)
}
