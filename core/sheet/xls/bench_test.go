package xls_test

import (
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

const (
	benchRows = 3339
	benchCols = 151
)

// BenchmarkRows reads a workbook of the ordinary size: shared texts, dates and
// numbers of several lengths.
func BenchmarkRows(b *testing.B) { readtest.Bench(b, xls.Open, lab(b), benchRows*benchCols) }

func lab(tb testing.TB) []byte {
	tb.Helper()
	w := writer{globals: [][]byte{xf(0), xf(14), rec(0x00fc, uint32(1), uint32(1), text97("患者"))}, sheets: []sheetRecords{{name: "S"}}}
	for r := range uint16(benchRows) {
		for c := range uint16(benchCols) {
			var one []byte
			switch c % 5 {
			case 0:
				one = rec(0x00fd, r, c, uint16(0), uint32(0))
			case 1:
				one = rec(0x027e, r, c, uint16(1), uint32(40000+int(r))<<2|2)
			case 2:
				one = rec(0x027e, r, c, uint16(0), uint32(c)<<2|3)
			default:
				one = rec(0x0203, r, c, uint16(0), float64(r)+float64(c)/997)
			}
			w.sheets[0].records = append(w.sheets[0].records, one)
		}
	}
	return readtest.Container(map[string][]byte{"Workbook": w.stream(tb)})
}
