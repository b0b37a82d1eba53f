package ods_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"

	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/readtest"
)

const labRows, labCols = 3339, 151

// lab is a spreadsheet of the ordinary size.
func lab(tb testing.TB) []byte {
	tb.Helper()
	var b strings.Builder
	seed := uint64(1)
	random := func(n uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return (seed >> 33) % n
	}
	for range labRows {
		b.WriteString(`<table:table-row table:style-name="ro1">`)
		for c := range labCols {
			switch c % 5 {
			case 0:
				fmt.Fprintf(&b, `<table:table-cell office:value-type="string" calcext:value-type="string"><text:p>患者 %d</text:p></table:table-cell>`, random(4000))
			case 1:
				d := random(28) + 1
				fmt.Fprintf(&b, `<table:table-cell table:style-name="ce2" office:value-type="date" office:date-value="2024-01-%02d" calcext:value-type="date"><text:p>%02d/01/24</text:p></table:table-cell>`, d, d)
			default:
				n := random(1e6)
				fmt.Fprintf(&b, `<table:table-cell office:value-type="float" office:value="%d.%d" calcext:value-type="float"><text:p>%d.%d</text:p></table:table-cell>`, n, c, n, c)
			}
		}
		b.WriteString("</table:table-row>")
	}
	return packed(tb, content("", one(b.String())))
}

func BenchmarkRows(b *testing.B) { readtest.Bench(b, ods.Open, lab(b), labRows*labCols) }

// BenchmarkInflate inflates the same part, once.
func BenchmarkInflate(b *testing.B) {
	file := lab(b)
	for b.Loop() {
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		zr.RegisterDecompressor(zip.Deflate, flate.NewReader)
		part, err := zr.Open("content.xml")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			b.Fatal(err)
		}
		if err := part.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
