package delim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/sheet"
)

// corpora is the folder of fixtures by others; without it the test skips.
func corpora(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("SHEETMILL_CORPORA")
	if root == "" {
		t.Skip("SHEETMILL_CORPORA does not name the folder of fixtures")
	}
	return filepath.Join(append([]string{root}, parts...)...)
}

// tester is what tests, benchmarks and properties have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// grid is a file's cells, row by row, empty ones as "".
func grid(t tester, book sheet.Book) [][]string {
	t.Helper()
	out, _ := gridFacts(t, book)
	return out
}

func gridFacts(t tester, book sheet.Book) ([][]string, sheet.Facts) {
	t.Helper()
	rows, err := book.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	var batch sheet.Batch
	for {
		err := rows.Next(context.Background(), &batch)
		if err == io.EOF {
			return out, rows.Facts()
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range batch.Rows {
			var line []string
			for _, c := range batch.CellsOf(row) {
				for len(line) < int(c.Col) {
					line = append(line, "")
				}
				line = append(line, string(batch.Text(c)))
			}
			out = append(out, line)
		}
	}
}

func openBytes(t tester, data []byte, opts sheet.Options) *book {
	t.Helper()
	if opts.Name == "" {
		opts.Name = "test.csv"
	}
	b, err := open(context.Background(), bytes.NewReader(data), opts, bufferSize)
	if err != nil {
		t.Fatalf("open %q: %v", data[:min(len(data), 80)], err)
	}
	return b
}

func TestCSVSpectrum(t *testing.T) {
	files, err := filepath.Glob(corpora(t, "csv", "csv-spectrum", "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, "_crlf.csv") && !bytes.Contains(data, []byte("\r\n")) {
				// Checked out with its line ends changed; the name says what they were.
				data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
			}
			answer, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(name)), "json",
				strings.TrimSuffix(filepath.Base(name), ".csv")+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if err := json.Unmarshal(answer, &want); err != nil {
				t.Fatal(err)
			}
			cells := grid(t, openBytes(t, data, sheet.Options{}))
			var got []map[string]string
			for _, row := range cells[1:] {
				m := map[string]string{}
				for i, name := range cells[0] {
					m[name] = ""
					if i < len(row) {
						m[name] = row[i]
					}
				}
				got = append(got, m)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// answersTo lists the names that an encoding of the corpus may be called by:
// the encoding itself, or a superset that decodes every text of it the same.
var answersTo = map[string][]string{
	"Big5":                 {"big5"},
	"CP932":                {"shift_jis"},
	"CP949":                {"euc-kr"},
	"EUC-JP":               {"euc-jp"},
	"EUC-KR":               {"euc-kr"},
	"GB2312":               {"gb18030"},
	"SHIFT_JIS":            {"shift_jis"},
	"UTF-16":               {"utf-16le", "utf-16be"},
	"UTF-16BE":             {"utf-16be"},
	"UTF-16LE":             {"utf-16le"},
	"iso-8859-1":           {"windows-1252"},
	"utf-8":                {"utf-8"},
	"utf-8-sig":            {"utf-8"},
	"windows-1250-polish":  {"windows-1250"},
	"windows-1251-russian": {"windows-1251"},
	"windows-1252":         {"windows-1252"},
}

// floorEncodings is what TestEncodingsOfCorpora has reached; it only rises.
const floorEncodings = 1.0

func TestEncodingsOfCorpora(t *testing.T) {
	root := corpora(t, "encodings")
	right, all := 0, 0
	for folder, names := range answersTo {
		files, err := filepath.Glob(filepath.Join(root, folder, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := findEncoding(context.Background(), bytes.NewReader(data), "")
			all++
			ok := false
			for _, n := range names {
				ok = ok || err == nil && got.name == n
			}
			if ok {
				right++
			} else {
				t.Logf("%s/%s: %s %v", folder, filepath.Base(name), got.name, err)
			}
		}
	}
	t.Logf("%d of %d", right, all)
	if float64(right) < floorEncodings*float64(all) {
		t.Errorf("below the floor %.2f", floorEncodings)
	}
}
