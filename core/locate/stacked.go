package locate

import "math"

// stacked cuts a section where another table begins without an empty row
// above it: at a row of names that stand over values, below rows of values,
// most often with a title between. Whether it is another table, or the
// same going on, is decided as for sections that an empty row parts.
func (b *section) stacked() []*section {
	if b.rows > int64(len(b.lines)) && len(b.head) == 0 {
		return []*section{b} // part of a section, with rows that are not remembered
	}
	var parts []*section
	from, all := int64(1), band{0, len(b.columns)}
	for i := 2; i+1 < len(b.lines); i++ {
		at := i
		titled := b.lines[i-1].lone() && !b.lines[i-2].lone()
		if titled {
			at = i - 1
		}
		if !b.beginsTable(i, at, titled) {
			continue
		}
		parts = append(parts, b.cut(all, from, b.lines[at].number-1)...)
		from = b.lines[at].number
	}
	if len(parts) == 0 {
		return []*section{b}
	}
	return append(parts, b.cut(all, from, math.MaxInt64)...)
}

// beginsTable tells whether line i names columns of what is below it, and none
// of what is above line at.
func (b *section) beginsTable(i, at int, titled bool) bool {
	names, above, below := &b.lines[i], &b.lines[at-1], &b.lines[i+1]
	least := 3
	if titled {
		least = 2
	}
	if names.count < least || names.byKind[words] < names.count || above.values() == 0 || below.values() == 0 ||
		b.lines[at-1].number+1 != b.lines[at].number || below.number != names.number+1 || below.count > names.count+1 {
		return false
	}
	over, unlike, said := 0, 0, 0
	seen := map[string]bool{}
	for _, c := range names.cells {
		if seen[c.text] {
			return false
		}
		seen[c.text] = true
		if b.says(c, i) { // as data does, and a header said again
			said++
		}
		under, _ := below.at(c.col)
		before, _ := above.at(c.col)
		if under.class.value() {
			over++
		}
		if under.class.value() != before.class.value() {
			unlike++
		}
	}
	return over > 0 && 2*said < names.count && (titled || unlike > 0 || names.count != above.count)
}

// says tells whether another remembered line has the cell's text in its column.
func (b *section) says(c cell, but int) bool {
	for j := range b.lines {
		if j == but {
			continue
		}
		if other, ok := b.lines[j].at(c.col); ok && other.text == c.text {
			return true
		}
	}
	return false
}
