package locate

import "slices"

// section is a block as Decide reads it.
type section struct {
	*block
	lines []line
}

// region is a run of sections that make one table, with what stands right
// above and below it.
type region struct {
	sections []*section
	columns  []column
}

func (s *Sketch) sections() []*section {
	var out []*section
	for _, b := range s.blocks {
		out = append(out, (&section{block: b, lines: b.lines()}).stacked()...)
	}
	return out
}

// regions joins sections to tables. An empty row within a table does not end
// it; a header of its own, or other kinds of columns, begin the next.
func (s *Sketch) regions(sections []*section) []*region {
	var done []*region
	var open *region
	var loose []*section // belong to the table above, or below, or to none
	for _, b := range sections {
		switch {
		case !b.body():
			loose = append(loose, b)
		case open == nil:
			open = newRegion(append(loose, b)...)
			loose = nil
		case s.continues(open, loose, b):
			open.add(append(loose, b)...)
			loose = nil
		default:
			above := headOf(loose)
			open.add(loose[:len(loose)-above]...)
			done = append(done, open)
			open = newRegion(append(loose[len(loose)-above:], b)...)
			loose = nil
		}
	}
	if open == nil {
		return wordTables(loose)
	}
	// What follows the last table is its notes, unless it is a table of words.
	for i, b := range loose {
		if b.wordTable() && !open.matches(b) {
			open.add(loose[:i]...)
			return append(append(done, open), newRegion(loose[i:]...))
		}
	}
	open.add(loose...)
	return append(done, open)
}

// headOf counts the sections at the end of loose that stand over the next
// table rather than under the last: from the topmost with several cells in a
// row, and the titles right above it.
func headOf(loose []*section) int {
	n := 0
	for i := len(loose) - 1; i >= 0 && len(loose)-i <= maxHeaderRows; i-- {
		if !loose[i].multi() && n > 0 && len(loose)-i > n+1 {
			break
		}
		n = len(loose) - i
	}
	return n
}

// wordTables makes tables of sections without values: one table for as long as
// many columns go on.
func wordTables(sections []*section) (done []*region) {
	var open *region
	var loose []*section
	for _, b := range sections {
		switch {
		case !b.multi():
			loose = append(loose, b)
		case open == nil:
			open = newRegion(append(loose, b)...)
			loose = nil
		case b.rows > 2 && open.rows() > 2 && b.widest() != open.widest():
			done = append(done, open)
			open = newRegion(append(loose, b)...)
			loose = nil
		default:
			open.add(append(loose, b)...)
			loose = nil
		}
	}
	switch {
	case open != nil:
		open.add(loose...)
		done = append(done, open)
	case len(loose) > 0:
		done = append(done, newRegion(loose...))
	}
	return done
}

func newRegion(sections ...*section) *region {
	r := &region{}
	r.add(sections...)
	return r
}

func (r *region) add(sections ...*section) {
	for _, b := range sections {
		r.sections = append(r.sections, b)
		if more := len(b.columns) - len(r.columns); more > 0 {
			r.columns = append(r.columns, make([]column, more)...)
		}
		for col := range b.columns {
			for k, n := range b.columns[col].counts {
				r.columns[col].counts[k] += n
			}
		}
	}
}

// lines is the remembered rows of all sections, in order.
func (r *region) lines() []line {
	var lines []line
	for _, b := range r.sections {
		lines = append(lines, b.lines...)
	}
	return lines
}

func (r *region) cells() (n int64) {
	for _, b := range r.sections {
		n += b.cells
	}
	return n
}

func (r *region) rows() (n int64) {
	for _, b := range r.sections {
		n += b.rows
	}
	return n
}

// below is the first row under the given one that holds something, or would.
func (r *region) below(row int64) int64 {
	for _, b := range r.sections {
		if b.last > row {
			return max(b.first, row+1)
		}
	}
	return row + 1
}

func (r *region) first() int64 { return r.sections[0].first }
func (r *region) last() int64  { return r.sections[len(r.sections)-1].last }

func (r *region) widest() (n int) {
	for _, b := range r.sections {
		n = max(n, b.widest())
	}
	return n
}

// widest is the number of cells in the section's widest remembered row.
func (b *section) widest() (n int) {
	for i := range b.lines {
		n = max(n, b.lines[i].count)
	}
	return n
}

// multi tells whether any remembered row has two cells or more.
func (b *section) multi() bool { return b.widest() > 1 }

