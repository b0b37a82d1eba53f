package locate

import (
	"slices"
	"strings"
)

const (
	maxHeaderRows = 12 // how deep a header may be
	maxGap        = 8  // empty rows between the rows of a header
	maxBodyGap    = 24 // empty rows between a header and its data
)

// header finds the lines that name the columns, top first, and the first line
// of the body: what stands between the two belongs to the data as its titles do.
func (v *view) header(first int) (header []int, body int) {
	if v.width <= 1 {
		if first == 0 || first > len(v.lines) || v.lines[first-1].values() > 0 || v.gap(first-1, first) > 0 {
			return nil, first
		}
		return []int{first - 1}, first
	}
	bottom := first - 1
	for bottom >= 0 && v.heads(bottom, first) {
		bottom--
	}
	header = v.collect(bottom, first)
	if len(header) == 0 {
		return nil, first
	}
	return header, bottom + 1
}

// heads tells whether line i, above the data, heads a part of the data rather
// than naming columns: it says nothing over the columns of values, and no
// column that lacks a name above.
func (v *view) heads(i, first int) bool {
	l := &v.lines[i]
	unitsBelow := l.units() && v.gap(i, first) == 0 && l.cells[0].col > v.left
	if l.ruler() || unitsBelow || v.gap(i, first) > maxBodyGap {
		return false
	}
	above := v.rowsAbove(i)
	if above == 0 || !slices.Contains(v.typed, true) {
		return false
	}
	if agree, contrast := v.agreement(l); agree > contrast && !v.labels(i) {
		return true // a line of data that fills few columns
	}
	if l.count > 1 && !v.labels(i) && v.likeBelow(i, first) && !v.saidAgain(i, first) {
		return true // its words are those of the data
	}
	for _, c := range l.cells {
		if v.typed[c.col] && c.class != absent && c.col != v.left {
			return false
		}
	}
	adjacent := i > 0 && v.gap(i-1, i) == 0
	for _, c := range l.cells {
		if c.class != absent && (adjacent || !l.lone()) && !v.namedIn(c.col, i-above, i) {
			return false
		}
	}
	return true
}

// rowsAbove counts the lines right above i up to the topmost that has several
// names and lies within reach; 0 when there is none.
func (v *view) rowsAbove(i int) int {
	n, below := 0, i
	for j := i - 1; j >= 0 && i-j <= maxHeaderRows; j-- {
		l := &v.lines[j]
		if v.gap(j, below) > maxGap {
			break
		}
		below = j
		if l.count > 1 && v.namesColumns(j) {
			n = i - j
		}
	}
	return n
}

// namedIn tells whether a line of [from, to) has a cell in the column; titles
// do not count.
func (v *view) namedIn(col, from, to int) bool {
	for j := from; j < to; j++ {
		if c, ok := v.lines[j].at(col); ok && c.class != absent {
			return true
		}
	}
	return false
}

// gap is the number of empty rows between lines i and j.
func (v *view) gap(i, j int) int64 {
	if i < 0 || j >= len(v.lines) {
		return 0
	}
	return v.lines[j].number - v.lines[i].number - 1
}

// collect goes up from line bottom and takes the lines that name columns.
func (v *view) collect(bottom, first int) []int {
	var header []int
	below := first
	for i := bottom; i >= 0 && len(header) < maxHeaderRows; i-- {
		gap, most := v.gap(i, below), int64(maxGap)
		if len(header) == 0 {
			most = maxBodyGap
		}
		if gap > most || !v.joins(i, gap, header) {
			break
		}
		header = slices.Insert(header, 0, i)
		below = i
	}
	header = v.withoutTitles(header)
	if !v.covers(header) {
		return nil
	}
	return header
}

