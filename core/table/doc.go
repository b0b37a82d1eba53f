// Package table holds columns in memory and tables in Parquet files.
//
// Three kinds of table pass through Sheetmill, all of them Parquet: the raw
// table ([RawWriter], [RawReader]: cells exactly as the file has them), the
// clean table and the ledger ([Writer], [Reader]: typed columns).
//
//	w, err := table.NewWriter(out, []table.Column{{Name: "age", Type: table.Integer}}, nil)
//	err = w.WriteGroup(ctx, []*table.Vector{&ages})
//	err = w.Close()
//
//	r, err := table.NewReader(in)
//	page, err := r.Page(ctx, 1_000_000, 200, nil)
//
// Rows go in groups of bounded size, so that neither writing nor reading ever
// holds a whole table. The same rows in the same groups give the same bytes.
//
// Pages are made and read here, footers by arrow-go, and so are the pages of other
// programs' tables. A column whose values come again is kept as codes of its different
// values ([Cells.Entries], [Coded]): what is worked out for each of them once is
// worked out for most cells at once.
package table
