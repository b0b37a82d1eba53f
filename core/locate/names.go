package locate

import (
	"slices"
	"strings"
	"unicode"
)

// names gives every column of the table a name from its header rows: parts of
// several rows are joined with "_", merged cells name every column they span,
// doubles get a number, and a column without any is called column_N after its place.
func (v *sight) names(header []int, t Table) []Column {
	cols := make([]int, 0, len(v.columns))
	for col := range v.columns {
		cols = append(cols, col)
	}
	parts := map[int][]string{}
	for depth, h := range header {
		row := v.rows[h]
		leaf := depth == len(header)-1
		for _, c := range row.cells {
			name := clean(c.text)
			if name == "" {
				continue
			}
			to := c.col
			if merged, ok := v.merges[corner{row.number, c.col}]; ok {
				to = merged.LastCol
			} else if !leaf {
				to = v.groupEnd(header, depth, c.col, t)
			}
			for col := c.col; col <= to; col++ {
				if n := len(parts[col]); n == 0 || parts[col][n-1] != name {
					parts[col] = append(parts[col], name)
				}
				if v.columns[col] == nil && !slices.Contains(cols, col) && col == c.col {
					cols = append(cols, col)
				}
			}
		}
	}
	slices.Sort(cols)
	used := map[string]bool{}
	out := make([]Column, 0, len(cols))
	for _, col := range cols {
		name := strings.Join(parts[col], "_")
		if name == "" {
			if !v.holdsData(col, header) {
				continue // only titles or notes stand in it
			}
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

// holdsData tells whether a column without a name has cells beside the rows
// of titles: more of them than rows remembered above the data.
func (v *sight) holdsData(col int, header []int) bool {
	top := 0
	if len(header) > 0 {
		top = header[len(header)-1] + 1
	}
	above := int64(0)
	for _, r := range v.rows[:top] {
		if slices.ContainsFunc(r.cells, func(c cell) bool { return c.col == col }) {
			above++
		}
	}
	total := int64(0)
	for _, n := range v.columns[col].counts {
		total += n
	}
	return total > above
}

// groupEnd is the last column that a group name stands over where no merge
// says so: up to the next cell of its row, as far as the row below has names
// and the sheet merges nothing there itself.
func (v *sight) groupEnd(header []int, depth, col int, t Table) int {
	if len(v.merges) > 0 {
		return col
	}
	end := t.Range.LastCol
	for _, c := range v.rows[header[depth]].cells {
		if c.col > col && c.col <= end {
			end = c.col - 1
		}
	}
	below := v.rows[header[depth+1]]
	for to := col; to < end; to++ {
		named := slices.ContainsFunc(below.cells, func(c cell) bool { return c.col == to+1 })
		if !named {
			return to
		}
	}
	return end
}

// clean makes a header cell a name: one line, single spaces, nothing invisible.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' || r == '\ufeff' || r == '\u3000'
	}), " ")
}
