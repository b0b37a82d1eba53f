package export

import (
	"context"
	"io"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// What a sheet of Excel can hold.
const (
	maxSheetRows  = 1_048_576
	maxSheetCols  = 16_384
	maxSheetChars = 32_767
)

// Excel counts days from 1899-12-30 and shows none before 1900-03-01 right:
// it believes in a 1900-02-29. Earlier dates go out as text.
var (
	excelEpoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	excelFirst = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

func writeXLSX(ctx context.Context, t Table, w io.Writer, o Options) (err error) {
	if t.Rows()+1 > maxSheetRows || len(t.Columns()) > maxSheetCols {
		return fault.New(fault.Limit, say.T("The table has {rows} rows and {columns} columns; a sheet of Excel holds 1,048,575 rows below the header and 16,384 columns.",
			"rows", t.Rows(), "columns", len(t.Columns()))).Hint(say.T("Export it as csv or parquet instead."))
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	name := o.Sheet
	if name == "" {
		name = "data"
	}
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	s, err := newSheet(f, name)
	if err != nil {
		return err
	}
	if err := s.header(t.Columns()); err != nil {
		return err
	}
	next := 2
	err = eachPage(ctx, t, func(vectors []*table.Vector, rows int) error {
		for row := range rows {
			if err := s.row(vectors, row, next); err != nil {
				return err
			}
			next++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// workbookSheet is the sheet being written and its styles.
type workbookSheet struct {
	out                        *excelize.StreamWriter
	bold, date, datetime, time int
	values                     []any
}

func newSheet(f *excelize.File, name string) (*workbookSheet, error) {
	s := &workbookSheet{}
	for _, style := range []struct {
		id     *int
		format string
	}{{&s.date, "yyyy-mm-dd"}, {&s.datetime, "yyyy-mm-dd hh:mm:ss"}, {&s.time, "[hh]:mm:ss"}} {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &style.format})
		if err != nil {
			return nil, err
		}
		*style.id = id
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	s.bold = bold
	s.out, err = f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	return s, s.out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (s *workbookSheet) header(columns []table.Column) error {
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = excelize.Cell{StyleID: s.bold, Value: c.Name}
	}
	return s.out.SetRow("A1", cells)
}

func (s *workbookSheet) row(vectors []*table.Vector, row, number int) error {
	s.values = s.values[:0]
	for i, v := range vectors {
		value, err := s.value(v, row)
		if err != nil {
			return fault.Of(err).At(sheet.Address(i, int64(number)))
		}
		s.values = append(s.values, value)
	}
	return s.out.SetRow(sheet.Address(0, int64(number)), s.values)
}

func (s *workbookSheet) value(v *table.Vector, i int) (any, error) {
	if !v.Valid[i] {
		return nil, nil //nolint:nilnil // excelize writes no cell for nil
	}
	switch v.Type {
	case table.Integer:
		if n := v.Ints[i]; n > 1e15 || n < -1e15 {
			return string(v.AppendText(nil, i)), nil // Excel keeps 15 digits
		}
		return v.Ints[i], nil
	case table.Float:
		return v.Floats[i], nil
	case table.Boolean:
		return v.Bools[i], nil
	case table.Date:
		return s.day(time.Unix(v.Ints[i]*86400, 0).UTC(), s.date, v, i), nil
	case table.DateTime:
		return s.day(time.UnixMicro(v.Ints[i]).UTC(), s.datetime, v, i), nil
	case table.Time:
		return excelize.Cell{StyleID: s.time, Value: float64(v.Ints[i]) / float64(24*time.Hour/time.Microsecond)}, nil
	}
	text := string(v.AppendText(nil, i))
	if len(text) > maxSheetChars && utf8.RuneCountInString(text) > maxSheetChars {
		return nil, fault.New(fault.Limit, say.T("A text is longer than the 32,767 characters that a cell of Excel holds.")).
			Hint(say.T("Export it as csv or parquet instead."))
	}
	return text, nil
}

func (s *workbookSheet) day(t time.Time, style int, v *table.Vector, i int) any {
	if t.Before(excelFirst) {
		return string(v.AppendText(nil, i))
	}
	return excelize.Cell{StyleID: style, Value: t.Sub(excelEpoch).Hours() / 24}
}
