package xlsb_test

import (
	"bytes"
	"context"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/booktest"
	"sheetmill/core/sheet/xlsb"
)

// small keeps fuzzed files from taking memory that a fuzzer cannot spare.
var small = sheet.Limits{MaxRows: 10_000, MaxCellBytes: 1 << 16, MaxStringBytes: 1 << 20, MaxInflated: 1 << 22, MaxSheets: 20}

// FuzzXLSB: any records in a workbook's parts are read or refused as the
// file's own fault, and what is read keeps the contract.
func FuzzXLSB(f *testing.F) {
	whole := workbook(every())
	f.Add(whole["xl/worksheets/sheet1.bin"], whole["xl/workbook.bin"], whole["xl/styles.bin"], whole["xl/sharedStrings.bin"])
	f.Add(data(row(0, 0), rec(6, uint32(3), uint32(1), "a")), join(rec(131), rec(156, uint32(2), uint32(1), "rId1", ""), rec(132)), join(rec(278), rec(279)), join(rec(159), rec(160)))
	f.Fuzz(func(t *testing.T, page, book, styles, shared []byte) {
		p := workbook(page)
		p["xl/workbook.bin"], p["xl/styles.bin"], p["xl/sharedStrings.bin"] = book, styles, shared
		opened, err := xlsb.Open(context.Background(), bytes.NewReader(p.zip(t)), sheet.Options{Name: "a.xlsb", Limits: small})
		sound(t, err)
		if err != nil {
			return
		}
		for i := range opened.Sheets() {
			_, _, err := booktest.Read(opened, i)
			sound(t, err)
		}
		if err := opened.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// sound fails unless err is nil or the file's own fault.
func sound(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
		t.Errorf("not the file's fault: %v", err)
	}
}
