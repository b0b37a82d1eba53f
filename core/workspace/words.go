package workspace

import (
	"sheetmill/core/catalog"
	"sheetmill/core/clean"
	"sheetmill/core/pipeline"
	"sheetmill/core/profile"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// The words of the packages below that programs on top of a workspace need.
// They import this package alone (see the arrows in docs/architecture.md).
type (
	// Dataset is the business record of one added file.
	Dataset = catalog.Dataset
	// Column is one column of a clean table, as the record tells it.
	Column = catalog.Column
	// Version is one clean table in a dataset's history.
	Version = catalog.Version
	// Observer hears of what workers do, for metrics.
	Observer = catalog.Observer
	// Options are what a person may choose about reading and cleaning a file.
	Options = pipeline.Options
	// CleanOptions are what a person may choose about cleaning.
	CleanOptions = clean.Options
	// Report tells all that a parse found and did.
	Report = pipeline.Report
	// Survey is what a whole file holds.
	Survey = pipeline.Survey
	// ColumnProfile sums up one column.
	ColumnProfile = profile.Column
	// Frequent is a value and how often it stands in its column.
	Frequent = profile.Frequent
	// Place is a value and where it stands.
	Place = profile.Place
	// Rule is one way in which a cell may be changed or set missing.
	Rule = clean.Rule
)

// Rules lists the rules of cleaning, in the order they apply.
func Rules() []Rule { return clean.Rules() }

// ParseType reads a column's type as a person writes it.
func ParseType(word string) table.Type { return clean.ParseType(word) }

// ParseRecode reads a choice of CleanOptions.Recode, COLUMN:FROM=TO.
func ParseRecode(word string) (CleanOptions, bool) { return clean.ParseRecode(word) }

// ChooseSheets finds a sheet by name or number among a book's.
func ChooseSheets(sheets []sheet.Info, choice string) ([]int, error) {
	return pipeline.ChooseSheets(sheets, choice)
}

// ParseQueue is the queue of the jobs that mill files.
const ParseQueue = pipeline.Queue
