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
// skipped, unless they are to be kept; what stands below is notes.
func (v *view) lastData(first int, t *Table, keepTotals bool) int64 {
	var totals, notes []int64
	for last := len(v.lines) - 1; last >= first; last-- {
		l := &v.lines[last]
		switch {
		case totalsLine(l) && !keepTotals:
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
	if v.signature(at) || v.strayTitle(at) {
		return true
	}
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

// strayTitle tells whether a line is a title of what comes below an empty row:
// a single cell, merged over the table, or of words where its column has none.
func (v *view) strayTitle(at int) bool {
	l := &v.lines[at]
	if !l.lone() || len(l.cells) == 0 || v.width < 3 {
		return false
	}
	c := l.cells[0]
	spoken := c.class == words || c.class == code && strings.ContainsFunc(c.text, func(r rune) bool { return r > unicode.MaxLatin1 })
	return v.titleWide(l) || spoken && c.col == v.left && v.unlike(v.left)
}

// signature tells whether a line says who made or checked the table, or when:
// every cell names something and says it, which no cell of the data above does.
func (v *view) signature(at int) bool {
	l := &v.lines[at]
	if l.count < 2 || l.count >= v.width || l.values() > 0 {
		return false
	}
	for _, c := range l.cells {
		if !strings.ContainsAny(c.text, ":：") || v.columnSays(c.col, at) {
			return false
		}
	}
	return true
}

// columnSays tells whether the line above has a text with a colon in the column too.
func (v *view) columnSays(col, at int) bool {
	if at == 0 {
		return false
	}
	c, ok := v.lines[at-1].at(col)
	return ok && v.lines[at-1].count >= v.width && strings.ContainsAny(c.text, ":：")
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
