package xlsb

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
)

// isCell tells records that are cells, with a value or without.
func isCell(id int) bool { return id >= recBlank && id <= recShortShared || id == recRichText }

// cell reads the cell in the record read last into the batch's last row
// ([MS-XLSB] 2.5.9; the short ones, which stand right of the cell before them,
// 2.5.12).
func (r *rows) cell(batch *sheet.Batch) error {
	d, id := r.rec.data, r.rec.id
	if id >= recShortBlank && id <= recShortShared {
		if len(d) < 4 {
			return r.rec.damaged()
		}
		r.col++
		id -= recShortBlank - recBlank
	} else {
		if len(d) < 8 {
			return r.rec.damaged()
		}
		col := int(binary.LittleEndian.Uint32(d))
		r.sorted = r.sorted && col > r.col
		r.col = col
		d = d[4:]
	}
	style := int(binary.LittleEndian.Uint32(d) & 0xffffff)
	d = d[4:]
	if id == recBlank {
		return nil
	}
	if !r.open {
		return r.rec.damaged()
	}
	if r.col >= min(lastColumn, r.book.limits.MaxColumns) {
		return r.tooManyColumns()
	}
	c := sheet.Cell{Col: int32(r.col), Start: uint32(len(batch.Bytes)), Formula: id >= recFmlaText && id <= recFmlaError}
	if err := r.value(batch, &c, id, style, d); err != nil {
		return err
	}
	if n := len(batch.Bytes) - int(c.Start); n > r.book.limits.MaxCellBytes {
		return cellTooLarge(r.book.limits.MaxCellBytes).At(r.rec.place())
	}
	c.End = uint32(len(batch.Bytes))
	batch.Cells = append(batch.Cells, c)
	return r.bounded(batch)
}

// value takes what the cell holds.
func (r *rows) value(batch *sheet.Batch, c *sheet.Cell, id, style int, d []byte) error {
	need := 1
	switch id {
	case recRK, recShared:
		need = 4
	case recReal, recFmlaReal:
		need = 8
	}
	if len(d) < need {
		return r.rec.damaged()
	}
	switch id {
	case recRK:
		r.number(batch, c, style, rk(binary.LittleEndian.Uint32(d)))
	case recReal, recFmlaReal:
		r.number(batch, c, style, math.Float64frombits(binary.LittleEndian.Uint64(d)))
	case recBool, recFmlaBool:
		c.Kind = sheet.Bool
		batch.Bytes = append(batch.Bytes, '0'+min(d[0], 1))
	case recError, recFmlaError:
		c.Kind = sheet.Error
		batch.Bytes = append(batch.Bytes, errorName(d[0])...)
	case recShared:
		i := binary.LittleEndian.Uint32(d)
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
	default:
		if id == recRichText {
			d = d[1:] // flags
		}
		var ok bool
		if batch.Bytes, _, ok = wideText(batch.Bytes, d); !ok {
			return r.rec.damaged()
		}
		c.Kind = sheet.Text
	}
	return nil
}

// bounded keeps a row from growing without end: cells over and over in the
// same columns, or texts.
func (r *rows) bounded(batch *sheet.Batch) error {
	row := &batch.Rows[len(batch.Rows)-1]
	if len(batch.Cells)-int(row.First) > 4*lastColumn {
		batch.Cells = sortCells(batch.Cells, int(row.First))
	}
	if room := sheet.BatchBytes + 4*r.book.limits.MaxCellBytes; len(batch.Bytes) > room {
		return fault.New(fault.Limit, say.T("The cells of one row take more than {limit} bytes.", "limit", room)).
			Hint(say.T("Shorten the texts, or raise the limit MaxCellBytes.")).At(r.rec.place())
	}
	return nil
}

func (r *rows) tooManyColumns() error {
	if r.col >= lastColumn {
		return fault.New(fault.BadInput, say.T("Row {row} reaches past column XFD, the last that a sheet can have.", "row", r.row)).
			Hint(say.T("Open the file in Excel and save it again.")).At(r.rec.place())
	}
	return fault.New(fault.Limit, say.T("The sheet uses column {column}, past the limit of {limit} columns (MaxColumns).", "column", sheet.ColumnName(r.col), "limit", r.book.limits.MaxColumns)).
		Hint(say.T("Delete the columns that are not needed, or raise the limit.")).At(r.rec.place())
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

// rk is a number packed into 30 bits ([MS-XLSB] 2.5.122).
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

// errorName is the text of an error value ([MS-XLSB] 2.5.97.2).
func errorName(code byte) string {
	switch code {
	case 0x00:
		return "#NULL!"
	case 0x07:
		return "#DIV/0!"
	case 0x0f:
		return "#VALUE!"
	case 0x17:
		return "#REF!"
	case 0x1d:
		return "#NAME?"
	case 0x24:
		return "#NUM!"
	case 0x2b:
		return "#GETTING_DATA"
	}
	return "#N/A"
}

// sortCells puts the cells from index first in order of column; of those in
// the same column the last stays.
func sortCells(cells []sheet.Cell, first int) []sheet.Cell {
	row := cells[first:]
	slices.SortStableFunc(row, func(a, b sheet.Cell) int { return cmp.Compare(a.Col, b.Col) })
	kept := 0
	for i, c := range row {
		if i+1 < len(row) && row[i+1].Col == c.Col {
			continue
		}
		row[kept] = c
		kept++
	}
	return cells[:first+kept]
}
