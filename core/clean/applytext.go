package clean

import (
	"bytes"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// text converts a cell of a text column.
func (a *applier) text(kind sheet.Kind, raw []byte) (ruleSet, outcome) {
	if kind.Numeric() || kind == sheet.Bool || kind == sheet.Error {
		r := a.rd.cell(kind, raw)
		if r.isNumber || r.serial || r.kind == sheet.Bool {
			return a.spelled(r)
		}
		return a.prose(r) // a number cell without a number is text like any other
	}
	r := a.rd.start(kind, raw)
	a.rd.tidyText(r)
	return a.prose(r)
}

func (a *applier) prose(r *reading) (ruleSet, outcome) {
	switch {
	case r.state == marked && !a.rd.set.standing(r.marker).missing(table.String, a.v.DashAnswers):
		// an answer as good as any
	case r.state != valued:
		return a.absent(r)
	case r.wide && len(r.folded) > 0:
		if codeLike(r.folded) || a.rd.value(r) {
			r.text = r.folded
			r.edits |= ruleFullWidth
		}
	}
	a.out.AppendString(r.text)
	if r.edits == 0 {
		return 0, keep
	}
	return r.edits, edit
}

// spelled writes a number, date or Boolean cell in the plain spelling of its
// value.
func (a *applier) spelled(r *reading) (ruleSet, outcome) {
	rules := ruleNumberAsText
	plain := a.plain[:0]
	switch {
	case r.kind == sheet.Bool:
		rules, plain = ruleBooleanAsText, append(plain, "FALSE"...)
		if r.bool {
			plain = append(plain[:0], "TRUE"...)
		}
	case r.kind.Temporal() && r.isTime:
		rules, plain = ruleDateAsText, table.AppendTime(plain, r.when.micros)
	case r.kind.Temporal() && r.isMoment && r.when.clock:
		rules, plain = ruleDateAsText, table.AppendDateTime(plain, r.when.days[0]*microsPerDay+r.when.micros)
	case r.kind.Temporal() && r.isMoment:
		rules, plain = ruleDateAsText, table.AppendDate(plain, r.when.days[0])
	case allDigits(r.raw):
		plain = append(plain, r.raw...) // as they are; none may be lost
	default:
		plain = table.AppendFloat(plain, r.num.float(pointMode, &a.rd.scratch))
	}
	if rules&a.rd.set.off != 0 {
		plain = append(plain[:0], r.raw...)
	}
	a.plain = plain
	a.out.AppendString(plain)
	if bytes.Equal(plain, r.raw) {
		return 0, keep
	}
	return rules, edit
}

func allDigits(b []byte) bool {
	for i, c := range b {
		if !digit(c) && (i > 0 || c != '-') {
			return false
		}
	}
	return true
}
