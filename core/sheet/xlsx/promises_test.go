package xlsx_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// TestPromises: one workbook with all that sheets have, as each of the kinds
// of Office Open XML workbooks, transitional and strict.
func TestPromises(t *testing.T) {
	const (
		macro  = "application/vnd.ms-excel."
		plain  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
		strict = "http://purl.oclc.org/ooxml/"
	)
	rows := `<dimension ref="B2:B2"/><cols><col min="3" max="4" hidden="1"/></cols><sheetData>` +
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>行内</t></is></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#DIV/0!</v></c></row>` +
		`<row r="2" hidden="1"><c r="A2" s="1"><v>60</v></c><c r="B2" s="2"><v>45351.75</v></c><c r="C2" s="3"><v>1.5</v></c><c r="D2" t="d" s="1"><v>2024-02-29</v></c></row>` +
		`<row r="9"><c r="F9"><f>1+1</f><v>2</v></c><c r="B9" t="str"><f>"a"</f><v>公式</v></c><c r="C9"><f>X()</f></c><c r="A9"/></row>` +
		`<row r="5"><c><v>1E3</v></c><c/><c><v>3</v></c></row>` +
		`</sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>`
	names := []sheet.Info{{Name: "一"}, {Name: "hid", Hidden: true}, {Name: "very", Hidden: true}}
	for _, kind := range []string{plain + "sheet", macro + "sheet.macroEnabled", plain + "template", macro + "template.macroEnabled"} {
		for _, isStrict := range []bool{false, true} {
			for _, from1904 := range []bool{false, true} {
				p := workbook(`<worksheet xmlns="`+mainNS+`">`+rows+`</worksheet>`).
					strings(`<t>甲</t>`, `<r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r><rPh sb="0" eb="1"><t>PHONETIC</t></rPh><phoneticPr fontId="1"/>`).
					styles("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "[h]:mm").
					with("[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="`+kind+`.main+xml"/></Types>`,
						"xl/worksheets/sheet2.xml", data(one))
				p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "</Relationships>", `<Relationship Id="rId2" Type="`+relsNS+`/worksheet" Target="/XL/Worksheets/SHEET2.xml"/></Relationships>`, 1)
				p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], `<sheets><sheet name="One" sheetId="1" r:id="rId1"/>`,
					map[bool]string{true: `<workbookPr date1904="true"/>`}[from1904]+`<sheets><sheet name="一" sheetId="1" r:id="rId1"/><sheet name="hid" sheetId="2" state="hidden" r:id="rId2"/><sheet name="very" sheetId="3" state="veryHidden" r:id="rId2"/>`, 1)
				if isStrict {
					for name, text := range p {
						p[name] = strings.NewReplacer(mainNS, strict+"spreadsheetml/main", relsNS, strict+"officeDocument/relationships", `<workbook `, `<workbook conformance="strict" `).Replace(text)
					}
				}
				date, at := "1900-02-29", "2024-02-29 18:00" // a day that Excel has
				if from1904 {
					date, at = "1904-03-01", "2028-03-01 18:00"
				}
				book, err := xlsx.Open(t.Context(), bytes.NewReader(p.zip(t)), sheet.Options{})
				if err != nil {
					t.Fatal(err)
				}
				cells, facts, err := readtest.Read(t, book, 0)
				if err != nil {
					t.Fatal(err)
				}
				want := `R1C0s:"甲" R1C1s:"rich" R1C2s:"行内" R1C3b:"1"~"TRUE" R1C4e:"#DIV/0!"` +
					` R2C0-d:"60"~"` + date + `" R2C1-D:"45351.75"~"` + at + `" R2C2-u:"1.5"~"36:00" R2C3-i:"2024-02-29"` +
					` R5C0n:"1E3"~"1000" R5C2n:"3" R9C1=s:"公式" R9C5=n:"2"`
				if diff := cmp.Diff(want, readtest.Show(cells)); diff != "" {
					t.Errorf("%s, strict %v: %s", kind, isStrict, diff)
				}
				wantFacts := sheet.Facts{Date1904: from1904, HiddenCols: []int{2, 3}, Uncomputed: 1, Merged: []sheet.Range{{FirstRow: 1, LastRow: 2, LastCol: 1}}}
				if diff := cmp.Diff(wantFacts, facts); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(names, book.Sheets()); diff != "" {
					t.Error(diff)
				}
				for i := 1; i < 3; i++ {
					if cells, _, err := readtest.Read(t, book, i); err != nil || readtest.Show(cells) != `R1C0n:"1"` {
						t.Errorf("sheet %d: %s %v", i, readtest.Show(cells), err)
					}
				}
				if err := book.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
