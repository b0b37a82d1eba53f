package workspace

import (
	"context"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/locate"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
)

// First is the first rows of a file as it shows them, for a person who waits for
// the whole: nothing in it is decided, and types are not known.
type First struct {
	Sheet   string
	Columns []FirstColumn
	Rows    [][]string // by the columns; "" where there is no cell
	Numbers []int64    // the row of the sheet that each came from, 1-based
}

// FirstColumn is a column as the first rows have it.
type FirstColumn struct {
	Name   string
	Source int // 0-based column of the sheet
}

// Glance reads the first n rows or so of the table that a file begins with. It
// takes no more of the file than that needs.
func Glance(ctx context.Context, file sheet.File, o sheet.Options, n int) (First, error) {
	o.Glance = true
	book, err := detect.Open(ctx, file, o)
	if err != nil {
		return First{}, err
	}
	defer func() { _ = book.Close() }()
	for i, info := range book.Sheets() {
		if info.Hidden {
			continue
		}
		first, found, err := glanceAt(ctx, book, i, n)
		if err != nil || found {
			first.Sheet = info.Name
			return first, err
		}
	}
	return First{}, fault.New(fault.BadInput, say.T("The sheet holds no cells.")).
		Hint(say.T("Choose another sheet, or check that the right file was exported."))
}

// glanced is a row in memory.
type glanced struct {
	number int64
	cells  map[int]string
}

func glanceAt(ctx context.Context, book sheet.Book, index, n int) (First, bool, error) {
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return First{}, false, err
	}
	defer func() { _ = rows.Close() }()
	var sketch locate.Sketch
	var kept []glanced
	var batch sheet.Batch
	for len(kept) < n {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return First{}, false, err
		}
		sketch.Observe(&batch)
		for _, r := range batch.Rows {
			if r.Len == 0 {
				continue
			}
			g := glanced{number: r.Number, cells: map[int]string{}}
			for _, c := range batch.CellsOf(r) {
				g.cells[int(c.Col)] = book.Display(c, batch.Text(c))
			}
			kept = append(kept, g)
		}
	}
	t, err := sketch.Decide(rows.Facts(), locate.Options{}).Main()
	if err != nil {
		return First{}, false, nil // a sheet without cells; the next one may have some
	}
	first := First{}
	for _, c := range t.Columns {
		first.Columns = append(first.Columns, FirstColumn{c.Name, c.Source})
	}
	for _, g := range kept {
		if g.number < t.FirstDataRow || len(first.Rows) == n {
			continue
		}
		line := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			line[i] = g.cells[c.Source]
		}
		first.Rows, first.Numbers = append(first.Rows, line), append(first.Numbers, g.number)
	}
	return first, true, nil
}
