package xls_test

import (
	"bytes"
	"context"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/booktest"
	"sheetmill/core/sheet/xls"
)

// small keeps fuzzed files from taking memory that a fuzzer cannot spare.
var small = sheet.Limits{MaxRows: 10_000, MaxCellBytes: 1 << 16, MaxStringBytes: 1 << 20, MaxSheets: 20}

// FuzzXLS: any bytes are read or refused as the file's own fault, with or
// without a container around them, and what is read keeps the contract.
func FuzzXLS(f *testing.F) {
	for _, w := range seeds() {
		f.Add(w.stream(f), false)
		f.Add(container(map[string][]byte{"Workbook": w.stream(f)}), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, password bool) {
		opts := sheet.Options{Name: "a.xls", Limits: small}
		if password {
			opts.Password = "abc"
		}
		book, err := xls.Open(context.Background(), bytes.NewReader(file), opts)
		sound(t, err)
		if err != nil {
			return
		}
		for i := range book.Sheets() {
			_, _, err := booktest.Read(book, i)
			sound(t, err)
		}
		if err := book.Close(); err != nil {
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