// joins tells whether line i may stand over the header found so far.
func (v *view) joins(i int, gap int64, header []int) bool {
	l := &v.lines[i]
	switch {
	case l.ruler():
		return true
	case v.titleWide(l):
		return false
	case l.lone() && l.cells[0].col == v.left && v.spread(l) == 1:
		// Alone it names the first column, if nothing else does.
		return !v.named(v.left, header)
	case l.lone():
		return l.cells[0].col > v.left && !v.describes(l) && (l.cells[0].class == words || l.cells[0].class == code || isUnit(l.cells[0].text) || v.labels(i))
	case !v.namesColumns(i):
		return false
	case len(header) > 0 && v.describes(l):
		return false
	case len(header) > 0 && gap > 0 && v.namesAgain(l, header):
		return false
	}
	return true
}

// namesColumns tells whether a line of several cells is made of names.
func (v *view) namesColumns(i int) bool {
	l := &v.lines[i]
	if l.values() == 0 || v.labels(i) {
		return true
	}
	agree, contrast := v.agreement(l)
	return contrast > agree && 2*agree <= l.names()
}

// describes tells whether a line tells of the table, as "exported: 2023-05-01"
// does, and names none of its columns.
func (v *view) describes(l *line) bool {
	colons := 0
	for _, c := range l.cells {
		if strings.ContainsAny(c.text, ":：") {
			colons++
		}
	}
	return colons > 0 && 2*l.count < v.width || 2*colons >= l.count
}

func endsInColon(text string) bool {
	return strings.HasSuffix(text, ":") || strings.HasSuffix(text, "：")
}

// named tells whether a header line, but for one of units, has a cell in the column.
func (v *view) named(col int, header []int) bool {
	for _, h := range header {
		if c, ok := v.lines[h].at(col); ok && c.class != absent && !v.lines[h].units() {
			return true
		}
	}
	return false
}

// namesAgain tells whether a line above an empty row names the first column,
// which has its name below: then it belongs to something else.
func (v *view) namesAgain(l *line, header []int) bool {
	c, ok := l.at(v.left)
	return ok && c.class != absent && v.named(v.left, header)
}

// spread is how many columns the line's first cell is merged over.
func (v *view) spread(l *line) int {
	if m, ok := v.merges[corner{l.number, l.cells[0].col}]; ok {
		return m.LastCol - m.FirstCol + 1
	}
	return 1
}

// titleWide tells whether the line is one cell merged over most of the table.
func (v *view) titleWide(l *line) bool {
	return l.lone() && v.spread(l) > 1 && 4*v.spread(l) >= 3*v.width
}

// withoutTitles drops the top lines that only look like names while more follow.
func (v *view) withoutTitles(header []int) []int {
	for len(header) > 0 {
		l := &v.lines[header[0]]
		apart := len(header) > 1 && v.gap(header[0], header[1]) > 0
		switch {
		case l.ruler() && (apart || len(header) == 1):
		case len(header) == 1 && l.lone():
		case l.lone() && l.cells[0].col == v.left && v.spread(l) == 1:
			if v.standsApart(header[0]) && !apart {
				return header
			}
		case l.lone() && apart:
			if v.underTitle(header[0]) {
				return header
			}
		default:
			return header
		}
		header = header[1:]
	}
	return nil
}

// standsApart tells whether an empty row parts the line from titles above it.
func (v *view) standsApart(i int) bool { return i > 0 && v.gap(i-1, i) > 0 }

// underTitle tells whether a title stands above the line, so that it is none.
func (v *view) underTitle(i int) bool {
	return i > 0 && v.lines[0].lone() && v.lines[0].cells[0].col <= v.left
}

// covers tells whether the header names a good part of the columns.
func (v *view) covers(header []int) bool {
	named := map[int]bool{}
	for _, h := range header {
		l := &v.lines[h]
		for _, c := range l.cells {
			to := c.col
			if m, ok := v.merges[corner{l.number, c.col}]; ok {
				to = min(m.LastCol, c.col+v.width)
			}
			for col := c.col; col <= to; col++ {
				named[col] = true
			}
		}
	}
	return len(named) > 1 && 3*len(named) >= v.width
}
