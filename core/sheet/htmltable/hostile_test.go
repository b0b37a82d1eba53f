package htmltable_test

import (
	"io"
	"strings"
	"testing"

	"sheetmill/core/sheet/htmltable"
	"sheetmill/core/sheet/readtest"
)

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	wide := func(w io.Writer) error {
		if err := readtest.Repeated("<table><tr>", 40_000, "<td rowspan=65534>", "")(w); err != nil {
			return err
		}
		return readtest.Repeated("", 100_000, "<tr>", "</table>")(w)
	}
	readtest.RunHostile(t, htmltable.Open, []readtest.Hostile{
		{Name: "tables in tables", Says: "nested", Write: readtest.Repeated("", 1_000_000, "<table><tr><td>", "")},
		{Name: "tables without end", Write: readtest.Repeated("", 1_000_000, "<table><tr><td>a</table>", "")},
		{Name: "tags that never close", Write: readtest.Repeated("<table><tr><td>a", 5_000_000, "<b>", "</table>")},
		{Name: "spans", Says: "span", Write: wide},
		{Name: "columns", Says: "columns", Write: readtest.Repeated("<table><tr>", 100_000, "<td colspan=16384>", "</table>")},
		{Name: "ghost rows", Write: readtest.Repeated("<table>", 5_000_000, "<tr></tr>", "<tr><td>a</table>")},
		{Name: "a tag too long", Says: "MaxCellBytes", Write: readtest.Repeated("<table><tr><td a='", 30_000_000, "x", "'>a</table>")},
		{Name: "attributes without end", Says: "MaxCellBytes", Write: readtest.Repeated("<table><tr><td ", 5_000_000, "a=b ", ">a</table>")},
		{Name: "a comment without end", Says: "MaxCellBytes", Write: readtest.Repeated("<table><tr><td>a</table><!--", 30_000_000, "x", "")},
		{Name: "a text too long", Says: "MaxCellBytes", Write: readtest.Repeated("<table><tr><td>", 40_000_000, "x", "</table>")},
		{Name: "entities", Write: readtest.Repeated("<table><tr><td>", 1_000_000, "&lol;&amp;", "</table>")},
		{Name: "styles without end", Says: "MaxCellBytes", Write: readtest.Repeated("<style>", 1_000_000, ".a{mso-number-format:\"0\";}", "</style><table><tr><td>a</table>")},
		{Name: "merged cells without end", Says: "merged", Write: readtest.Repeated("<table>", 600_000, "<tr><td colspan=2>a", "</table>")},
	})
}

// TestHostileArchive: the same of pages in a message.
func TestHostileArchive(t *testing.T) {
	const head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n"
	page := "--b\r\nContent-Location: a.htm\r\nContent-Type: text/html\r\n\r\n<table><tr><td>a</table>\r\n"
	readtest.RunHostile(t, htmltable.OpenArchive, []readtest.Hostile{
		{Name: "a million sheets", Says: "MaxSheets", Write: readtest.Repeated(head, 1_000_000, page, "--b--\r\n")},
		{Name: "a header without end", Says: "damaged", Write: readtest.Repeated("MIME-Version: 1.0\r\n", 1_000_000, "X-A: "+strings.Repeat("b", 50)+"\r\n", "\r\n")},
	})
}
