package table_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

type rawCell struct {
	Row    int64
	Col    int
	Kind   sheet.Kind
	Text   string
	Line   int64
	Offset int64
	Hidden bool
}

// toBatch puts cells, ascending by row and column, into a batch.
func toBatch(cells []rawCell) *sheet.Batch {
	b := &sheet.Batch{}
	for _, c := range cells {
		if n := len(b.Rows); n == 0 || b.Rows[n-1].Number != c.Row {
			b.Rows = append(b.Rows, sheet.Row{Number: c.Row, Line: c.Line, Offset: c.Offset, Hidden: c.Hidden, First: int32(len(b.Cells))})
		}
		start := uint32(len(b.Bytes))
		b.Bytes = append(b.Bytes, c.Text...)
		b.Cells = append(b.Cells, sheet.Cell{Col: int32(c.Col), Kind: c.Kind, Start: start, End: uint32(len(b.Bytes))})
		b.Rows[len(b.Rows)-1].Len++
	}
	return b
}

func fromBatch(b *sheet.Batch) (cells []rawCell) {
	for _, r := range b.Rows {
		for _, c := range b.CellsOf(r) {
			cells = append(cells, rawCell{r.Number, int(c.Col), c.Kind, string(b.Text(c)), r.Line, r.Offset, r.Hidden})
		}
	}
	return cells
}

func drawCells(t *rapid.T, text bool) (cells []rawCell) {
	kinds := []sheet.Kind{sheet.Text, sheet.Quoted, sheet.Number, sheet.Date, sheet.Bool, sheet.Error}
	row := int64(0)
	for range rapid.IntRange(0, 30).Draw(t, "rows") {
		row += int64(rapid.IntRange(1, 3).Draw(t, "step"))
		hidden := rapid.Bool().Draw(t, "hidden")
		for col := range 8 {
			if rapid.Bool().Draw(t, "cell") {
				c := rawCell{Row: row, Col: col * 7, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Text: rapid.String().Draw(t, "text"), Line: row, Offset: -1, Hidden: hidden}
				if text {
					c.Line, c.Offset = row+1, row*10
				}
				cells = append(cells, c)
			}
		}
	}
	return cells
}

func TestRawTableReplaysWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Bool().Draw(t, "text")
		cells := drawCells(t, text)
		var buf bytes.Buffer
		w := table.NewRawWriter(&buf, text, nil)
		if err := w.Add(context.Background(), toBatch(cells)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(context.Background(), table.RawInfo{Sheet: "表"}); err != nil {
			t.Fatal(err)
		}
		r, err := table.NewRawReader(bytes.NewReader(buf.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if r.Info().Cells != int64(len(cells)) || r.Info().Sheet != "表" {
			t.Fatalf("info %+v for %d cells", r.Info(), len(cells))
		}
		var back []rawCell
		if err := r.Each(context.Background(), func(b *sheet.Batch) error { back = append(back, fromBatch(b)...); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cells, back); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestLateColumns: a column whose first cell comes after the first row group is
// told, and a second writing that knows it holds every cell.
func TestLateColumns(t *testing.T) {
	var cells []rawCell
	for row := int64(1); row <= table.GroupRows+10; row++ {
		cells = append(cells, rawCell{Row: row, Col: 3, Kind: sheet.Number, Text: "1", Line: row, Offset: -1})
		if row == table.GroupRows+5 {
			cells = append(cells, rawCell{Row: row, Col: 9, Kind: sheet.Text, Text: "late", Line: row, Offset: -1})
		}
	}
	ctx := context.Background()
	var columns []int
	for try := range 2 {
		var buf bytes.Buffer
		w := table.NewRawWriter(&buf, false, columns)
		if err := w.Add(ctx, toBatch(cells)); err != nil {
			t.Fatal(err)
		}
		columns = w.Columns()
		if diff := cmp.Diff([]int{3, 9}, columns); diff != "" {
			t.Fatal(diff)
		}
		if try == 0 {
			if diff := cmp.Diff([]int{9}, w.Late()); diff != "" {
				t.Fatal(diff)
			}
			w.Abort()
			continue
		}
		if len(w.Late()) > 0 {
			t.Fatalf("late again: %v", w.Late())
		}
		if err := w.Close(ctx, table.RawInfo{}); err != nil {
			t.Fatal(err)
		}
		r, err := table.NewRawReader(bytes.NewReader(buf.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		var back []rawCell
		if err := r.Each(ctx, func(b *sheet.Batch) error { back = append(back, fromBatch(b)...); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cells, back); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestScatteredCellsAreRefusedByName(t *testing.T) {
	w := table.NewRawWriter(&bytes.Buffer{}, false, nil)
	defer w.Abort()
	var err error
	row := int64(1)
	for ; err == nil && row < 1_000_000; row += 1024 {
		var cells []rawCell
		for i := range int64(1024) {
			cells = append(cells, rawCell{Row: row + i, Col: int((row + i) % 65_536), Kind: sheet.Number, Text: "1"})
		}
		err = w.Add(context.Background(), toBatch(cells))
	}
	if !fault.Is(err, fault.Limit) || row > 100_000 {
		t.Fatalf("a diagonal of cells: %v in row %d", err, row)
	}
}
