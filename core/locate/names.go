package locate

import (
	"strings"
	"unicode"
)

// names gives every column of the table a name from its header lines: parts of
// several lines are joined with "_", a name over several columns names each of
// them, doubles get a number, and a column without any is called column_N
// after its place.
func (v *view) names(header []int, t *Table) []Column {
	parts := make([][]string, len(v.columns))
	merged := v.mergedAmong(header)
	for depth, h := range header {
		l := &v.lines[h]
		for i, c := range l.cells {
			name := clean(c.text)
			if name == "" || drawn(name) {
				continue
			}
			to := c.col
			if m, ok := v.merges[corner{l.number, c.col}]; ok {
				to = m.LastCol
			} else if !merged {
				to = v.groupEnd(header[depth+1:], l, i)
			}
			for col := c.col; col <= min(to, len(parts)-1); col++ {
				if n := len(parts[col]); n == 0 || parts[col][n-1] != name {
					parts[col] = append(parts[col], name)
				}
			}
		}
	}
	used := map[string]bool{}
	var out []Column
	for col, p := range parts {
		named := len(p) > 0
		if !named && !v.holdsData(col, t) || named && v.columns[col].total() == 0 {
			continue // only titles or notes stand in it, or a name merged further than the data
		}
		name := strings.Join(p, "_")
		if !named {
			name = "column_" + itoa(int64(col)+1)
		}
		unique := name
		for n := int64(2); used[unique]; n++ {
			unique = name + "_" + itoa(n)
		}
		used[unique] = true
		out = append(out, Column{Source: col, Name: unique})
	}
	return out
}

// mergedAmong tells whether the sheet merges cells in the header: then its
// merges say how far names reach.
func (v *view) mergedAmong(header []int) bool {
	for _, h := range header {
		for _, c := range v.lines[h].cells {
			if _, ok := v.merges[corner{v.lines[h].number, c.col}]; ok {
				return true
			}
		}
	}
	return false
}

// holdsData tells whether a column without a name has cells beside the rows of
// titles and notes: more of them than are remembered outside the data.
func (v *view) holdsData(col int, t *Table) bool {
	outside := int64(0)
	for i := range v.lines {
		if n := v.lines[i].number; n >= t.FirstDataRow && n <= t.LastDataRow {
			continue
		}
		if _, ok := v.lines[i].at(col); ok {
			outside++
		}
	}
	return v.columns[col].total() > outside
}

// groupEnd is the last column that a line's cell i stands over where no merge
// says so. A name that has another below it, in its own column, groups: it
// reaches to the next name of its line, as far as there are names below.
func (v *view) groupEnd(below []int, l *line, i int) int {
	col := l.cells[i].col
	if !v.named(col, below) {
		return col
	}
	end := len(v.columns) - 1
	if i+1 < len(l.cells) {
		end = l.cells[i+1].col - 1
	}
	to := col
	for to < end && v.named(to+1, below) {
		to++
	}
	return to
}

// clean makes a header cell a name: one line, single spaces, nothing invisible.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' || r == '\ufeff' || r == '\u3000'
	}), " ")
}
