package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/flate"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// lab is a workbook of the ordinary size: 3,339 rows of 151 columns, numbers
// of several lengths, dates, shared texts and gaps.
var lab = sync.OnceValue(func() []byte {
	var rows, texts strings.Builder
	seed := uint64(1)
	random := func(n uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return (seed >> 33) % n
	}
	const shared = 4000
	for i := range shared {
		fmt.Fprintf(&texts, "<si><t>患者 %d, value %d</t></si>", i, random(1e6))
	}
	names := make([]string, 151)
	for c := range names {
		names[c] = string(rune('A' + c%26))
		if c >= 26 {
			names[c] = string(rune('A'+c/26-1)) + names[c]
		}
	}
	for r := 1; r <= 3339; r++ {
		fmt.Fprintf(&rows, `<row r="%d" spans="1:151" ht="15" x14ac:dyDescent="0.25">`, r)
		for c, name := range names {
			switch {
			case r == 1 || c%5 == 0:
				fmt.Fprintf(&rows, `<c r="%s%d" s="1" t="s"><v>%d</v></c>`, name, r, random(shared))
			case c%5 == 1:
				fmt.Fprintf(&rows, `<c r="%s%d" s="2"><v>%d</v></c>`, name, r, 40000+random(5000))
			case c%5 == 2:
				fmt.Fprintf(&rows, `<c r="%s%d"><v>%d</v></c>`, name, r, random(100))
			default:
				fmt.Fprintf(&rows, `<c r="%s%d" s="1"><v>%d.%d</v></c>`, name, r, random(200), random(1e8))
			}
		}
		rows.WriteString("</row>")
	}
	p := workbook(data(rows.String())).styles("General", "yyyy-mm-dd").with("xl/sharedStrings.xml", "<sst>"+texts.String()+"</sst>")
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) })
	for name, text := range p {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
})

const labCells = 3339 * 151

// BenchmarkRows reads the lab workbook; compare it with BenchmarkInflate,
// which only inflates the same parts.
func BenchmarkRows(b *testing.B) { readtest.Bench(b, xlsx.Open, lab(), labCells) }

// BenchmarkInflate inflates the lab workbook and checks its sums.
func BenchmarkInflate(b *testing.B) {
	file := lab()
	b.ReportAllocs()
	for b.Loop() {
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		zr.RegisterDecompressor(zip.Deflate, flate.NewReader)
		for _, f := range zr.File {
			r, err := f.Open()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
			if err := r.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/labCells, "ns/cell")
}
