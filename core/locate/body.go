package locate

import (
	"slices"

	"sheetmill/core/sheet"
)

// view is one region of the sheet while it becomes a table.
type view struct {
	lines   []line   // remembered ones, from top to bottom
	columns []column // sums over the region, by column of the sheet
	merges  map[corner]sheet.Range
	typed   []bool // columns of values rather than words
	left    int    // first column with more than a title in it
	width   int    // columns that a full row fills
	agreed  int    // values that a typical row of data has where its columns have values
}

// corner is the top left cell of a merged range.
type corner struct {
	row int64
	col int
}

func newView(lines []line, columns []column, merges map[corner]sheet.Range) *view {
	v := &view{lines: lines, columns: columns, merges: merges}
	v.typed = v.typedColumns()
	v.width = v.fullWidth()
	v.left = v.firstColumn()
	v.agreed = v.typicalAgreement()
	return v
}

// typed tells whether a column holds values rather than words.
func (c *column) typed() bool { return c.values() > c.counts[words]+c.counts[code] }

// typedColumns tells which columns hold values. Words above a column's first
// value name it and do not count against it, unless they are the most of it.
func (v *view) typedColumns() []bool {
	above := make([]int64, len(v.columns))
	met := make([]bool, len(v.columns))
	for i := range v.lines {
		ordinal := v.lines[i].ordinal()
		for _, c := range v.lines[i].cells {
			met[c.col] = met[c.col] || c.class.value() && !ordinal
			if !met[c.col] && (c.class == words || c.class == code) && above[c.col] < maxHeaderRows {
				above[c.col]++
			}
		}
	}
	typed := make([]bool, len(v.columns))
	for col := range v.columns {
		c := &v.columns[col]
		named := c.counts[words] + c.counts[code]
		typed[col] = c.typed() || c.values() > 0 && 2*c.values() >= named && c.values() > named-above[col]
	}
	return typed
}

func (c *column) values() int64 { return c.counts[number] + c.counts[moment] + c.counts[truth] }

func (c *column) total() (n int64) {
	for k := absent; k < classes; k++ {
		n += c.counts[k]
	}
	return n
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

// fullWidth is the number of cells in the widest common kind of row: the
// largest count that a tenth of the remembered rows reach.
func (v *view) fullWidth() int {
	if len(v.lines) == 0 {
		return 0
	}
	counts := make([]int, 0, len(v.lines))
	for i := range v.lines {
		counts = append(counts, v.lines[i].count)
	}
	slices.Sort(counts)
	return counts[len(counts)-1-len(counts)/10]
}

// firstColumn is the leftmost column of lines with several cells; titles may
// stand further left.
func (v *view) firstColumn() int {
	left := -1
	for i := range v.lines {
		l := &v.lines[i]
		if len(l.cells) > 0 && (l.count > 1 || v.width <= 1) && (left < 0 || l.cells[0].col < left) {
			left = l.cells[0].col
		}
	}
	return max(left, 0)
}

// agreement weighs a line against its columns: values where they have values,
// and words where they do not expect any.
func (v *view) agreement(l *line) (agree, contrast int) {
	for _, c := range l.cells {
		column := &v.columns[c.col]
		if !v.typed[c.col] {
			continue
		}
		switch {
		case c.class == words || c.class == code:
			contrast++
		case c.class == absent:
		case c.class == column.main():
			agree++
		case column.counts[c.class] < 2:
			contrast++ // a date over numbers names them
		default:
			agree++
		}
	}
	return agree, contrast
}

// typicalAgreement is the median agreement of the lines that have any.
func (v *view) typicalAgreement() int {
	var found []int
	for i := range v.lines {
		if agree, contrast := v.agreement(&v.lines[i]); agree > contrast {
			found = append(found, agree)
		}
	}
	if len(found) == 0 {
		return 0
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// dataLine tells whether line i has values where its columns have values.
func (v *view) dataLine(i int) bool {
	l := &v.lines[i]
	agree, contrast := v.agreement(l)
	switch {
	case agree == 0, contrast > agree:
		return false
	case 4*agree < v.agreed && 4*(agree+l.byKind[absent]) < v.agreed:
		return false // a date in a title is no data of a wide table
	case l.lone() && v.width > 2 && v.agreed > 1:
		return false
	}
	return !v.labels(i)
}

// firstData is the index of the first line of values; len(lines) when there
// is none.
func (v *view) firstData() int {
	if !slices.Contains(v.typed, true) {
		return v.firstWords()
	}
	for i := range v.lines {
		if !v.dataLine(i) {
			continue
		}
		// One such line among titles is none: data goes on.
		ahead, data := 0, 0
		for j := i; j < len(v.lines) && ahead < 4; j++ {
			if v.lines[j].lone() && v.width > 2 && j > i {
				continue
			}
			ahead++
			if v.dataLine(j) {
				data++
			}
		}
		if 2*data >= ahead {
			return i
		}
	}
	return v.firstWords()
}
