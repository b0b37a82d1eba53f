package cli

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/report"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// profile prints what a table's columns hold: a line each, or all of the named ones.
func (a *app) profile() *cobra.Command {
	return &cobra.Command{
		Use:               "profile ID [COLUMN...]",
		GroupID:           groupData,
		Short:             a.tr("Show what each column holds, and what is to be known of it; with names, all of these columns"),
		Example:           "  sheetmill profile 3kf0\n  sheetmill profile 3kf0 age crp",
		Args:              usage(cobra.MinimumNArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				found, err := ws.Report(c.Context(), id)
				if err != nil {
					return err
				}
				doc := report.New(report.Input{Report: found, RecordID: id})
				if len(args) > 1 {
					return a.printColumns(doc, args[1:])
				}
				if a.json {
					return a.printJSON(found)
				}
				a.printFound(found)
				a.printAccount(found)
				a.heading("Columns")
				a.printProfile(found)
				a.printNotes(found, id, len(found.Columns)*maxFindings)
				return nil
			})
		},
	}
}

// printColumns prints all of the named columns.
func (a *app) printColumns(doc *report.Document, names []string) error {
	chosen := []report.Column{}
names:
	for _, name := range names {
		for _, c := range doc.Columns {
			if c.Name == name {
				chosen = append(chosen, c)
				continue names
			}
		}
		return fault.New(fault.NotFound, say.T("The table has no column {name}.", "name", name)).
			Hint(say.T("Run preview to see its columns."))
	}
	if a.json {
		return a.printJSON(chosen)
	}
	for i := range chosen {
		if i > 0 {
			a.printf("\n")
		}
		a.printColumn(doc, &chosen[i])
	}
	return nil
}

// factsALine is how many figures stand side by side.
const factsALine = 3

func (a *app) printColumn(doc *report.Document, c *report.Column) {
	p := &c.Profile
	kind := []string{a.typeName(c.Type)}
	for _, s := range []string{c.Unit, c.Currency, c.Zone} {
		if s != "" {
			kind = append(kind, s)
		}
	}
	a.printf("%s  %s  %s\n", oneLine(c.Name), c.Letter, strings.Join(kind, a.tr(", ")))
	a.printf("%s\n\n", oneLine(c.Reason.In(a.lang)))
	g := a.newGrid(40)
	var line []string
	for _, f := range c.Facts() {
		if !f.Text.IsZero() && f.Value == "" {
			f.Value = f.Text.In(a.lang)
		}
		if line = append(line, f.Label.In(a.lang), f.Value); len(line) == 2*factsALine {
			g.add(line...)
			line = nil
		}
	}
	if line != nil {
		g.add(line...)
	}
	g.print(a.Stdout, "  ")
	a.printHistogram(p)
	a.printCounted("missing", p.MissingBy, p.Missing)
	if len(p.Top) > 0 && p.Top[0].Count > 1 {
		a.printCounted("Most frequent values", p.Top, p.Rows-p.Missing)
	}
	if p.Texts != nil {
		a.printCounted("Patterns", p.Texts.Shapes, p.Rows-p.Missing)
	}
	if p.Outliers != nil {
		a.printPlaces("Far from the others", p.Outliers.Examples)
	}
	a.printPlaces("First values, and where they stand", p.Examples)
	if len(c.Findings) == 0 {
		return
	}
	a.heading("To know")
	for _, n := range c.Findings {
		f := doc.Findings[n]
		a.printFinding(f, f.Text.In(a.lang), c.Name, doc.File.RecordID)
	}
}

// printFinding prints a finding, what would settle it, and how to do that.
func (a *app) printFinding(f report.Finding, note, column, id string) {
	if len(f.Cells) > 0 {
		note += " [" + strings.Join(f.Cells[:min(noteCells, len(f.Cells))], " ") + "]"
	}
	a.printf("  - %s%s\n", a.severity(f), oneLine(note))
	if id == "" {
		return
	}
	if f.Settle != nil {
		a.printf("      %s\n", oneLine(f.Settle.In(a.lang)))
	}
	for _, line := range a.remedies(id, f, column) {
		a.printf("      %s\n", oneLine(line))
	}
}

// severity marks what is more than good to know.
func (a *app) severity(f report.Finding) string {
	switch f.Severity {
	case "damage":
		return a.tr("Damage") + a.tr(": ")
	case "warning":
		return a.tr("To decide") + a.tr(": ")
	}
	return ""
}

// barPlaces is how long the longest bar is.
const barPlaces = 30

// bar draws a part of a whole in eighths of a place.
func bar(part, whole int64) string {
	if whole == 0 || part == 0 {
		return ""
	}
	eighths := max(1, int(math.Round(8*barPlaces*float64(part)/float64(whole))))
	s := strings.Repeat("█", eighths/8)
	if eighths%8 > 0 {
		s += string(rune('█' + 8 - eighths%8))
	}
	return s
}

func (a *app) printHistogram(p *workspace.ColumnProfile) {
	if p.Spread == nil || len(p.Spread.Histogram.Counts) < 2 {
		return
	}
	h := p.Spread.Histogram
	most := int64(0)
	for _, n := range h.Counts {
		most = max(most, n)
	}
	a.heading("Distribution")
	g := a.newGrid(60, true, true)
	if h.Below > 0 {
		g.add("< "+h.Edges[0].Text, count(h.Below))
	}
	for i, n := range h.Counts {
		if n == 0 && i > 0 && i+1 < len(h.Counts) && h.Counts[i-1] == 0 && h.Counts[i+1] == 0 {
			if h.Counts[max(i-2, 0)] != 0 { // the first of those that are left out
				g.add("⋮")
			}
			continue
		}
		g.add(h.Edges[i].Text, count(n), bar(n, most))
	}
	if h.Above > 0 {
		g.add("≥ "+h.Edges[len(h.Edges)-1].Text, count(h.Above))
	}
	g.print(a.Stdout, "  ")
}

func (a *app) printCounted(title string, list []workspace.Frequent, whole int64) {
	if len(list) == 0 {
		return
	}
	a.heading(title)
	g := a.newGrid(40, false, true, true)
	for _, f := range list {
		text := f.Text
		if text == "" && title == "missing" {
			text = a.tr("nothing in the cell")
		} else if text == "" {
			text = `""`
		}
		g.add(text, count(f.Count), part(f.Count, whole), bar(f.Count, whole))
	}
	g.print(a.Stdout, "  ")
}

// part spells a share of a whole in percent.
func part(n, whole int64) string {
	if whole == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(n)/float64(whole), 'f', 1, 64) + "%"
}

func (a *app) printPlaces(title string, list []workspace.Place) {
	if len(list) == 0 {
		return
	}
	a.heading(title)
	g := a.newGrid(60)
	for _, p := range list {
		line := []string{p.Address, p.Text}
		if p.Z != 0 {
			line = append(line, "z = "+strconv.FormatFloat(p.Z, 'f', 1, 64))
		}
		g.add(line...)
	}
	g.print(a.Stdout, "  ")
}
