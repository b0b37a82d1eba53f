package synth

import "strconv"

// valueKind says what stands in a generated cell.
type valueKind byte

const (
	blank  valueKind = iota // nothing, though the cell may be styled
	number                  // n / 10^decimals
	day                     // n is a serial day
	moment                  // n is seconds since serial 0
	word                    // text that comes again and again
	unique                  // text that hardly ever comes again
)

// value is one cell, before a format writes it down.
type value struct {
	kind     valueKind
	decimals int
	n        int
	text     string
}

func numberOf(n, decimals int) value { return value{kind: number, n: n, decimals: decimals} }
func wordOf(s string) value          { return value{kind: word, text: s} }
func uniqueOf(s string) value        { return value{kind: unique, text: s} }

// column is one column of a hospital's export: a header, the style its cells
// have in a workbook, and how a patient's cell is filled.
type column struct {
	name  string
	style style
	fill  func(r *random, p *patient) value
}

// missingWords is how laboratories write "no value".
var missingWords = []string{"未查", "未查", "未查", "N/A", "/", "-", "无", "NA"}

// missing is mostly one of missingWords, at times an empty cell.
func missing(r *random) value {
	if r.chance(300) {
		return value{}
	}
	return wordOf(pick(r, missingWords))
}

// identity is the columns that tell who, when and where; 19 of them.
var identity = []column{
	{"序号", styleGeneral, func(_ *random, p *patient) value { return numberOf(p.number, 0) }},
	{"样本编号", styleText, func(_ *random, p *patient) value {
		return uniqueOf(string(appendPadded([]byte("LIS"), p.number, 8)))
	}},
	{"病历号", styleText, func(_ *random, p *patient) value { return uniqueOf(string(appendPadded(nil, 70_000+7*p.number, 10))) }},
	{"姓名", styleGeneral, func(_ *random, p *patient) value { return wordOf(p.name) }},
	{"性别", styleGeneral, func(_ *random, p *patient) value { return wordOf(p.sex()) }},
	{"年龄", styleGeneral, func(r *random, p *patient) value {
		if r.chance(4) { // typed by hand
			return wordOf(strconv.Itoa(p.age) + "岁")
		}
		return numberOf(p.age, 0)
	}},
	{"出生日期", styleDate, func(_ *random, p *patient) value { return value{kind: day, n: p.birth} }},
	{"身份证号", styleText, func(r *random, p *patient) value { return uniqueOf(p.idCard(r)) }},
	{"联系电话", styleText, func(r *random, _ *patient) value { return uniqueOf(phone(r)) }},
	{"科室", styleGeneral, func(_ *random, p *patient) value { return wordOf(p.department) }},
	{"主管医生", styleGeneral, func(r *random, _ *patient) value { return wordOf(pick(r, surnames) + "医生") }},
	{"诊断", styleGeneral, func(_ *random, p *patient) value { return wordOf(diagnoses[p.diagnosis].name) }},
	{"ICD编码", styleGeneral, func(_ *random, p *patient) value { return wordOf(diagnoses[p.diagnosis].code) }},
	{"入院时间", styleDateTime, func(_ *random, p *patient) value { return value{kind: moment, n: p.admitted} }},
	{"采样日期", styleDate, func(r *random, p *patient) value {
		sampled := p.admitted/daySeconds + r.below(p.stay)
		if r.chance(3) { // typed by hand
			y, m, d := civil(sampled)
			return wordOf(strconv.Itoa(y) + "年" + strconv.Itoa(m) + "月" + strconv.Itoa(d) + "日")
		}
		return value{kind: day, n: sampled}
	}},
	{"报告时间", styleDateTime, func(r *random, p *patient) value {
		return value{kind: moment, n: p.admitted + p.stay*daySeconds + r.below(6*3600)}
	}},
	{"是否住院", styleGeneral, func(r *random, _ *patient) value {
		if r.chance(830) {
			return wordOf("是")
		}
		return wordOf("否")
	}},
	{"住院天数", styleGeneral, func(_ *random, p *patient) value { return numberOf(p.stay, 0) }},
	{"费用合计(元)", styleThousands, func(r *random, p *patient) value {
		return numberOf(p.stay*(40_000+r.below(90_000))+r.below(500_000), 2)
	}},
}

// analyte is a laboratory's quantity. Mean, spread and limit are in its last
// decimal; a value under the limit of detection is reported as "<limit".
type analyte struct {
	name                 string
	mean, spread, digits int
	limit                int
	style                style
}

