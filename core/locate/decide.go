package locate

import (
	"cmp"
	"slices"
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Decide finds the tables among all rows observed. Facts are those of the
// sheet, whole.
//
// Options that name rows are about one table: the one they choose by number,
// else the one that the rows lie in. They are taken at their word, also where
// the row was not remembered; of a header row that was not, only the names are
// unknown, and its columns are named after their place.
func (s *Sketch) Decide(facts sheet.Facts, o Options) Layout {
	var layout Layout
	sections := s.sections()
	if len(sections) == 0 {
		return layout
	}
	merges := make(map[corner]sheet.Range, len(facts.Merged))
	for _, m := range facts.Merged {
		merges[corner{m.FirstRow, m.FirstCol}] = m
	}
	var regions []*region
	if r, at, ok := ranged(sections, o); ok {
		if layout.Within = o.Range; len(r.sections) > 0 {
			layout.Tables = []Table{s.table(r, merges, o, &at)}
		}
		return layout
	}
	strips := strips(sections, merges)
	for _, strip := range strips {
		regions = append(regions, s.regions(strip)...)
	}
	slices.SortStableFunc(regions, func(a, b *region) int { return cmp.Compare(a.first(), b.first()) })
	if o.rows() && o.Table == 0 {
		layout.Tables = []Table{s.table(meant(strips, regions, o), merges, o, nil)}
		return layout
	}
	for i, r := range regions {
		given := o
		if o.rows() && i != o.Table-1 {
			given = Options{NoHeader: o.NoHeader, NoUnits: o.NoUnits, KeepRows: o.KeepRows}
		}
		layout.Tables = append(layout.Tables, s.table(r, merges, given, nil))
	}
	if o.Table > 0 {
		layout.Chosen = o.Table - 1
		return layout
	}
	for i, t := range layout.Tables {
		if t.Cells > layout.Tables[layout.Chosen].Cells {
			layout.Chosen = i
		}
	}
	return layout
}

// rows tells whether the options name rows.
func (o Options) rows() bool {
	return len(o.HeaderRows) > 0 || o.FirstRow > 0 || o.LastRow > 0 || o.UnitRow > 0
}

// meant is the part of the sheet that the options' rows speak of: the largest
// table in which the first of them lies, or the next one, and all that stands
// below it down to the last row.
func meant(strips []strip, regions []*region, o Options) *region {
	from, to := o.FirstRow, o.LastRow
	if len(o.HeaderRows) > 0 {
		from = slices.Max(o.HeaderRows)
	}
	if from == 0 {
		from = o.UnitRow
	}
	if from == 0 {
		from = regions[0].first()
	}
	var found *region
	for _, r := range regions {
		switch {
		case r.last() < from:
		case found == nil, found.first() <= from && r.first() <= from && r.cells() > found.cells():
			found = r
		}
	}
	if found == nil {
		found = regions[len(regions)-1]
	}
	r := newRegion(found.sections...)
	for _, strip := range strips {
		if !slices.Contains(strip, r.sections[0]) {
			continue
		}
		for _, b := range strip {
			if b.first > r.last() && b.first <= to {
				r.add(b)
			}
		}
	}
	return r
}

// table decides about one region, which at bounds when a range was asked for.
func (s *Sketch) table(r *region, merges map[corner]sheet.Range, o Options, at *sheet.Range) Table {
	v := newView(r.lines(), r.columns, merges)
	t := Table{Cells: r.cells()}
	if at != nil {
		t.because(say.T("The table is in {range}, as asked.", "range", o.Range))
	}
	header, first := v.headerOf(&t, o)
	if o.FirstRow > 0 {
		first = v.after(o.FirstRow - 1)
	}
	v.bound(&t, r, first, o, at)
	t.Columns = v.names(header, &t)
	v.unitRows(&t, header, o)
	t.Range = t.span()
	if len(t.Columns) == 0 && at == nil && !o.rows() && len(v.lines) > 0 {
		o.FirstRow = v.lines[0].number // a title of nothing is data
		return s.table(r, merges, o, nil)
	}
	if len(t.Columns) > 0 {
		s.setAside(v, &t, o)
	}
	return t
}

// headerOf is the lines of the header, found or asked for, and the first of the body.
func (v *view) headerOf(t *Table, o Options) (header []int, first int) {
	header, first = v.header(v.firstData())
	if asked := v.withUnits(header, o); len(asked) != len(header) && !o.NoHeader && len(o.HeaderRows) == 0 {
		header, first = asked, v.after(v.lines[asked[len(asked)-1]].number)
	}
	rows := v.numbers(header)
	switch {
	case o.NoHeader:
		if len(header) > 0 {
			first = header[0]
		}
		header, rows = nil, nil
		t.because(say.T("There is no header, as asked."))
	case len(o.HeaderRows) > 0:
		rows = slices.Compact(slices.Sorted(slices.Values(o.HeaderRows)))
		header = v.indexes(rows)
		first = v.after(rows[len(rows)-1])
		t.because(say.T("The header is in {rows}, as asked.", "rows", rowList(rows)))
	default:
		if o.FirstRow > 0 && len(rows) > 0 && rows[len(rows)-1] >= o.FirstRow {
			header = v.collect(v.after(o.FirstRow-1)-1, v.after(o.FirstRow-1))
			rows = v.numbers(header)
		}
		if len(rows) == 0 {
			t.because(say.T("No row above the data names the columns."))
		} else {
			t.because(say.T("The header is in {rows}: words that stand over the data and name its columns.", "rows", rowList(rows)))
		}
	}
	t.HeaderRows = rows
	return header, first
}

// withUnits is the header with the row of units that was asked for, or without
// any where there is none, as asked.
func (v *view) withUnits(header []int, o Options) []int {
	out := slices.Clone(header)
	if o.NoUnits {
		if kept := slices.DeleteFunc(out, func(h int) bool { return v.lines[h].units() }); len(kept) > 0 {
			return kept
		}
		return header
	}
	if at := v.indexes([]int64{o.UnitRow}); len(at) > 0 && !slices.Contains(out, at[0]) {
		out = append(out, at[0])
		slices.Sort(out)
	}
	return out
}

func (t *Table) because(reason say.Text) { t.Reasons = append(t.Reasons, reason) }

// bound sets the rows of the data, and what is left out at its end.
func (v *view) bound(t *Table, r *region, first int, o Options, at *sheet.Range) {
	t.FirstDataRow, t.LastDataRow = r.last()+1, r.last()
	switch {
	case o.FirstRow > 0:
		t.FirstDataRow = o.FirstRow
	case len(o.HeaderRows) > 0 && !o.NoHeader:
		t.FirstDataRow = r.below(t.HeaderRows[len(t.HeaderRows)-1])
	case first < len(v.lines):
		t.FirstDataRow = v.lines[first].number
	case len(t.HeaderRows) > 0:
		t.FirstDataRow = t.HeaderRows[len(t.HeaderRows)-1] + 1
	}
	switch {
	case o.LastRow > 0:
		t.LastDataRow = o.LastRow
	case at != nil:
		t.LastDataRow = min(at.LastRow, r.last())
	case first < len(v.lines):
		t.LastDataRow = v.lastData(first, t, o.KeepRows)
		if t.LastDataRow == v.lines[len(v.lines)-1].number {
			t.LastDataRow = r.last() // beyond the rows remembered of this band
		}
	}
	if t.LastDataRow < t.FirstDataRow {
		t.LastDataRow = t.FirstDataRow - 1
	}
}

// span is the rectangle of header and data.
func (t *Table) span() sheet.Range {
	r := sheet.Range{FirstRow: t.FirstDataRow, LastRow: t.LastDataRow}
	if len(t.HeaderRows) > 0 {
		r.FirstRow = min(r.FirstRow, t.HeaderRows[0])
		r.LastRow = max(r.LastRow, t.HeaderRows[len(t.HeaderRows)-1])
	}
	if len(t.Columns) > 0 {
		r.FirstCol, r.LastCol = t.Columns[0].Source, t.Columns[len(t.Columns)-1].Source
	}
	return r
}

// skipRepeats leaves out rows within the data that say the header again.
func (s *Sketch) skipRepeats(t *Table) {
	for _, h := range t.HeaderRows {
		for _, again := range s.laterRepeats(h) {
			if again >= t.FirstDataRow && again <= t.LastDataRow {
				t.Skipped = append(t.Skipped, Skipped{Row: again, Why: WhyRepeatedHeader})
			}
		}
	}
}

// indexes finds remembered lines by row number.
func (v *view) indexes(rows []int64) []int {
	var out []int
	for i := range v.lines {
		if slices.Contains(rows, v.lines[i].number) {
			out = append(out, i)
		}
	}
	return out
}

// numbers is the rows of lines.
func (v *view) numbers(lines []int) []int64 {
	var rows []int64
	for _, i := range lines {
		rows = append(rows, v.lines[i].number)
	}
	return rows
}

// after is the index of the first remembered line below a row.
func (v *view) after(row int64) int {
	for i := range v.lines {
		if v.lines[i].number > row {
			return i
		}
	}
	return len(v.lines)
}

// listedRows is how many rows a sentence names one by one.
const listedRows = 8

// rowList spells rows as "row 3", "rows 3, 4" or "3, 4, … (120 rows)".
func rowList(rows []int64) say.Text {
	parts := make([]string, 0, listedRows)
	for _, r := range rows[:min(len(rows), listedRows)] {
		parts = append(parts, itoa(r))
	}
	switch list := strings.Join(parts, ", "); {
	case len(rows) == 1:
		return say.T("row {row}", "row", list)
	case len(rows) > listedRows:
		return say.T("rows {rows}, … ({n} rows)", "rows", list, "n", len(rows))
	default:
		return say.T("rows {rows}", "rows", list)
	}
}
