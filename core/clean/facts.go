package clean

import (
	"slices"
	"unicode/utf8"
)

// Context is what a column needs to know of its sheet.
type Context struct {
	Date1904 bool // serial days count from 1904-01-01
	Options  Options
	// Unit is that of a row of units below the column's name; "" for none.
	Unit string
	// Part is the part of another column that this one holds, and Of that column's name.
	Part Part
	Of   string
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
	tPhoneSpaced // digits of a telephone number with marks between them
	tPercent     // 12%
	tNoPercent   // numbers other than 0 without %, in text
	tCurrency
	tUnit
	tParentheses
	tTrailing // 1,234-
	tHan      // 一百二十三
	tHanLone  // of these, a single character
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
	tYearless   // 5月1日, of no known year
	tBadSerial  // a serial day that is no day
	tNoMoment   // anything but a date

	tTimes
	tElapsed // of these, outside a single day
	tOneTo   // of these, 1:20

	tIDCard  // 18 characters of a Chinese identity number
	tIDWrong // of these, those whose check character is wrong
	tMojibake

	tBools
	tTrue      // of these, those that are true
	tBoolWords // of these, yes, N, 是 and the like
	tallies
)

// shown are the tallies whose first different values are kept as examples.
var shown = [tallies]bool{tErrors: true, tNeither: true, tGroups: true, tListed: true, tZeroLed: true, tLong: true, tPhoneSpaced: true,
	tTooLong: true, tDamaged: true, tPadded: true, tNoPercent: true, tPercent: true, tCompared: true, tUnit: true, tCurrency: true, tImpossible: true,
	tBadSerial: true, tDMYvsMDY: true, tYMDvsDMY: true, tYMDvsMDY: true, tNoMoment: true, tZoned: true, tOneTo: true, tMonths: true, tParentheses: true, tDecimals: true,
	tTrailing: true, tHanLone: true, tYearless: true, tIDCard: true, tIDWrong: true, tMojibake: true}

// Facts is what a whole column holds. It is built run by run, in memory that
// does not grow with the column. Not safe for concurrent use; runs may be
// observed in parallel by one Facts each, merged in row order afterwards.
type Facts struct {
	name     string
	column   string // the one that options name: another where this one is a part
	part     Part
	said     string // the unit that the sheet says the column is in; "" for none
	options  Options
	count    [tallies]int64
	examples [tallies]examples
	markers  []int64 // by index in markers
	currency string  // the first currency; mixed when there are others
	unit     unit
	zone     int
	mixed    struct{ currency, unit, zone bool }
	levels   levels
	weight   int64 // how many cells the one that is observed stands for
	extremes extremes
	rd       reader
}

// NewFacts starts a column. The name of the column is a hint where the values
// alone leave a choice: telephone numbers, and dates in eight digits.
func NewFacts(ctx Context, name string) *Facts {
	set := ctx.Options.settingsOf(name)
	f := &Facts{name: name, column: name, part: ctx.Part, options: ctx.Options, markers: make([]int64, len(markers)+len(set.more)), rd: newReader(ctx.Date1904, set)}
	if ctx.Part != "" {
		f.column = ctx.Of
	}
	if f.said = ctx.Unit; f.said == "" {
		f.said = bracketed(name)
	}
	f.rd.replace = newReplacer(ctx.Options.Recode[f.column], slices.Contains(ctx.Options.Repair, f.column), f.part, set.off)
	return f
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
	if slices.ContainsFunc(*e, func(s string) bool { return s == string(b) }) { // makes no string each time
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
