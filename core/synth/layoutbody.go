package synth

import "strconv"

// laid is a column of a laid out table.
type laid struct {
	name, group, unit string
	sums              bool // a total of it makes sense
	fill              func(r *random, row int) string
}

func counted(most int) func(*random, int) string {
	return func(r *random, _ int) string { return strconv.Itoa(1 + r.below(most)) }
}

func decimal(from, spread int) func(*random, int) string {
	return func(r *random, _ int) string {
		return string(appendDecimal(nil, from+r.below(spread), 1))
	}
}

func chosen(of ...string) func(*random, int) string {
	return func(r *random, _ int) string { return pick(r, of) }
}

func dayOf(r *random, row int) string {
	return "2023-0" + strconv.Itoa(1+r.below(9)) + "-" + strconv.Itoa(10+(row+r.below(15))%18)
}

// columnsOf draws a table's columns; the first tells its rows apart.
func (d *drawing) columnsOf(p plan) []laid {
	firsts := []laid{
		{name: d.either("编号", "code"), fill: func(_ *random, row int) string { return "P" + strconv.Itoa(1001+row) }},
		{name: d.either("项目", "item"), fill: func(_ *random, row int) string {
			return d.either("项目", "item ") + d.either("甲乙丙丁", "of kind ") + strconv.Itoa(row+1)
		}},
		{name: d.either("序号", "no."), fill: func(_ *random, row int) string { return strconv.Itoa(row + 1) }},
	}
	first := firsts[d.r.below(len(firsts))]
	if p.key {
		first = firsts[d.r.below(2)]
	}
	others := []laid{
		{name: d.either("白细胞", "leukocytes"), group: d.either("血常规", "blood"), unit: "10^9/L", fill: decimal(30, 90)},
		{name: d.either("血红蛋白", "haemoglobin"), group: d.either("血常规", "blood"), unit: "g/L", fill: counted(160)},
		{name: d.either("肌酐", "creatinine"), group: d.either("生化", "chemistry"), unit: "μmol/L", fill: decimal(500, 900)},
		{name: d.either("葡萄糖", "glucose"), group: d.either("生化", "chemistry"), unit: "mmol/L", fill: decimal(35, 60)},
		{name: d.either("例数", "cases"), unit: d.either("例", "(n)"), sums: true, fill: counted(300)},
		{name: d.either("金额", "amount"), unit: d.either("元", "$"), sums: true, fill: decimal(1000, 90_000)},
		{name: d.either("日期", "day"), fill: dayOf},
		{name: d.either("性别", "sex"), fill: chosen(d.either("男", "male"), d.either("女", "female"))},
		{name: d.either("科室", "ward"), fill: chosen(d.either("内科", "east"), d.either("外科", "west"), d.either("儿科", "north"))},
		{name: d.either("结果", "result"), fill: chosen(d.either("阴性", "negative"), d.either("阳性", "positive"), d.either("未查", "not done"))},
	}
	for i := range others {
		j := i + d.r.below(len(others)-i)
		others[i], others[j] = others[j], others[i]
	}
	most := len(others)
	if p.most > 0 {
		most = p.most
	}
	out := append([]laid{first}, others[:2+d.r.below(most-1)]...)
	if p.groups || p.deep || p.total || p.units || p.bare || p.most > 0 { // some value that shows where data begins
		out[1] = laid{name: d.either("次数", "count") + strconv.Itoa(p.id+1), unit: d.either("次", "(n)"), sums: true, fill: counted(900)}
	}
	if p.deep {
		out = grouped(out)
	}
	return out
}

// grouped puts columns of the same group next to each other.
func grouped(columns []laid) (out []laid) {
	done := map[string]bool{}
	for _, c := range columns {
		if c.group == "" {
			out = append(out, c)
			continue
		}
		if done[c.group] {
			continue
		}
		done[c.group] = true
		for _, other := range columns {
			if other.group == c.group {
				out = append(out, other)
			}
		}
	}
	return out
}

// header draws the names, in two rows where they are grouped, and units below.
func (d *drawing) header(row, col int, columns []laid, p plan, t *LaidTable) int {
	names := make([]string, len(columns))
	row++
	t.Header = append(t.Header, row)
	if deep := p.deep && hasGroups(columns); deep {
		for i := 0; i < len(columns); {
			c := columns[i]
			n := i + 1
			for c.group != "" && n < len(columns) && columns[n].group == c.group {
				n++
			}
			if c.group == "" {
				d.put(row, col+i, c.name)
				d.merge(Area{row, row + 1, col + i, col + i})
				names[i] = c.name
			} else {
				d.put(row, col+i, c.group)
				if n > i+1 {
					d.merge(Area{row, row, col + i, col + n - 1})
				}
				for j := i; j < n; j++ {
					d.put(row+1, col+j, columns[j].name)
					names[j] = c.group + "_" + columns[j].name
				}
			}
			i = n
		}
		row++
		t.Header = append(t.Header, row)
	} else {
		for i, c := range columns {
			d.put(row, col+i, c.name)
			names[i] = c.name
		}
	}
	if p.units {
		row++
		t.Header = append(t.Header, row)
		t.Units = row
		for i, c := range columns {
			if c.unit != "" {
				d.put(row, col+i, c.unit)
				names[i] += "_" + c.unit
			}
		}
	}
	t.Names = names
	return row
}

func hasGroups(columns []laid) bool {
	for _, c := range columns {
		if c.group != "" {
			return true
		}
	}
	return false
}

// body draws the rows of data, in groups where there are some.
func (d *drawing) body(row, col int, columns []laid, p plan, t *LaidTable) int {
	t.First = row + 1
	groups := 1
	if p.groups {
		groups = 2 + d.r.below(3)
	}
	subtotals, across := p.groups && d.r.chance(400), d.r.chance(500)
	done := 0
	for g := range groups {
		if p.groups {
			row++
			d.put(row, col, []string{d.either("内科", "East"), d.either("外科", "West"), d.either("儿科", "North"), d.either("急诊", "South")}[g])
			t.Groups = append(t.Groups, row)
			if across {
				d.merge(Area{row, row, col, col + len(columns) - 1})
			}
		}
		for range max(2, p.rows/groups) {
			if p.gaps && done > 0 && d.r.chance(100) {
				row++
			}
			row++
			for i, c := range columns {
				if i > 1 && d.r.chance(40) {
					continue // not known
				}
				d.put(row, col+i, c.fill(d.r, done))
			}
			done++
		}
		if subtotals {
			row++
			d.sum(row, col, columns, d.either("小计", "Subtotal"))
			t.Totals = append(t.Totals, row)
		}
	}
	t.Last = row
	return row
}

// sum draws a row of totals.
func (d *drawing) sum(row, col int, columns []laid, word string) {
	d.put(row, col, word)
	for i, c := range columns {
		if c.sums {
			d.put(row, col+i, strconv.Itoa(1000+d.r.below(90_000)))
		}
	}
}
