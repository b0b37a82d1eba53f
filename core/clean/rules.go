package clean

import (
	"math/bits"
	"strings"

	"sheetmill/core/say"
)

// Rule is one way in which a cell may be changed or set missing. Its name
// stands in the ledger; several names joined with "+" are rules that touched
// the same cell, in the order applied.
type Rule struct {
	Name  string   `json:"name"`
	Title say.Text `json:"title"`
	Doc   say.Text `json:"doc"`
	// Before and After are an example; After is "" where the cell becomes missing.
	Before string `json:"before"`
	After  string `json:"after"`
}

// ruleSet is a set of rules; bit i is the rule at index i of the table below,
// which is the order in which rules apply.
type ruleSet uint64

const (
	ruleInvisible ruleSet = 1 << iota
	ruleNFC
	rulePlainSpace
	ruleTrim
	ruleFullWidth
	ruleEmptyText
	ruleMarker
	ruleError
	ruleBooleanWord
	ruleMinus
	rulePlus
	ruleParentheses
	ruleCurrency
	ruleThousands
	ruleDecimalComma
	rulePercent
	ruleTenThousands
	ruleUnit
	rulePrecision
	ruleYMD
	ruleYMDChinese
	ruleDMY
	ruleMDY
	ruleCompact
	ruleMonthName
	ruleMonth
	ruleShortYear
	ruleClock
	ruleClockChinese
	ruleHalfDay
	ruleZone
	ruleMidnight
	ruleNumberAsText
	ruleDateAsText
	ruleBooleanAsText
	ruleCount = iota
)

