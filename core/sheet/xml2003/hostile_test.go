package xml2003_test

import (
	"strings"
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xml2003"
)

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	before, after, _ := strings.Cut(one("@"), "@")
	head, tail, _ := strings.Cut(workbook("@"), "@")
	const row = `<Row><Cell><Data ss:Type="Number">1</Data></Cell></Row>`
	const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
	styled, unstyled, _ := strings.Cut(strings.Replace(workbook(`<Worksheet ss:Name="S"><Table/></Worksheet>`), "</Styles>", "@</Styles>", 1), "@")
	readtest.RunHostile(t, xml2003.Open, []readtest.Hostile{
		{Name: "ghost rows", Write: readtest.Repeated(before, 5_000_000, `<Row/>`, row+after)},
		{Name: "ghost rows far apart", Says: "row number", Write: readtest.Repeated(before, 2000, `<Row ss:Span="2000000"/>`, row+after)},
		{Name: "a million sheets", Says: "MaxSheets", Write: readtest.Repeated(head, 1_000_000, `<Worksheet ss:Name="S"/>`, tail)},
		{Name: "billion laughs", Says: "DOCTYPE", Write: readtest.Repeated(strings.Replace(before, root, laughs+root, 1), 1, `<Row><Cell><Data ss:Type="String">&lol1;</Data></Cell></Row>`, after)},
		{Name: "a tag too long", Says: "longer than", Write: readtest.Repeated(before+`<Row a="`, 30_000_000, "x", `"/>`+after)},
		{Name: "tags just short enough", Write: readtest.Repeated(before, 30, `<Row a="`+strings.Repeat("0123456789abcdef", 240_000)+`"/>`, row+after)},
		{Name: "depth without end", Says: "not well-formed", Write: readtest.Repeated(before, 1_000_000, `<Row>`, "")},
		{Name: "a text too long", Says: "MaxCellBytes", Write: readtest.Repeated(before+`<Row><Cell><Data ss:Type="String">`, 40_000_000, "x", `</Data></Cell></Row>`+after)},
		{Name: "merged cells without end", Says: "merged", Write: readtest.Repeated(before, 1_000_000, `<Row><Cell ss:MergeAcross="1"/></Row>`, after)},
		{Name: "styles by the million", Says: "styles", Write: readtest.Repeated(styled, 1_500_000, `<Style ss:ID="a"><NumberFormat ss:Format="0"/></Style>`, unstyled)},
	})
}
