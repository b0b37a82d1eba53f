package clean

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Context is what a column needs to know of its sheet.
type Context struct {
	Date1904 bool // serial days count from 1904-01-01
}

// tally names a count over a whole column.
type tally int

const (
	tCells   tally = iota // cells there are
	tErrors               // error values
	tValues               // neither blank, nor an error, nor a marker
	tSigns                // lone plus signs: "-" is an answer beside them
	tNumbers              // read with a decimal point
	tComma                // read with a decimal comma
	tNeither              // not numbers, either way
	tWhole                // numbers that are whole: with a decimal point
	tWholeComma

	tGroups      // "1,234" read as 1234
	tSureGroups  // "1,234,567" and "1,234.5"
	tUngrouped   // 1234 without a mark
	tDotGroups   // "1.234" read as 1234 with a decimal comma
	tSureDots    // "1.234.567" and "1.234,5"
	tDecimals    // "36,6"
	tListed      // of these, "1,2": may be a list
	tZeroLed     // 007
	tLong        // whole numbers of 15 digits and more
	tLongInexact // of these, ones that a float would change
	tTooLong     // numbers whose digits a float would lose
	tDamaged     // number cells of 16 digits and more
	tPadded      // shown with leading zeros
	tPhone       // 11 digits of a Chinese mobile number
	tPhoneLike   // 7 to 13 digits
	tPercent     // 12%
	tNoPercent   // numbers other than 0 without %, in text
	tCurrency
	tUnit
	tParentheses
	tCompared // <0.01

	tMoments // dates, with or without time, in some order
	tYMD     // in this order; the next two follow it
	tDMY
	tMDY
	tYMDvsDMY // the two orders give different days
	tYMDvsMDY
	tDMYvsMDY
	tClocked    // dates with a time
	tZoned      // of these, with a zone
	tMonths     // only year and month
	tCompact    // 20230501, which may be a number too
	tImpossible // looks like a date; there is no such day
	tBadSerial  // a serial day that is no day
	tNoMoment   // anything but a date

	tTimes
	tOneTo // of these, 1:20

	tBools
	tTrue      // of these, those that are true
	tBoolWords // of these, yes, N, 是 and the like
	tallies
)

// shown are the tallies whose first different values are kept as examples.
var shown = [tallies]bool{tErrors: true, tNeither: true, tGroups: true, tListed: true, tZeroLed: true, tLong: true,
	tTooLong: true, tDamaged: true, tPadded: true, tNoPercent: true, tCompared: true, tUnit: true, tCurrency: true, tImpossible: true,
	tBadSerial: true, tDMYvsMDY: true, tYMDvsDMY: true, tYMDvsMDY: true, tNoMoment: true, tZoned: true, tOneTo: true, tMonths: true, tParentheses: true, tDecimals: true}

// Facts is what a whole column holds. It is built run by run, in memory that
// does not grow with the column. Not safe for concurrent use; runs may be
// observed in parallel by one Facts each, merged in row order afterwards.
type Facts struct {
	name     string
	count    [tallies]int64
	examples [tallies]examples
	markers  []int64 // by index in markers
	currency string  // the first currency; mixed when there are others
	unit     unit
	zone     int
	mixed    struct{ currency, unit, zone bool }
	rd       reader
}

// NewFacts starts a column. The name of the column is a hint where the values
// alone leave a choice: telephone numbers, and dates in eight digits.
func NewFacts(ctx Context, name string) *Facts {
	return &Facts{name: name, markers: make([]int64, len(markers)), rd: reader{date1904: ctx.Date1904}}
}

// examples are the first few different texts of a tally, by what of them is
// shown: their first characters.
type examples []string

const (
	maxExamples     = 3
	maxExampleRunes = 40
	maxExampleBytes = maxExampleRunes*utf8.UTFMax + 1 // one more tells that there is more
)

func (e *examples) add(b []byte) {
	if len(*e) == maxExamples {
		return
	}
	if len(b) > maxExampleBytes {
		b = b[:maxExampleBytes]
	}
	if slices.Contains(*e, string(b)) {
		return
	}
	*e = append(*e, string(b))
}

// shortened are the examples as a person sees them.
func (e *examples) shortened() []string {
	var out []string
	for _, s := range *e {
		if utf8.RuneCountInString(s) > maxExampleRunes {
			s = string([]rune(s)[:maxExampleRunes]) + "…"
		}
		out = append(out, s)
	}
	return out
}

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
		if c := r.folded; len(c) <= 5 && plusSign(c) {
			f.count[tSigns]++
		}
	}
	if r.isMoment {
		f.moment(r)
	} else {
		f.note(tNoMoment, r)
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

// Merge takes in the facts of the rows that follow, as if Observe had been
// called with them.
func (f *Facts) Merge(next *Facts) {
	merged := func(t tally) (mine, its bool) { return f.count[t] > 0, next.count[t] > 0 }
	if mine, its := merged(tCurrency); its {
		f.mixed.currency = f.mixed.currency || next.mixed.currency || mine && f.currency != next.currency
		if !mine {
			f.currency = next.currency
		}
	}
	if mine, its := merged(tUnit); its {
		f.mixed.unit = f.mixed.unit || next.mixed.unit || mine && f.unit != next.unit
		if !mine {
			f.unit = next.unit
		}
	}
	if mine, its := merged(tZoned); its {
		f.mixed.zone = f.mixed.zone || next.mixed.zone || mine && f.zone != next.zone
		if !mine {
			f.zone = next.zone
		}
	}
	for t := range f.count {
		f.count[t] += next.count[t]
		for _, e := range next.examples[t] {
			f.examples[t].add([]byte(e))
		}
	}
	for i, n := range next.markers {
		f.markers[i] += n
	}
}
