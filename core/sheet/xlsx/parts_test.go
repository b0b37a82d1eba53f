package xlsx_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsx"
)

// parts are the parts of a workbook by name.
type parts map[string]string

const (
	relsNS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	mainNS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
)

// workbook is a sound workbook of one sheet whose part is given.
func workbook(sheetXML string) parts {
	return parts{
		"_rels/.rels":                `<Relationships><Relationship Id="r1" Type="` + relsNS + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="` + mainNS + `" xmlns:r="` + relsNS + `"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="` + relsNS + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheetXML,
	}
}

// data is a worksheet part around the inside of <sheetData>.
func data(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<worksheet xmlns="` + mainNS + `"><sheetData>` + rows + `</sheetData></worksheet>`
}

// with is the same workbook with other parts added or put in place.
func (p parts) with(pairs ...string) parts {
	q := maps.Clone(p)
	for i := 0; i < len(pairs); i += 2 {
		q[pairs[i]] = pairs[i+1]
	}
	return q
}

// strings adds shared strings, each the inside of an <si>.
func (p parts) strings(si ...string) parts {
	var b strings.Builder
	b.WriteString(`<sst xmlns="` + mainNS + `">`)
	for _, s := range si {
		b.WriteString("<si>" + s + "</si>")
	}
	b.WriteString("</sst>")
	return p.related("sharedStrings").with("xl/sharedStrings.xml", b.String())
}

// styles adds a styles part whose cell styles have these format codes.
func (p parts) styles(codes ...string) parts {
	var fmts, xfs strings.Builder
	for i, c := range codes {
		fmt.Fprintf(&fmts, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, escape(c))
		fmt.Fprintf(&xfs, `<xf numFmtId="%d"/>`, 164+i)
	}
	return p.related("styles").with("xl/styles.xml", `<styleSheet xmlns="`+mainNS+`"><numFmts>`+fmts.String()+`</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>`+xfs.String()+`</cellXfs></styleSheet>`)
}

// related names a part of the kind in the workbook's relations.
func (p parts) related(kind string) parts {
	const rels, end = "xl/_rels/workbook.xml.rels", "</Relationships>"
	return p.with(rels, strings.Replace(p[rels], end, `<Relationship Id="`+kind+`" Type="`+relsNS+"/"+kind+`" Target="`+kind+`.xml"/>`+end, 1))
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;", "\n", "&#10;").Replace(s)
}

// zip packs the parts in order of name.
func (p parts) zip(tb testing.TB) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		f, err := w.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(f, p[name]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// got is a cell as a test states it: its address, kind and text.
type got struct {
	Row     int64
	Col     int
	Kind    sheet.Kind
	Text    string
	Formula bool
}

func (g got) String() string {
	f := ""
	if g.Formula {
		f = "="
	}
	return fmt.Sprintf("R%dC%d%s%c:%q", g.Row, g.Col, f, g.Kind, g.Text)
}

func openBytes(tb testing.TB, file []byte) (sheet.Book, error) {
	tb.Helper()
	return xlsx.Open(context.Background(), bytes.NewReader(file), sheet.Options{Name: "test.xlsx"})
}

// read is the cells of a sheet. It checks what every batch must keep to.
func read(tb testing.TB, book sheet.Book, index int) ([]got, sheet.Facts, error) {
	tb.Helper()
	ctx := context.Background()
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() {
		if err := rows.Close(); err != nil {
			tb.Error(err)
		}
	}()
	var cells []got
	var batch sheet.Batch
	lastRow := int64(0)
	for {
		err := rows.Next(ctx, &batch)
		if err != nil {
			if len(batch.Rows)+len(batch.Cells)+len(batch.Bytes) > 0 {
				tb.Errorf("batch is not empty with error %v", err)
			}
			if again := rows.Next(ctx, &batch); !errors.Is(again, err) {
				tb.Errorf("Next answered %v, then %v", err, again)
			}
			if err == io.EOF {
				if done, total := rows.Progress(); done != total {
					tb.Errorf("progress %d of %d at the end", done, total)
				}
				return cells, rows.Facts(), nil
			}
			return cells, rows.Facts(), err
		}
		if len(batch.Rows) == 0 {
			tb.Fatal("an empty batch without io.EOF")
		}
		for _, row := range batch.Rows {
			if row.Number <= lastRow || row.Offset != -1 || row.Line != row.Number || row.Len == 0 {
				tb.Fatalf("row %+v after row %d", row, lastRow)
			}
			lastRow = row.Number
			lastCol := int32(-1)
			for _, c := range batch.CellsOf(row) {
				if c.Col <= lastCol {
					tb.Fatalf("row %d: column %d after %d", row.Number, c.Col, lastCol)
				}
				lastCol = c.Col
				cells = append(cells, got{row.Number, int(c.Col), c.Kind, string(batch.Text(c)), c.Formula})
			}
		}
	}
}

// readParts is the cells of the first sheet.
func readParts(tb testing.TB, p parts) ([]got, sheet.Facts, error) {
	tb.Helper()
	book, err := openBytes(tb, p.zip(tb))
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() {
		if err := book.Close(); err != nil {
			tb.Error(err)
		}
	}()
	return read(tb, book, 0)
}

// show is cells on one line.
func show(cells []got) string {
	s := make([]string, len(cells))
	for i, c := range cells {
		s[i] = c.String()
	}
	return strings.Join(s, " ")
}
