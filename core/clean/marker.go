package clean

import (
	"slices"
	"strings"

	"sheetmill/core/table"
)

// standing says in which columns a marker stands for a missing value.
type standing uint8

const (
	always    standing = iota + 1 // in every column: nobody answers "#N/A"
	dashes                        // in every column but those where "+" is an answer too
	marks                         // in typed columns
	words                         // in columns of numbers, dates and times
	errorMark                     // in every column; an error of a spreadsheet
)

type marker struct {
	text string // lower case, half width
	standing
}

// markers in the order in which a verdict lists them.
var markers = []marker{
	{"NA", always}, {"n/a", always}, {"#n/a", always}, {"n.a.", always}, {"<na>", always}, {"null", always},
	{"#null!", errorMark}, {"(null)", always}, {"<null>", always}, {`\n`, always}, {"nan", always}, {"#na", always},
	{"(blank)", always}, {"缺失", always}, {"缺失值", always}, {"空值", always}, {"无数据", always},
	{"-", dashes}, {"--", dashes}, {"---", dashes}, {"----", dashes}, {"—", dashes}, {"——", dashes}, {"———", dashes}, {"————", dashes}, {"–", dashes}, {"−", dashes}, {"─", dashes}, {"──", dashes},
	{".", marks}, {"..", marks}, {"...", marks}, {"…", marks}, {"……", marks}, {"/", marks}, {"//", marks}, {`\`, marks}, {"?", marks}, {"??", marks}, {"*", marks}, {"、", marks}, {"0000-00-00", marks}, {"0000-00-00 00:00:00", marks},
	{"na", words}, {"none", words}, {"nil", words}, {"missing", words}, {"unknown", words}, {"not available", words}, {"not applicable", words}, {"not done", words}, {"blank", words},
	{"unk", words}, {"uk", words}, {"nk", words}, {"n/k", words}, {"not known", words}, {"not recorded", words}, {"not tested", words}, {"not performed", words}, {"k.a.", words}, {"n.b.", words},
	{"无", words}, {"没有", words}, {"暂无", words}, {"无记录", words}, {"未查", words}, {"未检", words}, {"未检查", words}, {"未测", words}, {"未测量", words}, {"未做", words}, {"未填", words}, {"未填写", words}, {"未知", words}, {"未记录", words},
	{"不详", words}, {"不明", words}, {"不清楚", words}, {"空", words}, {"空白", words}, {"缺", words}, {"待查", words}, {"待测", words}, {"待补", words}, {"不适用", words}, {"无法测量", words},
	{"未检测", words}, {"未采", words}, {"未采集", words}, {"未送检", words}, {"未化验", words}, {"未评估", words}, {"未提供", words}, {"未获得", words}, {"无结果", words}, {"无法获得", words}, {"数据缺失", words}, {"资料缺失", words},
	{"拒查", words}, {"拒测", words}, {"未记", words}, {"拒检", words}, {"拒绝检查", words}, {"不知道", words}, {"记不清", words}, {"待定", words},
	{"#div/0!", errorMark}, {"#ref!", errorMark}, {"#value!", errorMark}, {"#num!", errorMark}, {"#name?", errorMark}, {"#spill!", errorMark}, {"#calc!", errorMark}, {"#getting_data", errorMark},
}

// markerOf finds markers by text; markerLengths has bit n set at the first byte
// of a marker of n bytes, so that most texts are turned away at once.
var markerOf, markerLengths = indexMarkers()

const longestMarker = 24 // bytes

func indexMarkers() (map[string]int, [256]uint32) {
	of, lengths := make(map[string]int, len(markers)), [256]uint32{}
	for i, m := range markers {
		of[m.text] = i
		c, bit := m.text[0], uint32(1)<<len(m.text)
		lengths[c] |= bit
		if letter(c) {
			lengths[c|0x20] |= bit
			lengths[c&^0x20] |= bit
		}
	}
	return of, lengths
}

// findMarker finds the marker that a tidied, folded text is; -1 if none.
func findMarker(b []byte) int {
	if len(b) == 0 || len(b) > longestMarker || markerLengths[b[0]]>>len(b)&1 == 0 {
		return -1
	}
	if len(b) == 2 && b[0] == 'N' && b[1] == 'A' { // Na is sodium, and a name
		return 0
	}
	var low [longestMarker]byte
	for i, c := range b {
		if c-'A' <= 'Z'-'A' {
			c |= 0x20
		}
		low[i] = c
	}
	if i, ok := markerOf[string(low[:len(b)])]; ok {
		return i
	}
	return -1
}

// missing tells whether the marker stands for a missing value in a column of
// a type; dashAnswers says that "-" is an answer there.
func (s standing) missing(t table.Type, dashAnswers bool) bool {
	switch s {
	case always, errorMark:
		return true
	case dashes:
		return t != table.String || !dashAnswers
	case marks:
		return t != table.String
	case words:
		return t != table.String && t != table.Boolean
	}
	return false
}

// marker finds the marker that a text is by these settings; -1 if none. Those
// that a person added follow the ones of the table.
func (s *settings) marker(b []byte) int {
	i := findMarker(b)
	if i >= 0 && !s.refuses(i) {
		return i
	}
	if len(s.more) == 0 || len(b) > longestValue {
		return -1
	}
	if k := slices.Index(s.more, strings.ToLower(string(b))); k >= 0 && s.off&ruleMarker == 0 {
		return len(markers) + k
	}
	return -1
}

func (s *settings) refuses(i int) bool {
	m := markers[i]
	switch m.standing {
	case errorMark:
		return s.off&ruleError != 0
	case marks, words:
		if s.strict {
			return true
		}
	case always, dashes:
	}
	return s.off&ruleMarker != 0 || len(s.keep) > 0 && s.keep[strings.ToLower(m.text)]
}

// standing and word tell of a marker by the index that marker gave.
func (s *settings) standing(i int) standing {
	if i < len(markers) {
		return markers[i].standing
	}
	return always
}

func (s *settings) word(i int) string {
	if i < len(markers) {
		return markers[i].text
	}
	return s.more[i-len(markers)]
}
