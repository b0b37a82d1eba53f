package locate

import (
	"hash/maphash"
	"slices"
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// maxHeaderRows is how deep a header may be.
const maxHeaderRows = 6

// Decide finds the tables among all rows observed. Facts are those of the
// sheet, whole.
func (s *Sketch) Decide(facts sheet.Facts, o Options) Layout {
	var layout Layout
	if o.overrides() && len(s.blocks) > 0 {
		// A person's word on rows is about the sheet as a whole.
		layout.Tables = []Table{s.table(newRegion(s.blocks...), facts, o)}
		return layout
	}
	for _, r := range s.regions() {
		layout.Tables = append(layout.Tables, s.table(r, facts, o))
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

func (o Options) overrides() bool {
	return len(o.HeaderRows) > 0 || o.NoHeader || o.FirstRow > 0 || o.LastRow > 0
}

// sight is a region with what is decided about it on the way to a table.
type sight struct {
	*region
	seed   maphash.Seed
	facts  sheet.Facts
	rows   []row
	width  int // columns that a full row fills
	merges map[corner]sheet.Range
}

// corner is the top left cell of a merged range.
type corner struct {
	row int64
	col int
}

func (s *Sketch) table(r *region, facts sheet.Facts, o Options) Table {
	v := &sight{region: r, seed: s.seed, facts: facts, rows: r.kept()}
	v.width = v.fullWidth()
	v.merges = make(map[corner]sheet.Range, len(facts.Merged))
	for _, m := range facts.Merged {
		v.merges[corner{m.FirstRow, m.FirstCol}] = m
	}
	var t Table
	t.Cells = r.cells()

	first := v.firstData()
	header := v.headerAbove(first)
	switch {
	case o.NoHeader:
		header = nil
		t.because(say.T("There is no header, as asked."))
	case len(o.HeaderRows) > 0:
		header = v.indexes(o.HeaderRows)
		if len(header) > 0 {
			first = header[len(header)-1] + 1
		}
		t.because(say.T("The header is in {rows}, as asked.", "rows", rowList(o.HeaderRows)))
	case len(header) == 0:
		t.because(say.T("No row above the data names the columns."))
	default:
		t.because(v.headerReason(header))
	}
	if o.FirstRow > 0 {
		for first = 0; first < len(v.rows) && v.rows[first].number < o.FirstRow; {
			first++
		}
	}

	last, skipped := v.lastData(first, &t)
	for _, h := range header {
		t.HeaderRows = append(t.HeaderRows, v.rows[h].number)
	}
	slices.Sort(t.HeaderRows)
	v.span(&t, header, first, last, o)
	t.Columns = v.names(header, t)
	t.Skipped = skipped
	for _, h := range header {
		for _, again := range s.repeats[v.rows[h].hash] {
			if v.rows[h].hash != 0 && again >= t.FirstDataRow && again <= t.LastDataRow {
				t.Skipped = append(t.Skipped, Skipped{Row: again, Why: WhyRepeatedHeader})
			}
		}
	}
	slices.SortFunc(t.Skipped, func(a, b Skipped) int { return int(a.Row - b.Row) })
	t.Skipped = slices.CompactFunc(t.Skipped, func(a, b Skipped) bool { return a.Row == b.Row })
	return t
}

func (t *Table) because(reason say.Text) { t.Reasons = append(t.Reasons, reason) }

// span sets the table's rows and range.
func (v *sight) span(t *Table, header []int, first, last int, o Options) {
	t.Range.FirstCol, t.Range.LastCol = 1<<30, 0
	for col := range v.columns {
		t.Range.FirstCol, t.Range.LastCol = min(t.Range.FirstCol, col), max(t.Range.LastCol, col)
	}
	end := v.blocks[len(v.blocks)-1].last
	switch {
	case first < len(v.rows) && last >= first:
		t.FirstDataRow, t.LastDataRow = v.rows[first].number, v.rows[last].number
	case len(header) > 0:
		t.FirstDataRow = v.rows[header[len(header)-1]].number + 1
		t.LastDataRow = t.FirstDataRow - 1
	default:
		t.FirstDataRow, t.LastDataRow = end+1, end
	}
	if o.FirstRow > 0 {
		t.FirstDataRow = o.FirstRow
	}
	if o.LastRow > 0 {
		t.LastDataRow = o.LastRow
	}
	t.Range.FirstRow, t.Range.LastRow = t.FirstDataRow, t.LastDataRow
	if len(t.HeaderRows) > 0 {
		t.Range.FirstRow = t.HeaderRows[0]
	}
}

// fullWidth is the number of cells in the widest common kind of row: the
// largest count that a tenth of the remembered rows reach.
func (v *sight) fullWidth() int {
	counts := make([]int, 0, len(v.rows))
	for _, r := range v.rows {
		counts = append(counts, r.count)
	}
	slices.Sort(counts)
	if len(counts) == 0 {
		return 0
	}
	return counts[len(counts)-1-len(counts)/10]
}

// firstData is the index of the first remembered row that is data;
// len(rows) when every row is words of a header.
func (v *sight) firstData() int {
	typed := 0
	for _, c := range v.columns {
		if c.typed() {
			typed++
		}
	}
	if typed == 0 {
		return v.firstWords()
	}
	for i, r := range v.rows {
		if !v.dataRow(r) {
			continue
		}
		ahead, data := v.rows[i:min(i+4, len(v.rows))], 0
		for _, next := range ahead {
			if v.dataRow(next) {
				data++
			}
		}
		if 2*data >= len(ahead) {
			return i
		}
	}
	return v.firstWords()
}

// dataRow tells whether the row has values where its columns have values.
func (v *sight) dataRow(r row) bool {
	agree, contrast := 0, 0
	for _, c := range r.cells {
		column := v.columns[c.col]
		if column == nil || !column.typed() {
			continue
		}
		switch c.class {
		case number, moment, truth:
			agree++
		case words:
			contrast++
		default:
		}
	}
	if agree == 0 || contrast > 2*agree {
		return false
	}
	return !r.years() || !v.aboveOthers(r)
}

// aboveOthers tells whether a row of years stands over columns whose other
// values are no years: then it names them.
func (v *sight) aboveOthers(r row) bool {
	others := 0
	for _, later := range v.rows {
		if later.number <= r.number || later.number > r.number+8 {
			continue
		}
		for _, c := range later.cells {
			if c.class == number && !yearText(c.text) {
				others++
			}
		}
	}
	return others > 0
}

// firstWords decides for a table of words only: the first full row is the
// header, unless its words come again below as data does.
func (v *sight) firstWords() int {
	for i, r := range v.rows {
		if 2*r.count < v.width || r.count == 0 {
			continue
		}
		again, asked := 0, 0
		for _, c := range r.cells {
			if c.class != words || len(c.text) >= textKept {
				continue
			}
			asked++
			if column := v.columns[c.col]; column != nil && column.values[maphash.String(v.seed, c.text)] > 1 {
				again++
			}
		}
		if len(v.rows) > 2 && 3*again > asked {
			return i
		}
		return i + 1
	}
	return min(1, len(v.rows))
}

// headerAbove collects the rows right above the first data row that name its
// columns, top first.
func (v *sight) headerAbove(first int) []int {
	var header []int
	for i := first - 1; i >= 0 && len(header) < maxHeaderRows; i-- {
		r := v.rows[i]
		below := first
		if len(header) > 0 {
			below = header[0]
		}
		gap := int64(0)
		if below < len(v.rows) {
			gap = v.rows[below].number - r.number - 1
		}
		if gap > 2 || !v.headerLike(r, len(header) == 0) {
			break
		}
		header = slices.Insert(header, 0, i)
	}
	return header
}

// headerLike tells whether a row names columns. The leaf row, right above the
// data, must name a good part of them; a row of groups above it may be sparse.
func (v *sight) headerLike(r row, leaf bool) bool {
	if r.values() > 0 && !r.years() && r.values() > r.byKind[words] {
		return false
	}
	if v.width <= 1 {
		return leaf && r.count == 1
	}
	covered := 0
	for _, c := range r.cells {
		covered += v.mergedWidth(r.number, c.col)
		if !leaf && strings.ContainsAny(c.text, ":：") {
			return false // "exported: 2023-05-01" tells of the table, it names no column
		}
	}
	if leaf {
		return 3*covered >= v.width && r.count > 1
	}
	return r.count > 1 || covered > 1 && 4*covered < 3*v.width
}

// mergedWidth is how many columns the cell is merged over; 1 for a plain one.
func (v *sight) mergedWidth(number int64, col int) int {
	if m, ok := v.merges[corner{number, col}]; ok {
		return m.LastCol - m.FirstCol + 1
	}
	return 1
}

func (v *sight) headerReason(header []int) say.Text {
	rows := make([]int64, len(header))
	for i, h := range header {
		rows[i] = v.rows[h].number
	}
	return say.T("The header is in {rows}: words that stand over the data and name its columns.", "rows", rowList(rows))
}

// indexes finds remembered rows by number.
func (v *sight) indexes(numbers []int64) []int {
	var out []int
	for i, r := range v.rows {
		if slices.Contains(numbers, r.number) {
			out = append(out, i)
		}
	}
	return out
}

// rowList spells rows as "row 3" or "rows 3, 4".
func rowList(rows []int64) say.Text {
	parts := make([]string, len(rows))
	for i, r := range rows {
		parts[i] = itoa(r)
	}
	if len(rows) == 1 {
		return say.T("row {row}", "row", parts[0])
	}
	return say.T("rows {rows}", "rows", strings.Join(parts, ", "))
}
