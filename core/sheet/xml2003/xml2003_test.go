package xml2003_test

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xml2003"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	head   = `<?xml version="1.0"?>` + "\n" + `<?mso-application progid="Excel.Sheet"?>` + "\n"
	root   = `<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">`
	styles = `<Styles><Style ss:ID="Default" ss:Name="Normal"><NumberFormat/></Style>` +
		`<Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style><Style ss:ID="dt"><NumberFormat ss:Format="yyyy\-mm\-dd\ hh:mm"/></Style>` +
		`<Style ss:ID="t"><NumberFormat ss:Format="Short Time"/></Style><Style ss:ID="h"><NumberFormat ss:Format="[h]:mm"/></Style>` +
		`<Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style>` +
		`<Style ss:ID="child" ss:Parent="p"/><Style ss:ID="loop" ss:Parent="loop"/></Styles>`
)

func workbook(sheets string) string { return head + root + styles + sheets + "</Workbook>" }

func one(table string) string {
	return workbook(`<Worksheet ss:Name="S"><Table>` + table + `</Table></Worksheet>`)
}

func readOne(t *testing.T, text string) ([]readtest.Cell, sheet.Facts, error) {
	t.Helper()
	book, err := xml2003.Open(t.Context(), strings.NewReader(text), sheet.Options{Name: "a.xls"})
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() { _ = book.Close() }()
	return readtest.Read(t, book, 0)
}

