package locate

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sheetmill/core/say"
)

// lastData is the last row that is data. Rows of totals at the table's end are
// skipped; what stands below is notes.
func (v *view) lastData(first int, t *Table) int64 {
	var totals, notes []int64
	for last := len(v.lines) - 1; last >= first; last-- {
		l := &v.lines[last]
		switch {
		case totalsLine(l):
			totals = append(totals, l.number)
		case v.note(last, first, len(totals) > 0 || len(notes) > 0):
			notes = append(notes, l.number)
		default:
			slices.Reverse(totals)
			t.leftOut(totals, notes)
			return l.number
		}
	}
	// Nothing but totals and notes: then they are the data.
	return v.lines[len(v.lines)-1].number
}

// leftOut says what the table's end does without.
func (t *Table) leftOut(totals, notes []int64) {
	for _, row := range totals {
		t.Skipped = append(t.Skipped, Skipped{Row: row, Why: WhyTotals})
	}
	if len(totals) > 0 {
		t.because(say.T("The totals in {rows} sum up the data and are left out.", "rows", rowList(totals)))
	}
	if len(notes) > 0 {
		t.because(say.T("The table ends above the notes in row {row}.", "row", notes[len(notes)-1]))
	}
}

// totalsLine tells whether the row sums up: its first words say so, and it has values.
func totalsLine(l *line) bool {
	for _, c := range l.cells {
		if c.class == words || c.class == code {
			return l.values() > 0 && isTotals(c.text)
		}
	}
	return false
}

// isTotals tells whether a text says no more than that its row sums up. "Total
// protein" says more, and so does "Bilirubin, total".
func isTotals(text string) bool {
	text = strings.TrimRight(text, "0123456789\\, *:：") // the number of a footnote
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

// note tells whether a line at the end speaks about the table: few words in a
// wide table, below other notes, or in a run that is apart from the data or
// begins with a mark of notes.
func (v *view) note(at, first int, below bool) bool {
	if !v.narrow(at) {
		return false
	}
	if v.width == 2 {
		return noteText(v.lines[at].cells[0].text)
	}
	if below && v.lines[at].lone() {
		return true
	}
	for i := at; i >= first && v.narrow(i); i-- {
		if noteText(v.lines[i].cells[0].text) || i > first && v.gap(i-1, i) > 0 {
			return true
		}
	}
	return false
}

// narrow tells whether a line has few cells beside its table, and no values.
func (v *view) narrow(i int) bool {
	l := &v.lines[i]
	return v.width > 1 && l.count <= max(1, v.width/4) && l.values() == 0 && len(l.cells) > 0
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
