package locate

import (
	"strings"
)

// line is a remembered row as Decide reads it.
type line struct {
	number int64
	count  int // cells that hold something
	byKind [classes]int
	cells  []cell // those remembered, by column
	again  int    // cells whose text stands in later rows of the same block, where counted
}

type cell struct {
	col   int
	class class
	text  string
}

// lines reads a block's remembered rows.
func (b *block) lines() []line {
	rows := b.rowsKept()
	lines := make([]line, len(rows))
	for i, r := range rows {
		lines[i] = r.line()
	}
	if len(b.head) > 0 && b.head[0].number == b.first {
		for _, c := range lines[0].cells {
			if b.columns[c.col].again > 0 {
				lines[0].again++
			}
		}
	}
	return lines
}

func (r keptRow) line() line {
	l := line{number: r.number, count: r.count, cells: make([]cell, len(r.cells))}
	text := string(r.text)
	for i, c := range r.cells {
		l.cells[i] = cell{col: int(c.col), class: c.class, text: text[c.start:c.end]}
		l.byKind[c.class]++
	}
	return l
}

// names counts the cells that say something in words.
func (l *line) names() int { return l.byKind[words] + l.byKind[code] }

// values counts the cells that are numbers, dates or truths.
func (l *line) values() int { return l.byKind[number] + l.byKind[moment] + l.byKind[truth] }

// lone tells whether the line has a single cell.
func (l *line) lone() bool { return l.count == 1 }

// at is the line's cell in a column.
func (l *line) at(col int) (cell, bool) {
	lo, hi := 0, len(l.cells)
	for lo < hi {
		mid := (lo + hi) / 2
		if l.cells[mid].col < col {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(l.cells) && l.cells[lo].col == col {
		return l.cells[lo], true
	}
	return cell{}, false
}

// ruler tells whether the line is drawn: every cell is dashes or the like.
func (l *line) ruler() bool {
	for _, c := range l.cells {
		if !drawn(c.text) {
			return false
		}
	}
	return l.count > 1
}

func drawn(text string) bool {
	return strings.Trim(text, "-=_~*.—–─━ ") == "" && text != ""
}

// ordinal tells whether the values of the line may be names: which they are,
// the lines around it tell.
func (l *line) ordinal() bool { return l.years() || l.counting() || l.scales() }

// scales tells whether every value of the line is a power of ten in brackets,
// as statistics say that a column counts thousands.
func (l *line) scales() bool {
	n := 0
	for _, c := range l.cells {
		if !c.class.value() {
			continue
		}
		digits := strings.ReplaceAll(strings.Trim(c.text, "()[]"), ",", "")
		if !isUnit(c.text) || !strings.HasPrefix(digits, "10") || strings.Trim(digits[1:], "0") != "" {
			return false
		}
		n++
	}
	return n > 0
}

// years tells whether every value of the line is a year, and there is one.
func (l *line) years() bool {
	n := 0
	for _, c := range l.cells {
		if !c.class.value() {
			continue
		}
		if c.class != number || !yearText(c.text) {
			return false
		}
		n++
	}
	return n > 0
}

// yearText tells whether a number is a year, as 2008 or, from a sheet that
// keeps all numbers alike, 2008.0.
func yearText(text string) bool {
	text = strings.TrimSpace(text)
	text = strings.TrimSuffix(text, ".0")
	if len(text) == 5 && text[:2] >= "19" && text[:2] <= "20" {
		text = text[:4] // with the number of a footnote
	}
	return len(text) == 4 && text >= "1800" && text <= "2100" && strings.Trim(text, "0123456789") == ""
}

// counting tells whether the values of the line go up by one step from column
// to column: 1, 2, 3 or 2005, 2010, 2015. Four do not by chance; three do when
// they count from 0 or 1.
func (l *line) counting() bool {
	n, first, last, step := 0, 0, 0, 0
	for _, c := range l.cells {
		if !c.class.value() {
			continue
		}
		whole, ok := small(c.text)
		if !ok {
			return false
		}
		switch n {
		case 0:
			first = whole
		case 1:
			step = whole - last
		default:
			if whole-last != step {
				return false
			}
		}
		n, last = n+1, whole
	}
	return step > 0 && (n > 3 || n == 3 && step == 1 && first < 2)
}

// small reads a number such as 7, 7.0 or (7).
func small(text string) (int, bool) {
	text = strings.TrimSuffix(strings.Trim(text, " ()[]"), ".0")
	if text == "" || len(text) > 5 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}
