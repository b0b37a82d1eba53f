package clean

import (
	"strings"
	"unicode/utf8"

	"sheetmill/core/say"
	"sheetmill/core/table"
)

// bracketed is what stands in brackets at the end of a column's name, as units
// do: "体重(kg)", "Hb [g/dL]", "白细胞（10^9/L）".
func bracketed(name string) string {
	name = strings.TrimSpace(name)
	for _, pair := range []string{"()", "[]", "（）", "【】"} {
		open, width := utf8.DecodeRuneInString(pair)
		body, closed := strings.CutSuffix(name, pair[width:])
		if !closed {
			continue
		}
		if at := strings.LastIndex(body, string(open)); at > 0 {
			return strings.TrimSpace(body[at+width:])
		}
	}
	return ""
}

// saidUnit is the unit that the sheet says the column is in.
func (f *Facts) saidUnit() (unit, bool) {
	folded, _ := fold([]byte(f.said), new([]byte))
	if len(folded) == 0 {
		return unit{}, false
	}
	return unitOf(folded, true)
}

// oneUnit tells whether all numbers are in one unit: each says so itself, or
// the column's head says so for those that do not.
func (f *Facts) oneUnit() bool {
	if f.mixed.unit {
		return false
	}
	said, ok := f.saidUnit()
	return f.count[tUnit] == f.count[tValues] || ok && said == f.unit
}

// unitSplit tells of the unit that is split off.
func (f *Facts) unitSplit(v *Verdict) {
	n := f.count[tValues]
	if f.count[tUnit] == 0 {
		return
	}
	v.Unit = f.spelledUnit()
	said, ok := f.saidUnit()
	switch {
	case ok && said != f.unit:
		f.find(v, FindingUnit, tUnit, say.T("All values had the unit {unit}, which was split off; the column's name says {said}.", "unit", v.Unit, "said", f.said))
		last := &v.Findings[len(v.Findings)-1]
		last.Severity, last.Settle = Warning, say.T("Find out which of the two is right.")
	case f.count[tUnit] < n:
		f.find(v, FindingUnit, tUnit, say.T("The unit {unit} of the column's name stood in {n} of {all} values, too; it was split off.", "unit", v.Unit, "n", f.count[tUnit], "all", n))
	default:
		f.find(v, FindingUnit, tUnit, say.T("All values had the unit {unit}; it was split off.", "unit", v.Unit))
	}
}

// unitsDiffer tells of units that keep a column text. Where there is but one,
// it offers to take the numbers without a unit for numbers of that unit.
func (f *Facts) unitsDiffer(v *Verdict) {
	f.find(v, FindingUnit, tUnit, say.T("Not every value has the same unit (a unit stands in {n} of {all}, such as {examples}), so the column stays text. Bring all to one unit.",
		"examples", f.quoted(tUnit), "n", f.count[tUnit], "all", f.count[tValues]))
	last := &v.Findings[len(v.Findings)-1]
	last.Severity, last.Settle = Warning, say.T("Bring the values to one unit in the source, or choose a type for the column with --type if those without a unit are in the same.")
	if f.mixed.unit {
		return
	}
	t := table.Float
	if f.count[tWhole] == f.count[tNumbers] {
		t = table.Integer
	}
	f.retype(v, t)
}

// spelledUnit is the unit as the column spells it, where that is a Chinese word:
// 天 is days, but nobody who writes 天 wants to read days.
func (f *Facts) spelledUnit() string {
	name := f.unit.String()
	if len(f.examples[tUnit]) == 0 || f.unit.power > 0 || f.unit.per != "" {
		return name
	}
	folded, _ := fold([]byte(f.examples[tUnit][0]), new([]byte))
	spelled := strings.TrimLeft(string(folded), "0123456789.,-+ ")
	if u, ok := unitOf([]byte(spelled), true); ok && u == f.unit && !strings.ContainsFunc(spelled, func(r rune) bool { return r < utf8.RuneSelf }) {
		return spelled
	}
	return name
}

// phoneSpaced tells of a telephone number with marks between its digits:
// 138-1234-5678, (0755) 8321 2345, +86 138 1234 5678.
func phoneSpaced(b []byte) bool {
	if len(b) < 8 || len(b) > 24 {
		return false
	}
	digits := 0
	for i, c := range b {
		switch {
		case digit(c):
			digits++
		case c == '+' && i == 0, c == '-', c == ' ', c == '(', c == ')', c == '/':
		default:
			return false
		}
	}
	return digits >= 7 && digits <= 15
}

// phones tells of telephone numbers of which some have marks between their
// digits, in a column that is named for them.
func (f *Facts) phones(v *Verdict) bool {
	spaced := f.count[tPhoneSpaced]
	if spaced == 0 || !f.named(phoneNames) || f.rd.set.off&rulePhone != 0 || 10*(spaced+f.count[tPhoneLike]) < 9*f.count[tValues] {
		return false
	}
	f.find(v, FindingPhone, tPhoneSpaced, say.T("The values are telephone numbers, so the column stays text."))
	return true
}
