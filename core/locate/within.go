package locate

import "math"

// within is what a section has in a band of columns: a section for each run of
// rows without one that is blank there. Rows that are not remembered count as
// going on, where the band has cells in them.
func (b *section) within(w band) []*section { return b.cut(w, 1, math.MaxInt64) }

// cut is what the section has in a band and in the rows [from, to].
func (b *section) cut(w band, from, to int64) []*section {
	rest, restRows := b.beyond(w)
	var parts []*section
	crossing := -1 // the part that holds what is not remembered
	head := len(b.head)
	forgotten := b.rows > int64(len(b.lines)) && restRows > 0
	last := -1 // index of the band's line before
	for i := range b.lines {
		l := b.lines[i].within(w, b.columns)
		if l.count == 0 || l.number < from || l.number > to {
			continue
		}
		crosses := forgotten && i >= head && last < head
		if n := len(parts); n == 0 || l.number > b.lines[last].number+1 && !crosses {
			parts = append(parts, &section{block: &block{first: l.number, columns: make([]column, len(b.columns))}})
		}
		part := parts[len(parts)-1]
		if crossing < 0 && crosses {
			crossing = len(parts) - 1
		}
		part.take(l)
		last = i
	}
	if restRows == 0 || forgotten && (b.lines[head-1].number >= to || head < len(b.lines) && b.lines[head].number <= from) {
		return parts // all that is not remembered lies outside
	}
	if len(parts) == 0 && forgotten {
		return []*section{b.unseen(rest, restRows, from, to)}
	}
	if len(parts) > 0 {
		if crossing < 0 {
			crossing = len(parts) - 1
		}
		parts[crossing].takeRest(rest, restRows, last < head && forgotten, b.columns)
		parts[crossing].last = min(parts[crossing].last, to)
	}
	return parts
}

// unseen is a section of rows none of which is remembered.
func (b *section) unseen(rest []column, rows, from, to int64) *section {
	part := &section{block: &block{first: max(from, b.first), columns: make([]column, len(b.columns))}}
	part.takeRest(rest, rows, true, b.columns)
	part.last = min(part.last, to)
	return part
}

// take adds a line to the end of the section.
func (b *section) take(l line) {
	b.lines = append(b.lines, l)
	b.last = l.number
	b.rows++
	b.cells += int64(l.count)
	for _, c := range l.cells {
		column := &b.columns[c.col]
		column.counts[c.class]++
		if l.lone() {
			column.lone++
		}
		if column.top == 0 {
			column.top = l.number
		}
		column.bottom = l.number
	}
}

// takeRest adds cells that no remembered line has. Those that end the section
// say where it ends.
func (b *section) takeRest(rest []column, rows int64, ends bool, whole []column) {
	b.rows += rows
	for col := range rest {
		n := rest[col].total()
		if n == 0 {
			continue
		}
		b.cells += n
		for k := range rest[col].counts {
			b.columns[col].counts[k] += rest[col].counts[k]
		}
		b.columns[col].lone += rest[col].lone
		if ends {
			b.last = max(b.last, whole[col].bottom)
		}
	}
}

// beyond counts the band's cells that no remembered line has, and the rows of
// the column with most of them.
func (b *section) beyond(w band) (rest []column, rows int64) {
	rest = make([]column, len(b.columns))
	for col := w.from; col < min(w.to, len(rest)); col++ {
		rest[col].counts, rest[col].lone = b.columns[col].counts, b.columns[col].lone
	}
	for i := range b.lines {
		for _, c := range b.lines[i].cells {
			if w.holds(c.col) {
				rest[c.col].counts[c.class]--
				if b.lines[i].lone() {
					rest[c.col].lone--
				}
			}
		}
	}
	for col := range rest {
		rows = max(rows, rest[col].total())
	}
	return rest, rows
}

// within is the line's part in a band.
func (l *line) within(w band, columns []column) line {
	part := line{number: l.number}
	for _, c := range l.cells {
		if !w.holds(c.col) {
			continue
		}
		part.cells = append(part.cells, c)
		part.count++
		part.byKind[c.class]++
		if l.again > 0 && columns[c.col].again > 0 {
			part.again++
		}
	}
	return part
}
