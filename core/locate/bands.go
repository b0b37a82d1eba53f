package locate

import "sheetmill/core/sheet"

// band is a run of columns [from, to) with blank ones, or none, beside it.
type band struct{ from, to int }

func (b band) holds(col int) bool { return b.from <= col && col < b.to }

// strip is the sections of one band of columns, from top to bottom.
type strip []*section

// group is a run of sections that are parted into the same bands; a group
// without bands is one strip.
type group struct {
	bands  []band
	strips []strip
}

// strips parts the sections into those that stand below each other: all of
// them, unless tables stand side by side.
func strips(sections []*section, merges map[corner]sheet.Range) (done []strip) {
	open := &group{}
	var loose []*section // of single cells: titles and notes
	for _, b := range sections {
		if !b.multi() {
			loose = append(loose, b)
			continue
		}
		bands := b.bands(merges)
		if len(open.strips) > 0 && !open.takes(b, bands) {
			above := headOf(loose)
			open.add(loose[:len(loose)-above]...)
			loose = loose[len(loose)-above:]
			done = append(done, open.strips...)
			open = &group{}
		}
		if len(open.strips) == 0 {
			open.bands = bands
		}
		open.add(append(loose, b)...)
		loose = nil
	}
	open.add(loose...)
	return append(done, open.strips...)
}

// takes tells whether a section goes on with the group: it has no bands of its
// own, or those of the group, and every cell lies in one of these.
func (g *group) takes(b *section, bands []band) bool {
	if len(g.bands) == 0 {
		return len(bands) == 0
	}
	if len(bands) > 0 && len(bands) != len(g.bands) {
		return false
	}
	for col := range b.columns {
		if b.columns[col].total() > b.columns[col].lone && g.bandOf(col) < 0 {
			return false
		}
	}
	return true
}

// bandOf is the index of the band that holds the column, or -1.
func (g *group) bandOf(col int) int {
	for i, b := range g.bands {
		if b.holds(col) {
			return i
		}
	}
	return -1
}

// add puts sections under those that the group has, each part in its band.
func (g *group) add(sections ...*section) {
	if len(g.strips) == 0 && len(sections) > 0 {
		g.strips = make([]strip, max(1, len(g.bands)))
	}
	for _, b := range sections {
		if len(g.bands) == 0 {
			g.strips[0] = append(g.strips[0], b)
			continue
		}
		for i, within := range g.bands {
			if i == 0 {
				within.from = 0 // a title may stand further left
			}
			if i+1 < len(g.bands) {
				within.to = g.bands[i+1].from // and its text reach over the gap
			} else {
				within.to = max(within.to, len(b.columns))
			}
			for _, part := range b.within(within) {
				g.strips[i] = append(g.strips[i], part.stacked()...)
			}
		}
	}
}

// gutters lists the runs of columns between others that have no cell, but for
// such as stand alone in their row.
func (b *section) gutters() (found []band, whole band) {
	whole = band{from: -1}
	for col := range b.columns {
		if b.columns[col].total() == b.columns[col].lone {
			continue
		}
		if whole.from < 0 {
			whole.from = col
		} else if col > whole.to {
			found = append(found, band{whole.to, col})
		}
		whole.to = col + 1
	}
	return found, whole
}

// maxGutters is how many runs of blank columns a sheet of tables side by side
// may have; more are the gaps of a form, or of cells that were merged.
const maxGutters = 16

// bands cuts a section where its left and its right are tables of their own;
// nil when it is one.
func (b *section) bands(merges map[corner]sheet.Range) []band {
	gutters, whole := b.gutters()
	if len(gutters) == 0 || len(gutters) > maxGutters || b.rows < 2 {
		return nil
	}
	var bands []band
	from := whole.from
	for i, gap := range gutters {
		next := whole.to
		if i+1 < len(gutters) {
			next = gutters[i+1].from
		}
		left, right := b.beside(band{from, gap.from}, merges), b.beside(band{gap.to, next}, merges)
		if right == nil && next < whole.to {
			right = b.beside(band{gap.to, whole.to}, merges)
		}
		if left == nil || right == nil || b.bridged(gap, merges) || !apart(left, right, gap.to-gap.from) {
			continue
		}
		bands = append(bands, band{from, gap.from})
		from = gap.to
	}
	if len(bands) == 0 {
		return nil
	}
	return append(bands, band{from, whole.to})
}

// bridged tells whether a merged cell, other than a title alone in its row,
// reaches over the gap: then both sides belong together.
func (b *section) bridged(gap band, merges map[corner]sheet.Range) bool {
	for i := range b.lines {
		l := &b.lines[i]
		if l.lone() {
			continue
		}
		for _, c := range l.cells {
			if m, ok := merges[corner{l.number, c.col}]; ok && c.col < gap.from && m.LastCol >= gap.from {
				return true
			}
		}
	}
	return false
}
