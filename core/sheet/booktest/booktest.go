// Package booktest is what the tests of the workbook readers share: cells as
// values that can be compared, and the comparison with Excel's own exports.
package booktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"sheetmill/core/sheet"
)

// Cell is one cell with its text and how it is shown.
type Cell struct {
	Row     int64
	Col     int
	Kind    sheet.Kind
	Text    string
	Shown   string
	Formula bool
	Hidden  bool // its row is
}

// String is the cell for messages: B7 n"1.5".
func (c Cell) String() string {
	return fmt.Sprintf("%s %c%q", sheet.Address(c.Col, c.Row), c.Kind, c.Text)
}

// Open is how readers open books.
type Open func(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error)

// Read reads a sheet to its end, and checks what the contract says of rows and
// cells.
func Read(book sheet.Book, index int) ([]Cell, sheet.Facts, error) {
	ctx := context.Background()
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() { _ = rows.Close() }() // Next told all
	var cells []Cell
	var batch sheet.Batch
	last := int64(0)
	for {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			if len(batch.Rows) > 0 {
				return nil, sheet.Facts{}, errors.New("rows at the end")
			}
			return cells, rows.Facts(), nil
		}
		if err != nil {
			if again := rows.Next(ctx, &batch); !errors.Is(again, err) {
				return nil, sheet.Facts{}, fmt.Errorf("next answers %w, then %w", err, again)
			}
			return nil, sheet.Facts{}, err
		}
		if done, total := rows.Progress(); done > total {
			return nil, sheet.Facts{}, fmt.Errorf("progress %d of %d", done, total)
		}
		for _, row := range batch.Rows {
			if row.Number <= last || row.Len == 0 {
				return nil, sheet.Facts{}, fmt.Errorf("row %d of %d cells behind row %d", row.Number, row.Len, last)
			}
			last = row.Number
			col := int32(-1)
			for _, c := range batch.CellsOf(row) {
				if c.Col <= col || c.Kind == sheet.Empty {
					return nil, sheet.Facts{}, fmt.Errorf("row %d: column %d behind %d, kind %d", row.Number, c.Col, col, c.Kind)
				}
				col = c.Col
				text := batch.Text(c)
				cells = append(cells, Cell{row.Number, int(c.Col), c.Kind, string(text), book.Display(c, text), c.Formula, row.Hidden})
			}
		}
	}
}

// Corpora is the folder of fixtures by others; without it the test is skipped.
func Corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SHEETMILL_CORPORA")
	if dir == "" {
		t.Skip("SHEETMILL_CORPORA is not set: the fixtures by others are not here")
	}
	return dir
}
