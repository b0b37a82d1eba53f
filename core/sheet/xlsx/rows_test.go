package xlsx_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsx"
)

// TestWarmBatches: past the rows held back, a batch is filled again and again
// without a new allocation.
func TestWarmBatches(t *testing.T) {
	ctx := context.Background()
	book, err := xlsx.Open(ctx, bytes.NewReader(lab()), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	cells, warm := 0, 8
	next := func() {
		if err := rows.Next(ctx, &batch); err != nil {
			t.Fatal(err)
		}
		cells += len(batch.Cells)
	}
	for range warm {
		next()
	}
	if n := testing.AllocsPerRun(4, next); n > 0 {
		t.Errorf("%v allocations a batch", n)
	}
	for {
		if err := rows.Next(ctx, &batch); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		cells += len(batch.Cells)
	}
	if cells != labCells {
		t.Errorf("%d cells, want %d", cells, labCells)
	}
}
