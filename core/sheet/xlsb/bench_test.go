package xlsb_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsb"
)

const (
	benchRows = 3339
	benchCols = 151
)

// BenchmarkRows reads a workbook of the ordinary size: shared texts, dates and
// numbers of several lengths.
func BenchmarkRows(b *testing.B) {
	file := lab(b)
	ctx := context.Background()
	book, err := xlsb.Open(ctx, bytes.NewReader(file), sheet.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = book.Close() }() // nothing was written
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var batch sheet.Batch
	for b.Loop() {
		rows, err := book.Rows(ctx, 0)
		if err != nil {
			b.Fatal(err)
		}
		cells := 0
		for {
			if err := rows.Next(ctx, &batch); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			cells += len(batch.Cells)
		}
		if cells != benchRows*benchCols {
			b.Fatalf("%d cells", cells)
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchRows*benchCols), "ns/cell")
}

func lab(tb testing.TB) []byte {
	tb.Helper()
	var records [][]byte
	for r := range uint32(benchRows) {
		records = append(records, row(r, 0))
		for c := range uint32(benchCols) {
			var one []byte
			switch c % 5 {
			case 0:
				one = rec(7, c, uint32(0), uint32(0))
			case 1:
				one = rec(2, c, uint32(1), uint32(40000+int(r))<<2|2)
			case 2:
				one = rec(2, c, uint32(0), c<<2|3)
			default:
				one = rec(5, c, uint32(0), float64(r)+float64(c)/997)
			}
			records = append(records, one)
		}
	}
	return workbook(data(records...)).zip(tb)
}
