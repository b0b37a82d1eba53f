package clean

import (
	"math/bits"
	"slices"
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Rule is one way in which a cell may be changed or set missing, or one thing
// that is looked for and named. Its name stands in the ledger; several names
// joined with "+" are rules that touched the same cell, in the order applied.
type Rule struct {
	Name  string   `json:"name"`
	Title say.Text `json:"title"`
	Doc   say.Text `json:"doc"`
	// Before and After are an example; After is "" where the cell becomes missing.
	Before string `json:"before"`
	After  string `json:"after"`
	// Suggests says that the rule changes nothing: it gives findings.
	Suggests bool      `json:"suggests,omitempty"`
	Settings []Setting `json:"settings,omitempty"`

	// What the example needs around it: other cells of the column joined with
	// |, the cell's kind, the column's name and chosen type.
	beside string
	kind   sheet.Kind
	named  string
	chosen table.Type
	choose func(*Context)
}

// ruleSet is a set of rules; bit i is the rule at index i of ruleTable, which
// is the order in which rules apply.
type ruleSet uint64

const (
	ruleRepair ruleSet = 1 << iota
	ruleRecode
	ruleSplit
	ruleHTML
	ruleInvisible
	ruleNFC
	rulePlainSpace
	ruleTrim
	ruleDoubleSpace
	ruleFullWidth
	ruleEmptyText
	ruleMarker
	ruleError
	ruleBooleanWord
	ruleMinus
	rulePlus
	ruleParentheses
	ruleTrailingMinus
	ruleCurrency
	ruleThousands
	ruleDecimalComma
	rulePercent
	ruleTenThousands
	ruleUnit
	ruleHanNumeral
	ruleLeadingZeros
	rulePrecision
	ruleYMD
	ruleYMDChinese
	ruleDMY
	ruleMDY
	ruleCompact
	ruleMonthName
	ruleMonth
	ruleMonthDay
	ruleShortYear
	ruleClock
	ruleClockChinese
	ruleHalfDay
	ruleZone
	ruleMidnight
	ruleSerial
	ruleNumberAsText
	ruleDateAsText
	ruleBooleanAsText
	ruleChosen
	ruleMerged
	ruleMojibake
	ruleSentinel
	ruleComparator
	ruleIDCard
	ruleDamaged
	rulePhone
	ruleCategory
	ruleSimilar
	ruleCount = iota
)

// ruleTable holds the rules in the order of the constants above.
var ruleTable = [ruleCount]Rule(slices.Concat(chosenRules, textRules, numberRules, dateRules, tableRules))

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

func anyText(string) bool { return true }

func oneOf(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

// ChosenType is the rule that makes missing what does not fit a chosen type.
const ChosenType = "chosen-type"
