package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Verdict is what a column is, from all of its cells. It survives JSON: a
// stored verdict converts the same cells to the same values again.
type Verdict struct {
	Type table.Type `json:"type"`
	// Order of day, month and year in the column's text dates: "ymd", "dmy"
	// or "mdy"; empty where there are none or they read the same in any.
	Order string `json:"dateOrder,omitempty"`
	// DecimalComma says that 1.234,5 is the number 1234.5 here.
	DecimalComma bool `json:"decimalComma,omitempty"`
	// Date1904 says that serial days count from 1904-01-01.
	Date1904 bool `json:"date1904,omitempty"`
	// DashAnswers says that "-" is an answer in this text column, the
	// negative one beside "+", and no missing value.
	DashAnswers bool `json:"dashAnswers,omitempty"`
	// Unit, Currency and Zone were split off every value that has one.
	Unit     string `json:"unit,omitempty"`
	Currency string `json:"currency,omitempty"`
	Zone     string `json:"zone,omitempty"` // +08:00
	// Missing counts the markers that stand for missing values here.
	Missing []Marker `json:"missing,omitempty"`
	// Reason says in a sentence why the column has this type.
	Reason say.Text `json:"reason"`
	// Findings are what a person should know of the column, worst first.
	Findings []Finding `json:"findings,omitempty"`
}

// Marker is a text that stands for a missing value, and how many cells hold it.
type Marker struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// Finding is something in the column that a person should know or decide.
type Finding struct {
	// Code names the kind of finding for programs, such as "damaged-digits".
	Code string `json:"code"`
	// Severity says how much it matters; "" counts as Note.
	Severity Severity `json:"severity,omitempty"`
	Text     say.Text `json:"text"`
	Count    int64    `json:"count"` // cells it is about
	Examples []string `json:"examples,omitempty"`
	// Cells are the addresses of the first cells it is about, such as F12.
	Cells []string `json:"cells,omitempty"`
	// Settle says what a person can do to settle it; nothing where nothing need be done.
	Settle say.Text `json:"settle,omitzero"`
}

// Severity says how much a finding matters.
type Severity string

// The severities, worst first.
const (
	Damage  Severity = "damage"  // values are lost or wrong in the source
	Warning Severity = "warning" // someone should decide
	Note    Severity = "note"    // good to know
)

// The codes of findings.
const (
	FindingMixedNumbers   = "mixed-numbers"       // numbers, and others that are none
	FindingMixedDates     = "mixed-dates"         // dates, and others that are none
	FindingImpossibleDate = "impossible-date"     // days that no calendar has
	FindingDateOrder      = "date-order"          // day and month cannot be told apart
	FindingMonths         = "months"              // months became their first days, or stand among dates
	FindingZones          = "time-zones"          // a zone split off, or several
	FindingRatio          = "ratio"               // 1:20 may be a time or a ratio
	FindingDecimalMark    = "decimal-mark"        // 1,234 may be read in two ways
	FindingLeadingZeros   = "leading-zeros"       // codes such as 007
	FindingLongDigits     = "long-digits"         // identifiers by length
	FindingDamagedDigits  = "damaged-digits"      // digits that a spreadsheet has lost
	FindingPadded         = "padded"              // zeros that only the display shows
	FindingPhone          = "phone"               // telephone numbers
	FindingPercent        = "mixed-percent"       // with and without %
	FindingCurrency       = "currency"            // a currency split off, or several
	FindingUnit           = "unit"                // a unit split off, or several
	FindingParentheses    = "parentheses"         // all numbers in parentheses
	FindingCompared       = "compared"            // <0.01
	FindingErrors         = "error-values"        // #DIV/0!
	FindingMarkers        = "markers-are-answers" // words kept in a text column
)
