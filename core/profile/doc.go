// Package profile sums up whole columns of clean values: how many are missing
// and distinct, how they spread, which are the most frequent, what texts look
// like.
//
//	b := profile.NewColumn("age", table.Integer)
//	for each run { b.Add(&vector) } // in row order
//	column := b.Done()
//
// Every figure is exact as long as a column's state fits [StateLimit]: four
// million different numbers, or about a million different short texts. Past that the
// figures named in [Approximation] carry an error bound. Exact figures do not
// depend on how the column was cut into runs, nor on which of them came coded.
package profile
