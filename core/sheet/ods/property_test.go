package ods_test

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/readtest"
)

// drawn is a cell to write, and how often.
type drawn struct {
	kind    sheet.Kind // 0 for an empty cell
	text    string
	shown   string
	repeats int
	cover   bool
}

func drawCell(t *rapid.T) drawn {
	d := drawn{repeats: rapid.SampledFrom([]int{1, 1, 1, 2, 5}).Draw(t, "repeats"), cover: rapid.IntRange(0, 9).Draw(t, "cover") == 0}
	d.kind = rapid.SampledFrom([]sheet.Kind{0, sheet.Text, sheet.Text, sheet.Number, sheet.Percent, sheet.ISODate, sheet.Bool}).Draw(t, "kind")
	switch d.kind {
	case sheet.Text:
		d.text = rapid.StringOfN(rapid.SampledFrom([]rune("ab  \t\n<&>\"'中😀é")), 0, 8, -1).Draw(t, "text")
	case sheet.Number, sheet.Percent:
		d.text = strconv.FormatFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, "number"), 'f', -1, 64)
	case sheet.ISODate:
		d.text = fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
	case sheet.Bool:
		d.text = rapid.SampledFrom([]string{"0", "1"}).Draw(t, "bool")
	}
	d.shown = d.text
	if d.kind != 0 && d.kind != sheet.Text && rapid.Bool().Draw(t, "shown otherwise") {
		d.shown = "~" + d.text
	}
	return d
}

// write spells the cell as LibreOffice does.
func (d drawn) write(b *strings.Builder) {
	tag := "table:table-cell"
	if d.cover {
		tag = "table:covered-table-cell"
	}
	b.WriteString("<" + tag)
	if d.repeats > 1 {
		fmt.Fprintf(b, ` table:number-columns-repeated="%d"`, d.repeats)
	}
	value := html.EscapeString(d.text)
	switch d.kind {
	case 0:
		b.WriteString("/>")
		return
	case sheet.Text:
		b.WriteString(` office:value-type="string"`)
	case sheet.Number:
		b.WriteString(` office:value-type="float" office:value="` + value + `"`)
	case sheet.Percent:
		b.WriteString(` office:value-type="percentage" office:value="` + value + `"`)
	case sheet.ISODate:
		b.WriteString(` office:value-type="date" office:date-value="` + value + `"`)
	case sheet.Bool:
		b.WriteString(` office:value-type="boolean" office:boolean-value="` + map[string]string{"0": "false", "1": "true"}[d.text] + `"`)
	}
	b.WriteString(">")
	for line := range strings.SplitSeq(d.shown, "\n") {
		b.WriteString("<text:p>")
		for i, r := range line {
			switch {
			case r == '\t':
				b.WriteString("<text:tab/>")
			case r == ' ' && i%2 == 0:
				b.WriteString("<text:s/>")
			default:
				b.WriteString(html.EscapeString(string(r)))
			}
		}
		b.WriteString("</text:p>")
	}
	b.WriteString("</" + tag + ">")
}

// TestWhatIsWrittenIsRead: any grid, however its repetitions are written, reads
// as it was, from a package and flat.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var rows strings.Builder
		var want []readtest.Cell
		number := int64(1)
		for range rapid.IntRange(0, 8).Draw(rt, "rows") {
			times := int64(rapid.SampledFrom([]int{1, 1, 1, 1, 2, 3, 1100}).Draw(rt, "times"))
			hidden := rapid.IntRange(0, 5).Draw(rt, "hidden") == 0
			group := rapid.IntRange(0, 3).Draw(rt, "group") == 0
			if group {
				rows.WriteString("<table:table-row-group>")
			}
			fmt.Fprintf(&rows, `<table:table-row table:number-rows-repeated="%d"`, times)
			if hidden {
				rows.WriteString(` table:visibility="collapse"`)
			}
			rows.WriteString(">")
			var cells []drawn
			for range rapid.IntRange(0, 5).Draw(rt, "cells") {
				c := drawCell(rt)
				c.write(&rows)
				cells = append(cells, c)
			}
			rows.WriteString("</table:table-row>")
			if group {
				rows.WriteString("</table:table-row-group>")
			}
			for range times {
				col := 0
				for _, c := range cells {
					for range c.repeats {
						if c.kind != 0 {
							shown := c.shown
							want = append(want, readtest.Cell{Row: number, Col: col, Kind: c.kind, Hidden: hidden, Text: c.text, Shown: shown})
						}
						col++
					}
				}
				number++
			}
		}
		text := content("", one(rows.String()))
		for _, c := range []struct {
			open readtest.Open
			file []byte
		}{{ods.Open, packed(t, text)}, {ods.OpenFlat, flat(text)}} {
			got, err := readtest.All(t, c.open, c.file, sheet.Options{})
			if err != nil {
				rt.Fatal(err)
			}
			for i := range want {
				if want[i].Kind == sheet.Bool && want[i].Shown == want[i].Text {
					want[i].Shown = map[string]string{"0": "FALSE", "1": "TRUE"}[want[i].Text]
				}
			}
			if diff := cmp.Diff(want, got["0 S"]); diff != "" {
				rt.Fatal(diff)
			}
		}
	})
}

// FuzzContent: any part of cells reads or is refused.
func FuzzContent(f *testing.F) {
	f.Add(some()[:3000])
	f.Add(content(`<style:style style:name="a" style:family="table"><style:table-properties table:display="false"/></style:style>`, one(`<table:table-row table:number-rows-repeated="3">`+cellA+`<table:table-cell table:number-columns-repeated="2" office:value-type="time" office:time-value="PT1H2M3S"/></table:table-row>`)))
	f.Add(content("", one("<table:table-row><table:table-cell table:number-columns-spanned=\"2\"><text:p> a\n<text:s text:c=\"2\"/><![CDATA[b]]>\t</text:p></table:table-cell></table:table-row>")))
	f.Fuzz(func(t *testing.T, text string) {
		readtest.Fuzz(t, ods.OpenFlat, []byte(text))
		readtest.Fuzz(t, ods.Open, packed(t, text))
	})
}
