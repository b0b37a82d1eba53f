package xlsx_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

func TestCells(t *testing.T) {
	shared := []string{`<t>zero</t>`, `<r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r><rPh sb="0" eb="1"><t>PHONETIC</t></rPh>`, `<t/>`, `<t xml:space="preserve"> a&amp;b </t>`}
	for _, c := range []struct{ name, rows, want string }{
		{"numbers", `<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="n"><v>-2.5E-3</v></c><c r="C1"><v> 7 </v></c></row>`, `R1C0n:"1" R1C1n:"-2.5E-3" R1C2n:"7"`},
		{"not a number", `<row><c><v>1,5</v></c><c><v>NaN</v></c><c><v>1e</v></c><c><v>.</v></c></row>`, `R1C0s:"1,5" R1C1s:"NaN" R1C2s:"1e" R1C3s:"."`},
		{"shared", `<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c></row>`, `R2C0s:"zero" R2C1s:"rich" R2C2s:"" R2C3s:" a&b "`},
		{"inline", `<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r><rPh><t>P</t></rPh></is></c><c t="inlineStr"><is><t/></is></c><c t="inlineStr"><v>kept</v></c><c t="inlineStr"/></row>`, `R1C0s:"a" R1C1s:"bc" R1C2s:"" R1C3s:"kept"`},
		{"str, bool, error, iso", `<row><c t="str"><f>x</f><v>t</v></c><c t="b"><v>1</v></c><c t="b"><v>false</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2024-02-29T10:00:00</v></c><c t="d"><v>soon</v></c><c t="b"><v>maybe</v></c></row>`, `R1C0=s:"t" R1C1b:"1" R1C2b:"0" R1C3e:"#N/A" R1C4i:"2024-02-29T10:00:00" R1C5s:"soon" R1C6s:"maybe"`},
		{"nothing in it", `<row r="1"><c r="A1" s="1"/><c r="B1" s="1"></c><c r="C1"><v></v></c><c r="D1"><v/></c><c r="E1"><f>1+1</f></c><c r="F1" t="s"><v/></c><c r="G1"><v>1</v></c></row><row r="2"/><row r="3"></row>`, `R1C6n:"1"`},
		{"empty text", `<row><c t="str"><v></v></c><c t="str"><f>""</f><v/></c></row>`, `R1C0s:"" R1C1=s:""`},
		{"formula", `<row><c><f t="shared" si="0">A2</f><v>3</v></c><c><v>4</v><f>late</f></c><c t="b"><f/><v>1</v></c></row>`, `R1C0=n:"3" R1C1=n:"4" R1C2=b:"1"`},
		{"implied places", `<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row r="5"><c r=""><v>4</v></c></row><row><c><v>5</v></c></row>`, `R1C0n:"1" R1C3n:"2" R1C4n:"3" R5C0n:"4" R6C0n:"5"`},
		{"row told by its cell", `<row><c r="B7"><v>1</v></c></row>`, `R7C1n:"1"`},
		{"cells out of order", `<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="A1"><v>9</v></c></row>`, `R1C0n:"9" R1C1n:"2" R1C2n:"3"`},
		{"the last cell with a value wins", `<row r="1"><c r="A1"><v>1</v></c><c r="A1" s="3"/></row>`, `R1C0n:"1"`},
		{"rows out of order", `<row r="3"><c><v>3</v></c></row><row r="1"><c><v>1</v></c></row><row r="3"><c r="B3"><v>b</v></c><c r="A3"><v>4</v></c></row>`, `R1C0n:"1" R3C0n:"4" R3C1s:"b"`},
		{"empty rows out of order", `<row r="3"/><row r="1"><c><v>1</v></c></row>`, `R1C0n:"1"`},
		{"prefixes", `<x:row r="1"><x:c r="A1" xmlns:r="u" x:s="5"><x:v>1</x:v></x:c></x:row>`, `R1C0n:"1"`},
		{"quotes and spaces", "<row\n r = '1' ><c\tt='s'\r\n r='B1' ><v >0</v ></c ></row\n>", `R1C1s:"zero"`},
		{"references", `<row><c t="str"><v>&lt;&gt;&amp;&quot;&apos;&#10;&#x4E2D;&#x1F600;</v></c></row>`, `R1C0s:"<>&\"'\n中😀"`},
		{"line ends", "<row><c t=\"str\"><v>a\r\nb\rc&#13;d</v></c></row>", `R1C0s:"a\nb\nc\rd"`},
		{"cdata", `<row><c t="inlineStr"><is><t>a<![CDATA[<&amp;]]]>b</t></is></c></row>`, `R1C0s:"a<&amp;]b"`},
		{"comments and instructions", `<!-- <row> --><?pi <c>?><row><!----><c><!-- > --><v>1<!-- 2 -->3</v></c></row>`, `R1C0n:"13"`},
		{"escapes", `<row><c t="str"><v>a_x000D_b_x005F_x0041__x0041</v></c><c t="str"><v>_xD83D__xDE00_ _xD83D_ _X0041_ _x00zz_ _x4e2d_</v></c></row>`, `R1C0s:"a\rb_x0041__x0041" R1C1s:"😀 _xD83D_ _X0041_ _x00zz_ 中"`},
		{"foreign elements", `<row><foo><c><v>9</v></c></foo><c><foo><v>9</v></foo><v>1</v><extLst><ext><v>8</v></ext></extLst></c></row><junk><row/></junk>`, `R1C0n:"1"`},
		{"absolute and lower-case addresses", `<row r="1"><c r="$B$1"><v>1</v></c><c r="ad1"><v>2</v></c><c r="XFD1"><v>3</v></c></row>`, `R1C1n:"1" R1C29n:"2" R1C16383n:"3"`},
		{"unknown type", `<row><c t="zz"><v>1</v></c><c t="zz"><v>y</v></c></row>`, `R1C0n:"1" R1C1s:"y"`},
		{"attribute holding a bracket", `<row foo="a>b"><c><v>1</v></c></row>`, `R1C0n:"1"`},
		{"phonetic beside a value", `<row><c t="s"><v>0</v><is><t>no</t></is></c></row>`, `R1C0s:"zero"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			part := data(c.rows)
			if strings.Contains(c.rows, "x:row") {
				part = `<x:worksheet xmlns:x="` + mainNS + `"><x:sheetData>` + c.rows + `</x:sheetData></x:worksheet>`
			}
			cells, _, err := readParts(t, workbook(part).strings(shared...).styles("0%", "yyyy"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, show(cells)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, part string
		code       fault.Code
		says       string
	}{
		{"no closing tag", `<worksheet><sheetData><row><c><v>1</v></c></row></sheetData>`, fault.BadInput, "cut short"},
		{"cut inside a tag", `<worksheet><sheetData><row><c r="A1`, fault.BadInput, "cut short"},
		{"cut inside a comment", `<worksheet><sheetData><!-- `, fault.BadInput, "cut short"},
		{"empty part", ``, fault.BadInput, "cut short"},
		{"tags crossed", `<worksheet><sheetData><row></sheetData></row></worksheet>`, fault.BadInput, "byte 27"},
		{"another root", `<html></html>`, fault.BadInput, "<html>"},
		{"doctype", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>`, fault.BadInput, "DOCTYPE"},
		{"unknown entity", data(`<row><c t="str"><v>&nbsp;</v></c></row>`), fault.BadInput, "A1"},
		{"lone ampersand", data(`<row><c t="str"><v>a & b</v></c></row>`), fault.BadInput, "reference"},
		{"reference to nothing", data(`<row><c t="str"><v>&#0;</v></c></row>`), fault.BadInput, "reference"},
		{"not UTF-8", data("<row><c t=\"str\"><v>a\xff</v></c></row>"), fault.BadInput, "UTF-8"},
		{"text in front", `x<worksheet/>`, fault.BadInput, "root"},
		{"shared text that is not there", data(`<row r="4"><c r="C4" t="s"><v>1</v></c></row>`), fault.BadInput, "One!C4"},
		{"shared text by no number", data(`<row><c t="s"><v>-1</v></c></row>`), fault.BadInput, "-1"},
		{"past XFD", data(`<row><c r="XFE1"><v>1</v></c></row>`), fault.BadInput, "XFE1"},
		{"bad address", data(`<row><c r="1A"><v>1</v></c></row>`), fault.BadInput, "1A"},
		{"bad row", data(`<row r="0"><c><v>1</v></c></row>`), fault.BadInput, "row number 0"},
		{"huge row", data(`<row r="99999999999"><c><v>1</v></c></row>`), fault.BadInput, "99999999999"},
		{"deep", `<worksheet>` + strings.Repeat("<a>", 2000), fault.BadInput, "nested"},
		{"long tag", `<worksheet a="` + strings.Repeat("x", 5<<20) + `"/>`, fault.Limit, "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readParts(t, workbook(c.part).strings(`<t>a</t>`))
			if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "test.xlsx") {
				t.Fatalf("got %v, want %s with %q", err, c.code, c.says)
			}
			if fault.Of(err).Next.IsZero() {
				t.Error("no hint")
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	part := `<worksheet><sheetData><row><c t="inlineStr"><is><t>体重 é 😀</t></is></c></row></sheetData></worksheet>`
	wide := func(order func(uint16) []byte, s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, order(u)...)
		}
		return string(b)
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for name, c := range map[string]struct{ part, want string }{
		"utf-8 with mark":      {"\ufeff" + part, "体重 é 😀"},
		"utf-16 little":        {wide(little, "\ufeff<?xml version='1.0' encoding='UTF-16'?>"+part), "体重 é 😀"},
		"utf-16 big":           {wide(big, "\ufeff"+part), "体重 é 😀"},
		"utf-16 without mark":  {wide(little, part), "体重 é 😀"},
		"declared gbk":         {"<?xml version='1.0' encoding='gbk'?><worksheet><sheetData><row><c t='str'><v>\xcc\xe5\xd6\xd8</v></c></row></sheetData></worksheet>", "体重"},
		"declared but not so":  {"<?xml version='1.0' encoding='utf-16'?>" + part, "体重 é 😀"},
		"declared iso-8859-1":  {"<?xml version='1.0' encoding='ISO-8859-1'?><worksheet><sheetData><row><c t='str'><v>\xe9</v></c></row></sheetData></worksheet>", "é"},
		"white space in front": {"\n\n" + part, "体重 é 😀"},
	} {
		t.Run(name, func(t *testing.T) {
			cells, _, err := readParts(t, workbook(c.part))
			if err != nil {
				t.Fatal(err)
			}
			if len(cells) != 1 || cells[0].Text != c.want {
				t.Errorf("got %s", show(cells))
			}
		})
	}
	_, _, err := readParts(t, workbook(`<?xml version="1.0" encoding="klingon"?>`+part))
	if !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "klingon") {
		t.Errorf("unknown encoding: %v", err)
	}
}

func TestFacts(t *testing.T) {
	part := `<worksheet><dimension ref="A1:A1"/><cols><col min="2" max="3" hidden="1"/><col min="5" max="5"/><col min="3" max="4" hidden="true"/></cols>` +
		`<sheetData><row r="2" hidden="1"><c r="D2"><v>1</v></c></row><row r="3"><c><v>1</v></c></row></sheetData>` +
		`<mergeCells count="9"><mergeCell ref="A1:B2"/><mergeCell ref="D4:C3"/><mergeCell ref="?"/></mergeCells></worksheet>`
	p := workbook(part)
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	_, facts, err := readParts(t, p)
	if err != nil {
		t.Fatal(err)
	}
	want := sheet.Facts{
		Date1904:   true,
		HiddenCols: []int{1, 2, 3},
		Merged:     []sheet.Range{{FirstRow: 1, LastRow: 2, FirstCol: 0, LastCol: 1}, {FirstRow: 3, LastRow: 4, FirstCol: 2, LastCol: 3}},
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
}
