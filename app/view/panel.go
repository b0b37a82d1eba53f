package view

import (
	"context"
	"slices"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/query"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// known is what the library knows of a dataset that is open.
func (c *Client) known(r Ref) (item Item, record string, version int, first *workspace.First) {
	c.library.mu.Lock()
	defer c.library.mu.Unlock()
	e, ok := c.library.entries[r]
	if !ok {
		return Item{}, "", 0, nil
	}
	return e.item, e.record, e.version, e.glance
}

// widths of columns, in characters.
const (
	leastWidth = 4
	mostWidth  = 40
)

// columnsOf describes the columns of a clean table by what is read so far.
func columnsOf(columns []table.Column, report *workspace.Report, marks *query.Marks) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		o := &out[i]
		o.Name, o.Type = c.Name, c.Type
		o.Right = c.Type == table.Integer || c.Type == table.Float
		if c.Source >= 0 {
			o.Letter = sheet.ColumnName(c.Source)
		}
		o.Width = typeWidth(c.Type)
		o.Changed = marks.Count(i)
		if report == nil || i >= len(report.Profile.Columns) {
			o.Width = max(o.Width, nameWidth(c.Name))
			continue
		}
		p := &report.Profile.Columns[i]
		if p.Rows > 0 {
			o.MissingShare = float64(p.Missing) / float64(p.Rows)
		}
		o.Bars, o.Levels = bars(p)
		for _, e := range p.Examples {
			o.Width = max(o.Width, runeWidth(e.Text))
		}
		o.Width = min(max(o.Width, nameWidth(c.Name), leastWidth), mostWidth)
	}
	return out
}

// mostLevels is how many of the most frequent values a header shows.
const mostLevels = 8

// bars are a small picture of a column: its histogram, or its most frequent values.
func bars(p *ColumnProfile) (heights []float64, levels bool) {
	var counts []int64
	if p.Spread != nil && len(p.Spread.Histogram.Counts) > 0 {
		counts = p.Spread.Histogram.Counts
	} else {
		levels = true
		for _, f := range p.Top {
			if counts = append(counts, f.Count); len(counts) == mostLevels {
				break
			}
		}
	}
	if len(counts) == 0 {
		return nil, levels
	}
	most := max(slices.Max(counts), 1)
	for _, n := range counts {
		heights = append(heights, float64(n)/float64(most))
	}
	return heights, levels
}

func typeWidth(t Type) int {
	switch t {
	case table.Date:
		return len("2006-01-02")
	case table.DateTime:
		return len("2006-01-02T15:04:05")
	case table.Time:
		return len("15:04:05")
	case table.Integer, table.Float, table.Boolean, table.String, table.Empty:
	}
	return leastWidth
}

func nameWidth(name string) int { return min(max(runeWidth(name), leastWidth), mostWidth/2) }

// runeWidth counts wide characters twice.
func runeWidth(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x1100 {
			n++
		}
	}
	return n
}

func glanceColumns(first *workspace.First) []Column {
	out := make([]Column, len(first.Columns))
	for i, c := range first.Columns {
		out[i] = Column{Name: c.Name, Type: table.String, Letter: sheet.ColumnName(c.Source), Width: nameWidth(c.Name)}
		for _, row := range first.Rows[:min(len(first.Rows), 50)] {
			out[i].Width = min(max(out[i].Width, runeWidth(row[i])), mostWidth)
		}
	}
	return out
}

// read answers the report of the open table; nil while it is not read.
func (t *Table) read() *workspace.Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.data == nil {
		return nil
	}
	return t.data.report
}

// Profile is a column's profile; nil while it is not read.
func (t *Table) Profile(column int) *ColumnProfile {
	r := t.read()
	if r == nil || column < 0 || column >= len(r.Profile.Columns) {
		return nil
	}
	return &r.Profile.Columns[column]
}

// Reason tells why a column has its type; zero while it is not read.
func (t *Table) Reason(column int) say.Text {
	r := t.read()
	if r == nil || column < 0 || column >= len(r.Columns) {
		return say.Text{}
	}
	return r.Columns[column].Verdict.Reason
}

// Changes are what cleaning did, most cells first; nil while it is not read.
func (t *Table) Changes() []RuleChange {
	r := t.read()
	if r == nil {
		return nil
	}
	out := make([]RuleChange, 0, len(r.Rules))
	for _, c := range r.Rules {
		texts := ruleTexts(c.Rule)
		change := RuleChange{Rule: c.Rule, Cells: c.Cells}
		for i, text := range texts {
			if i == 0 {
				change.Title, change.Doc = text.Title, text.Doc
				continue
			}
			change.Title = say.T("{first}, {next}", "first", change.Title, "next", text.Title)
			change.Doc = say.T("{first} {next}", "first", change.Doc, "next", text.Doc)
		}
		out = append(out, change)
	}
	return out
}

