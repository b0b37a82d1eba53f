package synth

import (
	"io"
	"strconv"
)

// Sample writes the small workbook that shows what Sheetmill does: a hospital's
// laboratory results with title lines above a header of two rows, blank rows
// and columns, merged cells, dates and numbers in many forms, words for missing
// values, a totals row, notes below, and a second sheet of reference ranges.
// Errors of w are returned as they are.
func Sample(w io.Writer) error {
	b := newBook(w, "检验结果", "参考范围")
	sampleResults().write(b)
	sampleRanges().write(b)
	return b.close()
}

// placed is one cell of a small sheet.
type placed struct {
	there   bool
	style   style
	value   value
	formula string
}

// grid is a sheet small enough to be filled in any order.
type grid struct {
	layout
	cells [][]placed // row 1 is cells[0]; columns from 0
}

func (g *grid) put(col, row int, s style, v value) {
	for len(g.cells) < row {
		g.cells = append(g.cells, make([]placed, len(g.widths)))
	}
	g.cells[row-1][col] = placed{there: true, style: s, value: v}
}

// merge joins cells; all but the first are there, styled and blank.
func (g *grid) merge(fromCol, fromRow, toCol, toRow int) {
	first := g.cells[fromRow-1][fromCol]
	for row := fromRow; row <= toRow; row++ {
		for col := fromCol; col <= toCol; col++ {
			if row > fromRow || col > fromCol {
				g.put(col, row, first.style, value{})
			}
		}
	}
	g.merged = append(g.merged, columnName(fromCol)+strconv.Itoa(fromRow)+":"+columnName(toCol)+strconv.Itoa(toRow))
}

// write gives the sheet to a book. A row without any cell is left out.
func (g *grid) write(b *book) {
	g.rows, g.cols = len(g.cells), len(g.widths)
	b.begin(&g.layout)
	for i, cells := range g.cells {
		begun := false
		for col, c := range cells {
			if !c.there {
				continue
			}
			if !begun {
				b.beginRow(&g.layout, i+1)
				begun = true
			}
			b.cell(&g.layout, col, i+1, c.style, c.value, c.formula)
		}
		if begun {
			b.endRow()
		}
	}
	b.end(&g.layout)
}

// The columns of the sample. Column A and the one between blood count and
// chemistry are blank.
const (
	colNumber = iota + 1
	colSample
	colRecord
	colName
	colSex
	colAge
	colCard
	colPhone
	colDepartment
	colSampled
	colFasting
	colBlood                 // first of the blood count
	colGap    = colBlood + 5 // blank
	colChem   = colGap + 1   // first of the chemistry
	colFee    = colChem + 5
	colTime   = colFee + 1
	colRemark = colTime + 1
)

const (
	sampleGroupRow = 4 // leaf headers stand below
	sampleFirstRow = sampleGroupRow + 2
	sampleCount    = 96
)

// bloodCount and chemistry are the measured columns with their ranges.
var (
	bloodCount = []analyte{
		{"白细胞(10^9/L)", 680, 420, 2, 0, styleTwo},
		{"红细胞(10^12/L)", 445, 130, 2, 0, styleTwo},
		{"血红蛋白(g/L)", 132, 45, 0, 0, styleGeneral},
		{"血小板(10^9/L)", 226, 140, 0, 0, styleGeneral},
		{"C反应蛋白(mg/L)", 40, 120, 1, 5, styleGeneral},
	}
	chemistry = []analyte{
		{"谷丙转氨酶(U/L)", 27, 24, 0, 0, styleGeneral},
		{"肌酐(μmol/L)", 72, 40, 0, 0, styleGeneral},
		{"葡萄糖(mmol/L)", 582, 280, 2, 0, styleTwo},
		{"总胆固醇(mmol/L)", 468, 200, 2, 0, styleTwo},
		{"肌钙蛋白I(ng/mL)", 2, 4, 2, 1, styleTwo},
	}
)

