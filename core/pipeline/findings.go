package pipeline

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/profile"
	"sheetmill/core/say"
)

// The codes of findings that the profile gives.
const (
	FindingRepeatedRows = "repeated-rows" // rows equal as wholes
	FindingNearKey      = "near-key"      // a column that nearly tells rows apart
	FindingFarValues    = "far-values"    // numbers far from all others
	FindingConstant     = "constant"      // columns of one value
	FindingEmptyColumns = "empty-columns" // columns without a value
	FindingSparse       = "sparse"        // columns that are mostly missing
	FindingGaps         = "gaps"          // columns missing in the same rows
)

const (
	veryFarZ   = 50   // so far that even one of many outliers is told
	farZ       = 8    // how far a value must stand to be told; most spreads have some past 3.5
	farPart    = 0.01 // more of them than this are a group of their own
	sparsePart = 0.9  // missing
	maxGapSets = 5    // sets of columns that are told
	maxNamed   = 20   // examples of columns
)

// findings are what the profile shows, worst first; a kind of finding that many
// columns share is told once.
func findings(r *Report) []ColumnFinding {
	var out []ColumnFinding
	add := func(column int, f clean.Finding) { out = append(out, ColumnFinding{f, column}) }
	if rep := r.Profile.Repeats; rep != nil {
		add(-1, clean.Finding{
			Code: FindingRepeatedRows, Severity: clean.Warning, Count: rep.Rows, Cells: firstRepeats(rep),
			Text:   say.T("Rows that repeat an earlier row in every column: {n} of {all}.", "n", rep.Rows, "all", r.Profile.Rows),
			Settle: say.T("Check whether the rows were entered or joined twice, and drop the copies if so."),
		})
	}
	for i := range r.Profile.Columns {
		c := &r.Profile.Columns[i]
		if c.Key == profile.NearKey {
			add(i, nearKey(c))
		}
		if f, ok := farValues(c); ok {
			add(i, f)
		}
	}
	out = append(out, grouped(r)...)
	rank := map[clean.Severity]int{clean.Damage: 0, clean.Warning: 1}
	slices.SortStableFunc(out, func(a, b ColumnFinding) int {
		ranks := [2]int{2, 2}
		for k, s := range []clean.Severity{a.Severity, b.Severity} {
			if n, ok := rank[s]; ok {
				ranks[k] = n
			}
		}
		return cmp.Compare(ranks[0], ranks[1])
	})
	return out
}

func firstRepeats(r *profile.Repeats) (cells []string) {
	for _, e := range r.Examples {
		cells = append(cells, e.Row.Address)
	}
	return cells
}

func nearKey(c *profile.Column) clean.Finding {
	f := clean.Finding{
		Code: FindingNearKey, Severity: clean.Warning, Count: c.Rows - c.Missing - c.Distinct,
		Text: say.T("Nearly every value stands once, as in a column of identifiers, but {n} of {all} stand again.",
			"n", c.Rows-c.Missing-c.Distinct, "all", c.Rows-c.Missing),
		Settle: say.T("If the column should tell rows apart, look at the repeated values: a second visit, a typing error, or a row entered twice."),
	}
	for _, rep := range c.Repeated {
		f.Examples = append(f.Examples, rep.Text)
		for _, p := range rep.Where {
			if len(f.Cells) < 2*profile.MaxExamples {
				f.Cells = append(f.Cells, p.Address)
			}
		}
	}
	return f
}

// farValues tells of a few values that stand so far out that they are more
// likely a slip or a code than a measurement.
func farValues(c *profile.Column) (clean.Finding, bool) {
	if c.Outliers == nil || c.Key == profile.Unique {
		return clean.Finding{}, false
	}
	f := clean.Finding{Code: FindingFarValues, Severity: clean.Warning, Count: c.Outliers.Low + c.Outliers.High}
	least := float64(farZ)
	if many := float64(f.Count) > max(farPart*float64(c.Rows-c.Missing), 1); many {
		least = veryFarZ
	}
	for _, p := range c.Outliers.Examples {
		if math.Abs(p.Z) >= least {
			f.Examples = append(f.Examples, p.Text)
			f.Cells = append(f.Cells, p.Address)
		}
	}
	if f.Cells == nil {
		return clean.Finding{}, false
	}
	if least > farZ {
		f.Count = int64(len(f.Cells))
	}
	f.Text = say.T("Values such as {examples} stand far from the others, of which half lie between {low} and {high}.",
		"examples", strings.Join(f.Examples[:min(3, len(f.Examples))], ", "), "low", c.Spread.P25.Text, "high", c.Spread.P75.Text)
	f.Settle = say.T("Compare them with the source: another unit, a lost decimal point, or a code for a missing value such as 999.")
	return f, true
}

// grouped are the findings that are told once for many columns.
func grouped(r *Report) []ColumnFinding {
	var constant, empty, sparse []int
	for i := range r.Profile.Columns {
		switch c := &r.Profile.Columns[i]; {
		case c.Rows > 0 && c.Missing == c.Rows:
			empty = append(empty, i)
		case c.Constant():
			constant = append(constant, i)
		case c.Rows > 0 && float64(c.Missing) >= sparsePart*float64(c.Rows):
			sparse = append(sparse, i)
		}
	}
	var out []ColumnFinding
	add := func(code string, columns []int, text, settle say.Text) {
		if len(columns) == 0 {
			return
		}
		f := ColumnFinding{Finding: clean.Finding{Code: code, Severity: clean.Note, Count: int64(len(columns)), Text: text, Settle: settle}, Column: -1}
		for _, i := range columns[:min(len(columns), maxNamed)] {
			f.Examples = append(f.Examples, r.Columns[i].Name)
		}
		if len(columns) == 1 {
			f.Column = columns[0]
		}
		out = append(out, f)
	}
	add(FindingEmptyColumns, empty, say.T("Columns without any value: {names}.", "names", names(r, empty)),
		say.T("Drop them, or ask whether their values were lost on the way."))
	add(FindingConstant, constant, say.T("Columns that hold one value in every row: {names}.", "names", names(r, constant)),
		say.T("They tell nothing apart; drop them, or note them once."))
	add(FindingSparse, sparse, say.T("Columns that are missing in nine rows of ten or more: {names}.", "names", names(r, sparse)),
		say.T("Ask whether they were collected for some of the rows only."))
	if g := r.Profile.Gaps; g != nil {
		for _, s := range g.Same[:min(len(g.Same), maxGapSets)] {
			add(FindingGaps, s.Columns, say.T("Columns that are missing in the same {n} rows: {names}.", "n", s.Missing, "names", names(r, s.Columns)),
				say.T("They probably belong to one form or examination; treat their gaps as one."))
		}
	}
	return out
}

// names joins the names of columns, the first of them where they are many.
func names(r *Report, columns []int) string {
	const most = 6
	var list []string
	for _, i := range columns[:min(most, len(columns))] {
		list = append(list, r.Columns[i].Name)
	}
	if more := len(columns) - most; more > 0 {
		list = append(list, "… +"+strconv.Itoa(more))
	}
	return strings.Join(list, ", ")
}
