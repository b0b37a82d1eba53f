package xlsb_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsb"
)

// Floors: what was reached once is not to be lost. They only rise.
const (
	floorOpened = 15
	floorShown  = 1.0
)

// TestCorpora reads every .xlsb of the fixtures: each is read whole or refused
// with a fault.
func TestCorpora(t *testing.T) {
	root := filepath.Join(readtest.Corpora(t), "workbooks")
	opened := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".xlsb") {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sheets, err := readtest.All(t, xlsb.Open, file, sheet.Options{Name: d.Name()})
		if err != nil {
			if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
				t.Errorf("%s: %v", path, err)
			}
			t.Logf("refused: %v", err)
			return nil
		}
		t.Logf("%s: %d sheets", d.Name(), len(sheets))
		opened++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if opened < floorOpened {
		t.Errorf("%d read, floor %d", opened, floorOpened)
	}
}

// TestShownAsExcel compares Display with the CSV files that Excel itself
// wrote of the workbooks of Apache POI.
func TestShownAsExcel(t *testing.T) {
	share := readtest.ShownAsExcel(t, []string{".xlsb"}, xlsb.Open, nil)
	if share < floorShown {
		t.Errorf("%.4f is below the floor of %.4f", share, floorShown)
	}
}
