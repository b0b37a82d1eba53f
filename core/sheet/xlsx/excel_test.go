package xlsx_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"sheetmill/core/sheet"
)

// floorShown is the share of cells shown as Excel's own export has them. It
// only rises. The rest are formulas that Excel calculated anew when it wrote
// the export.
const floorShown = 0.999

// otherVersion are exports that are not of the file beside them.
var otherVersion = map[string]string{
	"NumberFormatTests.xlsx.1.csv": "the file has a row 105 that the export lacks",
}

// leastShown is the share of a file's cells that must be shown as by Excel.
const leastShown = 0.8

// belowLeast says why a file's share is lower.
var belowLeast = map[string]string{}

// TestShownAsExcel compares Display with the CSV files that Excel itself
// wrote of the workbooks of Apache POI.
func TestShownAsExcel(t *testing.T) {
	root := filepath.Join(corpora(t), "workbooks")
	manifest, err := os.ReadFile(filepath.Join(root, "poi-expected", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []struct {
		File string            `json:"file"`
		CSV  map[string]string `json:"expected_csv"` //nolint:tagliatelle // as the manifest has it
	}
	if err := json.Unmarshal(manifest, &files); err != nil {
		t.Fatal(err)
	}
	equal, all := 0, 0
	for _, f := range files {
		if ext := filepath.Ext(f.File); ext != ".xlsx" && ext != ".xlsm" {
			continue
		}
		file, err := os.ReadFile(filepath.Join(root, "poi", f.File))
		if err != nil {
			t.Fatal(err)
		}
		book, err := openBytes(t, file)
		if err != nil {
			t.Errorf("%s: %v", f.File, err)
			continue
		}
		equalBefore, allBefore := equal, all
		for i := range book.Sheets() {
			name, ok := f.CSV[fmt.Sprint(i)]
			if !ok || otherVersion[name] != "" {
				continue
			}
			csv, err := os.ReadFile(filepath.Join(root, "poi-expected", name))
			if err != nil {
				t.Fatal(err)
			}
			shown, total, differ := compareShown(t, book, i, fields(csv))
			equal, all = equal+shown, all+total
			if differ != "" {
				t.Logf("%s: %s", name, differ)
			}
		}
		_ = book.Close()
		if share := float64(equal-equalBefore) / float64(max(1, all-allBefore)); all > allBefore && share < leastShown && belowLeast[f.File] == "" {
			t.Errorf("%s: %.3f of %d cells are shown as by Excel", f.File, share, all-allBefore)
		} else if belowLeast[f.File] != "" {
			t.Logf("%s: %.3f of %d cells", f.File, share, all-allBefore)
		}
	}
	share := float64(equal) / float64(all)
	t.Logf("%d of %d cells are shown as by Excel: %.4f", equal, all, share)
	if share < floorShown {
		t.Errorf("%.4f is below the floor of %.4f", share, floorShown)
	}
}

// shownCell is a cell as it is shown.
type shownCell struct {
	row, col    int
	kind        sheet.Kind
	text, shown string
}

// compareShown counts the cells of a sheet that are shown as in the records,
// and tells the first that is not. Excel's export begins at the first row and
// column in use, which may be those of a mere format: the records may lack
// blank rows and columns in front.
func compareShown(t *testing.T, book sheet.Book, index int, records [][]string) (equal, all int, differ string) {
	t.Helper()
	cells := shownCells(t, book, index)
	if len(cells) == 0 {
		return 0, 0, ""
	}
	top, left := cells[0].row, cells[0].col
	for _, c := range cells {
		left = min(left, c.col)
	}
	best := -1
	for down := range min(top, 50) {
		for right := range min(left+1, 50) {
			n, first := 0, ""
			for _, c := range cells {
				want, row := "", c.row-1-down
				if row < len(records) && c.col-right < len(records[row]) {
					want = records[row][c.col-right]
				}
				if plainText(c.shown) == plainText(want) {
					n++
				} else if first == "" {
					first = fmt.Sprintf("R%dC%d %c:%q is shown as %q, by Excel as %q", c.row, c.col, c.kind, c.text, c.shown, want)
				}
			}
			if n > best {
				best, differ = n, first
			}
		}
	}
	return best, len(cells), differ
}

// shownCells is every cell of a sheet as Display shows it.
func shownCells(t *testing.T, book sheet.Book, index int) (cells []shownCell) {
	t.Helper()
	ctx := context.Background()
	rows, err := book.Rows(ctx, index)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	for {
		if err := rows.Next(ctx, &batch); err == io.EOF {
			return cells
		} else if err != nil {
			t.Error(err)
			return cells
		}
		for _, row := range batch.Rows {
			for _, c := range batch.CellsOf(row) {
				cells = append(cells, shownCell{int(row.Number), int(c.Col), c.Kind, string(batch.Text(c)), book.Display(c, batch.Text(c))})
			}
		}
	}
}

// plainText is text without what an export in MacRoman changes.
func plainText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > 0x7e || r < ' ' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// fields cuts Excel's CSV; encoding/csv would drop its empty lines.
func fields(csv []byte) [][]string {
	text := string(csv)
	if !utf8.ValidString(text) {
		if s, err := charmap.Macintosh.NewDecoder().String(text); err == nil {
			text = s
		}
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	var records [][]string
	var record []string
	var field strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '"' && strings.HasPrefix(text[i+1:], `"`):
			field.WriteByte(c)
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '\n'):
			record = append(record, field.String())
			field.Reset()
			if c == '\n' {
				records, record = append(records, record), nil
			}
		default:
			field.WriteByte(c)
		}
	}
	return append(records, append(record, field.String()))
}
