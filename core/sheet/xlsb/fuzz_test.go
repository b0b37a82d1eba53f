package xlsb_test

import (
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsb"
)

// FuzzXLSB: any records in a workbook's parts are read or refused as the
// file's own fault, and what is read keeps the contract.
func FuzzXLSB(f *testing.F) {
	whole := workbook(every())
	f.Add(whole["xl/worksheets/sheet1.bin"], whole["xl/workbook.bin"], whole["xl/styles.bin"], whole["xl/sharedStrings.bin"])
	f.Add(data(row(0, 0), rec(6, uint32(3), uint32(1), "a")), join(rec(131), rec(156, uint32(2), uint32(1), "rId1", ""), rec(132)), join(rec(278), rec(279)), join(rec(159), rec(160)))
	f.Fuzz(func(t *testing.T, page, book, styles, shared []byte) {
		p := workbook(page)
		p["xl/workbook.bin"], p["xl/styles.bin"], p["xl/sharedStrings.bin"] = book, styles, shared
		readtest.Fuzz(t, xlsb.Open, p.zip(t))
	})
}
