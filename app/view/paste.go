package view

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// pasted turns what a clipboard holds into a text file with a table: text of
// several fields or lines as it is, an HTML table as tab-separated text.
func pasted(text string) ([]byte, error) {
	none := fault.New(fault.BadInput, say.T("There is no table on the clipboard.")).
		Hint(say.T("Select cells in a spreadsheet or on a page, copy them, and paste here."))
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return nil, none
	}
	if head := strings.ToLower(trimmed[:min(len(trimmed), 2048)]); strings.HasPrefix(head, "<") && strings.Contains(strings.ToLower(trimmed), "<t") {
		rows := htmlRows(trimmed)
		if len(rows) == 0 {
			return nil, none
		}
		return tabbed(rows), nil
	}
	if !strings.ContainsAny(trimmed, "\n\t,;|") {
		return nil, none
	}
	return []byte(strings.TrimRight(text, "\x00")), nil
}

// tabbed writes rows as tab-separated text; fields with marks are quoted.
func tabbed(rows [][]string) []byte {
	var b strings.Builder
	for _, row := range rows {
		for i, field := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			writeField(&b, field)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// writeField writes a field of tab-separated text, as Excel reads it.
func writeField(b *strings.Builder, field string) {
	if !strings.ContainsAny(field, "\t\n\r\"") {
		b.WriteString(field)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(field, `"`, `""`))
	b.WriteByte('"')
}

// htmlRows reads the rows of the first table of a page. Cells over several columns
// or rows hold their text once, as a spreadsheet does.
func htmlRows(page string) [][]string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	t := find(root, atom.Table)
	if t == nil {
		return nil
	}
	var rows [][]string
	taken := map[[2]int]bool{} // by cells from rows above
	for tr := range below(t, atom.Tr) {
		y, x := len(rows), 0
		var row []string
		for cell := tr.FirstChild; cell != nil; cell = cell.NextSibling {
			if cell.DataAtom != atom.Td && cell.DataAtom != atom.Th {
				continue
			}
			for taken[[2]int{y, x}] {
				row, x = append(row, ""), x+1
			}
			wide, high := span(cell, "colspan"), span(cell, "rowspan")
			for i := range wide {
				for j := 1; j < high; j++ {
					taken[[2]int{y + j, x + i}] = true
				}
			}
			row = append(row, strings.Join(strings.Fields(textOf(cell)), " "))
			for range wide - 1 {
				row = append(row, "")
			}
			x += wide
		}
		rows = append(rows, row)
	}
	return rows
}

// mostSpan bounds what a page may claim for one cell.
const mostSpan = 1000

func span(n *html.Node, name string) int {
	for _, a := range n.Attr {
		if a.Key != name {
			continue
		}
		value := 0
		for _, d := range a.Val {
			if d < '0' || d > '9' || value > mostSpan {
				return 1
			}
			value = value*10 + int(d-'0')
		}
		return min(max(value, 1), mostSpan)
	}
	return 1
}

func find(n *html.Node, a atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.DataAtom == a {
			return d
		}
	}
	return nil
}

// below yields the elements of a table that are not in a table inside it.
func below(t *html.Node, a atom.Atom) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range t.Descendants() {
			if d.DataAtom != a {
				continue
			}
			own := d.Parent
			for own != nil && own.DataAtom != atom.Table {
				own = own.Parent
			}
			if own == t && !yield(d) {
				return
			}
		}
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.Br:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
