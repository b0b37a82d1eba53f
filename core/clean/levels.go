package clean

import (
	"cmp"
	"slices"
)

// levels count a column's different texts while they are few: what a category
// and its near-duplicates are found from. The zero value is ready.
type levels struct {
	count map[string]int64
	many  bool // more than maxLevels, or a long one
}

const (
	maxLevels     = 512
	maxLevelBytes = 96
)

func (l *levels) add(b []byte) {
	if l.many {
		return
	}
	if len(b) > maxLevelBytes {
		l.full()
		return
	}
	if l.count == nil {
		l.count = map[string]int64{}
	}
	if n, ok := l.count[string(b)]; ok {
		l.count[string(b)] = n + 1
		return
	}
	if len(l.count) == maxLevels {
		l.full()
		return
	}
	l.count[string(b)] = 1
}

func (l *levels) full() { l.count, l.many = nil, true }

func (l *levels) merge(next *levels) {
	if l.many || next.many {
		l.full()
		return
	}
	for text, n := range next.count {
		if _, ok := l.count[text]; !ok && len(l.count) == maxLevels {
			l.full()
			return
		}
		if l.count == nil {
			l.count = map[string]int64{}
		}
		l.count[text] += n
	}
}

// Level is one value of a category, and how many cells hold it.
type Level struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// sorted lists the levels, most frequent first.
func (l *levels) sorted() []Level {
	out := make([]Level, 0, len(l.count))
	for text, n := range l.count {
		out = append(out, Level{text, n})
	}
	slices.SortFunc(out, func(a, b Level) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// category lists the levels of a text column that is one: values that come
// again and again, not more different ones than a person takes in. Words that
// may be missing values, and are answers here, are levels too.
func (f *Facts) category() []Level {
	if f.levels.many || f.rd.set.off&ruleCategory != 0 {
		return nil
	}
	all := levels{}
	all.merge(&f.levels)
	for i, n := range f.markers {
		if n > 0 && !f.rd.set.standing(i).missing("string", f.count[tSigns] > 0) {
			if all.merge(&levels{count: map[string]int64{f.rd.set.word(i): n}}); all.many {
				return nil
			}
		}
	}
	n := int64(0)
	for _, c := range all.count {
		n += c
	}
	// Three times each on the average is less than chance would have of names.
	different := int64(len(all.count))
	chosen := f.rd.set.chosen == Category
	if different == 0 || !chosen && (different > int64(f.rd.set.levels) || n < 3*different || n < 4) {
		return nil
	}
	return all.sorted()
}
