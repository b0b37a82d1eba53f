package clean

import (
	"slices"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// choose takes the type that a person chose for the column. False when it
// takes one more answer first: which order the dates are in.
func (f *Facts) choose(v *Verdict) bool {
	t := f.rd.set.chosen
	switch t {
	case Category, table.String:
		v.Type = table.String
		v.Reason = say.T("Text was chosen for the column.")
		return true
	case table.Date, table.DateTime:
		if !f.chosenOrder(v) {
			return false
		}
	case table.Integer, table.Float:
		f.chosenMark(v)
	case table.Boolean, table.Time:
	default:
		return false
	}
	v.Type, v.Chosen = t, true
	v.Reason = say.T("The type {type} was chosen for the column.", "type", t)
	return true
}

// chosenOrder takes the order that most dates have.
func (f *Facts) chosenOrder(v *Verdict) bool {
	if said := slices.Index(orderNames[:], f.rd.set.dateOrder); said >= 0 {
		v.Order = orderNames[said]
		return true
	}
	best := orderYMD
	for order := range orderNames {
		if f.count[tYMD+tally(order)] > f.count[tYMD+tally(best)] {
			best = order
		}
	}
	for _, d := range differing {
		other := -1
		if d.a == best {
			other = d.b
		} else if d.b == best {
			other = d.a
		}
		if other >= 0 && f.count[d.t] > 0 && f.count[tYMD+tally(other)] == f.count[tYMD+tally(best)] {
			return false
		}
	}
	v.Order = orderNames[best]
	return true
}

// chosenMark takes the decimal mark that most numbers have, and the first unit
// and currency.
func (f *Facts) chosenMark(v *Verdict) {
	v.DecimalComma = f.rd.set.decimal == "comma" || f.rd.set.decimal == "" && f.count[tComma] > f.count[tNumbers]
	if f.count[tUnit] > 0 {
		v.Unit = f.spelledUnit()
	}
	v.Currency = f.currency
}

// sameAffixes tells whether a number's unit and currency are the column's.
func (a *applier) sameAffixes(n *number) bool {
	if n.edits&ruleUnit != 0 {
		if u, ok := unitOf([]byte(a.v.Unit), true); !ok || u != n.unit {
			return false
		}
	}
	return n.currency == 0 || currencies[n.currency-1].name == a.v.Currency
}

// maxInt64Digits is one more than the digits that every int64 can have.
const maxInt64Digits = 19

// serial takes a number for a serial day, in a column chosen to hold dates.
func (a *applier) serial(r *reading) (ruleSet, bool) {
	n := &r.num
	if a.rd.set.off&ruleSerial != 0 || !r.isNumber || n.compared || !n.fits[pointMode] || n.edits&^ruleThousands != 0 {
		return 0, false
	}
	kind := sheet.Date
	if a.v.Type == table.DateTime {
		kind = sheet.DateTime
	}
	m := &r.when
	if !readSerial(n.float(pointMode, &a.rd.scratch), kind, a.rd.date1904, m) || !m.any() || m.clock && a.v.Type == table.Date {
		return 0, false
	}
	if a.v.Type == table.Date {
		a.out.AppendInt(m.days[0])
	} else {
		a.out.AppendInt(m.days[0]*microsPerDay + m.micros)
	}
	return n.rules(pointMode) | ruleSerial, true
}
