package synth

import "strconv"

// Layout is a sheet as people lay tables out, with the answers known: what a
// program that looks for tables should find on it.
type Layout struct {
	Cells  [][]string // row 1 first; "" where there is no cell
	Merged []Area
	Tables []LaidTable
}

// Area is a rectangle of cells; rows from 1, columns from 0, inclusive.
type Area struct{ FirstRow, LastRow, FirstCol, LastCol int }

// LaidTable is a table of a layout. Rows are numbered from 1.
type LaidTable struct {
	Header      []int // with the row of units
	Units       int   // that row; 0 when there is none
	First, Last int   // rows of data, from the first title of a group or total on
	Groups      []int // titles of groups among them
	Totals      []int // of groups, and of all below Last
	FirstCol    int
	Names       []string // of its columns, parts joined with "_"
}

// NewLayout draws a sheet: one table, some below each other, or two side by
// side, as hospitals and offices make them in Chinese and English. The same
// seed gives the same sheet.
func NewLayout(seed uint64) Layout {
	r := random(seed)
	d := &drawing{r: &r, chinese: r.chance(700)}
	switch {
	case r.chance(180):
		d.sideBySide()
	case r.chance(220):
		row := 0
		for n := range 2 + r.below(2) {
			titled := r.chance(600)
			if n > 0 && (!titled || r.chance(700)) {
				row += 1 + r.below(3)
			}
			row = d.table(row, 0, plan{titled: titled, rows: 4 + r.below(30), id: n})
		}
	default:
		rows := 4 + r.below(60)
		if r.chance(60) {
			rows = 300 + r.below(400)
		}
		p := plan{
			titled: r.chance(600), rows: rows, groups: r.chance(250), deep: r.chance(250), units: r.chance(200),
			total: r.chance(250), notes: r.chance(350), signed: r.chance(200), bare: r.chance(60), gaps: r.chance(120), about: r.chance(250),
		}
		if p.bare {
			p.titled, p.deep, p.units, p.about, p.groups = false, false, false, false, false
		}
		d.table(r.below(3), r.below(5)/3, p)
	}
	return d.layout
}

// drawing is a layout while it is made.
type drawing struct {
	r       *random
	chinese bool
	layout  Layout
}

// either is one of two languages.
func (d *drawing) either(chinese, english string) string {
	if d.chinese {
		return chinese
	}
	return english
}

// put writes a cell; rows count from 1.
func (d *drawing) put(row, col int, text string) {
	for len(d.layout.Cells) < row {
		d.layout.Cells = append(d.layout.Cells, nil)
	}
	cells := &d.layout.Cells[row-1]
	for len(*cells) <= col {
		*cells = append(*cells, "")
	}
	(*cells)[col] = text
}

func (d *drawing) merge(a Area) { d.layout.Merged = append(d.layout.Merged, a) }

// sideBySide draws two tables with blank columns between them.
func (d *drawing) sideBySide() {
	top := 0
	if d.r.chance(500) {
		top++
		d.put(top, 0, d.either("2023年第一季度统计表", "Figures of the first quarter of 2023"))
		if d.r.chance(500) {
			top++
		}
	}
	const narrow = 3
	left := plan{rows: 4 + d.r.below(25), most: narrow, key: true}
	right := plan{rows: 4 + d.r.below(25), most: narrow, key: true, id: 1, titled: false}
	d.table(top, 0, left)
	width := len(d.layout.Tables[0].Names)
	d.table(top, width+1+d.r.below(2), right)
}

// plan says what a table is drawn with.
type plan struct {
	titled, about, groups, deep, units, total, notes, signed, bare, gaps bool
	rows                                                                 int
	most                                                                 int  // columns beside the first; 0 for any number
	key                                                                  bool // its first column tells the rows apart by words or codes
	id                                                                   int  // tables of one sheet differ in their columns
}

// table draws a table below row and from column col on, and gives its last row.
func (d *drawing) table(row, col int, p plan) int {
	columns := d.columnsOf(p)
	t := LaidTable{FirstCol: col}
	right := col + len(columns) - 1
	if p.titled {
		row++
		d.put(row, col, d.title(p.id))
		if d.r.chance(500) && right > col {
			d.merge(Area{row, row, col, right})
		}
		if d.r.chance(400) {
			row++
		}
	}
	if p.about && len(columns) > 4 {
		row++
		d.put(row, col, d.either("科室：检验科", "Ward: East"))
		d.put(row, right, d.either("日期：2023-05-01", "printed: 2023-05-01"))
	}
	if !p.bare {
		row = d.header(row, col, columns, p, &t)
	}
	row = d.body(row, col, columns, p, &t)
	if p.total {
		row++
		d.sum(row, col, columns, d.either("合计", "Total"))
		t.Totals = append(t.Totals, row)
	}
	if p.notes {
		row += d.r.below(2)
		for n := range 1 + d.r.below(2) {
			row++
			d.put(row, col, d.either("注："+strconv.Itoa(n+1)+"、数据来自信息系统", "Note "+strconv.Itoa(n+1)+": from the wards' own books"))
		}
	}
	if p.signed && len(columns) > 4 {
		row++
		d.put(row, col, d.either("制表人：王五", "Made by: Ann"))
		d.put(row, right-1, d.either("审核：赵六", "Checked by: Bob"))
	}
	d.layout.Tables = append(d.layout.Tables, t)
	return row
}

func (d *drawing) title(id int) string {
	return pick(d.r, []string{
		d.either("某某医院检验结果汇总表", "Results of the laboratory"), d.either("住院患者登记表", "Patients of the ward"),
		d.either("门诊工作量统计", "Visits by month"), d.either("药品库存盘点表", "Stock of medicines"),
	}) + d.either("（", " (") + strconv.Itoa(id+1) + d.either("）", ")")
}
