package report

import (
	"cmp"
	"slices"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/pipeline"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Input is what a report is made of.
type Input struct {
	Name     string // of the file
	RecordID string
	Report   pipeline.Report
	Changes  *Changes // nil: no examples
}

// New makes a report.
func New(in Input) *Document {
	r := in.Report
	d := &Document{
		Schema: Schema,
		File: File{
			Name: in.Name, RecordID: in.RecordID, Format: r.Source.Format, Encoding: r.Source.Encoding, Dialect: r.Source.Dialect,
			Sheet: r.Source.Sheet, Range: r.Table.Range.String(),
		},
		Rows: r.Profile.Rows, Account: r.Account, Repeats: r.Profile.Repeats, Gaps: r.Profile.Gaps, Others: r.Others,
		Findings: []Finding{}, Reasons: sentences(r.Table.Reasons), Notes: sentences(r.Notes),
	}
	for i, c := range r.Columns {
		p := r.Profile.Columns[i]
		d.Missing += p.Missing
		d.Columns = append(d.Columns, Column{
			Name: c.Name, Letter: sheet.ColumnName(c.Source), Type: c.Verdict.Type, Unit: c.Verdict.Unit, Currency: c.Verdict.Currency,
			Zone: c.Verdict.Zone, Reason: Sentence{c.Verdict.Reason}, Counts: c.Counts, Profile: p,
		})
	}
	d.find(&r)
	d.Changes = changes(r.Rules, in.Changes)
	return d
}

func sentences(texts []say.Text) []Sentence {
	out := []Sentence{}
	for _, t := range texts {
		out = append(out, Sentence{t})
	}
	return out
}

// find gathers the findings of cleaning and of the profile, worst first and then
// by column, those about the whole table in front.
func (d *Document) find(r *pipeline.Report) {
	add := func(column int, f clean.Finding) {
		one := Finding{
			Code: f.Code, Severity: f.Severity, Column: column, Text: Sentence{f.Text}, Count: f.Count,
			Cells: f.Cells, Examples: f.Examples, Actions: f.Actions,
		}
		if one.Severity == "" {
			one.Severity = clean.Note
		}
		if !f.Settle.IsZero() {
			one.Settle = &Sentence{f.Settle}
		}
		d.Findings = append(d.Findings, one)
	}
	for _, f := range r.Findings {
		add(f.Column, f.Finding)
	}
	for i, c := range r.Columns {
		for _, f := range c.Verdict.Findings {
			add(i, f)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.Column, b.Column))
	})
	for i, f := range d.Findings {
		if f.Column >= 0 {
			d.Columns[f.Column].Findings = append(d.Columns[f.Column].Findings, i)
		}
	}
}

// rank orders severities, worst first.
func rank(s clean.Severity) int {
	return max(0, slices.Index([]clean.Severity{clean.Damage, clean.Warning, clean.Note}, s))
}

// changes counts by single rule what is counted by rules together, with what
// examples there are.
func changes(counts []pipeline.RuleCount, seen *Changes) []Change {
	cells := map[string]int64{}
	for _, c := range counts {
		for rule := range strings.SplitSeq(c.Rule, "+") {
			cells[rule] += c.Cells
		}
	}
	out := []Change{}
	for _, rule := range clean.Rules() { // in the order applied, so that equal counts have an order
		n := cells[rule.Name]
		if n == 0 {
			continue
		}
		one := Change{Rule: rule.Name, Title: Sentence{rule.Title}, Why: Sentence{rule.Doc}, Cells: n}
		delete(cells, rule.Name)
		if seen != nil {
			one.Columns, one.Examples = seen.columnsOf(rule.Name), seen.examplesOf(rule.Name)
		}
		out = append(out, one)
	}
	for _, c := range counts { // rules of another version of the program
		for rule := range strings.SplitSeq(c.Rule, "+") {
			if n := cells[rule]; n > 0 {
				out = append(out, Change{Rule: rule, Cells: n, Title: Sentence{say.Text{Key: rule}}})
				delete(cells, rule)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return cmp.Compare(b.Cells, a.Cells) })
	return out
}

// share is the part of a column's rows that have no value.
func (c *Column) share() float64 {
	if c.Profile.Rows == 0 {
		return 0
	}
	return float64(c.Profile.Missing) / float64(c.Profile.Rows)
}

// keys lists the columns that tell all rows apart.
func (d *Document) keys(want profile.Key) (columns []int) {
	for i, c := range d.Columns {
		if c.Profile.Key == want {
			columns = append(columns, i)
		}
	}
	return columns
}
