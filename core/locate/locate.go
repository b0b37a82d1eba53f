// Package locate finds the tables on a sheet: where each begins and ends,
// which rows are its header, what stands around it. It sees every row once, as
// the rows stream by, and decides at the end, so nothing rests on a sample of
// the file:
//
//	var sketch locate.Sketch
//	for each batch { sketch.Observe(&batch) }
//	layout := sketch.Decide(facts, locate.Options{})
//	table, err := layout.Main()
//
// What it goes by is how rows agree with the columns. A column holds values or
// words; a row of data has values where its columns have values; a row that has
// words there, or numbers that are no values (years, 1 2 3, "(1,000)"), names
// them. From the first row of data it goes up: names may lie apart by empty
// rows and fill few columns, as groups do; a row that names the first column a
// second time across an empty row, or stands alone in it, is a title; one that
// says nothing over the columns of values, or what the data says too, is data.
//
// Every decision carries its reason as a text, and an option overrides it.
package locate

import (
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Options override what would be found. The zero value finds everything.
type Options struct {
	// HeaderRows are the 1-based rows of the header; NoHeader says there is none.
	HeaderRows []int64 `json:"headerRows,omitempty"`
	NoHeader   bool    `json:"noHeader,omitempty"`
	// FirstRow and LastRow bound the data, 1-based and inclusive; 0 leaves it to be found.
	FirstRow int64 `json:"firstRow,omitempty"`
	LastRow  int64 `json:"lastRow,omitempty"`
	// Table chooses one of several tables on the sheet, from 1; 0 takes the one with most cells.
	Table int `json:"table,omitempty"`
	// Range, as sheet.ParseRange reads it, is where the table is, header and all; nothing
	// outside is looked at, and nothing at its end is taken for notes or totals.
	Range string `json:"range,omitempty"`
	// UnitRow is the header's row of units; NoUnits says that there is none, so
	// that a row which looks like one is data.
	UnitRow int64 `json:"unitRow,omitempty"`
	NoUnits bool  `json:"noUnits,omitempty"`
	// KeepRows leaves every row down to the notes in the data, also titles of
	// groups, totals and headers said again.
	KeepRows bool `json:"keepRows,omitempty"`
}

// Layout is what was found on a sheet.
type Layout struct {
	// Tables from top to bottom; none on a sheet without cells.
	Tables []Table `json:"tables"`
	// Chosen is the index of the table to mill.
	Chosen int `json:"chosen"`
	// Within is the range that was asked for; "" when none was.
	Within string `json:"within,omitempty"`
}

// Table is one table on a sheet.
type Table struct {
	// Range spans header and data.
	Range sheet.Range `json:"range"`
	// HeaderRows are the 1-based rows that name the columns; none without a header.
	HeaderRows []int64 `json:"headerRows"`
	// UnitRows are those of them that say units of measure rather than names.
	UnitRows []int64 `json:"unitRows,omitempty"`
	// FirstDataRow and LastDataRow are 1-based and inclusive; Last < First
	// when the table has a header and no rows.
	FirstDataRow int64    `json:"firstDataRow"`
	LastDataRow  int64    `json:"lastDataRow"`
	Columns      []Column `json:"columns"`
	// Skipped lists rows within the data, or right below it, that are none, ascending.
	Skipped []Skipped `json:"skipped,omitempty"`
	// Reasons say why it was found so.
	Reasons []say.Text `json:"reasons"`
	Cells   int64      `json:"cells"` // cells in and around it
}

// Column is one column of a table.
type Column struct {
	Source int    `json:"source"` // 0-based column of the sheet
	Name   string `json:"name"`   // unique in its table, never empty
	Unit   string `json:"unit,omitempty"`
}

// Skipped is a row within the data, or right below it, that is not data.
type Skipped struct {
	Row int64  `json:"row"` // 1-based
	Why string `json:"why"` // "totals", "group" or "repeated-header"
}

// The words of Skipped.Why.
const (
	WhyTotals         = "totals"
	WhyGroup          = "group" // the title of the rows below it
	WhyRepeatedHeader = "repeated-header"
)

// Main is the chosen table. A sheet without any is fault.BadInput; a table or
// range that is not there is fault.NotFound.
func (l Layout) Main() (Table, error) {
	if len(l.Tables) == 0 && l.Within != "" {
		return Table{}, fault.New(fault.NotFound, say.T("There are no cells in {range}.", "range", l.Within)).
			Hint(say.T("Run sniff to see the tables."))
	}
	if len(l.Tables) == 0 {
		return Table{}, fault.New(fault.BadInput, say.T("The sheet holds no cells.")).
			Hint(say.T("Choose another sheet, or check that the right file was exported."))
	}
	if l.Chosen < 0 || l.Chosen >= len(l.Tables) {
		return Table{}, fault.New(fault.NotFound, say.T("There is no table {n} on the sheet; it has {count}.",
			"n", l.Chosen+1, "count", len(l.Tables))).Hint(say.T("Run sniff to see the tables."))
	}
	return l.Tables[l.Chosen], nil
}
