package pipeline

import (
	"slices"

	"sheetmill/core/clean"
	"sheetmill/core/locate"
	"sheetmill/core/table"
)

// addParts adds the columns that a person wants split off others, each behind
// the one that it is a part of. They share its cells, which count once.
func (r *refiner) addParts() {
	r.parts = make([]clean.Context, len(r.table.Columns))
	if len(r.options.Split) == 0 || slices.Contains(r.options.Off, "split-limit") {
		return
	}
	whole := r.table.Columns
	taken := map[string]bool{}
	for _, c := range whole {
		taken[c.Name] = true
	}
	r.table.Columns, r.parts = nil, nil
	for _, c := range whole {
		r.table.Columns, r.parts = append(r.table.Columns, c), append(r.parts, clean.Context{})
		if !slices.Contains(r.options.Split, c.Name) {
			continue
		}
		for _, part := range []clean.Part{clean.SignPart, clean.ValuePart} {
			name := c.Name + "_" + string(part)
			for taken[name] {
				name += "_"
			}
			taken[name] = true
			r.table.Columns = append(r.table.Columns, locate.Column{Name: name, Source: c.Source})
			r.parts = append(r.parts, clean.Context{Part: part, Of: c.Name})
		}
	}
}

// applyPart converts the data rows of a column that is a part of another. Its
// cells are accounted for there; a value that differs from its cell is told
// as one that was filled in.
func (r *refiner) applyPart(column *ColumnReport, c *table.Cells, runs []run, out *table.Vector, changed *changes) error {
	row := r.rows
	for _, rows := range runs {
		_, err := column.Verdict.Apply(c, rows.from, rows.to, out, func(i int, change clean.Change) {
			if change.Kind == clean.Changed {
				changed.add(row+int64(i-rows.from), i, c.Raw(i), change)
				changed.kinds[len(changed.kinds)-1] = kindFilled
				column.Filled++
			}
		})
		if err != nil {
			return err
		}
		row += int64(rows.to - rows.from)
	}
	return nil
}
