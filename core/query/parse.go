package query

import (
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// ParseFilter reads a condition as a person writes it: a column's name (* is any
// column), then one of
//
//	= value|value      != value|value      equal to one of them, to none of them
//	~ text             !~ text             has the text in it, has not
//	>= value   > value   <= value   < value
//	is missing         is present          is changed   (by cleaning)
//
// Blanks around names and values do not count, \| is a bar, and of column names that fit
// the longest is meant. != and !~ let missing values through. What cannot
// be read is fault.Usage, a name of no column fault.NotFound.
func ParseFilter(columns []table.Column, text string) ([]Filter, error) {
	column, rest, err := subject(columns, text)
	if err != nil {
		return nil, err
	}
	for _, o := range operators {
		value, ok := strings.CutPrefix(rest, o.sign)
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		if column == AnyColumn && o.sign != "~" && o.sign != "!~" {
			break
		}
		return o.filters(column, value), nil
	}
	if word, ok := strings.CutPrefix(rest, "is "); ok {
		m := Match(strings.TrimSpace(word))
		if m == Changed || column != AnyColumn && (m == Missing || m == Present) {
			return []Filter{{Column: column, Match: m}}, nil
		}
	}
	return nil, unread(text)
}

// operators are tried in this order: the longer sign before the one that it begins with.
var operators = []struct {
	sign    string
	filters func(column int, value string) []Filter
}{
	{"!=", func(c int, v string) []Filter {
		return []Filter{{Column: c, Match: OneOf, Values: values(v), Not: true}}
	}},
	{"!~", func(c int, v string) []Filter { return []Filter{{Column: c, Match: Contains, Text: v, Not: true}} }},
	{">=", func(c int, v string) []Filter { return []Filter{{Column: c, Match: Between, Low: v}} }},
	{"<=", func(c int, v string) []Filter { return []Filter{{Column: c, Match: Between, High: v}} }},
	{"=", func(c int, v string) []Filter { return []Filter{{Column: c, Match: OneOf, Values: values(v)}} }},
	{"~", func(c int, v string) []Filter { return []Filter{{Column: c, Match: Contains, Text: v}} }},
	{">", func(c int, v string) []Filter {
		return []Filter{{Column: c, Match: Between, Low: v}, {Column: c, Match: Equals, Text: v, Not: true}}
	}},
	{"<", func(c int, v string) []Filter {
		return []Filter{{Column: c, Match: Between, High: v}, {Column: c, Match: Equals, Text: v, Not: true}}
	}},
}

// values splits at bars that no backslash stands before.
func values(text string) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '|' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case text[i] == '|':
			out = append(out, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(text[i])
		}
	}
	return append(out, strings.TrimSpace(b.String()))
}

// subject is the column that a condition begins with, and what follows its name.
func subject(columns []table.Column, text string) (column int, rest string, err error) {
	text = strings.TrimSpace(text)
	best := -1
	for i, c := range columns {
		after, ok := strings.CutPrefix(text, c.Name)
		if ok && condition(after) && (best < 0 || len(c.Name) > len(columns[best].Name)) {
			best, rest = i, strings.TrimSpace(after)
		}
	}
	if best >= 0 {
		return best, rest, nil
	}
	if after, ok := strings.CutPrefix(text, "*"); ok && condition(after) {
		return AnyColumn, strings.TrimSpace(after), nil
	}
	if i := strings.IndexAny(text, "=~<>!"); i > 0 {
		return 0, "", unknown(strings.TrimSpace(text[:i]))
	}
	if name, _, ok := strings.Cut(text, " is "); ok {
		return 0, "", unknown(strings.TrimSpace(name))
	}
	return 0, "", unread(text)
}

// condition tells whether what follows a name is the rest of a condition.
func condition(rest string) bool {
	trimmed := strings.TrimSpace(rest)
	return trimmed != "" && strings.ContainsRune("=~<>!", rune(trimmed[0])) || trimmed != rest && strings.HasPrefix(trimmed, "is ")
}

// ParseSort reads a key of an order: a column's name, descending with a minus before
// it. A name of no column is fault.NotFound.
func ParseSort(columns []table.Column, text string) (Key, error) {
	name, descending := strings.CutPrefix(text, "-")
	for i, c := range columns {
		if c.Name == text { // a name that begins with a minus
			return Key{Column: i}, nil
		}
	}
	for i, c := range columns {
		if c.Name == name {
			return Key{Column: i, Descending: descending}, nil
		}
	}
	return Key{}, unknown(name)
}

func unknown(name string) error {
	return fault.New(fault.NotFound, say.T("The table has no column {name}.", "name", name)).
		Hint(say.T("Run preview to see its columns."))
}

func unread(text string) error {
	return fault.New(fault.Usage, say.T("The condition {text} cannot be read.", "text", text)).
		Hint(say.T("Write a column's name and then =, !=, ~, !~, >=, >, <= or < with a value, or: is missing, is present, is changed."))
}
