package xlsx

import (
	"fmt"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// cellType is the attribute t of <c> (ECMA-376 part 1, 18.18.11).
type cellType byte

const (
	typeNumber cellType = iota // also when t is missing
	typeShared
	typeString
	typeInline
	typeBool
	typeError
	typeDate
	typeOther
)

func cellTypeOf(t []byte) cellType {
	switch string(t) {
	case "n", "":
		return typeNumber
	case "s":
		return typeShared
	case "str":
		return typeString
	case "inlineStr":
		return typeInline
	case "b":
		return typeBool
	case "e":
		return typeError
	case "d":
		return typeDate
	}
	return typeOther
}

// scratch is what one cell's elements held.
type scratch struct {
	value, inline       []byte
	hasValue, hasInline bool
	formula             bool
}

// cells reads the cells of a row up to its end tag. implied tells that the
// row element had no number: then its first cell's address tells it.
func (r *rows) cells(batch *sheet.Batch, row *sheet.Row, implied bool) error {
	s := r.scan
	col := -1
	last, sorted := int32(-1), true
	bytesLeft := 4 * r.book.limits.MaxCellBytes
	start := len(batch.Bytes)
	for {
		tok, err := s.next()
		if err != nil {
			return err
		}
		switch tok {
		case endTag:
			if !sorted {
				batch.Cells = sortCells(batch.Cells, int(row.First))
			}
			if n := len(batch.Cells) - int(row.First); n > r.book.limits.MaxColumns {
				return r.tooManyColumns(n)
			}
			return nil
		case textRun:
			continue
		}
		if len(s.name) != 1 || s.name[0] != 'c' {
			if err := s.skip(); err != nil {
				return err
			}
			continue
		}
		col++
		kind, style := typeNumber, 0
		for i := range s.attrs {
			a := &s.attrs[i]
			if a.nameEnd-a.name != 1 {
				continue
			}
			value := s.buf[a.value:a.valueEnd]
			switch s.buf[a.name] {
			case 'r':
				if len(value) == 0 {
					continue
				}
				n, c, ok := parseRef(value)
				if !ok || c >= lastColumn {
					return fault.New(fault.BadInput, say.T("The cell address {address} is not one a sheet can have.", "address", clip(value))).
						Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
				}
				col = c
				if implied && n > 0 {
					row.Number = n
				}
			case 's':
				if n, ok := integer(value); ok {
					style = int(min(n, 1<<30))
				}
			case 't':
				kind = cellTypeOf(value)
			}
		}
		implied = false
		if col >= r.book.limits.MaxColumns || col >= lastColumn {
			return r.tooManyColumns(col + 1)
		}
		cell := sheet.Cell{Col: int32(col), Start: uint32(len(batch.Bytes))}
		if err := r.value(batch, &cell, kind, style); err != nil {
			return fault.Of(err).At(fmt.Sprintf("%s%d", columnName(col), row.Number))
		}
		if cell.Kind == sheet.Empty {
			batch.Bytes = batch.Bytes[:cell.Start]
			continue
		}
		if len(batch.Bytes)-start > bytesLeft {
			return fault.New(fault.Limit, say.T("The cells of one row take more than {limit} bytes.", "limit", bytesLeft)).
				Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(s.place())
		}
		cell.End = uint32(len(batch.Bytes))
		if cell.Col <= last {
			sorted = false
		} else {
			last = cell.Col
		}
		batch.Cells = append(batch.Cells, cell)
		if len(batch.Cells)-int(row.First) > 4*lastColumn { // the same cells over and over
			batch.Cells = sortCells(batch.Cells, int(row.First))
		}
	}
}

func (r *rows) tooManyColumns(n int) error {
	if n > lastColumn {
		return fault.New(fault.BadInput, say.T("A row has {count} cells, but a sheet has {limit} columns at most.", "count", n, "limit", lastColumn)).
			Hint(say.T("Open the file in Excel and save it again.")).At(r.scan.place())
	}
	return fault.New(fault.Limit, say.T("The sheet uses {count} columns, more than the limit of {limit} (MaxColumns).", "count", n, "limit", r.book.limits.MaxColumns)).
		Hint(say.T("Delete the columns that are not needed, or raise the limit.")).At(r.scan.place())
}

// value reads what is inside <c>, appends its text and sets the cell's kind;
// Empty means that there is no cell.
func (r *rows) value(batch *sheet.Batch, cell *sheet.Cell, kind cellType, style int) error {
	if plain, ok := r.plainValue(); ok {
		return r.settle(batch, cell, kind, style, plain)
	}
	v := &r.values
	if err := r.collect(v); err != nil {
		return err
	}
	cell.Formula = v.formula
	text, has := v.value, v.hasValue
	if v.hasInline && (kind == typeInline || !has) {
		text, has = v.inline, true
		if kind != typeString {
			kind = typeInline
		}
	} else if kind == typeInline && has && len(text) == 0 {
		has = false
	}
	if !has {
		return nil
	}
	return r.settle(batch, cell, kind, style, text)
}

// plainValue takes <v>text</v></c>, by far the most common content, when the
// window holds it whole and there is nothing in it to resolve.
func (r *rows) plainValue() ([]byte, bool) {
	const open, shut = "<v>", "</v></c>"
	s := r.scan
	b := s.buf[s.pos:s.end]
	if s.selfEnd || len(b) < len(open)+len(shut) || string(b[:len(open)]) != open {
		return nil, false
	}
	i := len(open)
	for i < len(b) && b[i] != '<' {
		if b[i] == '&' || b[i] == '\r' {
			return nil, false
		}
		i++
	}
	if len(b)-i < len(shut) || string(b[i:i+len(shut)]) != shut {
		return nil, false
	}
	// <c> was the open element, with this very name, or </c> is not its end.
	if name := s.names[s.marks[len(s.marks)-1]:]; len(name) != 1 {
		return nil, false
	}
	s.pop()
	s.pos += i + len(shut)
	return b[len(open):i], true
}

// collect reads the elements of a cell up to its end tag.
func (r *rows) collect(v *scratch) error {
	s := r.scan
	limit := r.book.limits.MaxCellBytes
	*v = scratch{value: v.value[:0], inline: v.inline[:0]}
	for {
		tok, err := s.next()
		if err != nil {
			return err
		}
		switch tok {
		case endTag:
			return nil
		case textRun:
			continue
		}
		switch string(s.name) {
		case "v":
			v.hasValue = true
			v.value, err = innerText(s, v.value[:0], limit)
		case "is":
			v.hasInline = true
			v.inline, err = richText(s, v.inline[:0], limit)
		case "f":
			v.formula = true
			err = s.skip()
		default:
			err = s.skip()
		}
		if err != nil {
			return err
		}
		if len(v.value) > limit || len(v.inline) > limit {
			return cellTooLarge(limit).At(s.place())
		}
	}
}

// settle decides the cell's kind from its type, its value and its style.
func (r *rows) settle(batch *sheet.Batch, cell *sheet.Cell, kind cellType, style int, text []byte) error {
	s := r.scan
	switch kind {
	case typeShared:
		if text = trim(text); len(text) == 0 {
			return nil
		}
		i, ok := integer(text)
		shared, known := r.book.strings.at(uint64(i))
		if !ok || !known {
			return fault.New(fault.BadInput, say.T("The cell asks for the shared text number {number}, but the workbook has {count} texts.", "number", clip(text), "count", len(r.book.strings.ends))).
				Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
		}
		cell.Kind = sheet.Text
		batch.Bytes = append(batch.Bytes, shared...)
		return nil
	case typeString, typeInline:
		return r.text(batch, cell, text)
	}
	text = trim(text)
	if len(text) == 0 {
		return nil
	}
	switch kind {
	case typeNumber:
		if !isNumber(text) {
			return r.text(batch, cell, text)
		}
		cell.Style, cell.Kind = r.book.formats.of(style)
	case typeBool:
		switch string(text) {
		case "0", "1":
		case "true", "TRUE":
			text = []byte("1")
		case "false", "FALSE":
			text = []byte("0")
		default:
			return r.text(batch, cell, text)
		}
		cell.Kind = sheet.Bool
	case typeError:
		if err := r.text(batch, cell, text); err != nil {
			return err
		}
		cell.Kind = sheet.Error
		return nil
	case typeDate:
		if !isISO(text) {
			return r.text(batch, cell, text)
		}
		cell.Kind = sheet.ISODate
	default:
		if !isNumber(text) {
			return r.text(batch, cell, text)
		}
		cell.Style, cell.Kind = r.book.formats.of(style)
	}
	batch.Bytes = append(batch.Bytes, text...)
	return nil
}

// text makes a text cell.
func (r *rows) text(batch *sheet.Batch, cell *sheet.Cell, text []byte) error {
	if len(text) > r.book.limits.MaxCellBytes {
		return cellTooLarge(r.book.limits.MaxCellBytes).At(r.scan.place())
	}
	from := len(batch.Bytes)
	batch.Bytes = append(batch.Bytes, text...)
	if !utf8.Valid(batch.Bytes[from:]) {
		return r.scan.bad(errEncoding)
	}
	batch.Bytes = batch.Bytes[:from+len(unescape(batch.Bytes[from:]))]
	cell.Kind = sheet.Text
	return nil
}

// columnName is the letters of a 0-based column.
func columnName(col int) string {
	var b [8]byte
	i := len(b)
	for col++; col > 0; col = (col - 1) / 26 {
		i--
		b[i] = byte('A' + (col-1)%26)
	}
	return string(b[i:])
}
