package delim

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"sheetmill/core/sheet"
)

// TestAnyGridReadsBack: whatever the cells hold, a file in which each of them
// is quoted reads back the same when delimiter and encoding are asked for.
func TestAnyGridReadsBack(t *testing.T) {
	encodings := map[string]encoding.Encoding{
		"utf-8": unicode.UTF8, "utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		"utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"gb18030":  simplifiedchinese.GB18030, "shift_jis": japanese.ShiftJIS, "windows-1252": charmap.Windows1252,
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab0 ,;\t|\"\n\r\\é=日")))
		width := rapid.IntRange(1, 5).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 8).Draw(t, "rows")
		d := sheet.Dialect{
			Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|", "||", "^"}).Draw(t, "delimiter"),
			Quote:     `"`, Escape: `"`,
			Newline: rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "newline"),
		}
		name := rapid.SampledFrom([]string{"utf-8", "utf-16le", "utf-16be", "gb18030", "shift_jis", "windows-1252"}).Draw(t, "encoding")
		buffer := rapid.SampledFrom([]int{1, 3, 17, bufferSize}).Draw(t, "buffer")
		for i := range rows {
			for j := range rows[i] {
				// What the encoding does not have, and what some writers escape.
				rows[i][j] = strings.ReplaceAll(rows[i][j], `\`, "/")
				switch name {
				case "shift_jis":
					rows[i][j] = strings.ReplaceAll(rows[i][j], "é", "e")
				case "windows-1252":
					rows[i][j] = strings.ReplaceAll(rows[i][j], "日", "d")
				}
			}
		}
		text, err := encodings[name].NewEncoder().Bytes(write(rows, d, true))
		if err != nil {
			t.Fatal(err)
		}
		b, err := open(context.Background(), bytes.NewReader(text), sheet.Options{Encoding: name, Delimiter: d.Delimiter}, buffer)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]string
		_, err = collect(b, func(row sheet.Row, batch *sheet.Batch) {
			var line []string
			for _, c := range batch.CellsOf(row) {
				if c.Kind != sheet.Quoted {
					t.Fatalf("%q is %c", batch.Text(c), c.Kind)
				}
				line = append(line, string(batch.Text(c)))
			}
			got = append(got, line)
		})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(rows, got); d != "" {
			t.Fatalf("%q as %+v\n%s", text, b.dialect, d)
		}
	})
}

// TestDialectOfRealisticGrids: tables such as people keep are read back with
// nothing asked for.
func TestDialectOfRealisticGrids(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := map[string]*rapid.Generator[string]{
			"number":  rapid.Map(rapid.IntRange(-500, 90000), func(n int) string { return fmt.Sprint(n) }),
			"decimal": rapid.Map(rapid.IntRange(0, 90000), func(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }),
			"date":    rapid.Map(rapid.IntRange(0, 27), func(n int) string { return fmt.Sprintf("2024-03-%02d", n+1) }),
			"time":    rapid.Map(rapid.IntRange(0, 1439), func(n int) string { return fmt.Sprintf("%02d:%02d", n/60, n%60) }),
			"word":    rapid.StringMatching(`[A-Z][a-z]{2,8}`),
			"text":    rapid.SampledFrom([]string{"no change", "see the note, page 3", "stable; review in May", `said "fine"`, "first line\nsecond line", "O'Neill", "", "N/A"}),
		}
		names := []string{"number", "decimal", "date", "time", "word", "text"}
		width := rapid.IntRange(3, 9).Draw(t, "width")
		columns := rapid.SliceOfN(rapid.SampledFrom(names), width, width).Draw(t, "columns")
		var rows [][]string
		var header []string
		for i, c := range columns {
			header = append(header, fmt.Sprintf("%s_%d", c, i))
		}
		rows = append(rows, header)
		for range rapid.IntRange(6, 25).Draw(t, "rows") {
			var row []string
			for _, c := range columns {
				row = append(row, kinds[c].Draw(t, c))
			}
			rows = append(rows, row)
		}
		quote := rapid.SampledFrom([]string{`"`, `"`, `'`}).Draw(t, "quote")
		d := sheet.Dialect{
			Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|", "^", "~"}).Draw(t, "delimiter"),
			Quote:     quote,
			Escape:    rapid.SampledFrom([]string{quote, quote, `\`}).Draw(t, "escape"),
			Newline:   rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "newline"),
		}
		all := rapid.Bool().Draw(t, "all quoted")
		if quote == "'" {
			all = true // O'Neill alone does not tell what quotes
		}
		text := write(rows, d, all)
		b := openBytes(t, text, sheet.Options{})
		if b.dialect.Delimiter != d.Delimiter {
			t.Fatalf("%+v, not %+v, in\n%s", b.dialect, d, text)
		}
		if d := cmp.Diff(trimmed(rows), trimmed(grid(t, b))); d != "" {
			t.Fatalf("%s\nas %+v: %s", text, b.dialect, d)
		}
	})
}
