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
const floorShown = 0.995

// otherVersion are exports that are not of the file beside them.
var otherVersion = map[string]string{
	"NumberFormatTests.xlsx.1.csv": "the file has a row 105 that the export lacks",
}

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
	}
	share := float64(equal) / float64(all)
	t.Logf("%d of %d cells are shown as by Excel: %.4f", equal, all, share)
	if share < floorShown {
		t.Errorf("%.4f is below the floor of %.4f", share, floorShown)
	}
}

// compareShown counts the cells of a sheet that are shown as in the records,
// and tells the first that is not.
func compareShown(t *testing.T, book sheet.Book, index int, records [][]string) (equal, all int, differ string) {
	t.Helper()
	ctx := context.Background()
	rows, err := book.Rows(ctx, index)
	if err != nil {
		t.Error(err)
		return 0, 0, ""
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	for {
		if err := rows.Next(ctx, &batch); err == io.EOF {
			return equal, all, differ
		} else if err != nil {
			t.Error(err)
			return equal, all, differ
		}
		for _, row := range batch.Rows {
			for _, c := range batch.CellsOf(row) {
				want := ""
				if row.Number <= int64(len(records)) && int(c.Col) < len(records[row.Number-1]) {
					want = records[row.Number-1][c.Col]
				}
				got := book.Display(c, batch.Text(c))
				all++
				if plainText(got) == plainText(want) {
					equal++
				} else if differ == "" {
					differ = fmt.Sprintf("R%dC%d %c:%q is shown as %q, by Excel as %q", row.Number, c.Col, c.Kind, batch.Text(c), got, want)
				}
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
