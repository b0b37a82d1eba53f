// Package query shows a clean table in another order, or a part of it, without
// making another table: which rows pass some filters, in the order of some
// columns, and their cells, wherever they lie.
//
//	t := query.New(reader, query.CacheBytes)
//	order, err := t.Order(ctx, query.Query{Sort: []query.Key{{Column: 3}}, Filters: filters}, nil)
//	err = t.Load(ctx, order, 0, 200, columns)      // reads what is not in memory
//	vector, i, ok := t.Peek(order.At(0), 3)         // answers from memory alone
//
// # Order
//
// Numbers, dates and times sort by value, false before true. Texts sort as people count and
// spell: digits by their number (a2 before a10), letters whatever their case, Chinese by
// pinyin. Missing values come last, ascending or descending; equal rows keep the table's order.
//
// # Memory
//
// An order takes four bytes a row, or none where it is the table's own. Sorting takes
// at most [SortBytes] and then goes on in temporary files. Cells are kept in blocks of one column
// and up to 1,024 rows, which are what the file's pages hold, up to the bytes of the cache.
package query
