package delim

import (
	"bytes"
	"encoding/csv"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
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
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
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

// TestTablesOfCorpora: every table opens, all cells are read, and they are the
// ones that a reader of RFC 4180 finds.
func TestTablesOfCorpora(t *testing.T) {
	for name, data := range tables(t) {
		want, err := reference(data)
		if err != nil {
			t.Fatal(name, err)
		}
		b := openBytes(t, data, sheet.Options{Name: name})
		if b.dialect.Delimiter != "," || b.charset.name != "utf-8" {
			t.Errorf("%s: %+v, %s", name, b.dialect, b.charset.name)
			continue
		}
		// The standard library turns line ends within cells into line feeds.
		if d := cmp.Diff(trimmed(want), trimmed(grid(t, b))); d != "" && !bytes.Contains(data, []byte("\r\n")) {
			t.Errorf("%s: %s", name, d[:min(len(d), 600)])
		}
	}
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

// What TestRewrittenTables has reached; these only rise.
const (
	floorDelimiters = 0.99
	floorCells      = 0.97
)

// TestRewrittenTables writes each table of the corpora, with its titles and
// notes, in other dialects and reads it back with nothing asked for.
func TestRewrittenTables(t *testing.T) {
	delims := []string{",", ";", "\t", "|", "^", "~", ":", " ", "||", "\x01"}
	all, delimiters, cells := 0.0, 0.0, 0.0
	for name, data := range tables(t) {
		rows, err := reference(data)
		if err != nil {
			t.Fatal(err)
		}
		h := fnv.New32a()
		h.Write([]byte(name))
		pick := rand.New(rand.NewPCG(uint64(h.Sum32()), 0))
		for range 3 {
			quote := []string{`"`, `"`, `'`}[pick.IntN(3)]
			d := sheet.Dialect{
				Delimiter: delims[pick.IntN(len(delims))],
				Quote:     quote,
				Escape:    []string{quote, quote, `\`}[pick.IntN(3)],
				Newline:   []string{"\n", "\r\n", "\r"}[pick.IntN(3)],
			}
			b := openBytes(t, write(rows, d, false), sheet.Options{Name: name})
			all++
			if b.dialect.Delimiter != d.Delimiter {
				t.Logf("%s in %+v: found %+v", name, d, b.dialect)
				continue
			}
			delimiters++
			if diff := cmp.Diff(trimmed(nonBlank(rows)), trimmed(grid(t, b))); diff == "" {
				cells++
			} else {
				t.Logf("%s in %+v: as %+v %s", name, d, b.dialect, diff[:min(len(diff), 400)])
			}
		}
	}
	t.Logf("delimiters %.4f, all cells %.4f of %.0f files", delimiters/all, cells/all, all)
	if delimiters/all < floorDelimiters || cells/all < floorCells {
		t.Errorf("below the floors %.3f and %.3f", floorDelimiters, floorCells)
	}
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
