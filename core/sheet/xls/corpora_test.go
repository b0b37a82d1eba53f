package xls_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// floorOpened counts the workbooks of the fixtures whose sheets are all read.
// It only rises.
const floorOpened = 142

// refused are the workbooks of the fixtures that are broken or locked, and why.
var refused = map[string]string{
	"calamine/OOM_alloc3.xls": "its stream ends inside a record that states 16 KiB",
	"calamine/too_small.xls":  "it is 68 bytes of a header",
}

// TestCorpora reads every .xls of the fixtures: each is read whole or refused
// with a fault, in time.
func TestCorpora(t *testing.T) {
	root := filepath.Join(readtest.Corpora(t), "workbooks")
	opened := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".xls") {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		start := time.Now()
		sheets, err := readtest.All(t, xls.Open, file, sheet.Options{Name: d.Name()})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if err != nil {
			if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
				t.Errorf("%s: %v", name, err)
			}
			if refused[name] == "" {
				t.Errorf("refused: %s: %v", name, err)
			}
			return nil
		}
		if refused[name] != "" {
			t.Errorf("%s is read, %d sheets, though %s", name, len(sheets), refused[name])
		}
		opened++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d read", opened)
	if opened < floorOpened {
		t.Errorf("%d read, floor %d", opened, floorOpened)
	}
}
