package clean

import (
	"bytes"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Observe takes in the rows [from, to) of a run of the column.
func (f *Facts) Observe(cells *table.Cells, from, to int) {
	for i := from; i < to; i++ {
		kind, raw := cells.At(i)
		if kind == sheet.Empty {
			continue
		}
		f.observe(f.rd.cell(kind, raw))
	}
}

func (f *Facts) note(t tally, r *reading) {
	f.count[t]++
	if shown[t] {
		f.examples[t].add(r.text)
	}
}

func (f *Facts) observe(r *reading) {
	f.count[tCells]++
	switch r.state {
	case blank:
		return
	case failed:
		f.note(tErrors, r)
		return
	case marked:
		f.markers[r.marker]++
		return
	}
	f.count[tValues]++
	if r.isNumber {
		f.number(r)
	} else {
		f.note(tNeither, r)
		f.prose(r)
		if c := r.folded; len(c) <= 5 && plusSign(c) {
			f.count[tSigns]++
		}
	}
	if r.isMoment {
		f.moment(r)
	} else {
		f.note(tNoMoment, r)
		if r.yearless {
			f.note(tYearless, r)
		}
	}
	if !r.isMoment {
		f.levels.add(r.text)
	}
	switch {
	case r.isTime:
		f.count[tTimes]++
		if r.when.oneTo {
			f.note(tOneTo, r)
		}
	case r.isBool:
		f.count[tBools]++
		if r.bool {
			f.count[tTrue]++
		}
		if r.word {
			f.count[tBoolWords]++
		}
	case r.serial && !r.isMoment:
		f.note(tBadSerial, r)
	}
}

// prose looks at a text that is no number.
func (f *Facts) prose(r *reading) {
	if len(r.folded) == idCardLength && idCardDigits(r.folded) {
		f.idCard(r, r.folded)
	}
	if _, found := mojibake(r.raw); found {
		f.note(tMojibake, r)
	}
}

// plusSign tells of answers such as +, ++, (+), ± and 2+: beside them a lone
// dash is an answer too, the negative one.
func plusSign(b []byte) bool {
	return bytes.IndexByte(b, '+') >= 0 || bytes.Contains(b, []byte("±"))
}

func (f *Facts) number(r *reading) {
	n := &r.num
	if n.compared {
		f.note(tCompared, r)
		f.note(tNeither, r)
		return
	}
	if n.fits[pointMode] {
		f.count[tNumbers]++
		if n.integral(pointMode) {
			f.count[tWhole]++
		}
	}
	if n.fits[commaMode] {
		f.count[tComma]++
		if n.integral(commaMode) {
			f.count[tWholeComma]++
		}
	}
	if len(n.digits) == idCardLength && idCardDigits(n.digits) {
		f.idCard(r, n.digits)
	}
	if n.sig >= longDigits || n.exp > 0 {
		mode := pointMode // what has so many digits and fits both is the same in both
		if !n.fits[mode] {
			mode = commaMode
		}
		f.long(r, mode)
	}
	if n.groups[pointMode] {
		f.note(tGroups, r)
		if n.sure[pointMode] {
			f.count[tSureGroups]++
		}
	} else if n.fits[pointMode] && n.whole[pointMode] > 3 && r.kind != sheet.Number {
		f.count[tUngrouped]++
	}
	if n.fits[commaMode] {
		switch {
		case n.groups[commaMode]:
			f.count[tDotGroups]++
			if n.sure[commaMode] {
				f.count[tSureDots]++
			}
		case n.frac[commaMode] > 0:
			f.note(tDecimals, r)
		}
		if n.listed {
			f.note(tListed, r)
		}
	}
	if n.zeroLed {
		f.note(tZeroLed, r)
	}
	switch {
	case r.kind == sheet.Padded:
		f.note(tPadded, r)
	case n.edits&rulePercent != 0:
		f.count[tPercent]++
	case n.sig > 0 && r.kind != sheet.Percent:
		f.note(tNoPercent, r)
	}
	if n.edits&ruleParentheses != 0 {
		f.note(tParentheses, r)
	}
	if n.edits&ruleTrailingMinus != 0 {
		f.note(tTrailing, r)
	}
	if r.han {
		f.count[tHan]++
		if loneHan(r.folded) {
			f.note(tHanLone, r)
		}
	}
	f.extremes.add(r, &f.rd.scratch)
	if n.currency > 0 {
		f.note(tCurrency, r)
		name := currencies[n.currency-1].name
		if f.currency == "" {
			f.currency = name
		}
		f.mixed.currency = f.mixed.currency || f.currency != name
	}
	if n.edits&ruleUnit != 0 {
		f.note(tUnit, r)
		if f.count[tUnit] == 1 {
			f.unit = n.unit
		}
		f.mixed.unit = f.mixed.unit || f.unit != n.unit
	}
	if n.edits == 0 && n.whole[pointMode] == len(n.digits) && n.exp == 0 && !n.negative {
		if w := len(n.digits); w >= 7 && w <= 13 {
			f.count[tPhoneLike]++
			if w == 11 && n.digits[0] == '1' && n.digits[1] >= '3' {
				f.count[tPhone]++
			}
		}
	}
}

// long notes numbers with more digits than a count or amount has.
func (f *Facts) long(r *reading, mode int) {
	n := &r.num
	magnitude := n.magnitude(mode)
	if magnitude < longDigits {
		return
	}
	if !n.integral(mode) {
		if magnitude > longDigits && n.meaning() > 17 {
			f.note(tTooLong, r)
		}
		return
	}
	f.note(tLong, r)
	if r.kind == sheet.Number && magnitude > longDigits && magnitude < 21 {
		f.note(tDamaged, r)
	}
	spelled := table.AppendFloat(f.rd.scratch[:0], n.float(mode, &f.rd.half))
	f.rd.scratch = spelled
	if n.meaning() > 17 || n.exp == 0 && !bytes.Equal(bytes.TrimPrefix(spelled, []byte("-")), n.digits) {
		f.count[tLongInexact]++
	}
}

func (f *Facts) moment(r *reading) {
	m := &r.when
	if !m.any() {
		f.note(tImpossible, r)
		f.note(tNoMoment, r)
		return
	}
	f.count[tMoments]++
	for order, fits := range m.fits {
		if fits {
			f.count[tYMD+tally(order)]++
		}
	}
	f.differ(tYMDvsDMY, r, orderYMD, orderDMY)
	f.differ(tYMDvsMDY, r, orderYMD, orderMDY)
	f.differ(tDMYvsMDY, r, orderDMY, orderMDY)
	switch {
	case r.isNumber:
		f.count[tCompact]++
	case m.month:
		f.note(tMonths, r)
	}
	if m.clock {
		f.count[tClocked]++
	}
	if m.zoned {
		f.note(tZoned, r)
		if f.count[tZoned] == 1 {
			f.zone = m.zone
		}
		f.mixed.zone = f.mixed.zone || f.zone != m.zone
	}
}

func (f *Facts) differ(t tally, r *reading, a, b int) {
	if m := &r.when; m.fits[a] && m.fits[b] && m.days[a] != m.days[b] {
		f.note(t, r)
	}
}
