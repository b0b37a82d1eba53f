package locate

import "slices"

// region is a run of blocks that make one table, with what stands right above it.
type region struct {
	blocks  []*block
	columns map[int]*column
}

// regions joins blocks to tables. An empty row within a table does not end it;
// a block that brings a header of its own, or other kinds of columns, begins the next.
func (s *Sketch) regions() []*region {
	var done []*region
	var open *region
	var loose []*block // blocks that belong to the table above, or below, or to none
	for _, b := range s.blocks {
		switch {
		case open == nil && !b.body():
			loose = append(loose, b)
		case open == nil:
			open = newRegion(append(loose, b)...)
			loose = nil
		case !b.multi():
			loose = append(loose, b)
		case open.continuedBy(b):
			open.add(append(loose, b)...)
			loose = nil
		case b.body():
			done = append(done, open)
			open = newRegion(append(loose, b)...)
			loose = nil
		default: // the next table's header, cut off from its data by an empty row
			done = append(done, open)
			open, loose = nil, append(loose, b)
		}
	}
	if open != nil {
		return append(done, open)
	}
	if len(loose) > 0 && (len(done) == 0 || slices.ContainsFunc(loose, (*block).multi)) {
		done = append(done, newRegion(loose...))
	}
	return done
}

func newRegion(blocks ...*block) *region {
	r := &region{columns: map[int]*column{}}
	r.add(blocks...)
	return r
}

func (r *region) add(blocks ...*block) {
	for _, b := range blocks {
		r.blocks = append(r.blocks, b)
		for col, c := range b.columns {
			sum := r.columns[col]
			if sum == nil {
				sum = &column{values: map[uint64]int64{}}
				r.columns[col] = sum
			}
			for k, n := range c.counts {
				sum.counts[k] += n
			}
			for h, n := range c.values {
				sum.values[h] += n
			}
		}
	}
}

// kept is the remembered rows of all blocks, in order.
func (r *region) kept() []row {
	var rows []row
	for _, b := range r.blocks {
		rows = append(rows, b.rowsKept()...)
	}
	return rows
}

func (r *region) cells() (n int64) {
	for _, b := range r.blocks {
		n += b.cells
	}
	return n
}

// multi tells whether any remembered row has two cells or more.
func (b *block) multi() bool {
	return slices.ContainsFunc(b.head, func(r row) bool { return r.count > 1 })
}

// body tells whether the block has data of its own, not words alone in a row or two.
func (b *block) body() bool {
	if b.rows > 3 && (b.multi() || b.typed() > 0) {
		return true
	}
	wide := 0
	for _, r := range b.head {
		if r.count > 1 {
			wide++
		}
		if r.count > 1 && r.values() > 0 && !r.years() {
			return true
		}
	}
	return wide > 2
}

// typed counts the columns that hold values rather than words.
func (b *block) typed() (n int) {
	for _, c := range b.columns {
		if c.typed() {
			n++
		}
	}
	return n
}

func (c *column) typed() bool {
	return c.counts[number]+c.counts[moment]+c.counts[truth] > c.counts[words]
}

// main is the class that most of the column's cells are of.
func (c *column) main() class {
	best := words
	for k := words; k < classes; k++ {
		if c.counts[k] > c.counts[best] {
			best = k
		}
	}
	return best
}

// continuedBy tells whether b goes on with the table of r after an empty row.
func (r *region) continuedBy(b *block) bool {
	same, other, outside := 0, 0, 0
	for col, c := range b.columns {
		mine := r.columns[col]
		switch {
		case mine == nil:
			outside++
		case mine.main() == c.main() || c.counts[mine.main()] > 0:
			same++
		default:
			other++
		}
	}
	return same > other+outside && !b.headed(r)
}

// headed tells whether the block's first row is words over columns of values,
// in places where the table above has values too: a header of its own.
func (b *block) headed(above *region) bool {
	if len(b.head) == 0 {
		return false
	}
	first := b.head[0]
	if first.values() > 0 || first.count < 2 {
		return false
	}
	over := 0
	for _, c := range first.cells {
		if mine := above.columns[c.col]; mine != nil && mine.typed() && c.class == words {
			over++
		}
	}
	if b.rows > 1 && b.typed() > 0 {
		return over > 0
	}
	return 2*over > first.count
}

// values counts the row's cells that are numbers, dates or truths.
func (r row) values() int { return r.byKind[number] + r.byKind[moment] + r.byKind[truth] }

// years tells whether the row's values are years, as in a header that reads
// 2019, 2020, 2021.
func (r row) years() bool {
	seen := map[string]bool{}
	for _, c := range r.cells {
		if c.class == words || c.class == blank {
			continue
		}
		if c.class != number || !yearText(c.text) || seen[c.text] {
			return false
		}
		seen[c.text] = true
	}
	return len(seen) > 1
}

func yearText(text string) bool {
	if len(text) < 4 || len(text) > 4 && text[4] != '.' && text[4] != ' ' {
		return false
	}
	for _, c := range text[:4] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text[:4] >= "1900" && text[:4] <= "2100"
}
