package xlsx_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/fault"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// Floors: what was reached once is not to be lost. They only rise.
const (
	floorOpened = 158
	floorEqual  = 301
)

// defects are excelize's own, by file: its cells are not the file's.
var defects = map[string]string{
	"calamine/empty_s_attribute.xlsx": `a cell with s="" fails its decoder, which drops the rest of the sheet in silence`,
}

// TestCorpora reads every workbook of the fixtures: each is opened or refused
// with a fault, in time, and its cells are those that excelize reads.
func TestCorpora(t *testing.T) {
	opened, refused, equal := 0, 0, 0
	root := filepath.Join(readtest.Corpora(t), "workbooks")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		ext := strings.ToLower(filepath.Ext(path))
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		is := err == nil && xlsx.IsWorkbook(zr)
		if ext != ".xlsx" && ext != ".xlsm" {
			if is {
				t.Errorf("%s is taken for a workbook", path)
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		start := time.Now()
		defer func() {
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s took %v", name, took)
			}
		}()
		book, err := openBytes(t, file)
		if err != nil {
			refused++
			if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
				t.Errorf("%s: %v", name, err)
			}
			t.Logf("refused: %v %v", name, err)
			return nil
		}
		if !is {
			t.Errorf("%s opens but is not taken for a workbook", name)
		}
		opened++
		defer func() { _ = book.Close() }()
		peer, peerErr := excelize.OpenReader(bytes.NewReader(file))
		for i, info := range book.Sheets() {
			cells, _, err := read(t, book, i)
			if err != nil {
				if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
					t.Errorf("%s: %v", name, err)
				}
				t.Logf("refused: %s %s: %v", name, info.Name, err)
				continue
			}
			if peerErr != nil {
				t.Logf("excelize refuses %s: %v", name, peerErr)
				continue
			}
			theirs, err := peer.GetRows(info.Name, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Logf("excelize refuses %s %s: %v", name, info.Name, err)
				continue
			}
			if diff := compare(cells, theirs); diff != "" && defects[name] == "" {
				t.Errorf("%s %s: %s", name, info.Name, diff)
				continue
			}
			equal++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d opened, %d refused, %d sheets equal to excelize's", opened, refused, equal)
	if opened < floorOpened || equal < floorEqual {
		t.Errorf("%d opened, floor %d; %d equal, floor %d", opened, floorOpened, equal, floorEqual)
	}
}

// compare tells the first cells that differ.
func compare(ours []got, theirs [][]string) string {
	var b strings.Builder
	n := 0
	say := func(row, col int, ours, theirs string) {
		if n++; n <= 5 {
			b.WriteString(got{Row: int64(row), Col: col, Kind: ' ', Text: ours}.String() + " theirs " + theirs + "; ")
		}
	}
	type place struct{ row, col int }
	mine := map[place]string{}
	for _, c := range ours {
		mine[place{int(c.Row), c.Col}] = c.Text
	}
	for i, row := range theirs {
		for j, text := range row {
			at := place{i + 1, j}
			if mine[at] != text {
				say(i+1, j, mine[at], text)
			}
			delete(mine, at)
		}
	}
	for at, text := range mine {
		if text != "" {
			say(at.row, at.col, text, "(none)")
		}
	}
	return b.String()
}
