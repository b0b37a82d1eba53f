package report

import (
	"cmp"
	"slices"
	"strings"
)

// The bounds of what is kept of a ledger.
const (
	// MaxEntries is how many entries of a ledger are looked at for examples.
	MaxEntries = 1_000_000
	// examplesPerRule is how many examples of each rule are shown.
	examplesPerRule = 4
)

// Changes gathers examples from a ledger. The zero value is ready.
type Changes struct {
	n     int64
	rules map[string]*ruleSeen
}

type ruleSeen struct {
	columns  map[string]struct{}
	examples []exampleSeen
}

type exampleSeen struct {
	Example

	together bool // with another rule, which makes it less plain
}

// Add takes in an entry of the ledger: the rules that did it are joined by +. It
// tells whether more are wanted.
func (c *Changes) Add(rules string, e Example) bool {
	if c.rules == nil {
		c.rules = map[string]*ruleSeen{}
	}
	for rule := range strings.SplitSeq(rules, "+") {
		seen := c.rules[rule]
		if seen == nil {
			seen = &ruleSeen{columns: map[string]struct{}{}}
			c.rules[rule] = seen
		}
		seen.columns[e.Column] = struct{}{}
		seen.add(exampleSeen{e, rule != rules})
	}
	c.n++
	return c.n < MaxEntries
}

// add keeps the first examples that differ, plain ones before others and one of
// each column before two of one.
func (s *ruleSeen) add(e exampleSeen) {
	same := 0
	for _, have := range s.examples {
		if have.Before == e.Before && (have.After == nil) == (e.After == nil) && (e.After == nil || *have.After == *e.After) {
			return
		}
		if have.Column == e.Column {
			same++
		}
	}
	if len(s.examples) < examplesPerRule {
		s.examples = append(s.examples, e)
		return
	}
	if e.together {
		return
	}
	// The last that is less plain gives way, else one of a column that has two.
	worse := func(have exampleSeen) bool { return have.together }
	if !slices.ContainsFunc(s.examples, worse) {
		worse = func(have exampleSeen) bool { return same == 0 && s.columnTwice(have.Column) }
	}
	for i := len(s.examples) - 1; i >= 0; i-- {
		if worse(s.examples[i]) {
			s.examples[i] = e
			return
		}
	}
}

func (s *ruleSeen) columnTwice(column string) bool {
	n := 0
	for _, e := range s.examples {
		if e.Column == column {
			n++
		}
	}
	return n > 1
}

// columnsOf is how many columns a rule touched; 0 when the ledger was not read whole.
func (c *Changes) columnsOf(rule string) int {
	if seen := c.rules[rule]; seen != nil && c.n < MaxEntries {
		return len(seen.columns)
	}
	return 0
}

func (c *Changes) examplesOf(rule string) (out []Example) {
	seen := c.rules[rule]
	if seen == nil {
		return nil
	}
	slices.SortStableFunc(seen.examples, func(a, b exampleSeen) int {
		return cmp.Compare(btoi(a.together), btoi(b.together))
	})
	for _, e := range seen.examples {
		out = append(out, e.Example)
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
