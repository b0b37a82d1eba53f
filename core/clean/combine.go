package clean

import (
	"maps"
	"slices"
	"strings"
)

// With gives the options with others added: where both say something of the
// same thing, the others count.
func (o Options) With(more Options) Options {
	o.Off = union(o.Off, more.Off)
	o.Repair = union(o.Repair, more.Repair)
	o.Split = union(o.Split, more.Split)
	o.Types = merged(o.Types, more.Types)
	o.Settings = merged(o.Settings, more.Settings)
	if len(more.Recode) > 0 {
		columns := merged(o.Recode, nil)
		for name, values := range more.Recode {
			columns = merged(columns, map[string]map[string]*string{name: merged(columns[name], values)})
		}
		o.Recode = columns
	}
	if more.DateOrder != "" {
		o.DateOrder = more.DateOrder
	}
	o.Strict = o.Strict || more.Strict
	return o
}

// AsOptions are the options by which cleaning again does what the action
// suggests.
func (a Action) AsOptions() Options {
	switch {
	case a.Options != nil:
		return *a.Options
	case a.Do == "recode":
		return Options{Recode: map[string]map[string]*string{a.Column: a.Map}}
	case a.Do == "repair":
		return Options{Repair: []string{a.Column}}
	case a.Do == "split":
		return Options{Split: []string{a.Column}}
	}
	return Options{}
}

// Without gives the options with one rule more turned off.
func (o Options) Without(rule string) Options {
	o.Off = union(o.Off, []string{rule})
	return o
}

// Undo gives the options by which a rule changes nothing any more: it is turned
// off, or what was chosen for it goes.
func (o Options) Undo(rule string) Options {
	switch {
	case rule == ChosenType && len(o.Types) > 0:
		o.Types = nil
	case rule == "recode" && len(o.Recode) > 0:
		o.Recode = nil
	case rule == "repair-text" && len(o.Repair) > 0:
		o.Repair = nil
	case rule == "split-limit" && len(o.Split) > 0:
		o.Split = nil
	default:
		return o.Without(rule)
	}
	return o
}

// ParseRecode reads a choice for Recode as a person writes it, COLUMN:FROM=TO;
// nothing behind the last = makes the value missing.
func ParseRecode(word string) (o Options, ok bool) {
	column, rest, found := strings.Cut(word, ":")
	at := strings.LastIndexByte(rest, '=')
	if !found || column == "" || at <= 0 {
		return o, false
	}
	var to *string
	if s := rest[at+1:]; s != "" {
		to = &s
	}
	return Options{Recode: map[string]map[string]*string{column: {rest[:at]: to}}}, true
}

// RecodeWords are the choices of Recode as ParseRecode reads them, sorted.
func (o Options) RecodeWords() (words []string) {
	for column, values := range o.Recode {
		for from, to := range values {
			word := column + ":" + from + "="
			if to != nil {
				word += *to
			}
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}

// union is a sorted list of both, each once: the same choices give the same
// names of what is derived.
func union(a, b []string) []string {
	if len(a)+len(b) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// merged is a new map of both; nil where both are empty.
func merged[V any](a, b map[string]V) map[string]V {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := make(map[string]V, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}