// body tells whether the section has rows of values, or so many of words that
// they cannot be a header.
func (b *section) body() bool {
	for i := range b.lines {
		l := &b.lines[i]
		if l.values() == 0 || l.ordinal() {
			continue
		}
		if l.count > 1 && 3*l.values() >= l.byKind[words] {
			return true
		}
	}
	return b.rows > maxHeaderRows && (b.multi() || b.typed() > 0) || b.rows > 3 && b.typed() > 0 && !b.labelled()
}

// labelled tells whether all values of the section are years or counts.
func (b *section) labelled() bool {
	return !slices.ContainsFunc(b.lines, func(l line) bool {
		return l.values() > 0 && l.count > 1 && !l.ordinal()
	}) && b.rows <= maxHeaderRows && b.multi()
}

// wordTable tells whether a section without values is a table all the same:
// several full rows of three columns or more.
func (b *section) wordTable() bool {
	full, widest := 0, b.widest()
	for i := range b.lines {
		if b.lines[i].count*3 >= 2*widest {
			full++
		}
	}
	return widest > 2 && full > 2
}

// typed counts the columns that hold values rather than words.
func (b *section) typed() (n int) {
	for i := range b.columns {
		if b.columns[i].typed() {
			n++
		}
	}
	return n
}

// continues tells whether section b, below the loose ones, goes on with the
// table above.
func (s *Sketch) continues(open *region, loose []*section, b *section) bool {
	return !s.newHeader(open, loose, b) && open.matches(b)
}

// matches tells whether the section's columns are mostly those of the region.
func (r *region) matches(b *section) bool {
	same, other := 0, 0
	for col := range b.columns {
		theirs := &b.columns[col]
		if theirs.total() == 0 {
			continue
		}
		if col < len(r.columns) && r.columns[col].total() > 0 && r.columns[col].goesOn(theirs) {
			same++
		} else {
			other++
		}
	}
	return same > other
}

// goesOn tells whether a column goes on with cells of a kind that it has.
func (c *column) goesOn(below *column) bool {
	mine, theirs := c.main(), below.main()
	return mine == theirs || c.counts[mine] == 0 || below.counts[theirs] == 0 ||
		4*c.counts[theirs] >= c.total() || 4*below.counts[mine] >= below.total()
}

// newHeader tells whether names stand over the values of section b: a header of
// its own. The table's own header said again is none.
func (s *Sketch) newHeader(open *region, loose []*section, b *section) bool {
	var lines []line
	for _, l := range loose {
		lines = append(lines, l.lines...)
	}
	for i := range b.lines {
		l := &b.lines[i]
		if l.values() > 0 && !l.ordinal() {
			break
		}
		if i < maxHeaderRows {
			lines = append(lines, *l)
		}
	}
	above := newView(open.lines(), open.columns, nil)
	typed := newView(b.lines, b.columns, nil).typed
	if !slices.Contains(typed, true) {
		typed = above.typed
	}
	valued := 0
	for _, is := range typed {
		if is {
			valued++
		}
	}
	for i := range lines {
		l := &lines[i]
		if l.count < 2 || l.values() > 0 && above.knows(l) || l.values() == 1 && l.count >= b.widest() || s.isRepeat(l.number, open) {
			continue
		}
		over := 0
		for _, c := range l.cells {
			if c.class != absent && c.col < len(typed) && typed[c.col] {
				over++
			}
		}
		if over > 0 && 2*over >= valued {
			return true
		}
	}
	return false
}

// knows tells whether the view's lines hold all words of a line, in their columns.
func (v *view) knows(l *line) bool {
	for _, c := range l.cells {
		if (c.class == words || c.class == code) && !v.recurs(0, c) {
			return false
		}
	}
	return l.names() > 0
}

// isRepeat tells whether the row says again what a row of the region said.
func (s *Sketch) isRepeat(number int64, of *region) bool {
	for _, known := range s.repeats {
		for _, r := range known {
			if r.number < of.first() || r.number > of.last() {
				continue
			}
			if _, found := slices.BinarySearch(r.later, number); found {
				return true
			}
		}
	}
	return false
}

// laterRepeats lists the rows that say row number again, ascending.
func (s *Sketch) laterRepeats(number int64) []int64 {
	for _, known := range s.repeats {
		for _, r := range known {
			if r.number == number {
				return r.later
			}
		}
	}
	return nil
}
