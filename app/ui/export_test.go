package ui

import "sheetmill/app/view"

// Choose selects a cell.
func Choose(w *Window, row, column int) { w.grid.choose(view.Spot{Row: row, Column: column}, false) }
