package pipeline

import (
	"fmt"
	"testing"

	"sheetmill/core/profile"
	"sheetmill/core/table"
)

// TestFindings holds what the profile's findings are about.
func TestFindings(t *testing.T) {
	var r Report
	for c, value := range []func(i int) string{
		func(i int) string { return fmt.Sprintf("P%03d", max(i, 1)) }, // a near key: rows 0 and 1 are one
		func(int) string { return "one" },
	} {
		v := &table.Vector{}
		v.Reset(table.String)
		for i := range 100 {
			v.AppendString([]byte(value(i)))
		}
		b := profile.NewColumn("c", table.String)
		b.Add(v)
		r.Columns = append(r.Columns, ColumnReport{Name: fmt.Sprint("c", c), Source: c})
		r.Profile.Columns = append(r.Profile.Columns, b.Done())
	}
	ages := &table.Vector{}
	ages.Reset(table.Integer)
	for i := range 100 {
		ages.AppendInt(int64(20 + i%50))
	}
	ages.Ints[42] = 999
	b := profile.NewColumn("age", table.Integer)
	b.Add(ages)
	r.Columns = append(r.Columns, ColumnReport{Name: "age", Source: 2})
	r.Profile.Columns = append(r.Profile.Columns, b.Done())
	r.Profile.Rows = 100
	var rows table.RowMap
	rows.Add(2, 100)
	addresses(&r, &rows)
	got := map[string]ColumnFinding{}
	for _, f := range findings(&r) {
		got[f.Code] = f
	}
	if f := got[FindingNearKey]; f.Column != 0 || f.Count != 1 {
		t.Errorf("near key: %+v", f)
	}
	if f := got[FindingConstant]; f.Column != 1 {
		t.Errorf("constant: %+v", f)
	}
	if f := got[FindingFarValues]; f.Column != 2 || f.Count != 1 || len(f.Cells) != 1 || f.Cells[0] != "C44" {
		t.Errorf("far values: %+v", f)
	}
	if len(got) != 3 {
		t.Errorf("%d findings: %v", len(got), got)
	}
}
