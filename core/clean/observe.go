package clean

import (
	"bytes"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

func (f *Facts) note(t tally, r *reading) {
	f.count[t] += f.weight
	if shown[t] {
		f.examples[t].add(r.text)
	}
}

func (f *Facts) observe(r *reading) {
	f.count[tCells] += f.weight
	switch r.state {
	case blank:
		return
	case failed:
		f.note(tErrors, r)
		return
	case marked:
		f.markers[r.marker] += f.weight
		return
	}
	f.count[tValues] += f.weight
	if r.isNumber {
		f.number(r)
	} else {
		f.note(tNeither, r)
		f.prose(r)
		if c := r.folded; len(c) <= 5 && plusSign(c) {
			f.count[tSigns] += f.weight
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
		f.levels.add(r.text, f.weight)
	}
	switch {
	case r.isTime:
		f.count[tTimes] += f.weight
		if t := r.when.micros; t < 0 || t >= microsPerDay {
			f.count[tElapsed] += f.weight
		}
		if r.when.oneTo {
			f.note(tOneTo, r)
		}
	case r.isBool:
		f.count[tBools] += f.weight
		if r.bool {
			f.count[tTrue] += f.weight
		}
		if r.word {
			f.count[tBoolWords] += f.weight
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
	if phoneSpaced(r.folded) {
		f.note(tPhoneSpaced, r)
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
		f.count[tNumbers] += f.weight
		if n.integral(pointMode) {
			f.count[tWhole] += f.weight
		}
	}
	if n.fits[commaMode] {
		f.count[tComma] += f.weight
		if n.integral(commaMode) {
			f.count[tWholeComma] += f.weight
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
			f.count[tSureGroups] += f.weight
		}
	} else if n.fits[pointMode] && n.whole[pointMode] > 3 && r.kind != sheet.Number {
		f.count[tUngrouped] += f.weight
	}
	if n.fits[commaMode] {
		switch {
		case n.groups[commaMode]:
			f.count[tDotGroups] += f.weight
			if n.sure[commaMode] {
				f.count[tSureDots] += f.weight
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
		f.note(tPercent, r)
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
		f.count[tHan] += f.weight
		if loneHan(r.folded) {
			f.note(tHanLone, r)
		}
	}
	f.extremes.add(r, f.weight, &f.rd.scratch)
	if n.currency > 0 {
		f.note(tCurrency, r)
		name := currencies[n.currency-1].name
		if f.currency == "" {
			f.currency = name
		}
		f.mixed.currency = f.mixed.currency || f.currency != name
	}
	if n.edits&ruleUnit != 0 {
		if f.count[tUnit] == 0 {
			f.unit = n.unit
		}
		f.note(tUnit, r)
		f.mixed.unit = f.mixed.unit || f.unit != n.unit
	}
	if n.edits == 0 && n.whole[pointMode] == len(n.digits) && n.exp == 0 && !n.negative {
		if w := len(n.digits); w >= 7 && w <= 13 {
			f.count[tPhoneLike] += f.weight
			if w == 11 && n.digits[0] == '1' && n.digits[1] >= '3' {
				f.count[tPhone] += f.weight
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
		f.count[tLongInexact] += f.weight
	}
}

func (f *Facts) moment(r *reading) {
	m := &r.when
	if !m.any() {
		f.note(tImpossible, r)
		f.note(tNoMoment, r)
		return
	}
	f.count[tMoments] += f.weight
	for order, fits := range m.fits {
		if fits {
			f.count[tYMD+tally(order)] += f.weight
		}
	}
	f.differ(tYMDvsDMY, r, orderYMD, orderDMY)
	f.differ(tYMDvsMDY, r, orderYMD, orderMDY)
	f.differ(tDMYvsMDY, r, orderDMY, orderMDY)
	switch {
	case r.isNumber:
		f.count[tCompact] += f.weight
	case m.month:
		f.note(tMonths, r)
	}
	if m.clock {
		f.count[tClocked] += f.weight
	}
	if m.zoned {
		if f.count[tZoned] == 0 {
			f.zone = m.zone
		}
		f.note(tZoned, r)
		f.mixed.zone = f.mixed.zone || f.zone != m.zone
	}
}

func (f *Facts) differ(t tally, r *reading, a, b int) {
	if m := &r.when; m.fits[a] && m.fits[b] && m.days[a] != m.days[b] {
		f.note(t, r)
	}
}
