package locate

import (
	"slices"
	"strings"

	"sheetmill/core/say"
)

// units tells whether the line says what its columns are measured in, beside
// at most one cell that says so or names the first column.
func (l *line) units() bool {
	units, others, label := 0, 0, ""
	for _, c := range l.cells {
		switch {
		case c.class != moment && c.class != truth && isUnit(c.text):
			units++
		case c.class == absent: // measured in nothing
		default:
			others++
			label = c.text
		}
	}
	return units > 0 && (others == 0 || others == 1 && (units > 1 || isUnitLabel(label)))
}

func isUnitLabel(text string) bool {
	text = strings.ToLower(strings.Trim(text, " :：()（）"))
	return text == "unit" || text == "units" || strings.HasPrefix(text, "unit ") || strings.HasPrefix(text, "units ") || strings.HasSuffix(text, "单位")
}

// isUnit tells whether a text is a unit of measure: bracketed, or one of the
// signs that measures have and names do not.
func isUnit(text string) bool {
	text = strings.TrimSpace(text)
	if bracketed(text) {
		return true
	}
	switch strings.ToLower(text) {
	case "%", "‰", "℃", "°c", "$", "€", "¥", "元", "万元", "亿元", "千元", "岁", "个", "人", "次", "天", "例", "床", "件", "支", "片", "盒", "瓶", "分", "分钟", "小时", "周",
		"h", "kg", "g", "mg", "μg", "µg", "ug", "ng", "pg", "cm", "mm", "m", "fl", "ml", "l", "u", "iu", "mol", "mmol", "bpm", "mmhg", "cmh2o", "kpa", "kcal",
		"s", "min", "ms", "years", "days", "hours":
		return true
	}
	per := strings.IndexByte(text, '/')
	return per > 0 && per < len(text)-1 && len(text) <= 16 && !strings.ContainsAny(text, " ,;")
}

func bracketed(text string) bool {
	if len(text) < 2 {
		return false
	}
	first, last := text[0], text[len(text)-1]
	return first == '(' && last == ')' || first == '[' && last == ']' ||
		strings.HasPrefix(text, "（") && strings.HasSuffix(text, "）")
}

// unitRows are the header rows that say units: the one asked for, or those
// that look so.
func (v *view) unitRows(t *Table, header []int, o Options) {
	switch {
	case o.NoUnits:
		return
	case o.UnitRow > 0:
		t.UnitRows = []int64{o.UnitRow}
		t.because(say.T("The units of measure are in {rows}, as asked.", "rows", rowList(t.UnitRows)))
	default:
		for _, h := range header {
			if l := &v.lines[h]; l.units() && !l.ruler() && len(header) > 1 {
				t.UnitRows = append(t.UnitRows, l.number)
			}
		}
		if len(t.UnitRows) > 0 {
			t.because(say.T("The units of measure are in {rows}, below the names.", "rows", rowList(t.UnitRows)))
		}
	}
	for i := range t.Columns {
		t.Columns[i].Unit = v.unitOf(t.Columns[i].Source, t.UnitRows)
	}
}

// unitOf is what the unit rows say of a column, without brackets.
func (v *view) unitOf(col int, rows []int64) string {
	for i := range v.lines {
		if !slices.Contains(rows, v.lines[i].number) {
			continue
		}
		if c, ok := v.lines[i].at(col); ok && c.class != absent && !isUnitLabel(c.text) {
			text := clean(c.text)
			if bracketed(text) {
				text = strings.Trim(text, "()[]（）")
			}
			return text
		}
	}
	return ""
}
