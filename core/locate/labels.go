package locate

import "slices"

// labels tells whether the numbers of line i name columns: they are years over
// what are none, or scales such as (1,000), or go up evenly from column to
// column as no line below does.
func (v *view) labels(i int) bool {
	l := &v.lines[i]
	switch {
	case l.scales():
		return true
	case l.years():
		return v.others(i, yearText) && !v.oneYearOfMany(i)
	case l.counting():
		return v.countsAlone(i)
	}
	return false
}

// oneYearOfMany tells whether line i is a full line with a single number that
// might be a year by chance, under a line that has a name for it.
func (v *view) oneYearOfMany(i int) bool {
	l := &v.lines[i]
	if l.values() > 1 || l.count < v.width {
		return false
	}
	for _, c := range l.cells {
		if !c.class.value() {
			continue
		}
		for j := range i {
			above, ok := v.lines[j].at(c.col)
			if ok && v.lines[j].count > 1 && (above.class == words || above.class == code) {
				return true
			}
		}
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
