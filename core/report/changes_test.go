package report

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sheetmill/core/pipeline"
)

func TestChanges(t *testing.T) {
	var c Changes
	a, b := "1", "2"
	for _, e := range []struct {
		rules, address, column, before string
		after                          *string
	}{
		{"trim-space+minus-sign", "A1", "x", " −1", &a},
		{"trim-space", "A2", "x", " 1", &a},
		{"trim-space", "A3", "x", " 1", &a}, // the same once more
		{"trim-space", "A4", "x", "1 ", &a},
		{"trim-space", "A5", "x", " 2", &b},
		{"trim-space", "B6", "y", " 2 ", &b}, // plainer than the first
		{"missing-marker", "A7", "x", "NA", nil},
	} {
		if !c.Add(e.rules, Example{Address: e.address, Column: e.column, Before: e.before, After: e.after}) {
			t.Fatal("no more wanted")
		}
	}
	got := changes([]pipeline.RuleCount{{Rule: "trim-space", Cells: 5}, {Rule: "missing-marker", Cells: 2}, {Rule: "trim-space+minus-sign", Cells: 1}, {Rule: "of-old", Cells: 1}}, &c)
	type shown struct {
		Rule    string
		Cells   int64
		Columns int
		At      string
	}
	var have []shown
	for _, one := range got {
		s := shown{Rule: one.Rule, Cells: one.Cells, Columns: one.Columns}
		for _, e := range one.Examples {
			s.At += e.Address + " "
		}
		have = append(have, s)
	}
	want := []shown{{"trim-space", 6, 2, "B6 A2 A4 A5 "}, {"missing-marker", 2, 1, "A7 "}, {"minus-sign", 1, 1, "A1 "}, {"of-old", 1, 0, ""}}
	if diff := gocmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}
