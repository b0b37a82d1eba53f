package view

import (
	"context"
	"sync"

	"sheetmill/core/fault"
)

// Table is an open dataset: what a grid and its side panel show. While its job
// runs it shows the first rows of the file, and turns to the clean table by itself.
type Table struct {
	client  *Client
	ref     Ref
	changed func()

	mu    sync.Mutex
	state TableState
	done  bool
	stop  context.CancelFunc
}

// OpenTable opens a dataset to be shown. changed is called, at most eight times a
// second, when the state or cells look different. Close it when it is not shown any more.
func (c *Client) OpenTable(r Ref, changed func()) *Table {
	item, _ := c.Item(r)
	t := &Table{client: c, ref: r, changed: changed, state: TableState{Ref: r, Name: item.Name, Phase: TableOpening}}
	return t
}

// State is how it stands.
func (t *Table) State() TableState {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// Close stops what runs for the table and waits for it.
func (t *Table) Close() { t.shut() }

func (t *Table) shut() {}

// Show says which part of the grid is on the screen, so that it is read, and then
// what is around it. Call it whenever that moves.
func (t *Table) Show(Area) {}

// Cell is one cell of the grid, by the row as it is shown.
func (t *Table) Cell(row, column int) Cell { return Cell{Loading: true} }

// Row is the clean table's row, from 0, of a row as it is shown.
func (t *Table) Row(shown int) int64 { return int64(shown) }

// ShownAt is where a row of the clean table is shown, and whether the filters let it through.
func (t *Table) ShownAt(row int64) (shown int, ok bool) { return int(row), true }

// Sort sorts by these keys, the first one first; none takes sorting back.
func (t *Table) Sort(...SortKey) {}

// Filter sets all filters, which must all let a row through; none shows every row.
// Filters that make no sense, such as a text between numbers, are answered as fault.Usage.
func (t *Table) Filter(...Filter) error { return nil }

// Find looks for a text from a cell on, row by row, and comes back to the start at
// the end; back goes the other way. Case of letters does not matter. found is false when there is none.
func (t *Table) Find(text string, from Spot, back bool, done func(at Spot, found bool, f *fault.Error)) {
}

// Spot is a cell by the row as it is shown.
type Spot struct{ Row, Column int }

// Copy gives a part of the grid as tab-separated text, with the names of the
// columns when header is set. More than 5,000,000 cells are refused as fault.Limit.
func (t *Table) Copy(a Area, header bool, done func(text string, f *fault.Error)) {}

// Origin tells where a cell comes from.
func (t *Table) Origin(row, column int, done func(Origin, *fault.Error)) {}

// Profile is a column's profile; nil while it is not read.
func (t *Table) Profile(column int) *ColumnProfile { return nil }

// Changes are what cleaning did, most cells first; nil while it is not read.
func (t *Table) Changes() []RuleChange { return nil }

// ChangedCells reads a part of the cells that a rule touched ("" for all), in the order of rows.
func (t *Table) ChangedCells(rule string, offset, limit int, done func([]ChangedCell, *fault.Error)) {
}

// Findings are those of the file, then those of the columns; nil while they are not read.
func (t *Table) Findings() []Finding { return nil }

// Account is where the source's cells went, and About what the file was.
func (t *Table) Account() Account { return Account{} }

// About tells what the file was.
func (t *Table) About() About { return About{} }

// Versions reads the history, oldest first.
func (t *Table) Versions(done func([]Version, *fault.Error)) {}
