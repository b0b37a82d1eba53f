package locate

import "slices"

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
