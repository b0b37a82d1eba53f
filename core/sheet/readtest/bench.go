package readtest

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"

	"sheetmill/core/sheet"
)

// Bench opens a file and reads its first sheet, of so many cells, again and
// again. It reports the time and the allocations of a cell; the latter include
// those of opening the file, spread over its cells.
func Bench(b *testing.B, open Open, file []byte, cells int) {
	b.Helper()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var batch sheet.Batch
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		book, err := open(b.Context(), bytes.NewReader(file), sheet.Options{Name: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := book.Rows(b.Context(), 0)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for err == nil {
			err = rows.Next(b.Context(), &batch)
			n += len(batch.Cells)
		}
		if !errors.Is(err, io.EOF) || n != cells {
			b.Fatalf("%d cells, want %d: %v", n, cells, err)
		}
		if err := errors.Join(rows.Close(), book.Close()); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	each := float64(b.N) * float64(cells)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/each, "ns/cell")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/each, "allocs/cell")
}
