package clean

import (
	"strings"

	"sheetmill/core/say"
	"sheetmill/core/table"
)

// suggestions adds what changes nothing and a person may act on.
func (f *Facts) suggestions(v *Verdict) {
	on := func(rule ruleSet) bool { return f.rd.set.off&rule == 0 }
	n := f.count[tValues]
	if on(ruleMojibake) && f.count[tMojibake] > 0 {
		f.find(v, FindingMojibake, tMojibake, say.T("Texts such as {examples} were decoded with the wrong encoding before they came into the file ({n} of {all} values). Export them again, or repair them.",
			"examples", f.quoted(tMojibake), "n", f.count[tMojibake], "all", n))
		repaired := map[string]*string{}
		for _, s := range f.examples[tMojibake] {
			if was, found := mojibake([]byte(s)); found && was != "" {
				repaired[s] = &was
			}
		}
		if len(repaired) > 0 {
			f.act(v, Action{Do: "repair", Title: say.T("Decode the texts again"), Map: repaired})
		}
	}
	if on(ruleIDCard) && f.count[tIDCard] > 0 && 2*f.count[tIDCard] >= n {
		f.idCards(v)
	}
	if f.count[tYearless] > 0 && 2*(f.count[tYearless]+f.count[tMoments]) >= n && v.Type == table.String {
		f.find(v, FindingYearless, tYearless, say.T("Dates such as {examples} tell no year ({n} of {all} values), so the column stays text. Say the year with the option date-month-day.year.",
			"examples", f.quoted(tYearless), "n", f.count[tYearless], "all", n))
	}
	if e := &f.extremes; v.Type == table.Integer && f.named(dateNames) && f.all(tNumbers) && e.plain == n && n > 0 && e.low >= firstSerial && e.high <= lastSerial {
		v.add(Finding{Code: FindingSerials, Count: n, Text: say.T("The numbers may be a spreadsheet's serial days, {low} to {high}; they are kept as numbers.",
			"low", plainFloat(e.low), "high", plainFloat(e.high))})
		f.retype(v, table.Date)
	}
	if (v.Type == table.Integer || v.Type == table.Float) && !v.DecimalComma && on(ruleSentinel) {
		f.sentinels(v)
	}
	if v.Type == table.String {
		f.leveled(v)
	}
}

// Serial days of the years 1954 to 2091: smaller numbers count things.
const firstSerial, lastSerial = 20_000, 70_000

func (f *Facts) idCards(v *Verdict) {
	wrong := f.count[tIDWrong]
	if wrong == 0 {
		f.find(v, FindingIDCard, tIDCard, say.T("The values are identity numbers; every check character is right ({n} values).", "n", f.count[tIDCard]))
		return
	}
	f.find(v, FindingIDCard, tIDWrong, say.T("The values are identity numbers; {n} of {all} have a wrong check character, such as {examples}.",
		"n", wrong, "all", f.count[tIDCard], "examples", f.quoted(tIDWrong)))
	last := &v.Findings[len(v.Findings)-1]
	last.Severity, last.Settle = Damage, say.T("Compare them with the identity documents.")
}

func (f *Facts) sentinels(v *Verdict) {
	values, cells := f.extremes.suspects()
	if cells == 0 {
		return
	}
	v.add(Finding{Code: FindingSentinel, Count: cells, Examples: values,
		Text: say.T("Numbers such as {examples} lie far from all others ({low} to {high}) and may stand for missing values ({n} of {all} values). They are kept; say if they are missing.",
			"examples", strings.Join(values, ", "), "low", plainFloat(f.extremes.low), "high", plainFloat(f.extremes.high), "n", cells, "all", f.count[tValues])})
	missing := map[string]*string{}
	for _, value := range values {
		missing[value] = nil
	}
	f.act(v, Action{Do: "recode", Title: say.T("Make them missing"), Map: missing})
}

func plainFloat(x float64) string { return string(table.AppendFloat(nil, x)) }

// leveled tells of a category, and of values that may be one.
func (f *Facts) leveled(v *Verdict) {
	v.Levels = f.category()
	if f.levels.many || f.rd.set.off&ruleSimilar != 0 || f.count[tNumbers]+f.count[tMoments] > f.count[tValues]/2 {
		return
	}
	groups := clusters(f.levels.sorted())
	if len(groups) == 0 {
		return
	}
	cells, into := int64(0), map[string]*string{}
	var examples []string
	for _, g := range groups {
		cells += g.count()
		if len(examples) < maxExamples {
			examples = append(examples, g.Levels[1].Text+" = "+g.Into)
		}
		for _, l := range g.Levels[1:] {
			into[l.Text] = &g.Into
		}
	}
	v.add(Finding{Code: FindingSimilar, Count: cells, Examples: examples, Clusters: groups,
		Text: say.T("Values such as {examples} may be one ({n} of {all} values in groups: {groups}). They are kept; say which to make one.",
			"examples", strings.Join(examples, ", "), "n", cells, "all", f.count[tValues], "groups", len(groups))})
	f.act(v, Action{Do: "recode", Title: say.T("Make each group its most frequent value"), Map: into})
}

// act adds an action to the newest finding.
func (f *Facts) act(v *Verdict, a Action) {
	last := &v.Findings[len(v.Findings)-1]
	a.Column = f.name
	last.Actions = append(last.Actions, a)
}

// retype offers to clean again with a type for the column.
func (f *Facts) retype(v *Verdict, t table.Type) {
	f.retypeOn(v, v.Findings[len(v.Findings)-1].Code, t)
}

// retypeOn offers the same on the finding of a code.
func (f *Facts) retypeOn(v *Verdict, code string, t table.Type) {
	for i := range v.Findings {
		if one := &v.Findings[i]; one.Code == code {
			one.Actions = append(one.Actions, Action{Do: "clean", Column: f.name, Title: say.T("Make the column {type}; what does not fit becomes missing", "type", t),
				Options: &Options{Types: map[string]table.Type{f.name: t}}})
			return
		}
	}
}
