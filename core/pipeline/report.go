package pipeline

import (
	"sheetmill/core/clean"
	"sheetmill/core/fault"
	"sheetmill/core/locate"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Report tells all that a parse found and did: profile.json holds it.
type Report struct {
	Source  SourceReport    `json:"source"`
	Table   locate.Table    `json:"table"`
	Others  []OtherTable    `json:"otherTables,omitempty"`
	Account Account         `json:"account"`
	Columns []ColumnReport  `json:"columns"`
	Rules   []RuleCount     `json:"rules"` // what was changed, most first
	Profile profile.Profile `json:"profile"`
	// Findings are what the profile shows of the table as a whole and of its
	// columns, worst first; what cleaning found stands with each column's verdict.
	Findings []ColumnFinding `json:"findings,omitempty"`
	// Notes are findings about the file as a whole.
	Notes []say.Text `json:"notes,omitempty"`
}

// SourceReport tells what the file was.
type SourceReport struct {
	Format   string         `json:"format"`
	Encoding string         `json:"encoding,omitempty"`
	Dialect  *sheet.Dialect `json:"dialect,omitempty"`
	Sheet    string         `json:"sheet"`
	Sheets   []sheet.Info   `json:"sheets"`
}

// OtherTable is a table on the sheet that was not milled.
type OtherTable struct {
	Range sheet.Range `json:"range"`
	Cells int64       `json:"cells"`
}

// Account says where every cell of the sheet went:
// Source = Kept + Changed + Missing + Outside, or the job failed.
type Account struct {
	Source  int64 `json:"source"`           // cells the sheet holds
	Kept    int64 `json:"kept"`             // in the clean table with their value as it was
	Changed int64 `json:"changed"`          // in the clean table with another spelling or value; see the ledger
	Missing int64 `json:"missing"`          // markers of missing values, set missing; see the ledger
	Filled  int64 `json:"filled,omitempty"` // in the clean table where the sheet has no cell of its own but merged ones; see the ledger
	Outside int64 `json:"outside"`          // outside the table's data: header, titles, notes, totals, other tables
}

// Check refuses an account that does not add up.
func (a Account) Check() error {
	if a.Source == a.Kept+a.Changed+a.Missing+a.Outside {
		return nil
	}
	return fault.New(fault.Internal, say.T(
		"The cells do not add up: {source} in the source, but {kept} kept, {changed} changed, {missing} missing and {outside} outside the table.",
		"source", a.Source, "kept", a.Kept, "changed", a.Changed, "missing", a.Missing, "outside", a.Outside)).
		Hint(say.T("Nothing was stored. Report this with the file if you can.")).ForGood()
}

// ColumnReport tells how a column was typed and what that changed.
type ColumnReport struct {
	Name    string        `json:"name"`
	Source  int           `json:"source"` // 0-based column of the sheet
	Verdict clean.Verdict `json:"verdict"`
	Counts  clean.Counts  `json:"counts"`
	Filled  int64         `json:"filled,omitempty"` // values that merged cells put into rows
}

// ColumnFinding is a finding about one column, or about the whole table.
type ColumnFinding struct {
	clean.Finding

	Column int `json:"column"` // index in Report.Columns; -1: the table
}

// RuleCount counts the cells that a rule, or rules together, touched.
type RuleCount struct {
	Rule  string `json:"rule"`
	Cells int64  `json:"cells"`
}
