package clean

import (
	"cmp"
	"slices"
)

// levels count a column's different texts while they are few: what a category
// and its near-duplicates are found from. The zero value is ready.
type levels struct {
	at   map[string]int // index in list
	list []Level        // in the order in which they came
	many bool           // more than maxLevels, or a long one
}

const (
	maxLevels     = 256
	maxLevelBytes = 96
)

func (l *levels) add(b []byte, n int64) {
	if l.many {
		return
	}
	if i, ok := l.at[string(b)]; ok {
		l.list[i].Count += n
		return
	}
	if len(b) > maxLevelBytes || len(l.list) == maxLevels {
		*l = levels{many: true}
		return
	}
	if l.at == nil {
		l.at = map[string]int{}
	}
	text := string(b)
	l.at[text] = len(l.list)
	l.list = append(l.list, Level{text, n})
}

func (l *levels) merge(next *levels) {
	if next.many {
		*l = levels{many: true}
	}
	for _, level := range next.list {
		l.add([]byte(level.Text), level.Count)
	}
}

// Level is one value of a category, and how many cells hold it.
type Level struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// sorted lists the levels, most frequent first.
func (l *levels) sorted() []Level {
	out := slices.Clone(l.list)
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
			all.add([]byte(f.rd.set.word(i)), n)
		}
	}
	n := int64(0)
	for _, level := range all.list {
		n += level.Count
	}
	// Three times each on the average is less than chance would have of names.
	different := int64(len(all.list))
	chosen := f.rd.set.chosen == Category
	if all.many || different == 0 || !chosen && (different > int64(f.rd.set.levels) || n < 3*different || n < 4) {
		return nil
	}
	return all.sorted()
}
