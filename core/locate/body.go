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
		for _, c := range v.lines[i].cells {
			met[c.col] = met[c.col] || c.class.value() && !v.lines[i].ordinal()
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

// labels tells whether the numbers of line i name columns: they are years over
// what are none, or scales such as (1,000), or go up evenly from column to
// column as no line below does.
func (v *view) labels(i int) bool {
	l := &v.lines[i]
	switch {
	case l.scales():
		return true
	case l.years():
		return v.others(i, yearText)
	case l.counting():
		return v.countsAlone(i)
	}
	return false
}

// countsAlone tells whether line i, whose numbers go up evenly, does so by
// intent: several lines follow that do not, and three numbers alone, which may
// do so by chance, are the first line with several cells.
func (v *view) countsAlone(i int) bool {
	if len(v.lines)-i < 4 {
		return false
	}
	for j := i + 1; j < i+4; j++ {
		if v.lines[j].counting() {
			return false
		}
	}
	return v.lines[i].values() > 3 || !slices.ContainsFunc(v.lines[:i], func(l line) bool { return l.count > 1 })
}

// others tells whether most columns of line i's numbers go on below with
// numbers that are unlike.
func (v *view) others(i int, like func(string) bool) bool {
	unlike, same := 0, 0
	for _, c := range v.lines[i].cells {
		if c.class != number {
			continue
		}
		a, b := 0, 0
		for j := i + 1; j < min(len(v.lines), i+1+24); j++ {
			if below, ok := v.lines[j].at(c.col); ok && below.class == number {
				if like(below.text) {
					a++
				} else {
					b++
				}
			}
		}
		switch {
		case b > a:
			unlike++
		case a > 0:
			same++
		default:
			unlike++ // over nothing that it could be one of
		}
	}
	return unlike > 0 && unlike >= same
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

// firstWords decides for a table of words: its first full line is the header,
// unless its words come again below, as those of data do.
func (v *view) firstWords() int {
	for i := range v.lines {
		l := &v.lines[i]
		if 2*l.count < v.width || l.count == 0 || l.ruler() {
			continue
		}
		if v.isForm(i) || v.likeBelow(i, i+1) {
			return i
		}
		for i++; i < len(v.lines) && v.lines[i].units(); {
			i++
		}
		return i
	}
	return min(1, len(v.lines))
}

// likeBelow tells whether the words of line i are data: enough of them come
// again in their column from line body on, or are codes among codes.
func (v *view) likeBelow(i, body int) bool {
	l := &v.lines[i]
	if len(v.lines)-body < 2 {
		return false
	}
	again, asked, codes := 0, 0, 0
	for _, c := range l.cells {
		if c.class != words && c.class != code {
			if c.class.value() {
				again++
				asked++
			}
			continue
		}
		asked++
		if v.recurs(body, c) {
			again++
		}
		if c.class == code && 2*v.columns[c.col].counts[code] > v.columns[c.col].total() {
			codes++
		}
	}
	return 3*max(again, l.again) > asked || 2*codes > asked
}

// saidAgain tells whether a line from body on says all that line i says: then
// it is a header that each page repeats.
func (v *view) saidAgain(i, body int) bool {
	for j := body; j < len(v.lines); j++ {
		if slices.EqualFunc(v.lines[j].cells, v.lines[i].cells, func(a, b cell) bool { return a.col == b.col && a.text == b.text }) {
			return true
		}
	}
	return false
}

// recurs tells whether a cell's text stands in its column from line body on.
func (v *view) recurs(body int, c cell) bool {
	for j := body; j < len(v.lines); j++ {
		if below, ok := v.lines[j].at(c.col); ok && below.text == c.text {
			return true
		}
	}
	return false
}

// isForm tells whether the lines from i on are names with their values beside
// them, as a form has: what stands right of the names is of many kinds.
func (v *view) isForm(i int) bool {
	if v.width != 2 || len(v.lines)-i < 3 {
		return false
	}
	colons, mixed, pairs := 0, 0, 0
	seen := map[string]bool{}
	for _, l := range v.lines[i:] {
		if l.count != 2 || len(l.cells) != 2 || l.cells[0].class != words {
			continue
		}
		pairs++
		key := l.cells[0].text
		if seen[key] {
			return false
		}
		seen[key] = true
		if endsInColon(key) {
			colons++
		}
		if l.cells[1].class.value() || l.cells[1].class == code {
			mixed++
		}
	}
	return pairs > 2 && (2*colons > pairs || v.lines[i].names() == 2 && 4*mixed > pairs && 4*mixed < 3*pairs)
}
