// Package clean finds the type of a column from all of its cells and turns
// the cells into values of that type, telling of every cell it does not keep.
//
//	facts := clean.NewFacts(clean.Context{Date1904: book.Date1904}, "日期")
//	facts.Observe(&cells, 0, cells.Len()) // every run of the column
//	verdict := facts.Decide()
//	out.Reset(verdict.Type)
//	counts, err := verdict.Apply(&cells, 0, cells.Len(), &out, func(i int, c clean.Change) {
//		ledger(i, c.Rule, c.After)
//	})
//
// Three promises hold for every column:
//
//   - Nothing is taken from a sample: the last row weighs as much as the first.
//   - A column has a type only if every value fits it. One value that does not
//     keeps the whole column text, and a [Finding] says which.
//   - Every cell is counted once: kept, changed or set missing.
//
// What one cell may mean is read in one place (reader.read), for deciding and
// for converting alike; so what fitted when the column was decided converts.
//
// Cleaning the plain spelling of a clean column again changes nothing and
// gives the same type. The exceptions come from cells whose kind says what
// their text cannot: numbers shown with leading zeros, serial days that are no
// day of the calendar, and true or false among numbers. Among texts there is
// one: whole numbers that only their marks (13,812,345,678) told from telephone
// numbers or dates in eight digits.
package clean
