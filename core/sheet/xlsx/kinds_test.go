package xlsx_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
)

// floorKinds is how many cells of the fixtures are of the kind that excelize
// says. It only rises.
const floorKinds = 22_400

// TestKindsAsExcelize compares the kind of every cell of the fixtures with the
// type that excelize tells.
func TestKindsAsExcelize(t *testing.T) {
	same := 0
	root := filepath.Join(readtest.Corpora(t), "workbooks")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ext := strings.ToLower(filepath.Ext(path)); err != nil || d.IsDir() || ext != ".xlsx" && ext != ".xlsm" {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		book, err := openBytes(t, file)
		if err != nil {
			return nil // TestCorpora tells of those that are refused
		}
		defer func() { _ = book.Close() }()
		peer, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			return nil // excelize refuses more than we do
		}
		defer func() { _ = peer.Close() }()
		for i, info := range book.Sheets() {
			if _, err := peer.GetRows(info.Name); err != nil {
				continue
			}
			cells, _, err := read(t, book, i)
			if err != nil {
				continue
			}
			same += sameKinds(t, filepath.Base(path), peer, info.Name, cells)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cells of the same kind", same)
	if same < floorKinds {
		t.Errorf("%d cells of the same kind, floor %d", same, floorKinds)
	}
}

// sameKinds counts the cells of a sheet, at most 2,000, whose kind is that of excelize.
func sameKinds(t *testing.T, file string, peer *excelize.File, name string, cells []got) (same int) {
	t.Helper()
	for _, c := range cells[:min(len(cells), 2000)] {
		kind, err := peer.GetCellType(name, address(c))
		if err != nil {
			continue
		}
		ok := false
		switch kind {
		case excelize.CellTypeBool:
			ok = c.Kind == sheet.Bool
		case excelize.CellTypeError:
			ok = c.Kind == sheet.Error
		case excelize.CellTypeDate:
			ok = c.Kind == sheet.ISODate || c.Kind == sheet.Text
		case excelize.CellTypeSharedString, excelize.CellTypeInlineString, excelize.CellTypeFormula: // str of a formula
			ok = c.Kind == sheet.Text
		case excelize.CellTypeUnset, excelize.CellTypeNumber:
			ok = c.Kind.Numeric() || c.Kind == sheet.Text // what is no number is kept as text
		}
		if !ok {
			t.Errorf("%s %s: %v is to excelize of type %d", file, name, c, kind)
			continue
		}
		same++
	}
	return same
}
