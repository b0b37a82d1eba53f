package query

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/table"
)

func TestParseFilter(t *testing.T) {
	columns := []table.Column{{Name: "age"}, {Name: "age at entry"}, {Name: "白细胞(10^9/L)"}, {Name: "a=b"}, {Name: "this"}}
	for text, want := range map[string][]Filter{
		"age>=18":              {{Column: 0, Match: Between, Low: "18"}},
		" age at entry <= 65 ": {{Column: 1, Match: Between, High: "65"}},
		"白细胞(10^9/L) > 10":     {{Column: 2, Match: Between, Low: "10"}, {Column: 2, Match: Equals, Text: "10", Not: true}},
		"age<3":                {{Column: 0, Match: Between, High: "3"}, {Column: 0, Match: Equals, Text: "3", Not: true}},
		`age=1|2\|3| 4`:        {{Column: 0, Match: OneOf, Values: []string{"1", "2|3", "4"}}},
		"age!=1":               {{Column: 0, Match: OneOf, Values: []string{"1"}, Not: true}},
		"a=b=c":                {{Column: 3, Match: OneOf, Values: []string{"c"}}},
		"age is missing":       {{Column: 0, Match: Missing}},
		"this is present":      {{Column: 4, Match: Present}},
		"* ~ 阴性":               {{Column: AnyColumn, Match: Contains, Text: "阴性"}},
		"*!~x":                 {{Column: AnyColumn, Match: Contains, Text: "x", Not: true}},
		"* is changed":         {{Column: AnyColumn, Match: Changed}},
	} {
		got, err := ParseFilter(columns, text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", text, err, diff)
		}
	}
	for text, want := range map[string]fault.Code{
		"":               fault.Usage,
		"age":            fault.Usage,
		"age is old":     fault.Usage,
		"* = 3":          fault.Usage,
		"* is missing":   fault.Usage,
		"=3":             fault.Usage,
		"weight>3":       fault.NotFound,
		"weight is null": fault.NotFound,
	} {
		if got, err := ParseFilter(columns, text); !fault.Is(err, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestParseSort(t *testing.T) {
	columns := []table.Column{{Name: "age"}, {Name: "-x"}, {Name: "x"}}
	for text, want := range map[string]Key{"age": {Column: 0}, "-age": {Column: 0, Descending: true}, "-x": {Column: 1}, "x": {Column: 2}, "--x": {Column: 1, Descending: true}} {
		if got, err := ParseSort(columns, text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := ParseSort(columns, "y"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
