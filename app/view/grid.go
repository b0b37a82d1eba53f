package view

import (
	"sheetmill/core/fault"
	"sheetmill/core/query"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// TablePhase is what an open table has to show.
type TablePhase string

// The phases of an open table.
const (
	TableOpening TablePhase = "opening" // nothing yet
	TableGlance  TablePhase = "glance"  // the first rows as the file has them, while the work goes on
	TableReady   TablePhase = "ready"   // the clean table
	TableBroken  TablePhase = "broken"  // see TableState.Fault
)

// TableState is how an open table stands.
type TableState struct {
	Ref   Ref
	Name  string
	Phase TablePhase
	Fault *fault.Error
	// Shown is the number of rows that the filters let through, Rows of all; for a glance both are the rows read.
	Shown, Rows int
	Columns     []Column
	// Trouble tells that cells cannot be read just now, such as those of a shared dataset while
	// the network is away. They are tried again.
	Trouble *fault.Error
	// Busy tells that sorting, filtering or searching is under way, BusyDone how far (0 to 1).
	Busy     bool
	BusyDone float64
	Sort     []SortKey // the keys in force
	Filters  []Filter  // the filters in force
	// Serial counts changes of columns and rows, so that a widget knows when to lay out anew.
	Serial int
}

// Column is one column of an open table.
type Column struct {
	Name string
	Type Type
	// Letter is the sheet's column that it came from, such as F; "" for none.
	Letter string
	// Right tells that its values stand at the right: numbers.
	Right bool
	// MissingShare is 0 to 1. Bars are the relative heights, 0 to 1, of a small
	// histogram or of the most frequent values (Levels); nil while the profile is not read.
	MissingShare float64
	Bars         []float64
	Levels       bool
	Changed      int64 // cells changed or set missing
	// Width guesses how many characters a cell needs, 4 to 40.
	Width int
}

// Cell is what a grid draws.
type Cell struct {
	Text    string
	Loading bool // not read yet; a callback tells when it is
	Missing bool // Text is empty
	Changed bool // differs from the source, or was set missing
}

// Area is a part of the grid: rows as they are shown, from 0.
type Area struct{ Row, Rows, Column, Columns int }

// SortKey is one column to sort by. Missing values come last either way.
type SortKey = query.Key

// Spot is a cell, by the row as it is shown.
type Spot struct{ Row, Column int }

// Filter lets rows through by one column. Texts are in the plain spelling that
// the grid shows, whatever the case of letters; dates may be cut short: 2024-05 is the whole month.
type Filter = query.Filter

// The matches of filters; see [query.Match].
const (
	Equals     = query.Equals
	Contains   = query.Contains
	Between    = query.Between
	OneOf      = query.OneOf
	IsMissing  = query.Missing
	NotMissing = query.Present
	IsChanged  = query.Changed
	AnyColumn  = query.AnyColumn // for Contains and Changed
)

// Origin answers "where from?" of one cell.
type Origin struct {
	Row     int64  // of the clean table, from 0
	Column  string // its name
	Sheet   string
	Address string // of the source cell, such as F12
	Line    int64  // text files: physical line; 0 otherwise
	Value   string // as it is now; Missing when there is none
	Missing bool
	// Changed tells that it differs from the source: then Before is what the
	// source holds, and Rules are what did it, in order.
	Changed bool
	Before  string
	Rules   []RuleText
}

// RuleText is a rule for a person.
type RuleText struct {
	Name       string
	Title, Doc say.Text
}

// RuleChange is how many cells a rule, or several together, touched.
type RuleChange struct {
	Rule  string // name, or names joined by +, for ChangedCells
	Title say.Text
	Doc   say.Text
	Cells int64
}

// ChangedCell is one entry of a rule's cells. Row and Column are the clean
// table's, from 0; After is empty and Missing set where it was set missing.
type ChangedCell struct {
	Row     int64
	Column  int
	Address string
	Before  string
	After   string
	Missing bool
	Rule    string
}

// Finding is something that a person should know or decide. Column is -1 for
// the file as a whole.
type Finding struct {
	Column   int
	Code     string
	Text     say.Text
	Count    int64
	Examples []string
	Settle   say.Text     // what a person can do; zero where nothing need be done
	Suggests []Suggestion // what the program can do, of which one may be chosen
}

// Suggestion is a way to settle a finding, which Client.Take goes.
type Suggestion struct {
	Title   say.Text // an argument "type" is a Type
	options workspace.CleanOptions
}

// Account says where every cell of the source went; the four add up to Source.
type Account struct{ Source, Kept, Changed, Missing, Outside int64 }

// About is what the file was.
type About struct {
	Format, Encoding, Sheet string
	Sheets                  []string // of a workbook, but the hidden ones
	Range                   string   // of the table, such as B4:Z104
}
