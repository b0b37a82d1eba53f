// Package numfmt is what Excel's workbooks of every format say of how a number
// is shown: number formats by cell style. They decide whether a number is a
// date, and how [sheet.Book] displays it.
//
//	formats := numfmt.New(map[int]string{164: "yyyy-mm-dd"}, []int{0, 164}, false)
//	cell.Style, cell.Kind = formats.Of(1) // a date
//	formats.Display(cell, []byte("45351")) // 2024-02-29
package numfmt

import (
	"strings"

	"sheetmill/core/sheet"
)

// Formats are a workbook's number formats. It may be used from one goroutine
// at a time.
type Formats struct {
	codes []format // sheet.Cell.Style indexes them
	// byStyle is what the number of a cell style means.
	byStyle  []styleFormat
	date1904 bool
	display  *displayer // nil until the first Display that needs it
}

// format is one number format: a built-in one by its id, or a code.
type format struct {
	id   int
	code string // "" for a built-in one that the file does not spell out
	kind sheet.Kind
}

type styleFormat struct {
	index int32
	kind  sheet.Kind
}

// New makes the formats of a workbook: codes by id as the file spells them
// out, and the id of each cell style. date1904 says what day serial days count
// from.
func New(codes map[int]string, styles []int, date1904 bool) *Formats {
	f := &Formats{codes: []format{{kind: sheet.Number}}, date1904: date1904}
	index := map[int]int32{0: 0}
	if code := codes[0]; code != "" && !strings.EqualFold(code, "general") {
		delete(index, 0) // the file gives the id of General to another format
	}
	f.byStyle = make([]styleFormat, len(styles))
	for i, id := range styles {
		n, ok := index[id]
		if !ok {
			n = int32(len(f.codes))
			index[id] = n
			made := format{id: id, code: codes[id]}
			if made.code != "" {
				made.kind = classify(made.code)
			} else {
				made.kind = builtin(id)
			}
			f.codes = append(f.codes, made)
		}
		f.byStyle[i] = styleFormat{n, f.codes[n].kind}
	}
	return f
}

// Of is the number format of a cell style, for [sheet.Cell].Style, and the kind
// of the numbers in it; a style that the file does not have is general.
func (f *Formats) Of(style int) (int32, sheet.Kind) {
	if style < 0 || style >= len(f.byStyle) {
		return 0, sheet.Number
	}
	s := f.byStyle[style]
	return s.index, s.kind
}

// Close frees what Display took.
func (f *Formats) Close() error {
	if f.display == nil {
		return nil
	}
	d := f.display
	f.display = nil
	return d.close()
}
