package synth

import "io"

// ReferenceOptions size a reference workbook. Zero values stand for 3,339 rows
// below the header, 151 columns and seed 0: 504,340 cells.
type ReferenceOptions struct {
	Rows, Cols int
	Seed       uint64
}

// Reference writes the workbook that times are measured on: one sheet with one
// header row, full of what a hospital exports, its parts as Excel writes them
// (shared strings, styled dates, 17-digit numbers, dimension, spans). The
// shared strings are held in memory, everything else streams. More than
// 1,048,575 rows or 16,384 columns are a fault.Usage; errors of w are returned
// as they are.
func Reference(w io.Writer, o ReferenceOptions) error {
	rows, cols := orDefault(o.Rows, 3339), orDefault(o.Cols, 151)
	if err := checkSize(rows, cols, maxRows-1); err != nil {
		return err
	}
	r, all := random(o.Seed), columns(cols)
	l := layout{rows: rows + 1, cols: cols, frozen: 1, widths: make([]int, cols)}
	for i := range l.widths {
		l.widths[i] = 12
	}
	b := newBook(w, "检验结果")
	b.begin(&l)
	b.beginRow(&l, 1)
	for i, c := range all {
		b.cell(&l, i, 1, styleHead, wordOf(c.name), "")
	}
	b.endRow()
	for row := 2; row <= rows+1 && b.err == nil; row++ {
		p := newPatient(&r, row-1)
		b.beginRow(&l, row)
		for i := range all {
			b.cell(&l, i, row, all[i].style, all[i].fill(&r, &p), "")
		}
		b.endRow()
	}
	b.end(&l)
	return b.close()
}
