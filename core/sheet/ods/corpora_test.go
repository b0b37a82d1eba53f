package ods_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/readtest"
)

// TestCorpora: spreadsheets of other readers' tests hold what those tests say.
func TestCorpora(t *testing.T) {
	root := readtest.Corpora(t)
	read := func(name string) (map[string][]readtest.Cell, error) {
		file, err := os.ReadFile(filepath.Join(root, "workbooks", "calamine", name))
		if err != nil {
			t.Fatal(err)
		}
		return readtest.All(t, ods.Open, file, sheet.Options{Name: name})
	}
	for name, want := range map[string]string{
		"date.ods":                 `R1C0i:"2021-01-01"~"01/01/2021" R1C1n:"15" R2C0i:"2021-01-01T10:10:10"~"01/01/2021 10:10 AM" R2C1n:"16"`,
		"number_rows_repeated.ods": `R1C0s:"A" R1C1s:"B" R2C0s:"C" R2C1s:"D" R3C0s:"C" R3C1s:"D" R6C0s:"C" R6C1s:"D" R8C0s:"C" R8C1s:"D"`,
		"with-annotation.ods":      `R1C0s:"cell a.1"`,
		"richtext_issue.ods":       `R1C0s:"abc"`,
	} {
		all, err := read(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for title, cells := range all {
			if title[0] != '0' {
				continue
			}
			got := readtest.Show(cells)
			if len(got) < len(want) || got[:len(want)] != want {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	if _, err := read("pass_protected.ods"); !errors.Is(err, sheet.ErrNeedsPassword) {
		t.Error(err)
	}
}
