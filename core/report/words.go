package report

import (
	"sheetmill/core/clean"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// words are what the page and the Markdown say by themselves, by a short name
// for the template.
var words = map[string]say.Text{
	"report":      say.T("Data report"),
	"skip":        say.T("Skip to the columns"),
	"language":    say.T("Language"),
	"theme":       say.T("Colours"),
	"auto":        say.T("Auto"),
	"light":       say.T("Light"),
	"dark":        say.T("Dark"),
	"contents":    say.T("Contents"),
	"rows":        say.T("rows"),
	"columns":     say.T("columns"),
	"allColumns":  say.T("Column by column"),
	"inColumns":   say.T("columns:"),
	"changedCell": say.T("cells changed"),
	"missingCell": say.T("cells without a value"),
	"account":     say.T("Where every cell of the sheet went"),
	"kept":        say.T("kept as they were"),
	"changed":     say.T("changed"),
	"setMissing":  say.T("set missing"),
	"outside":     say.T("outside the data: titles, header, notes, totals"),
	"complete":    say.T("How complete each column is"),
	"completeDoc": say.T("One bar a column, in the order of the sheet; the filled part is the rows that have a value. Choose one to go to the column."),
	"findings":    say.T("What to know and decide"),
	"showAll":     say.T("Show all"),
	"noFindings":  say.T("Nothing stood out."),
	"severity":    say.T("Severity"),
	"finding":     say.T("Finding"),
	"settle":      say.T("What would settle it"),
	"cells":       say.T("Cells"),
	"where":       say.T("Where"),
	"wholeTable":  say.T("the whole table"),
	"changes":     say.T("What was changed, and why"),
	"changesDoc":  say.T("Every changed cell stands in the ledger with its address, what it was and the rule that did it. A cell that two rules touched counts with both."),
	"noChanges":   say.T("Nothing had to be changed."),
	"rule":        say.T("Rule"),
	"examples":    say.T("Examples"),
	"before":      say.T("before"),
	"after":       say.T("after"),
	"missing":     say.T("missing"),
	"table":       say.T("The table as a whole"),
	"found":       say.T("How the table was found"),
	"keys":        say.T("Columns that tell every row apart"),
	"noKey":       say.T("No single column tells every row apart."),
	"nearKeys":    say.T("Columns that nearly do"),
	"repeats":     say.T("Rows that repeat an earlier one"),
	"constant":    say.T("Columns of one value"),
	"together":    say.T("Columns that are missing together"),
	"togetherDoc": say.T("Phi is 1 where two columns are always missing in the same rows, 0 where their gaps have nothing to do with each other, and -1 where just one of them is always missing."),
	"both":        say.T("both missing"),
	"onlyFirst":   say.T("only the first"),
	"onlySecond":  say.T("only the second"),
	"first":       say.T("First"),
	"second":      say.T("Second"),
	"sameRows":    say.T("missing in exactly the same rows"),
	"none":        say.T("none"),
	"search":      say.T("Search columns and their values"),
	"kind":        say.T("Kind"),
	"all":         say.T("all kinds"),
	"numbers":     say.T("numbers"),
	"dates":       say.T("dates and times"),
	"texts":       say.T("texts"),
	"yesno":       say.T("yes or no"),
	"empty":       say.T("empty"),
	"only":        say.T("Only columns with"),
	"withFinding": say.T("findings"),
	"withChange":  say.T("changes"),
	"withMissing": say.T("gaps"),
	"sort":        say.T("Order"),
	"bySheet":     say.T("as in the sheet"),
	"byName":      say.T("by name"),
	"byMissing":   say.T("most missing first"),
	"byFindings":  say.T("most findings first"),
	"openAll":     say.T("Open all"),
	"closeAll":    say.T("Close all"),
	"noMatch":     say.T("No column fits the search."),
	"shown":       say.T("shown"),
	"of":          say.T("of"),
	"figures":     say.T("Figures"),
	"top":         say.T("Most frequent values"),
	"shapes":      say.T("Patterns"),
	"shapesDoc":   say.T("9 is a digit, a and A are letters, 字 is a Chinese, Japanese or Korean character."),
	"outliers":    say.T("Far from the others"),
	"firstValues": say.T("First values, and where they stand"),
	"repeated":    say.T("Values that stand more than once"),
	"others":      say.T("others"),
	"length":      say.T("length in characters"),
	"below":       say.T("below"),
	"above":       say.T("above"),
	"noValue":     say.T("no value"),
	"emptyCell":   say.T("nothing in the cell"),
	"emptyText":   say.T("empty text"),
	"unique":      say.T("tells every row apart"),
	"nearKey":     say.T("nearly a key"),
	"oneValue":    say.T("one value"),
	"notes":       say.T("About the file"),
	"how":         say.T("How to read the figures"),
	"howRank":     say.T("Quantiles interpolate between neighbours, as Excel's PERCENTILE.INC does; the standard deviation is the sample's."),
	"howZ":        say.T("A value is far from the others when its robust z is past 3.5: its distance from the median, in units of the distance to the quartile on its side (times 1.4826)."),
	"howExact":    say.T("All counts are exact unless a column says otherwise."),
	"howBars":     say.T("Bars of a chart are of one round width, of dates in days, weeks, months or years. Values so far out that they would press all others into one bar are counted beside the chart."),
	"howOptions":  say.T("Options such as --split go with sheetmill mill or sheetmill clean; the desktop offers the same."),
	"made":        say.T("Made by Sheetmill. The page asks for nothing from anywhere and can be kept or sent as it is."),
}

// severities name how much a finding matters.
var severities = map[clean.Severity]say.Text{
	clean.Damage:  say.T("Damage"),
	clean.Warning: say.T("To decide"),
	clean.Note:    say.T("Good to know"),
}

// typeNames name the types of columns.
var typeNames = map[table.Type]say.Text{
	table.Integer:  say.T("whole number"),
	table.Float:    say.T("number"),
	table.Boolean:  say.T("yes or no"),
	table.Date:     say.T("date"),
	table.DateTime: say.T("date and time"),
	table.Time:     say.T("time"),
	table.String:   say.T("text"),
	table.Empty:    say.T("empty"),
}

func typeName(t table.Type) say.Text {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return say.Text{Key: string(t)}
}

// lead sums the report up in two sentences.
func (d *Document) lead() []say.Text {
	out := []say.Text{
		say.T("The table holds {rows} rows of {columns} columns; {missing} of its cells have no value.",
			"rows", count(d.Rows), "columns", count(int64(len(d.Columns))), "missing", percent(d.Missing, d.Rows*int64(len(d.Columns)))),
		say.T("Cells changed: {changed}; set missing: {set}; together {share} of the sheet's.",
			"changed", count(d.Account.Changed), "set", count(d.Account.Missing), "share", percent(d.Account.Changed+d.Account.Missing, d.Account.Source)),
	}
	decide := 0
	for _, f := range d.Findings {
		if f.Severity != clean.Note {
			decide++
		}
	}
	if decide > 0 {
		return append(out, say.T("Findings that ask for a decision: {n}.", "n", decide))
	}
	return append(out, say.T("Nothing asks for a decision."))
}

// Fact is a figure of a column, spelled for a person.
type Fact struct {
	Label say.Text
	Value string
	Text  say.Text // instead of Value, where it is a sentence
}

// Facts are the figures of a column, in the order they are read.
func (c *Column) Facts() []Fact {
	p := &c.Profile
	values := p.Rows - p.Missing
	out := []Fact{
		{Label: say.T("values"), Value: count(values)},
		{Label: say.T("missing"), Value: count(p.Missing) + " (" + percent(p.Missing, p.Rows) + ")"},
		{Label: say.T("different"), Value: approximately(p.Approximate != nil && p.Approximate.DistinctError > 0) + count(p.Distinct)},
	}
	if s := p.Spread; s != nil {
		for _, q := range []struct {
			label say.Text
			p     profile.Point
		}{
			{say.T("least"), s.Min}, {say.T("5th percentile"), s.P5}, {say.T("lower quartile"), s.P25}, {say.T("median"), s.Median},
			{say.T("upper quartile"), s.P75}, {say.T("95th percentile"), s.P95}, {say.T("greatest"), s.Max}, {say.T("mean"), s.Mean},
		} {
			out = append(out, Fact{Label: q.label, Value: point(q.p)})
		}
		out[len(out)-1].Value = mean(p)
		out = append(out, deviation(p))
	}
	if t := p.Texts; t != nil {
		out = append(out, Fact{Label: say.T("shortest"), Value: count(t.MinLength)}, Fact{Label: say.T("mean length"), Value: figure(t.MeanLength)},
			Fact{Label: say.T("longest"), Value: count(t.MaxLength)})
	}
	if a := p.Approximate; a != nil {
		out = append(out, Fact{Label: say.T("estimated"), Text: bounds(a)})
	}
	return out
}

// bounds tells what of a column is estimated, and how well.
func bounds(a *profile.Approximation) say.Text {
	return say.T("The column is too large to hold whole: the number of different values is within {distinct} (standard error), counts of values miss {count} at most, ranks are within {rank}.",
		"distinct", figure(100*a.DistinctError)+"%", "count", count(a.CountError), "rank", figure(100*a.RankError)+"%")
}

func approximately(yes bool) string {
	if yes {
		return "≈ "
	}
	return ""
}

func mean(p *profile.Column) string {
	if p.Type == table.Integer || p.Type == table.Float {
		return figure(p.Spread.Mean.Number)
	}
	return point(p.Spread.Mean)
}

// deviation is the standard deviation in a unit that fits it.
func deviation(p *profile.Column) Fact {
	f := Fact{Label: say.T("standard deviation"), Value: figure(p.Spread.SD)}
	days := p.Spread.SD
	switch p.Type {
	case table.Date:
	case table.DateTime:
		days /= 86400
	case table.Time:
		f.Value, f.Text = "", say.T("{n} minutes", "n", figure(p.Spread.SD/60))
		return f
	default:
		return f
	}
	f.Value, f.Text = "", say.T("{n} days", "n", figure(days))
	return f
}
