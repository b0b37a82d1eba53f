package ods_test

import (
	"io"
	"strings"
	"testing"

	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/readtest"
)

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	part := func(write func(io.Writer) error) func(io.Writer) error {
		return readtest.Zipped(map[string]string{"mimetype": mimetype}, "content.xml", write)
	}
	before, after, _ := strings.Cut(content("", one("@")), "@")
	head, tail, _ := strings.Cut(content("", "@"), "@")
	const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
	const row = `<table:table-row>` + cellA + `</table:table-row>`
	readtest.RunHostile(t, ods.Open, []readtest.Hostile{
		{Name: "bomb of rows", Says: "bomb", Write: part(readtest.Repeated(before, 8_000_000, `<table:table-row/>`, after))},
		{Name: "ghost rows", Write: part(readtest.Repeated(before+row, 500_000, `<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>`, after))},
		{Name: "ghost rows in one", Says: "repeated", Write: part(readtest.Repeated(before, 1, strings.Replace(`<table:table-row table:number-rows-repeated="1048576">`+cellA+`</table:table-row>`, "table-cell ", `table-cell table:number-columns-repeated="1024" `, 1), after))},
		{Name: "ghost columns", Says: "columns", Write: part(readtest.Repeated(before, 1, strings.Replace(row, "table-cell ", `table-cell table:number-columns-repeated="2000000000" `, 1), after))},
		{Name: "a million sheets", Says: "MaxSheets", Write: part(readtest.Repeated(head, 1_000_000, `<table:table table:name="S"/>`, tail))},
		{Name: "billion laughs", Says: "DOCTYPE", Write: part(readtest.Repeated(laughs+before, 1, `<table:table-row><table:table-cell><text:p>&lol1;</text:p></table:table-cell></table:table-row>`, after))},
		{Name: "a tag too long", Says: "longer than", Write: part(readtest.Repeated(before+`<table:table-row a="`, 30_000_000, "x", `"/>`+after))},
		{Name: "tags just short enough", Write: part(readtest.Repeated(before, 30, `<table:table-row a="`+strings.Repeat("0123456789abcdef", 240_000)+`"/>`, row+after))},
		{Name: "depth without end", Says: "not well-formed", Write: part(readtest.Repeated(before, 1_000_000, `<table:table-row-group>`, ""))},
		{Name: "a text too long", Says: "MaxCellBytes", Write: part(readtest.Repeated(before+`<table:table-row><table:table-cell><text:p>`, 40_000_000, "x", `</text:p></table:table-cell></table:table-row>`+after))},
		{Name: "spaces", Says: "MaxCellBytes", Write: part(readtest.Repeated(before+`<table:table-row><table:table-cell><text:p>`, 1000, `<text:s text:c="2000000000"/>`, `a</text:p></table:table-cell></table:table-row>`+after))},
		{Name: "one style over and over", Write: part(readtest.Repeated(strings.Replace(head, "</office:automatic-styles><office:body><office:spreadsheet>", "", 1), 1_500_000, `<style:style style:name="a" style:family="table-cell" style:data-style-name="b"/>`, `</office:automatic-styles><office:body><office:spreadsheet>`+one(row)+tail))},
	})
}

// TestHostileFlat: the same of what comes without a package.
func TestHostileFlat(t *testing.T) {
	head, tail, _ := strings.Cut(string(flat(content("", "@"))), "@")
	readtest.RunHostile(t, ods.OpenFlat, []readtest.Hostile{
		{Name: "a million sheets", Says: "MaxSheets", Write: readtest.Repeated(head, 1_000_000, `<table:table table:name="S"/>`, tail)},
		{Name: "ghost rows", Write: readtest.Repeated(head+`<table:table table:name="S">`, 2_000_000, `<table:table-row/>`, `</table:table>`+tail)},
		{Name: "depth without end", Says: "not well-formed", Write: readtest.Repeated(head, 1_000_000, `<a>`, "")},
	})
}