// analytes is 44 of them: with three visits and identity, 151 columns.
var analytes = []analyte{
	{"白细胞计数(10^9/L)", 680, 420, 2, 0, styleGeneral},
	{"红细胞计数(10^12/L)", 445, 130, 2, 0, styleGeneral},
	{"血红蛋白(g/L)", 132, 45, 0, 0, styleGeneral},
	{"红细胞压积", 402, 110, 3, 0, stylePercent},
	{"血小板计数(10^9/L)", 226, 140, 0, 0, styleGeneral},
	{"中性粒细胞百分比", 6150, 2400, 4, 0, stylePercent},
	{"淋巴细胞百分比", 2800, 1900, 4, 0, stylePercent},
	{"C反应蛋白(mg/L)", 60, 190, 1, 5, styleGeneral},
	{"降钙素原(ng/mL)", 9, 22, 2, 2, styleTwo},
	{"谷丙转氨酶(U/L)", 27, 24, 0, 0, styleGeneral},
	{"谷草转氨酶(U/L)", 25, 20, 0, 0, styleGeneral},
	{"碱性磷酸酶(U/L)", 78, 40, 0, 0, styleGeneral},
	{"谷氨酰转肽酶(U/L)", 32, 30, 0, 0, styleGeneral},
	{"总胆红素(μmol/L)", 123, 80, 1, 0, styleGeneral},
	{"直接胆红素(μmol/L)", 38, 30, 1, 0, styleGeneral},
	{"总蛋白(g/L)", 688, 120, 1, 0, styleGeneral},
	{"白蛋白(g/L)", 407, 90, 1, 0, styleGeneral},
	{"尿素(mmol/L)", 556, 330, 2, 0, styleTwo},
	{"肌酐(μmol/L)", 72, 40, 0, 0, styleGeneral},
	{"尿酸(μmol/L)", 331, 150, 0, 0, styleGeneral},
	{"葡萄糖(mmol/L)", 582, 280, 2, 0, styleTwo},
	{"糖化血红蛋白", 612, 200, 4, 0, stylePercent},
	{"总胆固醇(mmol/L)", 468, 200, 2, 0, styleTwo},
	{"甘油三酯(mmol/L)", 151, 120, 2, 0, styleTwo},
	{"高密度脂蛋白(mmol/L)", 126, 50, 2, 0, styleTwo},
	{"低密度脂蛋白(mmol/L)", 274, 140, 2, 0, styleTwo},
	{"钾(mmol/L)", 412, 90, 2, 0, styleTwo},
	{"钠(mmol/L)", 1402, 80, 1, 0, styleGeneral},
	{"氯(mmol/L)", 1031, 80, 1, 0, styleGeneral},
	{"钙(mmol/L)", 232, 30, 2, 0, styleTwo},
	{"肌酸激酶(U/L)", 96, 80, 0, 0, styleGeneral},
	{"肌钙蛋白I(ng/mL)", 12, 30, 3, 10, styleGeneral},
	{"B型钠尿肽(pg/mL)", 480, 700, 1, 50, styleGeneral},
	{"凝血酶原时间(s)", 121, 30, 1, 0, styleGeneral},
	{"国际标准化比值", 102, 30, 2, 0, styleTwo},
	{"D-二聚体(mg/L)", 34, 60, 2, 5, styleTwo},
	{"纤维蛋白原(g/L)", 298, 130, 2, 0, styleTwo},
	{"促甲状腺激素(mIU/L)", 2214, 1900, 3, 5, styleGeneral},
	{"甲胎蛋白(ng/mL)", 271, 200, 2, 60, styleTwo},
	{"癌胚抗原(ng/mL)", 206, 160, 2, 20, styleTwo},
	{"体重指数", 23_871_204, 6_000_000, 6, 0, styleGeneral}, // computed, so it drags its digits along
	{"收缩压(mmHg)", 131, 40, 0, 0, styleGeneral},
	{"舒张压(mmHg)", 79, 25, 0, 0, styleGeneral},
	{"乙肝表面抗原", 0, 0, 0, 0, styleGeneral}, // qualitative
}

// hemolysed is what a damaged specimen falsifies: there a word stands at times
// that means more than "missing", so the column is no longer one of numbers.
var hemolysed = map[string]bool{"谷丙转氨酶(U/L)": true, "谷草转氨酶(U/L)": true, "钾(mmol/L)": true, "肌酸激酶(U/L)": true}

func (a analyte) fill(r *random, _ *patient) value {
	switch dice := r.below(1000); {
	case dice < 40:
		return missing(r)
	case dice < 50 && hemolysed[a.name]:
		return wordOf("标本溶血")
	case a.spread == 0:
		if dice < 900 {
			return wordOf("阴性")
		}
		return wordOf(pick(r, []string{"阳性", "弱阳性", "阴性(-)"}))
	}
	n := r.bell(a.mean, a.spread)
	switch {
	case a.limit > 0 && n < a.limit:
		return wordOf(string(appendDecimal([]byte("<"), a.limit, a.digits)))
	case n < 1: // results lean to the right
		n = 2*a.mean - n
	}
	return numberOf(n, a.digits)
}

// columns is the first n columns: identity, then every analyte of one visit
// after another.
func columns(n int) []column {
	all := append(make([]column, 0, n+len(identity)), identity...)
	for visit := 0; len(all) < n; visit++ {
		prefix := "基线_"
		if visit > 0 {
			prefix = "随访" + strconv.Itoa(visit) + "_"
		}
		for _, a := range analytes {
			all = append(all, column{prefix + a.name, a.style, a.fill})
		}
	}
	return all[:n]
}

// appendDecimal appends n / 10^decimals with all its decimals.
func appendDecimal(b []byte, n, decimals int) []byte {
	if decimals == 0 {
		return strconv.AppendInt(b, int64(n), 10)
	}
	unit := powersOfTen[decimals]
	b = strconv.AppendInt(b, int64(n/unit), 10)
	return appendPadded(append(b, '.'), n%unit, decimals)
}

var powersOfTen = [...]int{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}
