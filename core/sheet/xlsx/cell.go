package xlsx

import (
	"fmt"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xmlscan"
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
	last, sorted := int32(-1), true
	start, room := len(batch.Bytes), 4*r.book.limits.MaxCellBytes
	var at opened
	for col := -1; ; col = at.col {
		cell := sheet.Cell{Start: uint32(len(batch.Bytes))}
		value, plain := []byte(nil), false
		if !implied { // a plain cell does not tell its row
			value, plain = s.plainCell(&at)
		}
		if !plain {
			found, err := r.openCell(&at, col)
			if err != nil {
				return err
			}
			if !found {
				break
			}
			if implied && at.row > 0 {
				row.Number = at.row
			}
			implied = false
		}
		if at.col >= min(lastColumn, r.book.limits.MaxColumns) {
			return r.tooManyColumns(row.Number, at.col)
		}
		cell.Col = int32(at.col)
		var err error
		if plain {
			err = r.settle(batch, &cell, at.kind, at.style, value)
		} else {
			err = r.value(batch, &cell, at)
		}
		if err != nil {
			return fault.Of(err).At(fmt.Sprintf("%s!%s%d", r.sheet, sheet.ColumnName(at.col), row.Number))
		}
		if cell.Kind == sheet.Empty {
			batch.Bytes = batch.Bytes[:cell.Start]
			continue
		}
		if len(batch.Bytes)-start > room {
			return fault.New(fault.Limit, say.T("The cells of one row take more than {limit} bytes.", "limit", room)).
				Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(s.place())
		}
		cell.End = uint32(len(batch.Bytes))
		sorted = sorted && cell.Col > last
		last = cell.Col
		batch.Cells = append(batch.Cells, cell)
		if len(batch.Cells)-int(row.First) > 4*lastColumn { // the same cells over and over
			batch.Cells = sortCells(batch.Cells, int(row.First))
		}
	}
	if !sorted {
		batch.Cells = sortCells(batch.Cells, int(row.First))
	}
	return nil
}

// openCell reads up to the start tag of the row's next cell, which stands
// right of col unless it says otherwise; false at the end of the row.
func (r *rows) openCell(at *opened, col int) (bool, error) {
	s := r.scan
	for {
		tok, err := s.next()
		if err != nil || tok == endTag {
			return false, err
		}
		if tok != startTag {
			continue
		}
		if len(s.name) != 1 || s.name[0] != 'c' {
			if err := s.skip(); err != nil {
				return false, err
			}
			continue
		}
		*at = opened{col: col + 1}
		for _, a := range s.attrs {
			if a.nameEnd-a.name != 1 || a.value == a.valueEnd {
				continue
			}
			value := s.buf[a.value:a.valueEnd]
			switch s.buf[a.name] {
			case 'r':
				row, col, ok := parseRef(value)
				if !ok || col >= lastColumn {
					return false, fault.New(fault.BadInput, say.T("The cell address {address} is not one a sheet can have.", "address", clip(value))).
						Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
				}
				at.row, at.col = row, col
			case 's':
				if n, ok := integer(value); ok {
					at.style = int(min(n, maxStyles))
				}
			case 't':
				at.kind = cellTypeOf(value)
			}
		}
		return true, nil
	}
}

// tooManyColumns is the fault of a cell in a 0-based column past the limits.
func (r *rows) tooManyColumns(row int64, col int) error {
	if col >= lastColumn {
		return fault.New(fault.BadInput, say.T("Row {row} reaches past column XFD, the last that a sheet can have.", "row", row)).
			Hint(say.T("Open the file in Excel and save it again.")).At(r.scan.place())
	}
	return fault.New(fault.Limit, say.T("The sheet uses column {column}, past the limit of {limit} columns (MaxColumns).", "column", sheet.ColumnName(col), "limit", r.book.limits.MaxColumns)).
		Hint(say.T("Delete the columns that are not needed, or raise the limit.")).At(r.scan.place())
}

// value reads what is inside <c> and settles the cell.
func (r *rows) value(batch *sheet.Batch, cell *sheet.Cell, at opened) error {
	v := &r.values
	if err := r.collect(v); err != nil {
		return err
	}
	cell.Formula = v.formula
	var err error
	switch {
	case v.hasInline && (at.kind == typeInline || !v.hasValue):
		err = r.text(batch, cell, v.inline)
	case v.hasValue && (at.kind != typeInline || len(v.value) > 0):
		err = r.settle(batch, cell, at.kind, at.style, v.value)
	}
	if v.formula && cell.Kind == sheet.Empty {
		r.facts.Uncomputed++
	}
	return err
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

// settle decides the cell's kind from its type, its value and its style, and
// takes its text; a kind left Empty means that there is no cell.
func (r *rows) settle(batch *sheet.Batch, cell *sheet.Cell, kind cellType, style int, text []byte) error {
	s := r.scan
	switch kind {
	case typeShared:
		i, ok := integer(text)
		if !ok && len(xmlscan.Trim(text)) == 0 {
			return nil
		}
		known, err := false, error(nil)
		if ok {
			batch.Bytes, known, err = r.book.text(batch.Bytes, uint64(i))
		}
		if err != nil {
			return err
		}
		if !known {
			return fault.New(fault.BadInput, say.T("The cell asks for the shared text number {number}, but the workbook holds only {count}.", "number", clip(text), "count", r.book.strings.Count())).
				Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
		}
		cell.Kind = sheet.Text
		return nil
	case typeString, typeInline:
		return r.text(batch, cell, text)
	}
	text = xmlscan.Trim(text)
	if len(text) == 0 {
		return nil
	}
	switch kind {
	case typeNumber, typeOther:
		if !xmlscan.IsNumber(text) {
			return r.text(batch, cell, text)
		}
		cell.Style, cell.Kind = r.book.formats.Of(style)
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
		if !xmlscan.IsISO(text) {
			return r.text(batch, cell, text)
		}
		cell.Kind = sheet.ISODate
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
