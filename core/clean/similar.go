package clean

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// Cluster is a group of values that may be one: what they could become, and
// why they were grouped: "spelling", "sound" or "letter".
type Cluster struct {
	Into   string  `json:"into"`
	Reason string  `json:"reason"`
	Levels []Level `json:"levels"` // most frequent first; Into is the first
}

// maxCompared bounds the pairs of levels that are compared letter by letter.
const maxCompared = 256

// clusters groups levels that are near to each other. Every level is in one
// group at most: alike in spelling first, then in sound, then but for a letter.
func clusters(all []Level) []Cluster {
	var out []Cluster
	rest := all
	for _, by := range []struct {
		reason string
		key    func(string) string
	}{{"spelling", plainKey}, {"sound", soundKey}} {
		groups := map[string][]Level{}
		for _, l := range rest {
			if key := by.key(l.Text); key != "" {
				groups[key] = append(groups[key], l)
			}
		}
		taken := map[string]bool{}
		for _, group := range groups {
			if len(group) < 2 || by.reason == "sound" && !lopsided(group) {
				continue
			}
			slices.SortStableFunc(group, func(a, b Level) int { // of two as frequent, the one without needless spaces
				return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(utf8.RuneCountInString(a.Text), utf8.RuneCountInString(b.Text)))
			})
			out = append(out, Cluster{group[0].Text, by.reason, group})
			for _, l := range group {
				taken[l.Text] = true
			}
		}
		rest = slices.DeleteFunc(slices.Clone(rest), func(l Level) bool { return taken[l.Text] })
	}
	out = append(out, byLetter(rest)...)
	slices.SortFunc(out, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(b.count(), a.count()), cmp.Compare(a.Into, b.Into))
	})
	return out
}

// count is how many cells hold a value that would become another.
func (c *Cluster) count() (n int64) {
	for _, l := range c.Levels[1:] {
		n += l.Count
	}
	return n
}

// lopsided tells whether one value is much more frequent than the others: two
// frequent words that sound alike are two words.
func lopsided(group []Level) bool { return group[0].Count >= 4*group[1].Count }

// byLetter groups a rare value with a frequent one that differs in one letter.
func byLetter(all []Level) []Cluster {
	if len(all) > maxCompared {
		return nil
	}
	var out []Cluster
	taken := make([]bool, len(all))
	for i, big := range all {
		group := []Level{big}
		for k := i + 1; k < len(all) && !taken[i]; k++ {
			if !taken[k] && lopsided([]Level{big, all[k]}) && oneLetterOff(big.Text, all[k].Text) {
				group, taken[k] = append(group, all[k]), true
			}
		}
		if len(group) > 1 {
			out = append(out, Cluster{big.Text, "letter", group})
		}
	}
	return out
}

// plainKey is a text without case, width, spaces and punctuation. Signs that
// mean something stay: + and -, % and the like.
func plainKey(s string) string {
	folded, _ := fold([]byte(s), new([]byte))
	var b strings.Builder
	for _, r := range string(folded) {
		switch {
		case unicode.IsSpace(r) || unicode.IsPunct(r) && !strings.ContainsRune("+-%#&*/@.", r):
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() == 0 || !strings.ContainsFunc(b.String(), unicode.IsLetter) {
		return ""
	}
	return b.String()
}

// soundKey is the pinyin of a text of two Chinese characters and more; "" for
// any other text.
func soundKey(s string) string {
	if utf8.RuneCountInString(s) < 2 {
		return ""
	}
	args := pinyin.NewArgs()
	var b strings.Builder
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return ""
		}
		sounds := pinyin.SinglePinyin(r, args)
		if len(sounds) == 0 {
			return ""
		}
		b.WriteString(sounds[0])
		b.WriteByte(' ')
	}
	return b.String()
}

// oneLetterOff tells whether two texts differ by one letter that is another,
// missing, added, or changed places with its neighbour. Digits, and short
// texts, differ for a reason.
func oneLetterOff(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) < len(y) {
		x, y = y, x
	}
	shortest := 5
	if strings.ContainsFunc(a, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		shortest = 4
	}
	if len(y) < shortest || len(x)-len(y) > 1 {
		return false
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	j := 0
	for j < len(y)-i && x[len(x)-1-j] == y[len(y)-1-j] {
		j++
	}
	dx, dy := x[i:len(x)-j], y[i:len(y)-j]
	switch {
	case len(dx) == 1 && len(dy) <= 1:
	case len(dx) == 2 && len(dy) == 2 && dx[0] == dy[1] && dx[1] == dy[0]:
	default:
		return false
	}
	for _, r := range slices.Concat(dx, dy) {
		if !unicode.IsLetter(r) || strings.ContainsRune("一二三四五六七八九十左右上下内外前后阴阳男女高低轻重大小不无未非IVXⅠⅡⅢⅣ", r) {
			return false
		}
	}
	return true
}