func sampleResults() *grid {
	g := &grid{layout: layout{firstCol: 1, frozen: sampleFirstRow - 1, widths: make([]int, colRemark+1)}}
	for i := range g.widths {
		g.widths[i] = 12
	}
	g.widths[0], g.widths[colGap], g.widths[colCard], g.widths[colTime] = 2, 2, 20, 16

	g.put(colNumber, 1, styleTitle, wordOf("云溪市第一人民医院检验科结果汇总表"))
	g.merge(colNumber, 1, colRemark, 1)
	g.put(colNumber, 2, styleGeneral, wordOf("医院：云溪市第一人民医院（示例，人员均为虚构）"))
	g.merge(colNumber, 2, colCard, 2)
	g.put(colSampled, 2, styleGeneral, wordOf("导出日期：2023年6月30日"))
	g.put(colChem, 2, styleGeneral, wordOf("导出人：信息科"))
	sampleHeader(g)

	r := random(2023)
	row, fees := sampleFirstRow, 0
	for number := 1; number <= sampleCount; {
		visits := 1
		if r.chance(150) {
			visits = min(2+r.below(2), sampleCount-number+1)
		}
		p := newPatient(&r, number)
		p.admitted = (serial(2023, 4, 3)+r.below(80))*daySeconds + 7*3600
		samplePerson(g, &r, &p, row)
		for visit := range visits {
			fees += sampleRow(g, &r, &p, row+visit, number)
			number++
		}
		if visits > 1 { // one patient, several samples
			for col := colRecord; col <= colDepartment; col++ {
				g.merge(col, row, col, row+visits-1)
			}
		}
		row += visits
		if (number-1)/25 > (number-1-visits)/25 { // a printed page ends
			row++
		}
	}
	last := len(g.cells)
	g.put(colNumber, last+1, styleHead, wordOf("合计"))
	g.merge(colNumber, last+1, colFasting, last+1)
	g.put(colFee, last+1, styleThousands, numberOf(fees, 2))
	fee := columnName(colFee)
	g.cells[last][colFee].formula = "SUM(" + fee + strconv.Itoa(sampleFirstRow) + ":" + fee + strconv.Itoa(last) + ")"
	g.put(colNumber, last+2, styleGeneral, wordOf("注：“<0.01”表示低于检出限；“未查”表示未做该项检查。"))
	g.merge(colNumber, last+2, colRemark, last+2)
	g.put(colNumber, last+3, styleGeneral, wordOf("审核人：陈医生"))
	g.put(colSampled, last+3, styleGeneral, wordOf("打印时间：2023/6/30 15:20"))
	return g
}

// sampleHeader writes groups over leaves.
func sampleHeader(g *grid) {
	leaves := func(group string, from int, names ...string) {
		g.put(from, sampleGroupRow, styleHead, wordOf(group))
		g.merge(from, sampleGroupRow, from+len(names)-1, sampleGroupRow)
		for i, name := range names {
			g.put(from+i, sampleGroupRow+1, styleHead, wordOf(name))
		}
	}
	leaves("基本信息", colNumber, "序号", "样本编号", "病历号", "姓名", "性别", "年龄", "身份证号", "联系电话", "科室", "采样日期", "是否空腹")
	leaves("血常规", colBlood, names(bloodCount)...)
	leaves("生化", colChem, names(chemistry)...)
	leaves("其他", colFee, "费用(元)", "报告时间", "备注")
}

func names(of []analyte) []string {
	out := make([]string, len(of))
	for i, a := range of {
		out[i] = a.name
	}
	return out
}

// samplePerson writes the cells that a patient's samples share.
func samplePerson(g *grid, r *random, p *patient, row int) {
	g.put(colRecord, row, styleText, wordOf(string(appendPadded(nil, 20_300+37*p.number, 8))))
	g.put(colName, row, styleGeneral, wordOf(p.name))
	g.put(colSex, row, styleGeneral, wordOf(p.sex()))
	age := numberOf(p.age, 0)
	if r.chance(60) {
		age = wordOf(fullWidth(strconv.Itoa(p.age)))
	}
	g.put(colAge, row, styleGeneral, age)
	g.put(colCard, row, styleText, wordOf(p.idCard(r)))
	g.put(colPhone, row, styleText, wordOf(phone(r)))
	g.put(colDepartment, row, styleGeneral, wordOf(p.department))
}

