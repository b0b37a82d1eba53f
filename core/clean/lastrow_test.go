package clean

import (
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// TestLastOfAMillion holds that the last of a million rows decides, observed in
// runs as the pipeline does.
func TestLastOfAMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	const rows, run = 1_000_000, 50_000
	for _, test := range []struct {
		most, last string
		after      table.Type
		order      string
	}{
		{"12", "<0.01", table.String, ""},
		{"01/02/2023", "13/02/2023", table.Date, "dmy"},
		{"01/02/2023", "02/13/2023", table.Date, "mdy"},
		{"1,234", "0,5", table.Float, ""},
		{"男", "女", table.String, ""},
	} {
		var cells table.Cells
		for range run {
			cells.Append(sheet.Text, []byte(test.most))
		}
		f := NewFacts(Context{}, "")
		for range rows/run - 1 {
			f.Observe(&cells, 0, run)
		}
		f.Observe(&cells, 0, run-1)
		var last table.Cells
		last.Append(sheet.Text, []byte(test.last))
		f.Observe(&last, 0, 1)
		v := f.Decide()
		if v.Type != test.after || v.Order != test.order || f.count[tCells] != rows {
			t.Errorf("%q and one %q of %d are %s %s", test.most, test.last, f.count[tCells], v.Type, v.Order)
		}
	}
}