// ruleTable holds the rules in the order of the constants above.
var ruleTable = [ruleCount]Rule{
	{"invisible", say.T("Invisible characters"), say.T("Characters that cannot be seen, such as zero-width spaces, byte order marks, soft hyphens and control characters, are removed."), "A\u200b12", "A12"},
	{"unicode-nfc", say.T("One spelling per letter"), say.T("Letters written as a letter and a separate accent become one character (Unicode NFC)."), "e\u0301", "é"},
	{"plain-space", say.T("Plain spaces"), say.T("No-break spaces inside a text become plain spaces."), "New\u00a0York", "New York"},
	{"trim-space", say.T("Spaces at the ends"), say.T("Spaces, tabs and line breaks before and after the value are removed, wide ones too."), "  abc ", "abc"},
	{"full-width", say.T("Full-width characters"), say.T("Full-width digits, letters and marks become half-width in numbers, dates, codes and markers of missing values. Prose is left alone."), "１２．５", "12.5"},
	{"empty-text", say.T("Empty text"), say.T("A cell that holds only an empty text or spaces is a missing value."), "  ", ""},
	{"missing-marker", say.T("Markers of missing values"), say.T("Words and marks that stand for a missing value, such as NA, null, a lone dash or 未查, become missing values. In text columns only unmistakable ones do."), "N/A", ""},
	{"error-value", say.T("Error values"), say.T("Error values of a spreadsheet, such as #DIV/0!, become missing values."), "#DIV/0!", ""},
	{"boolean-word", say.T("Words for true and false"), say.T("Yes and no, Y and N, 是 and 否 become true and false when the whole column agrees."), "是", "true"},
	{"minus-sign", say.T("Minus signs"), say.T("A typographic minus or dash before a number becomes a plain minus sign."), "−5", "-5"},
	{"plus-sign", say.T("Plus signs"), say.T("A plus sign before a number is removed."), "+5", "5"},
	{"parentheses-negative", say.T("Negative numbers in parentheses"), say.T("A number in parentheses, as accountants write it, becomes negative."), "(1,234)", "-1234"},
	{"currency", say.T("Currency signs"), say.T("The currency sign is removed when the whole column uses one currency; the finding names it."), "¥12.50", "12.5"},
	{"thousands-marks", say.T("Thousands marks"), say.T("Marks between groups of three digits are removed."), "1,234,567", "1234567"},
	{"decimal-comma", say.T("Decimal commas"), say.T("The decimal comma becomes a decimal point when the whole column can only be read so."), "36,6", "36.6"},
	{"percent", say.T("Percentages"), say.T("A percentage becomes the number it stands for."), "12.5%", "0.125"},
	{"ten-thousands", say.T("万 and 亿"), say.T("Numbers counted in 万 (ten thousands) or 亿 (hundred millions) become plain numbers."), "1.2万", "12000"},
	{"unit", say.T("Units"), say.T("The unit after a number is split off when the whole column uses one unit; the finding names it."), "12.3 mg/L", "12.3"},
	{"float-precision", say.T("More digits than a number holds"), say.T("A number with more than 17 digits becomes the nearest one that a 64-bit floating-point number holds."), "0.12345678901234567891", "0.12345678901234568"},
	{"date-ymd", say.T("Dates: year, month, day"), say.T("A date that starts with the year becomes an ISO date."), "2023/5/1", "2023-05-01"},
	{"date-ymd-cn", say.T("Chinese dates"), say.T("A date written with 年, 月 and 日 becomes an ISO date."), "2023年5月1日", "2023-05-01"},
	{"date-dmy", say.T("Dates: day, month, year"), say.T("A date that starts with the day becomes an ISO date when the whole column can only be read so."), "31/12/2023", "2023-12-31"},
	{"date-mdy", say.T("Dates: month, day, year"), say.T("A date that starts with the month becomes an ISO date when the whole column can only be read so."), "12/31/2023", "2023-12-31"},
	{"date-compact", say.T("Dates in eight digits"), say.T("Eight digits that are year, month and day throughout the column become an ISO date."), "20230501", "2023-05-01"},
	{"date-month-name", say.T("Dates with a month's name"), say.T("A date with the English name of the month becomes an ISO date."), "5 May 2023", "2023-05-05"},
	{"date-month", say.T("Months"), say.T("A year and month become the first day of that month when the whole column holds months."), "2023年5月", "2023-05-01"},
	{"two-digit-year", say.T("Years in two digits"), say.T("A year of two digits is read as Excel reads it: 00 to 29 are 2000 to 2029, 30 to 99 are 1930 to 1999."), "31/12/98", "1998-12-31"},
	{"time-spelling", say.T("Times of day"), say.T("A time of day is written with two digits for hours, minutes and seconds."), "9:30", "09:30:00"},
	{"time-cn", say.T("Chinese times"), say.T("A time written with 时 or 点, 分 and 秒 is written with colons."), "14时30分", "14:30:00"},
	{"time-12h", say.T("Times with AM and PM"), say.T("A time with AM, PM, 上午 or 下午 is written in 24 hours."), "2:30 PM", "14:30:00"},
	{"time-zone", say.T("Time zones"), say.T("The time zone is split off when the whole column uses one; the finding names it."), "2023-05-01T08:00:00Z", "2023-05-01T08:00:00"},
	{"midnight", say.T("Dates among dates with times"), say.T("A date without a time becomes midnight of that day in a column of dates with times."), "2023-05-01", "2023-05-01T00:00:00"},
	{"number-as-text", say.T("Numbers in text columns"), say.T("A number cell in a text column becomes its plain spelling."), "1.5E3", "1500"},
	{"date-as-text", say.T("Dates in text columns"), say.T("A date or time cell in a text column becomes its ISO spelling."), "45047", "2023-05-01"},
	{"boolean-as-text", say.T("True and false in text columns"), say.T("A true or false cell in a text column becomes TRUE or FALSE, as the sheet shows it."), "1", "TRUE"},
}

// Rules lists every rule, in the order in which they apply.
func Rules() []Rule {
	return append([]Rule(nil), ruleTable[:]...)
}

// String joins the names of the set's rules with "+", in the order applied.
func (s ruleSet) String() string {
	var b strings.Builder
	for ; s != 0; s &= s - 1 {
		if b.Len() > 0 {
			b.WriteByte('+')
		}
		b.WriteString(ruleTable[bits.TrailingZeros64(uint64(s))].Name)
	}
	return b.String()
}
