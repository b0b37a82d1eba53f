package pipeline

import (
	"slices"

	"sheetmill/core/clean"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// startFilling makes ready to fill merged cells from the first group on.
func (r *refiner) startFilling() {
	r.fillers = nil
	for _, s := range r.mergedSpans() {
		r.fillers = append(r.fillers, filler{spans: s})
	}
}

// fillMerged gives one column's cells with its merged ones filled, and the rows
// that were.
func (r *refiner) fillMerged(column int, rows []int64, c *table.Cells) (*table.Cells, []int) {
	if r.fillers == nil {
		return c, nil
	}
	return r.fillers[column].fill(rows, c)
}

// apply converts the data rows of one column's cells and tells how many cells
// of the source that were. The rows in put hold a value of merged cells.
func (r *refiner) apply(column *ColumnReport, c *table.Cells, runs []run, put []int, out *table.Vector, changed *changes) (int64, error) {
	inside := int64(0)
	row := r.rows
	for _, rows := range runs {
		for from := rows.from; from < rows.to; {
			at, isPut := slices.BinarySearch(put, from)
			if isPut {
				filled, err := applyFilled(column, c, from, row+int64(from-rows.from), out, changed)
				if err != nil {
					return 0, err
				}
				column.Filled += filled
				from++
				continue
			}
			to := rows.to
			if at < len(put) && put[at] < to {
				to = put[at]
			}
			counts, err := column.Verdict.Apply(c, from, to, out, func(i int, change clean.Change) {
				changed.add(row+int64(i-rows.from), i, c.Raw(i), change)
			})
			if err != nil {
				return 0, err
			}
			inside += counts.Cells
			column.Counts.Add(counts)
			from = to
		}
		row += int64(rows.to - rows.from)
	}
	return inside, nil
}

// applyFilled converts the value that merged cells put into a row. A marker of
// a missing value there leaves the row as it is.
func applyFilled(column *ColumnReport, c *table.Cells, at int, row int64, out *table.Vector, changed *changes) (int64, error) {
	rule := mergedFill
	_, err := column.Verdict.Apply(c, at, at+1, out, func(_ int, change clean.Change) { rule = change.Rule + "+" + mergedFill })
	if err != nil || !out.Valid[out.Len()-1] {
		return 0, err
	}
	changed.fill(row, at, rule, out.AppendText(nil, out.Len()-1))
	return 1, nil
}

// maxFlagged is how many addresses a finding lists.
const maxFlagged = 20

// flagStep is how many rows are looked at before asking whether it is enough.
const flagStep = 1024

// flag lists the addresses of cells that the column's findings point at.
func (r *refiner) flag(column *ColumnReport, c *table.Cells, runs []run, rows []int64) {
	v := &column.Verdict
	full := !v.Points()
	step := flagStep
	if c.Coded() { // its different cells are looked at once
		step = c.Len()
	}
	for _, run := range runs {
		for from := run.from; from < run.to && !full; {
			to := min(run.to, from+step)
			v.Flag(c, from, to, func(i, finding int) {
				if f := &v.Findings[finding]; len(f.Cells) < maxFlagged {
					f.Cells = append(f.Cells, string(sheet.AppendAddress(nil, column.Source, rows[i])))
				}
			})
			from = to
			full = !slices.ContainsFunc(v.Findings, func(f clean.Finding) bool {
				return f.Points() && int64(len(f.Cells)) < min(maxFlagged, f.Count)
			})
		}
	}
}
