package clean

import (
	"slices"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// TestRulesAreTold holds that every rule is told of in full, and that each
// that changes cells is shown at work in the truth set.
func TestRulesAreTold(t *testing.T) {
	atWork := map[string]bool{"merged-fill": true} // the pipeline's, which knows the sheet's merged cells
	for _, col := range readTruth(t) {
		for _, c := range col.cells {
			for name := range strings.SplitSeq(c.rule, "+") {
				atWork[name] = true
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || seen[r.Name] || r.Title.IsZero() || !strings.HasSuffix(r.Doc.Key, ".") || r.Before == "" {
			t.Errorf("rule %+v is not told in full", r)
		}
		if !r.Suggests && !atWork[r.Name] {
			t.Errorf("rule %s is not in the truth set", r.Name)
		}
		seen[r.Name] = true
	}
}

// example makes the column of a rule's example: its cell first.
func (r *Rule) example() (*table.Cells, Context) {
	var cells table.Cells
	kind := r.kind
	if kind == sheet.Empty {
		kind = sheet.Text
	}
	cells.Append(kind, []byte(r.Before))
	if r.beside != "" {
		for s := range strings.SplitSeq(r.beside, "|") {
			cells.Append(sheet.Text, []byte(s))
		}
	}
	var c Context
	if r.chosen != "" {
		c.Options.Types = map[string]table.Type{r.named: r.chosen}
	}
	if r.choose != nil {
		r.choose(&c)
	}
	return &cells, c
}

// TestExamples runs the example of every rule, with the rule on and off.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		if r.Name == "merged-fill" {
			continue // see core/pipeline
		}
		t.Run(r.Name, func(t *testing.T) {
			cells, c := r.example()
			got, err := run(c, r.named, cells)
			if err != nil {
				t.Fatal(err)
			}
			c.Options = c.Options.Without(r.Name)
			off, err := run(c, r.named, cells)
			if r.chosen != "" && r.Name == "chosen-type" {
				if !fault.Is(err, fault.BadInput) {
					t.Errorf("with the rule off it ends with %v", err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if r.Suggests {
				if !suggested(got, r.Name) {
					t.Errorf("it is not found: %s, %v", got.verdict.Type, got.verdict.Findings)
				}
				if suggested(off, r.Name) {
					t.Error("it is found although it is off")
				}
				return
			}
			did := slices.Contains(strings.Split(got.rules[0], "+"), r.Name)
			if !did || got.value(0) != r.After || got.out.Valid[0] != (r.After != "") {
				t.Errorf("%q became %q by %q in a column of type %s, want %q", r.Before, got.value(0), got.rules[0], got.verdict.Type, r.After)
			}
			if slices.ContainsFunc(off.rules, func(s string) bool { return slices.Contains(strings.Split(s, "+"), r.Name) }) {
				t.Errorf("it works although it is off: %q", off.rules)
			}
		})
	}
}

// suggested tells whether a rule that changes nothing found something.
func suggested(c *cleaned, rule string) bool {
	code := map[string]string{"comparator": FindingCompared}[rule]
	if code == "" {
		code = rule
	}
	if rule == "category" {
		return len(c.verdict.Levels) > 0
	}
	return slices.ContainsFunc(c.verdict.Findings, func(f Finding) bool { return f.Code == code })
}

// TestOffIsOff holds that turning off what touched cells of the truth set
// leaves none of it, and that the column still converts.
func TestOffIsOff(t *testing.T) {
	for _, col := range readTruth(t) {
		var cells table.Cells
		rules := map[string]bool{}
		for _, c := range col.cells {
			cells.Append(c.kind, []byte(c.raw))
			for name := range strings.SplitSeq(c.rule, "+") {
				rules[name] = true
			}
		}
		delete(rules, "")
		for name := range rules {
			if len(col.options.Types) > 0 {
				continue // what is off does not fit the type then: see TestExamples
			}
			got, err := run(Context{Options: col.options.Without(name), Part: col.part, Of: col.name}, col.name, &cells)
			if err != nil {
				t.Errorf("%s without %s: %v", col.title, name, err)
				continue
			}
			for i, s := range got.rules {
				if slices.Contains(strings.Split(s, "+"), name) {
					t.Errorf("%s: %q changed by %s although that is off", col.title, col.cells[i].raw, name)
				}
			}
		}
	}
}
