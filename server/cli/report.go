package cli

import (
	"strings"

	"sheetmill/core/report"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// printReport tells what was found in a file, what was changed, how the table
// begins, what its columns hold, and where the files are.
func (m *miller) printReport(r *milled, rows firstRows) {
	found := *r.Report
	m.printf("\n%s\n", r.title())
	m.printFound(found)
	m.printAccount(found)
	if len(rows.cells) > 0 {
		m.heading("First rows")
		m.printRows(rows, workspace.Page{}, nil)
	}
	m.heading("Columns")
	m.printProfile(found)
	m.printNotes(found, "", 20)
	m.heading("Files")
	if at := m.o.server.url; at != "" {
		m.printf("  %s\n", m.tr("record {id} on {server}", "id", r.RecordID, "server", at))
	} else {
		m.printf("  %s\n", m.tr("record {id}; see it again with: sheetmill preview {id}", "id", r.RecordID))
	}
	for _, path := range r.Outputs {
		m.printf("  %s\n", path)
	}
}

func (a *app) heading(key string) { a.printf("\n%s\n", a.tr(key)) }

func (a *app) printFound(r workspace.Report) {
	a.heading("Found")
	what := []string{r.Source.Format}
	if r.Source.Encoding != "" {
		what = append(what, r.Source.Encoding)
	}
	if r.Source.Dialect != nil {
		what = append(what, a.dialect(*r.Source.Dialect))
	}
	if r.Source.Sheet != "" {
		what = append(what, a.tr("sheet {name}", "name", r.Source.Sheet))
	}
	a.printf("  %s\n", strings.Join(what, a.tr(", ")))
	a.printf("  %s\n", a.tr("table {range}: {rows} rows of {columns} columns", "range", r.Table.Range,
		"rows", count(r.Profile.Rows), "columns", count(len(r.Columns))))
	for _, reason := range r.Table.Reasons {
		a.printf("  %s\n", reason.In(a.lang))
	}
}

func (a *app) printAccount(r workspace.Report) {
	a.heading("Changed")
	x := r.Account
	a.printf("  %s\n", a.tr("{source} cells = {kept} kept + {changed} changed + {missing} set missing + {outside} outside the data",
		"source", count(x.Source), "kept", count(x.Kept), "changed", count(x.Changed), "missing", count(x.Missing), "outside", count(x.Outside)))
	g := a.newGrid(48, false, true)
	for _, rule := range r.Rules {
		g.add(a.ruleTitle(rule.Rule), count(rule.Cells), rule.Rule)
	}
	g.print(a.Stdout, "  ")
}

// printRows prints rows of a page as a grid, under their own numbers; numbers stand
// right, missing values are a dot. rows, where given, tells the source row of each.
func (a *app) printRows(p firstRows, page workspace.Page, rows *table.RowMap) {
	const widest = 12 // columns; the rest is told by number
	g := a.newGrid(20, true)
	g.drops = true
	header := []string{a.tr("row")}
	shown := p.columns[:min(widest, len(p.columns))]
	for _, c := range shown {
		header = append(header, c.Name)
		g.right = append(g.right, c.Type == table.Integer || c.Type == table.Float)
	}
	g.add(header...)
	for i, cells := range p.cells {
		number := page.Offset + int64(i)
		if page.Numbers != nil {
			number = page.Numbers[i]
		}
		line := []string{count(number + 1)}
		if rows != nil {
			line[0] = count(number+1) + " (" + count(rows.Source(number)) + ")"
		}
		g.add(append(line, cells[:len(shown)]...)...)
	}
	dropped := g.print(a.Stdout, "  ")
	if more := len(p.columns) - len(shown) + dropped; more > 0 {
		a.printf("  %s\n", a.tr("columns not shown: {n}", "n", count(more)))
	}
}

// printProfile prints a line per column.
func (a *app) printProfile(r workspace.Report) {
	g := a.newGrid(40, false, false, true, true)
	g.add(a.tr("column"), a.tr("type"), a.tr("missing"), a.tr("distinct"), a.tr("values"))
	for i, c := range r.Columns {
		p := r.Profile.Columns[i]
		missing := count(p.Missing)
		if p.Rows > 0 && p.Missing > 0 {
			missing += " (" + count((200*p.Missing+p.Rows)/(2*p.Rows)) + "%)"
		}
		g.add(c.Name, a.typeName(c.Verdict.Type), missing, count(p.Distinct), a.spread(p))
	}
	g.print(a.Stdout, "  ")
}

// spread sums a column up in a few words.
func (a *app) spread(p workspace.ColumnProfile) string {
	if s := p.Spread; s != nil {
		return a.tr("{min} to {max}, median {median}", "min", s.Min.Text, "max", s.Max.Text, "median", s.Median.Text)
	}
	var top []string
	for _, v := range p.Top {
		if len(top) == 3 {
			break
		}
		top = append(top, v.Text+" ×"+count(v.Count))
	}
	return strings.Join(top, ", ")
}

const (
	maxFindings = 100 // more than one column ever has
	noteCells   = 3   // addresses that are shown with a finding
)

// printNotes prints what a person should know or decide, at most so many; with
// the record's ID, what would settle each, too.
func (a *app) printNotes(r workspace.Report, id string, most int) {
	findings := report.New(report.Input{Report: r}).Findings
	if len(r.Notes)+len(findings) == 0 {
		return
	}
	a.heading("To know")
	for i, t := range r.Notes {
		if i < most {
			a.printf("  - %s\n", oneLine(t.In(a.lang)))
		}
	}
	for i, f := range findings {
		if len(r.Notes)+i >= most {
			break
		}
		note, column := f.Text.In(a.lang), ""
		if f.Column >= 0 {
			c := r.Columns[f.Column]
			column = c.Name
			note = a.tr("{column} ({letter}): {finding}", "column", c.Name, "letter", sheet.ColumnName(c.Source), "finding", f.Text.Text)
		}
		a.printFinding(f, note, column, id)
	}
	if more := len(r.Notes) + len(findings) - most; more > 0 {
		a.printf("  %s\n", a.tr("and {n} more; sheetmill profile shows them all", "n", more))
	}
}
