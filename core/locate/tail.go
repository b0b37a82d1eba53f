package locate

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sheetmill/core/say"
)

// lastData is the index of the last remembered row that is data, and the rows
// of totals at the table's end.
func (v *sight) lastData(first int, t *Table) (int, []Skipped) {
	last := len(v.rows) - 1
	var skipped []Skipped
	var notes []int64
	for ; last >= first; last-- {
		r := v.rows[last]
		switch {
		case v.totals(r):
			skipped = append(skipped, Skipped{Row: r.number, Why: WhyTotals})
		case v.note(r, last, len(skipped) > 0 || len(notes) > 0):
			notes = append(notes, r.number)
		default:
			v.tailReasons(t, notes, skipped)
			return last, nil
		}
	}
	// Nothing but totals and notes: then they are the data.
	return len(v.rows) - 1, nil
}

func (v *sight) tailReasons(t *Table, notes []int64, totals []Skipped) {
	if len(totals) > 0 {
		rows := make([]int64, len(totals))
		for i, s := range totals {
			rows[len(rows)-1-i] = s.Row
		}
		t.because(say.T("The totals in {rows} sum up the data and are left out.", "rows", rowList(rows)))
	}
	if len(notes) > 0 {
		t.because(say.T("The table ends above the notes in row {row}.", "row", notes[len(notes)-1]))
	}
}

// totals tells whether the row sums up: its first words say so, and it has values.
func (v *sight) totals(r row) bool {
	for _, c := range r.cells {
		if c.class == words {
			return r.values() > 0 && isTotals(c.text)
		}
	}
	return false
}

func isTotals(text string) bool {
	word := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ':' || r == '：' {
			return -1
		}
		return r
	}, text))
	switch word {
	case "合计", "总计", "总和", "小计", "汇总", "共计", "累计", "平均", "平均值", "均值", "合计/平均",
		"total", "totals", "grandtotal", "subtotal", "sum", "average", "mean":
		return true
	}
	return false
}

// note tells whether a row at the end speaks about the table: few words in a
// wide table, apart from the data or marked as a note.
func (v *sight) note(r row, at int, below bool) bool {
	if v.width < 3 || r.count > max(1, v.width/5) || r.values() > 0 {
		return false
	}
	if at > 0 && r.number > v.rows[at-1].number+1 {
		return true
	}
	if below && r.count == 1 {
		return true
	}
	return len(r.cells) > 0 && noteText(r.cells[0].text)
}

func noteText(text string) bool {
	text = strings.TrimSpace(text)
	for _, mark := range []string{"注", "备注", "说明", "来源", "数据来源", "资料来源", "制表", "填表", "审核", "打印", "导出", "note", "source", "*", "†", "#", "[", "(", "（", "※"} {
		if len(text) >= len(mark) && strings.EqualFold(text[:len(mark)], mark) {
			return true
		}
	}
	return utf8.RuneCountInString(text) > 40
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
