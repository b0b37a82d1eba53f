package e2e

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sheetmill/core/synth"
)

// kept is a file of the benchmarks' cache, written when it is not there yet.
func kept(b *testing.B, name string, write func(w io.Writer) error) string {
	b.Helper()
	path := filepath.Join(cacheFolder(b), name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	roomFor(b, filepath.Dir(path))
	file, err := os.Create(path + ".part")
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(file, 1<<20)
	if err := write(out); err != nil {
		b.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		b.Fatal(err)
	}
	return path
}

// The largest sheet that Excel can hold, of 20 columns: half of them texts, three of which are a new one in
// every row.
const (
	tallRows    = 1 << 20
	tallColumns = 20
)

// tall writes a workbook as Excel does, its texts shared and in the order in which cells first ask for them.
func tall(w io.Writer) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	part := func(name, head string, body func(w *bufio.Writer)) error {
		f, err := z.Create(name)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(f, 1<<16)
		_, _ = out.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + head) // Flush tells
		if body != nil {
			body(out)
		}
		return out.Flush()
	}
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const relation = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	texts := []string{}
	for i := range tallColumns {
		texts = append(texts, fmt.Sprintf("column %d", i+1))
	}
	for i := range 70 { // of seven columns of ten words each
		texts = append(texts, fmt.Sprintf("发现 %d of the ward", i))
	}
	for _, err := range []error{
		part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="`+kind+`sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="`+kind+`worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="`+kind+`sharedStrings+xml"/></Types>`, nil),
		part("_rels/.rels", relation+`<Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`, nil),
		part("xl/workbook.xml", `<workbook `+main+` xmlns:r="`+office+`"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`, nil),
		part("xl/_rels/workbook.xml.rels", relation+`<Relationship Id="rId1" Type="`+office+`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="`+office+`/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, nil),
		part("xl/worksheets/sheet1.xml", `<worksheet `+main+`><sheetData>`, func(out *bufio.Writer) {
			var b []byte
			for row := range tallRows {
				n := strconv.Itoa(row + 1)
				b = append(append(append(b[:0], `<row r="`...), n...), `">`...)
				for c := range tallColumns {
					b = append(append(append(append(b, `<c r="`...), byte('A'+c)), n...), '"')
					switch {
					case row == 0:
						b = strconv.AppendInt(append(b, ` t="s"><v>`...), int64(c), 10)
					case c < 3:
						b = strconv.AppendInt(append(b, ` t="s"><v>`...), int64(len(texts)+(row-1)*3+c), 10)
					case c < 10:
						b = strconv.AppendInt(append(b, ` t="s"><v>`...), int64(tallColumns+(c-3)*10+row*7%10), 10)
					default:
						b = strconv.AppendInt(append(b, `><v>`...), int64(row*(c+3)%9973), 10)
					}
					b = append(b, `</v></c>`...)
				}
				_, _ = out.Write(append(b, `</row>`...))
			}
			_, _ = out.WriteString(`</sheetData></worksheet>`)
		}),
		part("xl/sharedStrings.xml", `<sst `+main+`>`, func(out *bufio.Writer) {
			for _, t := range texts {
				_, _ = out.WriteString(`<si><t>` + t + `</t></si>`)
			}
			for i := range (tallRows - 1) * 3 {
				_, _ = fmt.Fprintf(out, `<si><t>patient %d of the study</t></si>`, i*7919)
			}
			_, _ = out.WriteString(`</sst>`)
		}),
	} {
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// BenchmarkFirstRows adds huge files to the real program: how long until the first rows
// are on the screen, while the rest runs. The goal is 2 s.
func BenchmarkFirstRows(b *testing.B) {
	for _, c := range []struct {
		name  string
		write func(w io.Writer) error
	}{
		{"million.csv", func(w io.Writer) error {
			return synth.CSV(w, synth.CSVOptions{Rows: millionRows, Cols: millionColumns})
		}},
		{"tall.xlsx", tall},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := kept(b, c.name, c.write)
			s := newScreen(b)
			var shown float64
			for b.Loop() {
				p := newPerson(b, s)
				r := p.start(b)
				hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
				r.skip()
				added := p.add(b, path)
				hear(r, "table", func(g grid) bool { return g.Phase == "glance" && g.Rows > 100 })
				_, at := r.whole(func(drawn) bool { return true })
				shown += ms(at.Sub(added))
				r.kill()
			}
			b.ReportMetric(shown/float64(b.N), "ms/first-rows")
		})
	}
}
