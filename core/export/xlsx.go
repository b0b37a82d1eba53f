package export

import (
	"bufio"
	"context"
	"io"
	"unicode/utf16"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// What a sheet of Excel can hold.
const (
	maxSheetRows  = 1_048_576
	maxSheetCols  = 16_384
	maxSheetUnits = 32_767 // UTF-16 code units in a cell
)

// Excel counts days from 1899-12-30, shows none before 1900-03-01 right (it
// believes in a 1900-02-29) and none after 9999-12-31 at all. Dates outside,
// and negative times, go out as text.
const (
	epochSerial  = 25_569 // 1970-01-01
	firstSerial  = 61     // 1900-03-01
	endSerial    = 2_958_466
	microsPerDay = 86_400_000_000
)

func writeXLSX(ctx context.Context, t Table, w io.Writer, o Options) error {
	if t.Rows()+1 > maxSheetRows || len(t.Columns()) > maxSheetCols {
		return fault.New(fault.Limit, say.T("The table has {rows} rows and {columns} columns; a sheet of Excel holds 1,048,575 rows below the header and 16,384 columns.",
			"rows", t.Rows(), "columns", len(t.Columns()))).Hint(elsewhere())
	}
	name := o.Sheet
	if name == "" {
		name = "data"
	}
	if err := checkSheetName(name); err != nil {
		return err
	}
	// Made once for nobody: what a sheet cannot hold must show before the first
	// byte is written.
	if err := writeSheet(ctx, t, &bounded{left: maxPartBytes}); err != nil {
		return err
	}
	return writeWorkbook(w, name, func(part io.Writer) error { return writeSheet(ctx, t, part) })
}

func elsewhere() say.Text { return say.T("Export it as csv or parquet instead.") }

// writeSheet writes the sheet's part: SpreadsheetML, ECMA-376 part 1, 18.3.
func writeSheet(ctx context.Context, t Table, w io.Writer) error {
	s := &sheetWriter{names: make([]string, len(t.Columns()))}
	for i := range s.names {
		s.names[i] = sheet.ColumnName(i)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString(sheetStart) // bufio keeps the first error for Flush
	if err := s.header(t.Columns()); err != nil {
		return err
	}
	_, _ = out.Write(s.line)
	err := eachPage(ctx, t, func(vectors []*table.Vector, rows int) error {
		for row := range rows {
			if err := s.row(vectors, row); err != nil {
				return err
			}
			if _, err := out.Write(s.line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, _ = out.WriteString(sheetEnd)
	return out.Flush()
}

// sheetWriter makes the rows of a sheet, one at a time.
type sheetWriter struct {
	names  []string // of the columns: A, B, ...
	number int64    // of the row in line, 1-based
	line   []byte
	text   []byte
}

func (s *sheetWriter) header(columns []table.Column) error {
	s.start()
	for i, c := range columns {
		if err := s.string(i, styleBold, []byte(c.Name)); err != nil {
			return err
		}
	}
	s.line = append(s.line, "</row>"...)
	return nil
}

func (s *sheetWriter) row(vectors []*table.Vector, row int) error {
	s.start()
	for i, v := range vectors {
		if !v.Valid[row] {
			continue
		}
		if err := s.value(i, v, row); err != nil {
			return err
		}
	}
	s.line = append(s.line, "</row>"...)
	return nil
}

func (s *sheetWriter) start() {
	s.number++
	s.line = append(s.line[:0], `<row r="`...)
	s.line = appendInt(s.line, s.number)
	s.line = append(s.line, `">`...)
}

func (s *sheetWriter) value(col int, v *table.Vector, i int) error {
	switch v.Type {
	case table.Integer:
		if n := v.Ints[i]; n <= 1e15 && n >= -1e15 { // Excel keeps 15 digits
			s.plain(col, styleNone, "", appendInt(s.text[:0], n))
			return nil
		}
	case table.Float:
		s.plain(col, styleNone, "", v.AppendText(s.text[:0], i))
		return nil
	case table.Boolean:
		digit := byte('0')
		if v.Bools[i] {
			digit = '1'
		}
		s.plain(col, styleNone, "b", append(s.text[:0], digit))
		return nil
	case table.Date:
		if serial := v.Ints[i] + epochSerial; serial >= firstSerial && serial < endSerial {
			s.plain(col, styleDate, "", appendInt(s.text[:0], serial))
			return nil
		}
	case table.DateTime:
		if serial, ok := serialOf(v.Ints[i]); ok {
			s.plain(col, styleDateTime, "", table.AppendFloat(s.text[:0], serial))
			return nil
		}
	case table.Time:
		if v.Ints[i] >= 0 {
			s.plain(col, styleTime, "", table.AppendFloat(s.text[:0], float64(v.Ints[i])/microsPerDay))
			return nil
		}
	}
	s.text = v.AppendText(s.text[:0], i)
	return s.string(col, styleNone, s.text)
}

// serialOf is a moment as days of Excel. A double holds it to 0.02 ms or
// better; what that rounds up past year 9999 is not Excel's any more.
func serialOf(micros int64) (float64, bool) {
	const last = (endSerial - epochSerial) * microsPerDay
	if micros >= last || micros < (firstSerial-epochSerial)*microsPerDay {
		return 0, false
	}
	micros += epochSerial * microsPerDay
	serial := float64(micros/microsPerDay) + float64(micros%microsPerDay)/microsPerDay
	return serial, serial < endSerial
}

// plain adds a cell whose value is a number's text.
func (s *sheetWriter) plain(col, style int, kind string, text []byte) {
	s.text = text
	s.cell(col, style, kind)
	s.line = append(s.line, "<v>"...)
	s.line = append(s.line, text...)
	s.line = append(s.line, "</v></c>"...)
}

// string adds a cell of text.
func (s *sheetWriter) string(col, style int, text []byte) error {
	if !fitsCell(text) {
		return fault.New(fault.Limit, say.T("A text is longer than the 32,767 characters that a cell of Excel holds.")).
			Hint(elsewhere()).At(sheet.Address(col, s.number))
	}
	s.cell(col, style, "inlineStr")
	s.line = append(s.line, `<is><t xml:space="preserve">`...)
	s.line = appendText(s.line, text)
	s.line = append(s.line, "</t></is></c>"...)
	return nil
}

// cell opens a cell.
func (s *sheetWriter) cell(col, style int, kind string) {
	s.line = append(append(s.line, `<c r="`...), s.names[col]...)
	s.line = appendInt(s.line, s.number)
	if style != styleNone {
		s.line = appendInt(append(s.line, `" s="`...), int64(style))
	}
	if kind != "" {
		s.line = append(append(s.line, `" t="`...), kind...)
	}
	s.line = append(s.line, `">`...)
}

// fitsCell tells whether a cell holds the text: Excel counts UTF-16 code units.
func fitsCell(text []byte) bool {
	if len(text) <= maxSheetUnits {
		return true
	}
	units := 0
	for _, r := range string(text) {
		units += utf16.RuneLen(r)
	}
	return units <= maxSheetUnits
}
