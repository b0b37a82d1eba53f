package clean

import (
	"fmt"
	"slices"
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Decide gives the column's type and all that its cells need to be converted.
func (f *Facts) Decide() Verdict {
	set := &f.rd.set
	v := Verdict{Date1904: f.rd.date1904, DashAnswers: f.count[tSigns] > 0, Options: f.options, Year: set.year}
	v.Options.Types, v.Options.Recode, v.Options.Repair, v.Options.Split = nil, nil, nil, nil
	v.Recode, v.Repaired, v.Part = f.options.Recode[f.column], slices.Contains(f.options.Repair, f.column), f.part
	switch {
	case set.chosen != "" && f.choose(&v):
	case f.count[tValues] == 0:
		f.decideEmpty(&v)
	case f.boolean(&v), f.moments(&v), f.times(&v), f.numbers(&v):
	default:
		v.Type, v.Order = table.String, ""
		f.explain(&v)
	}
	v.Elapsed = v.Type == table.Time && f.count[tElapsed] > 0
	f.suggestions(&v)
	if v.Type != table.String {
		v.DashAnswers = false
	}
	f.missing(&v)
	return v
}

// all tells whether every value of the column is counted in t.
func (f *Facts) all(t tally) bool { return f.count[t] == f.count[tValues] }

// decideEmpty is for columns without a value but for markers: one that is no
// missing value in a text column is an answer as good as any.
func (f *Facts) decideEmpty(v *Verdict) {
	v.Type = table.Empty
	for i, n := range f.markers {
		if n > 0 && !f.rd.set.standing(i).missing(table.String, false) {
			v.Type = table.String
			v.Reason = say.T("The values are words and marks, so the column is text.")
			return
		}
	}
	v.Reason = say.T("The column holds no value.")
}

func (f *Facts) boolean(v *Verdict) bool {
	if !f.all(tBools) || f.count[tBoolWords] > 0 && (f.count[tTrue] == 0 || f.all(tTrue)) {
		return false // "Y" alone may be a code; only the pair says what it means
	}
	for i, n := range f.markers {
		if n > 0 && f.rd.set.standing(i) == words {
			return false
		}
	}
	v.Type = table.Boolean
	v.Reason = say.T("Every value says true or false ({n} in all).", "n", f.count[tValues])
	return true
}

var orderNames = [...]string{orderYMD: "ymd", orderDMY: "dmy", orderMDY: "mdy"}

// moments decides on dates, with or without time.
func (f *Facts) moments(v *Verdict) bool {
	n := f.count[tValues]
	if !f.all(tMoments) {
		return false
	}
	if f.count[tCompact] == n && n < 3 && !f.named(dateNames) {
		return false // two numbers may look like dates by chance
	}
	if months := f.count[tMonths]; months > 0 {
		if months < n {
			f.find(v, FindingMonths, tMonths, say.T("Months such as {examples} stand among whole dates and keep the column text ({n} of {all} values). Add the day, or split the column.",
				"examples", f.quoted(tMonths), "n", months, "all", n))
			return false
		}
		f.find(v, FindingMonths, tMonths, say.T("The column holds months; each is kept as the first day of its month."))
	}
	if !f.order(v) || !f.zones(v) {
		return false
	}
	if timed := f.count[tClocked]; timed > 0 && timed < n && f.rd.set.off&ruleMidnight != 0 {
		return false
	}
	v.Type = table.Date
	v.Reason = say.T("Every value is a date ({n} in all).", "n", n)
	if f.count[tClocked] > 0 {
		v.Type = table.DateTime
		v.Reason = say.T("Every value is a date with a time ({n} in all).", "n", n)
		if plain := n - f.count[tClocked]; plain > 0 {
			v.Reason = say.T("Every value is a date ({n} in all, {timed} with a time).", "n", n, "timed", f.count[tClocked])
		}
	}
	return true
}

// differing are the tallies of dates that two orders read differently.
var differing = []struct {
	a, b int
	t    tally
}{{orderDMY, orderMDY, tDMYvsMDY}, {orderYMD, orderDMY, tYMDvsDMY}, {orderYMD, orderMDY, tYMDvsMDY}}

// order finds the one order of day, month and year that every date has. Two
// are as good as one where they give the same days.
func (f *Facts) order(v *Verdict) bool {
	var can []int
	for order := range orderNames {
		if f.all(tYMD + tally(order)) {
			can = append(can, order)
		}
	}
	if len(can) == 0 {
		f.find(v, FindingDateOrder, tMoments, say.T("No single order of day, month and year fits all dates, so the column stays text."))
		return false
	}
	for _, d := range differing {
		if f.count[d.t] > 0 && slices.Contains(can, d.a) && slices.Contains(can, d.b) {
			if said := slices.Index(orderNames[:], f.rd.set.dateOrder); slices.Contains(can, said) {
				can = []int{said}
				break
			}
			f.find(v, FindingDateOrder, d.t, say.T("Day and month cannot be told apart in dates such as {examples}, so the column stays text. Say which order it is.",
				"examples", f.quoted(d.t)))
			for _, order := range can {
				f.act(v, Action{Do: "clean", Title: say.T("Read the dates as {order}", "order", orderNames[order]), Options: &Options{DateOrder: orderNames[order]}})
			}
			return false
		}
	}
	if len(can) < len(orderNames) {
		v.Order = orderNames[can[0]]
	}
	return true
}

func (f *Facts) zones(v *Verdict) bool {
	zoned := f.count[tZoned]
	if zoned == 0 {
		return true
	}
	if f.mixed.zone || zoned < f.count[tValues] {
		f.find(v, FindingZones, tZoned, say.T("The times are in different time zones, such as {examples}, so the column stays text.", "examples", f.quoted(tZoned)))
		return false
	}
	v.Zone = zoneName(f.zone)
	f.find(v, FindingZones, tZoned, say.T("All times are in the time zone {zone}; it was split off.", "zone", v.Zone))
	return true
}

func zoneName(minutes int) string {
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%c%02d:%02d", sign, minutes/60, minutes%60)
}

func (f *Facts) times(v *Verdict) bool {
	if !f.all(tTimes) {
		return false
	}
	if f.all(tOneTo) && !f.named(timeNames) {
		f.find(v, FindingRatio, tOneTo, say.T("Values such as {examples} may be times or ratios, so the column stays text.", "examples", f.quoted(tOneTo)))
		return false
	}
	v.Type = table.Time
	v.Reason = say.T("Every value is a time ({n} in all).", "n", f.count[tValues])
	return true
}

// numbers decides on numbers, and on digits that are none.
func (f *Facts) numbers(v *Verdict) bool {
	whole := tWhole
	switch f.decimalMark(v) {
	case pointMode:
	case commaMode:
		v.DecimalComma = true
		whole = tWholeComma
	default:
		return false
	}
	if f.count[tHanLone] == f.count[tValues] {
		f.find(v, FindingHanNumerals, tHanLone, say.T("Single Chinese numerals such as {examples} may be names of classes, so the column stays text.", "examples", f.quoted(tHanLone)))
		f.retype(v, table.Integer)
		v.DecimalComma = false
		return false
	}
	if f.identifiers(v, whole) || !f.affixes(v) {
		v.DecimalComma, v.Unit, v.Currency = false, "", ""
		return false
	}
	v.Type = table.Float
	v.Reason = say.T("Every value is a number ({n} in all, {decimals} with decimals).", "n", f.count[tValues], "decimals", f.count[tValues]-f.count[whole])
	if f.all(whole) {
		v.Type = table.Integer
		v.Reason = say.T("Every value is a whole number ({n} in all).", "n", f.count[tValues])
	}
	return true
}

// decimalMark tells how every number of the column can be read; -1 for not at
// all, or in two ways that differ.
func (f *Facts) decimalMark(v *Verdict) int {
	if f.all(tNumbers) {
		if f.count[tGroups] == 0 || f.count[tSureGroups] > 0 || f.count[tUngrouped] == 0 {
			return pointMode
		}
		if f.rd.set.decimal == "point" {
			return pointMode
		}
		if f.rd.set.decimal == "comma" && f.all(tComma) {
			return commaMode
		}
		f.find(v, FindingDecimalMark, tGroups, say.T("The comma in {examples} may mark thousands or decimals, so the column stays text. Say which.", "examples", f.quoted(tGroups)))
		f.actOnMark(v)
		return -1
	}
	if !f.all(tComma) || f.count[tDecimals]+f.count[tSureDots] == 0 {
		return -1
	}
	if f.count[tListed] == f.count[tDecimals] && f.count[tSureDots] == 0 || f.count[tDotGroups] > 0 && f.count[tSureDots] == 0 {
		if f.rd.set.decimal == "comma" {
			return commaMode
		}
		f.find(v, FindingDecimalMark, tDecimals, say.T("The comma in {examples} may be a decimal comma or part a list, so the column stays text. Say which.", "examples", f.quoted(tDecimals)))
		f.actOnMark(v)
		return -1
	}
	return commaMode
}

func (f *Facts) actOnMark(v *Verdict) {
	for _, mark := range []string{"point", "comma"} {
		f.act(v, Action{Do: "clean", Title: say.T("Read the numbers with a decimal {mark}", "mark", mark),
			Options: &Options{Settings: map[string]string{"decimal-comma.mark": mark}}})
	}
}

// identifiers tells of digits that name something and count nothing.
func (f *Facts) identifiers(v *Verdict, whole tally) bool {
	n := f.count[tValues]
	if f.rd.set.off&ruleDamaged == 0 && f.count[tDamaged] > 0 && (f.all(whole) || f.count[tLongInexact] > 0) {
		f.find(v, FindingDamagedDigits, tDamaged, say.T("Numbers of 16 digits and more, such as {examples}, have lost their last digits, for a spreadsheet keeps only 15 ({n} of {all} values). Take them from the source again, as text.",
			"examples", f.quoted(tDamaged), "n", f.count[tDamaged], "all", n))
	}
	switch {
	case f.count[tZeroLed] > 0:
		f.find(v, FindingLeadingZeros, tZeroLed, say.T("Values such as {examples} start with a zero ({n} of {all}): the column holds codes and stays text.",
			"examples", f.quoted(tZeroLed), "n", f.count[tZeroLed], "all", n))
	case f.count[tPadded] > 0:
		f.find(v, FindingPadded, tPadded, say.T("Numbers such as {examples} are shown with leading zeros that the file does not hold ({n} of {all}): the column holds codes and stays text.",
			"examples", f.quoted(tPadded), "n", f.count[tPadded], "all", n))
	case f.count[tTooLong] > 0, f.count[tLongInexact] > 0, f.count[tLong] > 0 && f.all(whole):
		t := tLong
		if f.count[tLong] == 0 {
			t = tTooLong
		}
		f.find(v, FindingLongDigits, t, say.T("Values such as {examples} have more digits than a number keeps ({n} of {all}): the column stays text.",
			"examples", f.quoted(t), "n", f.count[t], "all", n))
	case f.rd.set.off&rulePhone != 0:
		return false
	case f.count[tPhone] == n, f.count[tPhoneLike] == n && f.named(phoneNames):
		f.find(v, FindingPhone, tPhoneLike, say.T("The values are telephone numbers, so the column stays text."))
	default:
		return false
	}
	return true
}

// affixes checks that signs around the numbers mean the same in every value.
func (f *Facts) affixes(v *Verdict) bool {
	n := f.count[tValues]
	switch {
	case f.count[tParentheses] == n && f.count[tCurrency]+f.count[tSureGroups] == 0:
		f.find(v, FindingParentheses, tParentheses, say.T("All numbers stand in parentheses, such as {examples}; they may be negative or a list's numbering, so the column stays text.", "examples", f.quoted(tParentheses)))
		return false
	case f.count[tTrailing] == n && f.count[tSureGroups] == 0:
		f.find(v, FindingParentheses, tTrailing, say.T("All numbers end with a dash, such as {examples}; they may be negative or parts of a range, so the column stays text.", "examples", f.quoted(tTrailing)))
		return false
	case f.count[tPercent] > 0 && f.count[tNoPercent] > 0:
		if f.count[tPercent] < f.count[tNoPercent] {
			f.find(v, FindingPercent, tPercent, say.T("Values such as {examples} have a percent sign that others lack ({n} of {all}), so the column stays text. Say whether they are percentages.",
				"examples", f.quoted(tPercent), "n", f.count[tPercent], "all", n))
			return false
		}
		f.find(v, FindingPercent, tNoPercent, say.T("Values such as {examples} lack the percent sign that others have ({n} of {all}), so the column stays text. Say whether they are percentages too.",
			"examples", f.quoted(tNoPercent), "n", f.count[tNoPercent], "all", n))
		return false
	case f.mixed.currency:
		f.find(v, FindingCurrency, tCurrency, say.T("The amounts are in several currencies, such as {examples}, so the column stays text.", "examples", f.quoted(tCurrency)))
		return false
	case f.count[tUnit] > 0 && !f.oneUnit():
		f.unitsDiffer(v)
		return false
	}
	if f.count[tCurrency] > 0 {
		v.Currency = f.currency
		f.find(v, FindingCurrency, tCurrency, say.T("The currency {sign} was split off ({n} of {all} values had it).", "sign", f.currency, "n", f.count[tCurrency], "all", n))
	}
	f.unitSplit(v)
	return true
}

// explain says why a text column that nearly has a type has none.
func (f *Facts) explain(v *Verdict) {
	n := f.count[tValues]
	v.Reason = say.T("The values are text.")
	if len(v.Findings) > 0 {
		v.Reason = v.Findings[0].Text
	}
	if f.count[tImpossible] > 0 && 2*(f.count[tMoments]+f.count[tImpossible]) >= n {
		f.find(v, FindingImpossibleDate, tImpossible, say.T("Dates such as {examples} are not in the calendar ({n} of {all} values); they keep the column text.",
			"examples", f.quoted(tImpossible), "n", f.count[tImpossible], "all", n))
	}
	if f.count[tBadSerial] > 0 && 2*(f.count[tMoments]+f.count[tBadSerial]) >= n {
		f.find(v, FindingImpossibleDate, tBadSerial, say.T("Date cells hold numbers that are no day, such as {examples} ({n} of {all} values); they keep the column text.",
			"examples", f.quoted(tBadSerial), "n", f.count[tBadSerial], "all", n))
	}
	numbers := max(f.count[tNumbers], f.count[tComma])
	if units := f.count[tUnit]; numbers < n && 2*units >= n {
		f.unitsDiffer(v)
	}
	phones := f.phones(v)
	named := 2*f.count[tIDCard] >= n // they are identity numbers, all digits or not
	limits := f.count[tCompared]
	if f.rd.set.off&ruleComparator != 0 {
		limits = 0
	}
	others := n - numbers
	switch {
	case limits == 0:
	case slices.Contains(f.options.Split, f.column):
		f.find(v, FindingCompared, tCompared, say.T("Limits such as {examples} keep the column text ({n} of {all} values); their signs and numbers stand in two columns of their own.",
			"examples", f.quoted(tCompared), "n", limits, "all", n))
		v.Findings[len(v.Findings)-1].Severity, v.Findings[len(v.Findings)-1].Settle = Note, say.Text{}
	case limits == others && numbers > 0:
		f.find(v, FindingCompared, tCompared, say.T("{percent} of the values are numbers; the others are limits such as {examples} and keep the column text ({n} of {all}). Split the sign from the number to compute with it.",
			"percent", share(numbers, n), "examples", f.quoted(tCompared), "n", limits, "all", n))
	default:
		f.find(v, FindingCompared, tCompared, say.T("Limits such as {examples} keep the column text ({n} of {all} values). Split the sign from the number to compute with it.",
			"examples", f.quoted(tCompared), "n", limits, "all", n))
	}
	if limits > 0 && !slices.Contains(f.options.Split, f.column) {
		f.act(v, Action{Do: "split", Title: say.T("Split sign and number into two columns"), Into: []string{f.name + "_sign", f.name + "_value"}})
	}
	if others > limits && 2*numbers >= n && !named && !phones {
		f.find(v, FindingMixedNumbers, tNeither, say.T("{percent} of the values are numbers; others such as {examples} keep the column text ({n} of {all}).",
			"percent", share(numbers, n), "examples", f.quoted(tNeither), "n", others, "all", n))
		f.retype(v, table.Float)
	}
	if others := n - f.count[tMoments]; others > 0 && 2*f.count[tMoments] >= n {
		t := table.Date
		if f.count[tClocked] > 0 {
			t = table.DateTime
		}
		if others == f.count[tImpossible] { // said already
			f.retypeOn(v, FindingImpossibleDate, t)
		} else {
			f.find(v, FindingMixedDates, tNoMoment, say.T("{percent} of the values are dates; others such as {examples} keep the column text ({n} of {all}).",
				"percent", share(f.count[tMoments], n), "examples", f.quoted(tNoMoment), "n", others, "all", n))
			f.retype(v, t)
		}
	}
	if v.Reason.Key == "The values are text." && len(v.Findings) > 0 {
		v.Reason = v.Findings[0].Text
	}
}

// share is a percentage that never rounds up to all.
func share(part, whole int64) string {
	tenths := part * 1000 / whole
	if tenths%10 == 0 {
		return fmt.Sprintf("%d%%", tenths/10)
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// missing counts what stands for missing values, and tells of errors.
func (f *Facts) missing(v *Verdict) {
	var kept int64
	var words []string
	for i, n := range f.markers {
		switch {
		case n == 0:
		case f.rd.set.standing(i).missing(v.Type, v.DashAnswers):
			v.Missing = append(v.Missing, Marker{Text: f.rd.set.word(i), Count: n})
		default:
			kept += n
			if len(words) < maxExamples {
				words = append(words, f.rd.set.word(i))
			}
		}
	}
	if n := f.count[tErrors]; n > 0 {
		f.find(v, FindingErrors, tErrors, say.T("Errors such as {examples} are set missing ({n} of {all} cells).", "examples", f.quoted(tErrors), "n", n, "all", f.count[tCells]))
	}
	if kept > 0 {
		v.add(Finding{Code: FindingMarkers, Count: kept, Examples: words,
			Text: say.T("Texts such as {examples} may stand for missing values ({n} of {all} cells); in a text column they are kept as answers.",
				"examples", strings.Join(words, ", "), "n", kept, "all", f.count[tCells])})
	}
}

func (f *Facts) find(v *Verdict, code string, t tally, text say.Text) {
	v.add(Finding{Code: code, Text: text, Count: f.count[t], Examples: f.examples[t].shortened()})
}

// quoted are the examples of a tally for a sentence.
func (f *Facts) quoted(t tally) string { return strings.Join(f.examples[t].shortened(), ", ") }