// sampleRow writes one sample and tells its fee as SUM sees it: a fee stored
// as text counts nothing.
func sampleRow(g *grid, r *random, p *patient, row, number int) (summed int) {
	g.put(colNumber, row, styleGeneral, numberOf(number, 0))
	g.put(colSample, row, stylePadded, numberOf(1200+number, 0))
	sampled := p.admitted/daySeconds + r.below(4)
	dated, s := sampleDate(r, sampled)
	g.put(colSampled, row, s, dated)
	g.put(colFasting, row, styleGeneral, wordOf(pick(r, []string{"是", "是", "否"})))
	for i, a := range bloodCount {
		g.put(colBlood+i, row, a.style, a.dirty(r))
	}
	for i, a := range chemistry {
		g.put(colChem+i, row, a.style, a.dirty(r))
	}
	fee := 8_000 + r.below(240)*1_000 + r.below(4)*25
	if fee >= 100_000 && r.chance(300) {
		g.put(colFee, row, styleThousands, wordOf(string(appendThousands(nil, fee, 2))))
	} else {
		g.put(colFee, row, styleThousands, numberOf(fee, 2))
		summed = fee
	}
	g.put(colTime, row, styleDateTime, value{kind: moment, n: sampled*daySeconds + 10*3600 + r.below(6*60)*60})
	if r.chance(120) {
		g.put(colRemark, row, styleGeneral, wordOf(pick(r, []string{"标本轻度溶血", "建议复查", "危急值，已电话通知科室", " 脂血 "})))
	}
	return summed
}

// sampleDate is a date as three clerks write it.
func sampleDate(r *random, serial int) (value, style) {
	y, m, d := civil(serial)
	switch dice := r.below(100); {
	case dice < 16:
		return wordOf(string(appendDate(nil, y, m, d, 1, "年", "月", "日"))), styleGeneral
	case dice < 30:
		return wordOf(string(appendDate(nil, y, m, d, 1, "/", "/", ""))), styleText
	case dice < 45:
		return value{kind: day, n: serial}, styleChineseDate
	default:
		return value{kind: day, n: serial}, styleDate
	}
}

// dirty is a result as a small laboratory's sheet holds it.
func (a analyte) dirty(r *random) value {
	v := a.fill(r, nil)
	if v.kind == number && r.chance(60) {
		text := string(appendDecimal(nil, v.n, v.decimals))
		if r.chance(400) {
			text = fullWidth(text)
		}
		return wordOf(text)
	}
	return v
}

func sampleRanges() *grid {
	g := &grid{layout: layout{frozen: 1, widths: []int{22, 10, 10, 18}}}
	for i, name := range []string{"项目", "下限", "上限", "方法"} {
		g.put(i, 1, styleHead, wordOf(name))
	}
	ranges := []struct {
		low, high, decimals int
		method              string
	}{
		{350, 950, 2, "电阻抗法"}, {380, 580, 2, "电阻抗法"}, {115, 175, 0, "比色法"}, {125, 350, 0, "电阻抗法"}, {0, 80, 1, "免疫比浊法"},
		{7, 50, 0, "速率法"}, {41, 111, 0, "酶法"}, {390, 610, 2, "己糖激酶法"}, {0, 518, 2, "酶法"}, {0, 4, 2, "化学发光法"},
	}
	for i, name := range append(names(bloodCount), names(chemistry)...) {
		g.put(0, i+2, styleGeneral, wordOf(name))
		g.put(1, i+2, styleGeneral, numberOf(ranges[i].low, ranges[i].decimals))
		g.put(2, i+2, styleGeneral, numberOf(ranges[i].high, ranges[i].decimals))
		g.put(3, i+2, styleGeneral, wordOf(ranges[i].method))
	}
	return g
}
