package xls_test

import (
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// FuzzXLS: any bytes are read or refused as the file's own fault, with or
// without a container around them, and what is read keeps the contract.
func FuzzXLS(f *testing.F) {
	for _, w := range seeds() {
		f.Add(w.stream(f), false)
		f.Add(readtest.Container(map[string][]byte{"Workbook": w.stream(f)}), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, password bool) {
		opts := sheet.Options{Name: "a.xls", Limits: readtest.Small}
		if password {
			opts.Password = "abc"
		}
		_, err := readtest.All(t, xls.Open, file, opts)
		readtest.Sound(t, err)
	})
}
