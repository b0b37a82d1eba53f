package synth

import "strconv"

// layout is what a worksheet says of itself before its cells.
type layout struct {
	rows, cols  int   // the last ones used
	firstCol    int   // 0-based
	frozen      int   // rows that stay on screen
	widths      []int // of columns from 0 on, in characters
	merged      []string
	columnNames []string
}

// begin starts the book's next sheet.
func (b *book) begin(l *layout) {
	b.open(sheetPart(b.sheets))
	b.sheets++
	l.columnNames = make([]string, l.cols)
	for i := range l.columnNames {
		l.columnNames[i] = columnName(i)
	}
	b.write(`<worksheet xmlns="`, nsMain, `" xmlns:r="`, nsRelated, `"><dimension ref="`,
		l.address(l.firstCol, 1), ":", l.address(l.cols-1, l.rows), `"/><sheetViews><sheetView workbookViewId="0"`)
	if b.sheets == 1 {
		b.write(` tabSelected="1"`)
	}
	if l.frozen > 0 {
		b.write(`><pane ySplit="`, strconv.Itoa(l.frozen), `" topLeftCell="A`, strconv.Itoa(l.frozen+1),
			`" activePane="bottomLeft" state="frozen"/></sheetView>`)
	} else {
		b.write(`/>`)
	}
	b.write(`</sheetViews><sheetFormatPr defaultRowHeight="14.25"/><cols>`)
	for i, w := range l.widths {
		n := strconv.Itoa(i + 1)
		b.write(`<col min="`, n, `" max="`, n, `" width="`, strconv.Itoa(w), `.625" customWidth="1"/>`)
	}
	b.write(`</cols><sheetData>`)
}

// end closes the sheet.
func (b *book) end(l *layout) {
	b.write(`</sheetData>`)
	if len(l.merged) > 0 {
		b.write(`<mergeCells count="`, strconv.Itoa(len(l.merged)), `">`)
		for _, ref := range l.merged {
			b.write(`<mergeCell ref="`, ref, `"/>`)
		}
		b.write(`</mergeCells>`)
	}
	b.write(`<phoneticPr fontId="1" type="noConversion"/><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
}

func (b *book) beginRow(l *layout, row int) {
	b.write(`<row r="`, strconv.Itoa(row), `" spans="`, strconv.Itoa(l.firstCol+1), ":", strconv.Itoa(l.cols), `">`)
}

func (b *book) endRow() { b.write(`</row>`) }

// cell writes one cell; columns are 0-based, rows 1-based. A formula is
// written beside its value, "" for none.
func (b *book) cell(l *layout, col, row int, s style, v value, formula string) {
	buf := b.buf
	buf = append(buf, `<c r="`...)
	buf = strconv.AppendInt(append(buf, l.columnNames[col]...), int64(row), 10)
	buf = append(buf, '"')
	if s != styleGeneral {
		buf = append(strconv.AppendInt(append(buf, ` s="`...), int64(s), 10), '"')
	}
	if v.kind == blank {
		buf = append(buf, `/>`...)
		b.buf = buf
		return
	}
	if v.kind == word || v.kind == unique {
		buf = append(buf, ` t="s"`...)
	}
	buf = append(buf, '>')
	if formula != "" {
		buf = append(appendXML(append(buf, `<f>`...), formula), `</f>`...)
	}
	buf = append(buf, `<v>`...)
	switch v.kind {
	case number:
		buf = appendDouble(buf, float64(v.n)/float64(powersOfTen[v.decimals]))
	case day:
		buf = strconv.AppendInt(buf, int64(v.n), 10)
	case moment:
		buf = appendDouble(buf, float64(v.n)/daySeconds)
	case word:
		buf = strconv.AppendInt(buf, int64(b.strings.id(v.text)), 10)
	case unique:
		buf = strconv.AppendInt(buf, int64(b.strings.fresh(v.text)), 10)
	case blank:
	}
	buf = append(buf, `</v></c>`...)
	b.buf = buf
}

// appendDouble writes a number as Excel does, with the 17 digits that pin
// down its binary value: 5.1100000000000003. One division of two integers is
// rounded alike on every machine, so the digits are too.
func appendDouble(b []byte, x float64) []byte {
	return strconv.AppendFloat(b, x, 'G', 17, 64)
}

func (l *layout) address(col, row int) string { return l.columnNames[col] + strconv.Itoa(row) }

// columnName is A for 0, Z for 25, AA for 26.
func columnName(col int) string {
	if col < 26 {
		return string(rune('A' + col))
	}
	return columnName(col/26-1) + string(rune('A'+col%26))
}
