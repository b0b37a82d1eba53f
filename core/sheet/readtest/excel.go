package readtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"sheetmill/core/sheet"
)

// leastShown is what every export must agree with, or have a reason.
const leastShown = 0.8

// ShownAsExcel compares Display with the CSV files that Excel itself wrote of
// the workbooks of Apache POI, of those extensions, and answers the share of
// cells that are the same. reasons names exports that are left out, and why.
func ShownAsExcel(t *testing.T, extensions []string, open Open, reasons map[string]string) float64 {
	t.Helper()
	root := filepath.Join(Corpora(t), "workbooks")
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
	equal, all, sheets := 0, 0, 0
	for _, f := range files {
		if !slices.Contains(extensions, filepath.Ext(f.File)) {
			continue
		}
		file, err := os.ReadFile(filepath.Join(root, "poi", f.File))
		if err != nil {
			t.Fatal(err)
		}
		book, err := open(context.Background(), bytes.NewReader(file), sheet.Options{Name: f.File})
		if err != nil {
			t.Errorf("%s: %v", f.File, err)
			continue
		}
		for i := range book.Sheets() {
			name, ok := f.CSV[strconv.Itoa(i)]
			if !ok {
				continue
			}
			csv, err := os.ReadFile(filepath.Join(root, "poi-expected", name))
			if err != nil {
				t.Fatal(err)
			}
			cells, _, err := Read(t, book, i)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			same, total, differ := compareUsed(cells, fields(csv))
			share := 1.0
			if total > 0 {
				share = float64(same) / float64(total)
			}
			switch reason := reasons[name]; {
			case reason != "":
				t.Logf("%s: %.3f, left out: %s", name, share, reason)
				continue
			case share < leastShown:
				t.Errorf("%s: %d of %d cells: %s", name, same, total, differ)
			case differ != "":
				t.Logf("%s: %d of %d cells: %s", name, same, total, differ)
			}
			equal, all, sheets = equal+same, all+total, sheets+1
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
	share := float64(equal) / float64(max(all, 1))
	t.Logf("%d of %d cells of %d sheets are shown as by Excel: %.4f", equal, all, sheets, share)
	return share
}

// compareUsed is compareShown at the best of the places where the export may
// begin: Excel leaves out rows above and columns left of what is used, and
// formats without a value are use too.
func compareUsed(cells []Cell, records [][]string) (equal, all int, differ string) {
	top, left := int64(math.MaxInt32), math.MaxInt32
	for _, c := range cells {
		top, left = min(top, c.Row-1), min(left, c.Col)
	}
	equal = -1
	for down := range min(top, 64) + 1 {
		for right := range min(left, 64) + 1 {
			moved := make([]Cell, len(cells))
			for i, c := range cells {
				c.Row, c.Col = c.Row-down, c.Col-right
				moved[i] = c
			}
			if e, a, d := compareShown(moved, records); e > equal {
				equal, all, differ = e, a, d
			}
		}
	}
	return equal, all, differ
}

// compareShown counts the cells that are shown as in the records, and those of
// either, and tells the first that is not.
func compareShown(cells []Cell, records [][]string) (equal, all int, differ string) {
	type place struct {
		row int64
		col int
	}
	want := map[place]string{}
	for i, record := range records {
		for j, text := range record {
			if plainText(text) != "" {
				want[place{int64(i) + 1, j}] = text
			}
		}
	}
	for _, c := range cells {
		at := place{c.Row, c.Col}
		text, ok := want[at]
		delete(want, at)
		if !ok && plainText(c.Shown) == "" {
			continue
		}
		all++
		switch {
		case same(c, text):
			equal++
		case differ == "":
			differ = fmt.Sprintf("%s is shown as %q, by Excel as %q", c, c.Shown, text)
		}
	}
	for at, text := range want {
		all++
		if differ == "" {
			differ = fmt.Sprintf("%s is missing, by Excel %q", sheet.Address(at.col, at.row), text)
		}
	}
	return equal, all, differ
}

// same tells whether a cell is shown as Excel shows it: the same text, or a
// number equal to the digits shown.
func same(c Cell, want string) bool {
	if plainText(c.Shown) == plainText(want) || plainText(underscored(c.Shown)) == plainText(want) {
		return true
	}
	if !c.Kind.Numeric() {
		return false
	}
	number := strings.NewReplacer(",", "", "$", "", " ", "").Replace(plainText(want))
	w, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return false
	}
	v, err := strconv.ParseFloat(c.Text, 64)
	if err != nil {
		return false
	}
	mantissa, power, _ := strings.Cut(strings.ToUpper(number), "E")
	decimals := 0
	if i := strings.IndexByte(mantissa, '.'); i >= 0 {
		decimals = len(mantissa) - i - 1
	}
	exp, _ := strconv.Atoi(power) // 0 when there is none
	return math.Abs(v-w) <= 0.5000001*math.Pow10(exp-decimals)
}

// underscored is text as an export in MacRoman has what it cannot hold.
func underscored(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return '_'
		}
		return r
	}, s)
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
