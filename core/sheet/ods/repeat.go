package ods

import "sheetmill/core/sheet"

// repeat is a row that is to be given some more times.
type repeat struct {
	left  int64
	row   sheet.Row // numbered as the next one to give
	cells []sheet.Cell
	text  []byte
	shown [][]byte // beside cells; nil where a cell is shown as it is
}

// keep takes the row that the batch ends with, to be given n more times.
func (k *repeat) keep(batch *sheet.Batch, row sheet.Row, n int64, shown *sheet.Shown) {
	k.left, k.row = n, row
	k.cells, k.text, k.shown = append(k.cells[:0], batch.CellsOf(row)...), k.text[:0], k.shown[:0]
	for i := range k.cells {
		c := &k.cells[i]
		text := batch.Text(*c)
		c.Start = uint32(len(k.text))
		k.text = append(k.text, text...)
		c.End = uint32(len(k.text))
		var own []byte
		if s, ok := shown.Of(c.Style); ok {
			own = []byte(s)
		}
		k.shown = append(k.shown, own)
	}
	k.row.Number++
	k.row.Line++
}

// give puts the row into the batch until it is full. The copies in a batch share
// their text.
func (k *repeat) give(batch *sheet.Batch, shown *sheet.Shown) {
	if k.left == 0 || full(batch) {
		return
	}
	base := uint32(len(batch.Bytes))
	batch.Bytes = append(batch.Bytes, k.text...)
	first := len(batch.Cells)
	for i, c := range k.cells {
		c.Start, c.End = c.Start+base, c.End+base
		c.Style = 0
		if k.shown[i] != nil {
			c.Style = shown.Add(k.shown[i])
		}
		batch.Cells = append(batch.Cells, c)
	}
	for made := false; k.left > 0 && (!made || !full(batch)); made = true {
		row := k.row
		row.First = int32(len(batch.Cells))
		if !made {
			row.First = int32(first)
		} else {
			batch.Cells = append(batch.Cells, batch.Cells[first:first+len(k.cells)]...)
		}
		batch.Rows = append(batch.Rows, row)
		k.left--
		k.row.Number++
		k.row.Line++
	}
}
