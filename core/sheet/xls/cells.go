package xls

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
)

// cell reads the cells of the record read last into the batch's last row.
func (r *rows) cell(batch *sheet.Batch) error {
	d := r.rec.data
	size := 6 // row, column, style
	if r.book.version == 2 {
		size = 7 // row, column, three bytes of style
	}
	if len(d) < size {
		return r.rec.damaged()
	}
	col, style := int(binary.LittleEndian.Uint16(d[2:])), int(binary.LittleEndian.Uint16(d[4:]))
	if r.book.version == 2 {
		if style = int(d[4] & 0x3f); style == 0x3f && r.style >= 0 {
			style = r.style
		}
		r.style = -1
	}
	style += r.part.firstXF
	body := d[size:]
	if r.rec.id == recMulRK {
		return r.many(batch, col, d[4:])
	}
	if err := r.column(col); err != nil {
		return err
	}
	c := sheet.Cell{Col: int32(col), Start: uint32(len(batch.Bytes))}
	switch r.rec.id {
	case recLabelSST:
		if len(body) < 4 {
			return r.rec.damaged()
		}
		i := binary.LittleEndian.Uint32(body)
		var known bool
		var err error
		if batch.Bytes, known, err = r.book.strings.Append(batch.Bytes, uint64(i)); err != nil {
			return err
		}
		if !known {
			return fault.New(fault.BadInput, say.T("The cell asks for the shared text number {number}, but the workbook holds only {count}.", "number", i, "count", r.book.strings.Count())).
				Hint(say.T("Open the file in Excel and save it again.")).At(r.rec.place())
		}
		c.Kind = sheet.Text
	case recRK:
		if len(body) < 4 {
			return r.rec.damaged()
		}
		r.number(batch, &c, style, rk(binary.LittleEndian.Uint32(body)))
	case recNumber, recNumber2:
		if len(body) < 8 {
			return r.rec.damaged()
		}
		r.number(batch, &c, style, math.Float64frombits(binary.LittleEndian.Uint64(body)))
	case recInteger:
		if len(body) < 2 {
			return r.rec.damaged()
		}
		r.number(batch, &c, style, float64(binary.LittleEndian.Uint16(body)))
	case recBoolErr, recBoolErr2:
		if len(body) < 2 {
			return r.rec.damaged()
		}
		boolOrError(batch, &c, body[0], body[1] != 0)
	case recLabel, recLabel2, recRString:
		if err := r.label(batch, &c, size); err != nil {
			return err
		}
	default: // a formula
		if len(body) < 8 {
			return r.rec.damaged()
		}
		c.Formula = true
		if err := r.formula(batch, &c, style, body); err != nil {
			return err
		}
	}
	if n := len(batch.Bytes) - int(c.Start); n > r.book.limits.MaxCellBytes {
		return cellTooLarge(r.book.limits.MaxCellBytes).At(r.rec.place())
	}
	c.End = uint32(len(batch.Bytes))
	batch.Cells = append(batch.Cells, c)
	return nil
}

// column refuses columns past the limits.
func (r *rows) column(col int) error {
	if col < min(lastColumn, r.book.limits.MaxColumns) {
		return nil
	}
	if col >= lastColumn {
		return r.rec.damaged()
	}
	return fault.New(fault.Limit, say.T("The sheet uses column {column}, past the limit of {limit} columns (MaxColumns).", "column", sheet.ColumnName(col), "limit", r.book.limits.MaxColumns)).
		Hint(say.T("Delete the columns that are not needed, or raise the limit.")).At(r.rec.place())
}

// many reads a MULRK record ([MS-XLS] 2.4.175): a style and a number for each
// column from col on, and the last column behind them.
func (r *rows) many(batch *sheet.Batch, col int, d []byte) error {
	for ; len(d) >= 8; d = d[6:] {
		if err := r.column(col); err != nil {
			return err
		}
		c := sheet.Cell{Col: int32(col), Start: uint32(len(batch.Bytes))}
		r.number(batch, &c, int(binary.LittleEndian.Uint16(d))+r.part.firstXF, rk(binary.LittleEndian.Uint32(d[2:])))
		c.End = uint32(len(batch.Bytes))
		batch.Cells = append(batch.Cells, c)
		col++
	}
	return nil
}

// rk is a number packed into 30 bits ([MS-XLS] 2.5.217).
func rk(v uint32) float64 {
	var f float64
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	} else {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

// number makes a number cell.
func (r *rows) number(batch *sheet.Batch, c *sheet.Cell, style int, v float64) {
	var ok bool
	if batch.Bytes, ok = numfmt.AppendNumber(batch.Bytes, v); !ok {
		batch.Bytes = append(batch.Bytes, "#NUM!"...)
		c.Kind = sheet.Error
		return
	}
	c.Style, c.Kind = r.book.formats.Of(style)
}

// errorNames are the values of errors ([MS-XLS] 2.5.10).
var errorNames = map[byte]string{
	0x00: "#NULL!", 0x07: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A", 0x2b: "#GETTING_DATA",
}

func boolOrError(batch *sheet.Batch, c *sheet.Cell, value byte, isError bool) {
	if !isError {
		c.Kind = sheet.Bool
		batch.Bytes = append(batch.Bytes, '0'+min(value, 1))
		return
	}
	c.Kind = sheet.Error
	name, ok := errorNames[value]
	if !ok {
		name = "#N/A"
	}
	batch.Bytes = append(batch.Bytes, name...)
}

// label makes a cell of the text in its own record, behind so many bytes.
func (r *rows) label(batch *sheet.Batch, c *sheet.Cell, from int) (err error) {
	c.Kind = sheet.Text
	batch.Bytes, err = r.ownText(batch.Bytes, from)
	return err
}

// ownText appends the text in the record read last, from its length on.
func (r *rows) ownText(dst []byte, from int) ([]byte, error) {
	d := r.rec.data[min(from, len(r.rec.data)):]
	lengthSize := 2
	if r.book.version == 2 {
		lengthSize = 1
	}
	if len(d) < lengthSize {
		return dst, r.rec.damaged()
	}
	count := int(d[0])
	if lengthSize == 2 {
		count = int(binary.LittleEndian.Uint16(d))
	}
	if r.book.version == 8 {
		if count == 0 { // some programs leave the flags out
			return dst, nil
		}
		r.text.begin(r.rec, from+lengthSize)
		return r.text.unicode(dst, count)
	}
	d = d[lengthSize:]
	if len(d) < count {
		return dst, r.rec.damaged()
	}
	return r.book.encoded(dst, d[:count]), nil
}

// formula makes a cell of a formula's cached value ([MS-XLS] 2.5.133). A text
// follows in a STRING record, behind the formula that is shared, if any.
func (r *rows) formula(batch *sheet.Batch, c *sheet.Cell, style int, value []byte) error {
	if value[6] != 0xff || value[7] != 0xff {
		r.number(batch, c, style, math.Float64frombits(binary.LittleEndian.Uint64(value)))
		return nil
	}
	switch value[0] {
	case 1:
		boolOrError(batch, c, value[2], false)
		return nil
	case 2:
		boolOrError(batch, c, value[2], true)
		return nil
	}
	c.Kind = sheet.Text
	if value[0] != 0 {
		return nil // "" has no STRING record
	}
	for {
		if err := r.rec.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return r.rec.cutShort()
			}
			return err
		}
		switch r.rec.id {
		case recString, recString2:
			var err error
			batch.Bytes, err = r.ownText(batch.Bytes, 0)
			return err
		case recArray, recSharedFmla, recTable, recContinue:
		default:
			r.rec.hold()
			return nil
		}
	}
}
