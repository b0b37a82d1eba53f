package clean

import "strings"

// Words in a column's name that settle what its values leave open.
var (
	dateNames  = []string{"date", "day", "日期", "时间", "日", "dob", "birth", "生日"}
	timeNames  = []string{"time", "clock", "时间", "时刻", "时长", "duration"}
	phoneNames = []string{"phone", "mobile", "tel", "fax", "电话", "手机", "联系方式", "传真"}
)

// named tells whether the column's name holds one of the words.
func (f *Facts) named(words []string) bool {
	name := strings.ToLower(f.name)
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