func TestCells(t *testing.T) {
	d := func(kind, text string) string { return `<Data ss:Type="` + kind + `">` + text + `</Data>` }
	for _, c := range []struct{ name, row, want string }{
		{"numbers", `<Cell>` + d("Number", "1.50") + `</Cell><Cell ss:StyleID="p">` + d("Number", "0.05") + `</Cell><Cell ss:StyleID="child">` + d("Number", "1") + `</Cell><Cell ss:StyleID="z">` + d("Number", "42") + `</Cell><Cell ss:StyleID="loop">` + d("Number", " 7 ") + `</Cell><Cell>` + d("Number", "x") + `</Cell><Cell>` + d("Number", "") + `</Cell>`, `R1C0n:"1.50"~"1.5" R1C1p:"0.05"~"5.00%" R1C2p:"1"~"100.00%" R1C3z:"42"~"00042" R1C4n:"7" R1C5s:"x"`},
		{"dates", `<Cell ss:StyleID="d">` + d("DateTime", "2024-02-29T00:00:00.000") + `</Cell><Cell ss:StyleID="dt">` + d("DateTime", "2024-02-29T10:30:00.000") + `</Cell><Cell>` + d("DateTime", "1900-01-01T00:00:00.000") + `</Cell><Cell ss:StyleID="d">` + d("Number", "45351") + `</Cell><Cell>` + d("DateTime", "soon") + `</Cell>`, `R1C0i:"2024-02-29"~"2/29/2024" R1C1i:"2024-02-29T10:30:00.000"~"2024-02-29 10:30" R1C2i:"1900-01-01T00:00:00.000" R1C3d:"45351"~"2/29/2024" R1C4s:"soon"`},
		{"times", `<Cell ss:StyleID="t">` + d("DateTime", "1899-12-31T12:00:00.000") + `</Cell><Cell ss:StyleID="h">` + d("DateTime", "1900-01-01T12:00:00.000") + `</Cell>`, `R1C0t:"0.5"~"12:00" R1C1u:"1.5"~"36:00"`},
		{"others", `<Cell>` + d("Boolean", "1") + `</Cell><Cell>` + d("Error", "#N/A") + `</Cell><Cell>` + d("String", "a&#10;&lt;中") + `</Cell><Cell>` + d("String", "") + `</Cell><Cell><Data>no type</Data></Cell>`, `R1C0b:"1"~"TRUE" R1C1e:"#N/A" R1C2s:"a\n<中" R1C3s:"" R1C4s:"no type"`},
		{"places", `<Cell ss:Index="3">` + d("String", "c") + `</Cell><Cell ss:MergeAcross="2">` + d("String", "d") + `</Cell><Cell>` + d("String", "g") + `</Cell>`, `R1C2s:"c" R1C3s:"d" R1C6s:"g"`},
		{"formulas", `<Cell ss:Formula="=1+1">` + d("Number", "2") + `</Cell><Cell ss:Formula="=X()"/>`, `R1C0=n:"2"`},
		{"rich text and comments", `<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>b</B><Font html:Color="#FF0000"> c<I>d</I></Font></ss:Data><Comment ss:Author="x"><ss:Data>no</ss:Data></Comment><NamedCell ss:Name="n"/></Cell>`, `R1C0s:"b cd"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, text := range []string{one("<Row>" + c.row + "</Row>"), strings.NewReplacer("<Row", "<ss:Row", "</Row", "</ss:Row", "<Cell", "<ss:Cell", "</Cell", "</ss:Cell", "<Table", "<ss:Table", "</Table", "</ss:Table").Replace(one("<Row>" + c.row + "</Row>"))} {
				cells, _, err := readOne(t, text)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, readtest.Show(cells)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestRowsAndFacts(t *testing.T) {
	const a = `<Cell><Data ss:Type="Number">1</Data></Cell>`
	text := one(`<Column ss:Hidden="1"/><Column ss:Index="3" ss:StyleID="p" ss:Span="1"/><Column ss:Hidden="1" ss:Span="16000"/>` +
		`<Row ss:Index="2" ss:Hidden="1"><Cell ss:MergeDown="1"><Data ss:Type="Number">1</Data></Cell>` + a + a + a + `</Row><Row ss:Span="3"/><Row ss:StyleID="z">` + a + `</Row>` +
		`<Row ss:Index="1048576"/>`)
	cells, facts, err := readOne(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`R2C0-n:"1" R2C1-n:"1" R2C2-p:"1"~"100.00%" R2C3-p:"1"~"100.00%" R7C0z:"1"~"00001"`, readtest.Show(cells)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(sheet.Facts{HiddenCols: []int{0}, Merged: []sheet.Range{{FirstRow: 2, LastRow: 3}}}, facts); diff != "" {
		t.Error(diff)
	}
}

func TestSheets(t *testing.T) {
	text := head + root + `<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>` + styles +
		`<Worksheet ss:Name="一 &amp;"><Table><Row><Cell ss:StyleID="d"><Data ss:Type="DateTime">2024-02-29T00:00:00</Data></Cell><Cell ss:StyleID="d"><Data ss:Type="Number">43889</Data></Cell></Row></Table><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>` +
		`<Worksheet ss:Name="none"/><Worksheet ss:Name="empty"><Table/></Worksheet></Workbook>`
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Replace(text, `version="1.0"`, `version="1.0" encoding="GB2312"`, 1))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"utf-8": text, "mark": "\xef\xbb\xbf" + text, "gb2312": gb, "utf-16": wide} {
		book, err := xml2003.Open(t.Context(), strings.NewReader(file), sheet.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff([]sheet.Info{{Name: "一 &", Hidden: true}, {Name: "none"}, {Name: "empty"}}, book.Sheets()); diff != "" {
			t.Error(name, diff)
		}
		for i, want := range []string{`R1C0i:"2024-02-29"~"2/29/2024" R1C1d:"43889"~"2/29/2024"`, "", ""} {
			cells, facts, err := readtest.Read(t, book, i)
			if got := readtest.Show(cells); err != nil || got != want || !facts.Date1904 {
				t.Errorf("%s, sheet %d: %s %v", name, i, got, err)
			}
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefused(t *testing.T) {
	const a = `<Cell><Data ss:Type="Number">1</Data></Cell>`
	for _, c := range []struct {
		name, sentence string
		code           fault.Code
		text           string
	}{
		{"other XML", "XML, not a spreadsheet", fault.BadInput, `<?xml version="1.0"?><rows><row/></rows>`},
		{"a billion laughs", "declares entities", fault.BadInput, strings.Replace(one("<Row>"+a+"</Row>"), root, `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>`+root, 1)},
		{"unknown entity", "not well-formed", fault.BadInput, one("<Row><Cell><Data>&nbsp;</Data></Cell></Row>")},
		{"not closed", "not well-formed", fault.BadInput, one("<Row>" + a)},
		{"far row", "row number", fault.BadInput, one(`<Row ss:Index="99999999999">` + a + `</Row>`)},
		{"far column", "more columns", fault.Limit, one(`<Row>` + strings.Replace(a, "<Cell", `<Cell ss:Index="99999999"`, 1) + `</Row>`)},
		{"rows in disorder", "comes after it", fault.BadInput, one(`<Row ss:Index="5">` + a + `</Row><Row ss:Index="5">` + a + `</Row>`)},
		{"cells in disorder", "comes after it", fault.BadInput, one(`<Row>` + a + a + strings.Replace(a, "<Cell", `<Cell ss:Index="1"`, 1) + `</Row>`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readtest.All(t, xml2003.Open, []byte(c.text), sheet.Options{Name: "a.xls"})
			f := fault.Of(err)
			if err == nil || f.Code != c.code || !strings.Contains(f.Sentence.String(), c.sentence) || f.Next.IsZero() || !strings.HasPrefix(f.Place, "a.xls") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func some() []byte {
	var b strings.Builder
	for r := range 300 {
		fmt.Fprintf(&b, `<Row><Cell><Data ss:Type="Number">%d</Data></Cell><Cell ss:StyleID="d"><Data ss:Type="DateTime">2024-02-29T00:00:00.000</Data></Cell></Row>`, r)
	}
	return []byte(one(b.String()))
}

func TestTruncated(t *testing.T) {
	readtest.Truncated(t, xml2003.Open, some(), 0)
	_, err := readtest.All(t, xml2003.Open, some()[:5000], sheet.Options{Name: "a.xls"})
	if f := fault.Of(err); err == nil || !strings.Contains(f.Place, "byte 5000") {
		t.Error(err)
	}
}

// TestWhatIsWrittenIsRead: any grid with gaps reads as it was.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var text strings.Builder
		var want []readtest.Cell
		number := int64(0)
		for range rapid.IntRange(0, 8).Draw(rt, "rows") {
			gap := int64(rapid.SampledFrom([]int{1, 1, 1, 2, 70_000}).Draw(rt, "gap"))
			number += gap
			hidden := rapid.IntRange(0, 5).Draw(rt, "hidden") == 0
			text.WriteString("<Row")
			if gap > 1 || rapid.Bool().Draw(rt, "say where") {
				fmt.Fprintf(&text, ` ss:Index="%d"`, number)
			}
			if hidden {
				text.WriteString(` ss:Hidden="1"`)
			}
			text.WriteString(">")
			col := -1
			for range rapid.IntRange(0, 5).Draw(rt, "cells") {
				gap := rapid.SampledFrom([]int{1, 1, 1, 2, 300}).Draw(rt, "column gap")
				col += gap
				text.WriteString("<Cell")
				if gap > 1 {
					fmt.Fprintf(&text, ` ss:Index="%d"`, col+1)
				}
				c := readtest.Cell{Row: number, Col: col, Hidden: hidden}
				kind := "String"
				switch rapid.IntRange(0, 2).Draw(rt, "kind") {
				case 0:
					kind, c.Kind, c.Text = "Number", sheet.Number, strconv.Itoa(rapid.IntRange(-99999, 99999).Draw(rt, "number"))
				case 1:
					kind, c.Kind, c.Text = "Error", sheet.Error, "#REF!"
				default:
					c.Kind, c.Text = sheet.Text, rapid.StringOfN(rapid.SampledFrom([]rune("ab \t\n<&>\"'中😀")), 0, 8, -1).Draw(rt, "text")
				}
				c.Shown = c.Text
				fmt.Fprintf(&text, `><Data ss:Type="%s">%s</Data></Cell>`, kind, html.EscapeString(c.Text))
				want = append(want, c)
			}
			text.WriteString("</Row>")
		}
		got, err := readtest.All(t, xml2003.Open, []byte(one(text.String())), sheet.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got["0 S"]); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(some()[:2000])
	f.Add([]byte(one(`<Column ss:Index="2" ss:Hidden="1" ss:Span="9"/><Row ss:Index="3" ss:Span="2"><Cell ss:Index="2" ss:MergeAcross="3" ss:MergeDown="1" ss:StyleID="t"><ss:Data ss:Type="DateTime"><B>1899-12-31T00:00:01</B></ss:Data></Cell></Row>`)))
	f.Add([]byte("\xff\xfe<\x00W\x00"))
	f.Fuzz(func(t *testing.T, file []byte) { readtest.Fuzz(t, xml2003.Open, file) })
}

func BenchmarkRows(b *testing.B) {
	const rows, cols = 3339, 151
	var text strings.Builder
	for r := range rows {
		text.WriteString("   <Row ss:AutoFitHeight=\"0\">\n")
		for c := range cols {
			switch c % 4 {
			case 0:
				fmt.Fprintf(&text, "    <Cell><Data ss:Type=\"String\">患者 %d</Data></Cell>\n", r%40)
			case 1:
				fmt.Fprintf(&text, "    <Cell ss:StyleID=\"d\"><Data ss:Type=\"DateTime\">2024-02-%02dT00:00:00.000</Data></Cell>\n", r%28+1)
			default:
				fmt.Fprintf(&text, "    <Cell><Data ss:Type=\"Number\">%d.%d</Data></Cell>\n", r*7919%100003, c)
			}
		}
		text.WriteString("   </Row>\n")
	}
	file := []byte(one(text.String()))
	readtest.Bench(b, xml2003.Open, file, rows*cols)
}
