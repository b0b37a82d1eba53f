package xlsb_test

import (
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsb"
)

const (
	benchRows = 3339
	benchCols = 151
)

// BenchmarkRows reads a workbook of the ordinary size: shared texts, dates and
// numbers of several lengths.
func BenchmarkRows(b *testing.B) { readtest.Bench(b, xlsb.Open, lab(b), benchRows*benchCols) }

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
