package clean

import "sheetmill/core/say"

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
	// Clusters are values that may be one.
	Clusters []Cluster `json:"clusters,omitempty"`
	// Actions are steps that would settle it, ready to run.
	Actions []Action `json:"actions,omitempty"`
}

// Action is a step that a person may take on a finding. One with Options cleans
// the file again with these added to its own; another is a step on the clean table.
type Action struct {
	// Do names the kind of step: "clean", "recode", "split" or "repair".
	Do     string   `json:"do"`
	Title  say.Text `json:"title"`
	Column string   `json:"column"`
	// Options are of "clean".
	Options *Options `json:"options,omitempty"`
	// Map is of "recode": from value to value; nil is a missing one. Of "repair"
	// it shows examples.
	Map map[string]*string `json:"map,omitempty"`
	// Into names the new columns of "split": sign and number.
	Into []string `json:"into,omitempty"`
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
	FindingSentinel       = "sentinel"            // 999
	FindingSimilar        = "similar-levels"      // Yes and yes
	FindingMojibake       = "mojibake"            // text in the wrong encoding
	FindingIDCard         = "id-card"             // identity numbers, and wrong ones
	FindingYearless       = "yearless-dates"      // 5月1日
	FindingSerials        = "serial-days"         // 45047 in a column named a date
	FindingHanNumerals    = "chinese-numerals"    // 一, 二 and 三 alone
	FindingErrors         = "error-values"        // #DIV/0!
	FindingMarkers        = "markers-are-answers" // words kept in a text column
)
