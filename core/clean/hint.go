package clean

import (
	"slices"
	"strings"
)

// Words in a column's name that settle what its values leave open.
var (
	dateNames  = []string{"date", "day", "birth", "dob", "日期", "时间", "生日", "日"}
	timeNames  = []string{"time", "clock", "duration", "时间", "时刻", "时长"}
	phoneNames = []string{"phone", "mobile", "tel", "fax", "电话", "手机", "联系方式", "传真"}
)

// named tells whether the column's name holds one of the words. The short
// English ones must stand alone: a hotel has no "tel".
func (f *Facts) named(words []string) bool {
	name := strings.ToLower(f.name)
	alone := strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.ContainsFunc(words, func(word string) bool {
		if len(word) == 3 && letter(word[0]) {
			return slices.Contains(alone, word)
		}
		return strings.Contains(name, word)
	})
}