// ruleTexts explains rules that are joined by +.
func ruleTexts(joined string) []RuleText {
	var out []RuleText
	for name := range strings.SplitSeq(joined, "+") {
		text := RuleText{Name: name, Title: say.T("{name}", "name", name)}
		for _, r := range workspace.Rules() {
			if r.Name == name {
				text.Title, text.Doc = r.Title, r.Doc
			}
		}
		out = append(out, text)
	}
	return out
}

// ChangedCells reads a part of the cells that a rule touched ("" for all), in the ledger's order.
func (t *Table) ChangedCells(rule string, offset, limit int, done func([]ChangedCell, *fault.Error)) {
	t.answer(func(ctx context.Context, d *data, _ query.Order) error {
		cells := []ChangedCell{}
		if d.lent.Ledger != nil {
			entries, err := query.Entries(ctx, d.lent.Ledger, rule, offset, limit)
			if err != nil {
				return err
			}
			for _, e := range entries {
				cells = append(cells, ChangedCell{
					Row: e.Row, Column: columnNamed(d, e.Column), Address: e.Address, Before: e.Before, After: e.After, Missing: e.Missing, Rule: e.Rule,
				})
			}
		}
		done(cells, nil)
		return nil
	}, func(f *fault.Error) { done(nil, f) })
}

func columnNamed(d *data, name string) int {
	return slices.IndexFunc(d.lent.Clean.Columns(), func(c table.Column) bool { return c.Name == name })
}

// Origin tells where a cell comes from, by the row as it is shown.
func (t *Table) Origin(row, column int, done func(Origin, *fault.Error)) {
	t.answer(func(ctx context.Context, d *data, o query.Order) error {
		if row < 0 || row >= o.Len() || column < 0 || column >= len(d.lent.Clean.Columns()) {
			return fault.New(fault.NotFound, say.T("There is no such cell."))
		}
		at := o.At(row)
		c := d.lent.Clean.Columns()[column]
		v, err := d.cells.Page(ctx, o, row, 1, []int{column})
		if err != nil {
			return err
		}
		from := Origin{Row: at, Column: c.Name, Value: string(v[0].AppendText(nil, 0)), Missing: !v[0].Valid[0]}
		if line := d.lent.Rows.Source(at); line > 0 && c.Source >= 0 {
			from.Address = string(sheet.AppendAddress(nil, c.Source, line))
		}
		select {
		case <-d.marked:
		case <-ctx.Done():
			return ctx.Err()
		}
		t.mu.Lock()
		marks := d.marks
		if d.report != nil {
			from.Sheet = d.report.Source.Sheet
		}
		t.mu.Unlock()
		if d.lent.Ledger != nil {
			e, ok, err := marks.Find(ctx, d.lent.Ledger, at, column, c.Name)
			if err != nil {
				return err
			}
			if ok {
				from.Changed, from.Address, from.Line, from.Before, from.Rules = true, e.Address, e.Line, e.Before, ruleTexts(e.Rule)
			}
		}
		t.client.trace.write("origin", from)
		done(from, nil)
		return nil
	}, func(f *fault.Error) { done(Origin{}, f) })
}

// Findings are those of the file, then those of the columns; nil while they are not read.
func (t *Table) Findings() []Finding {
	r := t.read()
	if r == nil {
		return nil
	}
	out := []Finding{}
	for _, n := range r.Notes {
		out = append(out, Finding{Column: -1, Text: n})
	}
	for i, c := range r.Columns {
		for _, f := range c.Verdict.Findings {
			one := Finding{Column: i, Code: f.Code, Text: f.Text, Count: f.Count, Examples: f.Examples, Settle: f.Settle}
			for _, a := range f.Actions {
				one.Suggests = append(one.Suggests, Suggestion{a.Title, a.AsOptions()})
			}
			out = append(out, one)
		}
	}
	return out
}

// Account is where the source's cells went; zero while it is not read.
func (t *Table) Account() Account {
	r := t.read()
	if r == nil {
		return Account{}
	}
	return Account{r.Account.Source, r.Account.Kept, r.Account.Changed, r.Account.Missing, r.Account.Outside}
}

// About tells what the file was; zero while it is not read.
func (t *Table) About() About {
	r := t.read()
	if r == nil {
		return About{}
	}
	at := r.Table.Range
	return About{Format: r.Source.Format, Encoding: r.Source.Encoding, Sheet: r.Source.Sheet, Sheets: sheetNames(r.Source.Sheets), Range: rangeText(at)}
}

// Versions reads the history, oldest first.
func (t *Table) Versions(done func([]Version, *fault.Error)) {
	t.answer(func(ctx context.Context, d *data, _ query.Order) error {
		versions, err := d.space.ws.Versions(ctx, d.record)
		if err != nil {
			return err
		}
		done(versions, nil)
		return nil
	}, func(f *fault.Error) { done(nil, f) })
}
