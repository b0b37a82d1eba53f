package pipeline

import (
	"cmp"
	"slices"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// mergedFill is the rule by which the value of merged cells goes into every row.
const mergedFill = "merged-fill"

// spans are the stretches of rows [first, last] over which one column's cells
// are merged, ascending; the value is in the first.
type spans []struct{ first, last int64 }

// mergedSpans finds the merged cells that span rows of the data, by column of
// the table. A cell merged over several columns is its first column's.
func (r *refiner) mergedSpans() []spans {
	if slices.Contains(r.options.Off, mergedFill) {
		return nil
	}
	var out []spans
	for _, m := range r.raw.Info().Facts.Merged {
		if m.LastRow == m.FirstRow || m.FirstRow < r.table.FirstDataRow || m.LastRow > r.table.LastDataRow {
			continue
		}
		for i, c := range r.table.Columns {
			if c.Source == m.FirstCol {
				if out == nil {
					out = make([]spans, len(r.table.Columns))
				}
				out[i] = append(out[i], struct{ first, last int64 }{m.FirstRow, m.LastRow})
			}
		}
	}
	for _, s := range out {
		slices.SortFunc(s, func(a, b struct{ first, last int64 }) int { return cmp.Compare(a.first, b.first) })
	}
	return out
}

// filler fills merged cells of one column, group after group: a span may begin
// in one and end in another.
type filler struct {
	spans  spans
	held   []byte // the value of the span that the last group ended in: kind letter and text
	filled table.Cells
}

// fill gives the cells with the value of each span in all of its rows, and the
// rows that it put one into. The cells are c itself where nothing is to fill.
func (f *filler) fill(rows []int64, c *table.Cells) (*table.Cells, []int) {
	if len(f.spans) == 0 || len(rows) == 0 {
		return c, nil
	}
	var put []int
	next, _ := slices.BinarySearchFunc(f.spans, rows[0], func(s struct{ first, last int64 }, row int64) int { return cmp.Compare(s.last, row) })
	f.filled.Reset()
	for i, row := range rows {
		for next < len(f.spans) && f.spans[next].last < row {
			next++
		}
		raw := c.Raw(i)
		if next < len(f.spans) && row >= f.spans[next].first {
			if row == f.spans[next].first {
				f.held = append(f.held[:0], raw...)
			} else if len(raw) == 0 && len(f.held) > 0 {
				raw, put = f.held, append(put, i)
			}
		}
		if len(raw) == 0 {
			f.filled.Append(sheet.Empty, nil)
		} else {
			f.filled.Append(sheet.Kind(raw[0]), raw[1:])
		}
	}
	if len(put) == 0 {
		return c, nil
	}
	return &f.filled, put
}
