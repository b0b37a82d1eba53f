package pipeline

import (
	"cmp"
	"context"
	"slices"

	"sheetmill/core/profile"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// maxRepeated is how many values of a near key are looked up.
const maxRepeated = 10

// repeated finds where the values stand that keep a near key from being one.
func repeated(ctx context.Context, reader *table.Reader, i int, c *profile.Column) error {
	at := map[string]int{}
	for _, f := range c.Top {
		if f.Count > 1 && f.Length == 0 && len(c.Repeated) < maxRepeated {
			at[f.Text] = len(c.Repeated)
			c.Repeated = append(c.Repeated, profile.Repeated{Text: f.Text, Count: f.Count})
		}
	}
	var v table.Vector
	var text []byte
	row := int64(0)
	for g := range reader.Groups() {
		v.Reset(c.Type)
		if err := reader.Column(ctx, g, i, 0, reader.GroupRows(g), &v); err != nil {
			return err
		}
		for k := range v.Len() {
			text = v.AppendText(text[:0], k)
			if n, ok := at[string(text)]; ok && v.Valid[k] && len(c.Repeated[n].Where) < profile.MaxExamples {
				c.Repeated[n].Where = append(c.Repeated[n].Where, profile.Place{Text: c.Repeated[n].Text, Row: row})
			}
			row++
		}
	}
	return nil
}

// addresses gives every place of a profile its address in the sheet.
func addresses(r *Report, rows *table.RowMap) {
	address := func(column int, p *profile.Place) {
		p.Address = string(sheet.AppendAddress(nil, r.Columns[column].Source, rows.Source(p.Row)))
	}
	for i := range r.Profile.Columns {
		c := &r.Profile.Columns[i]
		for k := range c.Examples {
			address(i, &c.Examples[k])
		}
		if c.Outliers != nil {
			for k := range c.Outliers.Examples {
				address(i, &c.Outliers.Examples[k])
			}
		}
		for k := range c.Repeated {
			for j := range c.Repeated[k].Where {
				address(i, &c.Repeated[k].Where[j])
			}
		}
	}
	if r.Profile.Repeats != nil && len(r.Columns) > 0 {
		for k := range r.Profile.Repeats.Examples {
			e := &r.Profile.Repeats.Examples[k]
			address(0, &e.Row)
			address(0, &e.First)
		}
	}
}

// missingBy tells what the missing cells held: the markers of the verdict, and nothing.
func missingBy(c *profile.Column, r *ColumnReport) []profile.Frequent {
	if c.Missing == 0 {
		return nil
	}
	var out []profile.Frequent
	blank := c.Missing
	for _, m := range r.Verdict.Missing {
		if m.Count > 0 {
			out = append(out, profile.Frequent{Text: m.Text, Count: m.Count})
			blank -= m.Count
		}
	}
	if blank > 0 {
		out = append(out, profile.Frequent{Count: blank})
	}
	slices.SortStableFunc(out, func(a, b profile.Frequent) int { return cmp.Compare(b.Count, a.Count) })
	return out
}
