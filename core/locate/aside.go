package locate

import (
	"slices"
	"strings"

	"sheetmill/core/say"
)

// setAside leaves out the rows between the first and the last of the data that
// are none: titles of groups, totals of parts, and the header said again.
func (s *Sketch) setAside(v *view, t *Table, o Options) {
	if o.KeepRows {
		t.because(say.T("Every row from the first to the last is data, as asked."))
		t.Skipped = nil
		return
	}
	s.skipRepeats(t)
	rows := v.between(t, s.marks)
	t.leave(v.groupTitles(t, rows), WhyGroup)
	t.leave(v.partTotals(t, rows), WhyTotals)
	slices.SortFunc(t.Skipped, func(a, b Skipped) int { return int(a.Row - b.Row) })
	t.Skipped = slices.CompactFunc(t.Skipped, func(a, b Skipped) bool { return a.Row == b.Row })
}

// leave sets rows aside for one reason.
func (t *Table) leave(rows []marked, why string) {
	if len(rows) == 0 {
		return
	}
	numbers := make([]int64, len(rows))
	for i, m := range rows {
		numbers[i] = m.number
		t.Skipped = append(t.Skipped, Skipped{Row: m.number, Why: why})
	}
	text := clean(rows[0].text)
	if why == WhyGroup {
		t.because(say.T("Titles of groups are in {rows}, such as “{text}”; they are left out.", "rows", rowList(numbers), "text", text))
		return
	}
	t.because(say.T("Totals among the data are in {rows}, such as “{text}”; they are left out.", "rows", rowList(numbers), "text", text))
}

// between lists the rows within the data that have one cell or begin with a
// word for totals: of the lines remembered, and of the others those marked.
func (v *view) between(t *Table, marks []marked) (rows []marked) {
	known := make(map[int64]bool, len(v.lines))
	for i := range v.lines {
		l := &v.lines[i]
		known[l.number] = true
		if l.number < t.FirstDataRow || l.number > t.LastDataRow || len(l.cells) == 0 {
			continue
		}
		c := l.cells[0]
		if l.count > 1 && (c.class != words && c.class != code || !isTotals(c.text)) {
			continue
		}
		m := marked{number: l.number, col: c.col, count: l.count, class: c.class, text: c.text, opens: i > 0 && v.gap(i-1, i) > 0}
		if i+1 < len(v.lines) {
			m.next = v.lines[i+1].count
		}
		rows = append(rows, m)
	}
	for _, m := range marks {
		if m.number >= t.FirstDataRow && m.number <= t.LastDataRow && !known[m.number] {
			rows = append(rows, m)
		}
	}
	slices.SortFunc(rows, func(a, b marked) int { return int(a.number - b.number) })
	return rows
}

// groupTitles picks the rows that say what the rows below them are about. A
// single cell may also be all that is known of somebody; so it must be merged
// over the table, or be words where its column has none, or stand in a table
// of names and values that shows in some place that it has groups.
func (v *view) groupTitles(t *Table, rows []marked) []marked {
	if v.width < 3 || len(t.Columns) < 3 {
		return nil
	}
	left := t.Columns[0].Source
	var sure, likely []marked
	evident := false
	for i, m := range rows {
		if m.count > 1 || m.next == 0 || m.col > t.Columns[1].Source {
			continue
		}
		below := m.next > 1 || i+1 < len(rows) && rows[i+1].next > 1 // one title may stand under another
		switch {
		case !below:
		case v.titleAcross(m):
			sure = append(sure, m)
		case m.class == words && m.col == left && v.unlike(left):
			sure = append(sure, m)
		case m.col == left && (m.class == words || m.class == number && yearText(m.text)):
			likely = append(likely, m)
			evident = evident || m.opens || m.number == t.FirstDataRow || endsInColon(strings.TrimSpace(m.text))
		}
	}
	if (evident || len(sure) > 0) && v.stub(t) && 3*int64(len(likely)) <= v.columns[left].total() {
		sure = append(sure, likely...)
	}
	slices.SortFunc(sure, func(a, b marked) int { return int(a.number - b.number) })
	return sure
}

// titleAcross tells whether the row's cell is merged over most of the table.
func (v *view) titleAcross(m marked) bool {
	r, ok := v.merges[corner{m.number, m.col}]
	return ok && 4*(r.LastCol-r.FirstCol+1) >= 3*v.width
}

// unlike tells whether a column's cells are hardly ever words: numbers or codes.
func (v *view) unlike(col int) bool {
	c := &v.columns[col]
	return v.typed[col] || c.counts[code]+c.values() > 2*c.counts[words]
}

// stub tells whether the table's first column names its rows and the others
// hold values, as statistics do.
func (v *view) stub(t *Table) bool {
	if v.typed[t.Columns[0].Source] {
		return false
	}
	typed := 0
	for _, c := range t.Columns[1:] {
		if v.typed[c.Source] {
			typed++
		}
	}
	return 3*typed >= 2*(len(t.Columns)-1)
}

// partTotals picks the rows that sum up those above or below them, in a table
// whose rows are told apart by their first words: where these come again and
// again, "total" is one kind of row among others.
func (v *view) partTotals(t *Table, rows []marked) (totals []marked) {
	left := t.Columns[0].Source
	for _, m := range rows {
		first := m.col == left || len(t.Columns) > 1 && m.col == t.Columns[1].Source && v.columns[left].total() > v.columns[m.col].total()*4/5
		if m.count > 1 && first && isTotals(m.text) && v.apartBy(m.col, t) {
			totals = append(totals, m)
		}
	}
	if 3*int64(len(totals)) > v.columns[left].total() {
		return nil
	}
	return totals
}

// apartBy tells whether the column's words, but for those of totals, hardly
// ever come twice.
func (v *view) apartBy(col int, t *Table) bool {
	seen := map[string]bool{}
	n := 0
	for i := range v.lines {
		l := &v.lines[i]
		c, ok := l.at(col)
		if !ok || l.number < t.FirstDataRow || l.number > t.LastDataRow || l.lone() || isTotals(c.text) {
			continue
		}
		n++
		seen[c.text] = true
	}
	return 10*len(seen) >= 8*n
}
