package locate

import (
	"slices"

	"sheetmill/core/sheet"
)

// side is what stands in one band of a section, where it may be a table of its own.
type side struct {
	*section
	names  []Column
	header []int64 // its rows
	first  int64   // first and last row of data
	last   int64
	titled bool // a title stands right over its first column
	key    bool // its first column tells its rows apart
	dense  bool // its columns are filled from the first row to the last
}

// beside looks at a band for a table: several columns, nearly each with a name
// above, and values below. It is nil when there is none.
func (b *section) beside(within band, merges map[corner]sheet.Range) *side {
	if within.to-within.from < 2 {
		return nil
	}
	parts := b.within(within)
	if len(parts) == 0 {
		return nil
	}
	s := &side{section: parts[0]}
	for _, p := range parts[1:] {
		if p.rows > s.rows {
			s.section = p
		}
	}
	v := newView(s.lines, s.columns, merges)
	header, first := v.header(v.firstData())
	if v.width < 2 || len(header) == 0 || first >= len(v.lines) {
		return nil
	}
	t := Table{FirstDataRow: v.lines[first].number}
	s.header, s.first = v.numbers(header), t.FirstDataRow
	s.last = v.lastData(first, &t, false)
	if s.last == v.lines[len(v.lines)-1].number {
		s.last = s.section.last
	}
	t.LastDataRow = s.last
	s.names = v.names(header, &t)
	named := 0
	for _, c := range s.names {
		if v.named(c.Source, header) {
			named++
		}
	}
	if len(s.names) < 2 || 3*named < 2*len(s.names) {
		return nil
	}
	top := header[0]
	s.titled = top > 0 && v.lines[top-1].lone() && v.lines[top-1].cells[0].col == s.names[0].Source
	s.key = v.tellsApart(s.names[0].Source, first)
	s.dense = v.dense(s.names, header, s.first, s.last)
	return s
}

// apart tells whether two tables beside each other are two, and not one with a
// blank column in it: they have their own rows, names, titles or keys.
func apart(left, right *side, gap int) bool {
	switch {
	case left.names[0].Name == right.names[0].Name:
		return true // one list in two halves, or the same of two groups
	case left.titled && right.titled:
		return true
	case left.first != right.first && disjoint(left.header, right.header) && left.dense && right.dense:
		return true
	case left.last != right.last && left.dense && right.dense && left.solid() && right.solid():
		return true
	}
	return left.key && right.key && (gap > 1 || right.typed() > 0)
}

// solid tells whether the table is no stray remark: it has several rows, or values only.
func (s *side) solid() bool { return s.last > s.first || s.typed() == len(s.names) }

func disjoint(a, b []int64) bool {
	return !slices.ContainsFunc(a, func(n int64) bool { return slices.Contains(b, n) })
}

// tellsApart tells whether a column names each of the lines from first on:
// words or codes that do not come again, or numbers that count.
func (v *view) tellsApart(col, first int) bool {
	seen := map[string]bool{}
	counts := 0
	for i, l := range v.lines[first:] {
		c, ok := l.at(col)
		if !ok || seen[c.text] {
			return false
		}
		seen[c.text] = true
		switch c.class {
		case words, code:
		case number:
			if n, whole := small(c.text); !whole || n != i+1 {
				return false
			}
			counts++
		default:
			return false
		}
	}
	return len(seen) > 1 && (counts == 0 || counts == len(seen))
}

// dense tells whether the named columns are filled from row first to last.
func (v *view) dense(names []Column, header []int, first, last int64) bool {
	rows := last - first + 1
	for i, n := range names {
		cells := v.columns[n.Source].total()
		for _, h := range header {
			if _, ok := v.lines[h].at(n.Source); ok {
				cells--
			}
		}
		if 5*cells < 4*rows && (i == 0 || 2*cells < rows) {
			return false
		}
	}
	return true
}
