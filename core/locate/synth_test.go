package locate_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
	"sheetmill/core/synth"
)

// drawnFloors are the least shares of drawn layouts that are found right. They only rise.
var drawnFloors = map[string]float64{"tables": 0.999, "headers": 0.997, "rows": 0.995, "names": 0.997, "units": 0.997, "groups": 0.998, "totals": 0.999}

// TestDrawnLayouts finds the tables of many layouts that the locator was not
// made from, each once as a workbook has it and once as text.
func TestDrawnLayouts(t *testing.T) {
	right, all := map[string]int{}, map[string]int{}
	shown := 0
	mark := func(what string, ok bool) bool {
		all[what]++
		if ok {
			right[what]++
		}
		return ok
	}
	for seed := range uint64(600) {
		drawn := synth.NewLayout(seed)
		for _, typed := range []bool{true, false} {
			layout := decide(batchOf(drawn, typed), factsOf(drawn, typed), locate.Options{})
			ok := mark("tables", len(layout.Tables) == len(drawn.Tables))
			for i, want := range drawn.Tables {
				if !ok {
					break
				}
				got := layout.Tables[i]
				var groups, totals []int64
				for _, s := range got.Skipped {
					switch s.Why {
					case locate.WhyGroup:
						groups = append(groups, s.Row)
					case locate.WhyTotals:
						totals = append(totals, s.Row)
					}
				}
				last := want.Last
				for _, row := range slices.Backward(want.Totals) {
					if row == last { // a total that ends the data is below it
						last--
					}
				}
				ok = mark("headers", slices.Equal(got.HeaderRows, int64s(want.Header))) && ok
				ok = mark("rows", got.FirstDataRow == int64(want.First) && got.LastDataRow == int64(last)) && ok
				if len(want.Names) > 0 {
					ok = mark("names", names(got) == strings.Join(want.Names, "|")) && ok
				}
				ok = mark("units", len(got.UnitRows) == min(want.Units, 1)) && ok
				ok = mark("groups", slices.Equal(groups, int64s(want.Groups))) && ok
				ok = mark("totals", slices.Equal(totals, int64s(want.Totals))) && ok
			}
			if !ok && shown < 12 {
				shown++
				t.Logf("seed %d, typed %v: want %s\ngot  %s\n%s", seed, typed, told(drawn.Tables), toldFound(layout), drawnTop(drawn))
			}
		}
	}
	for _, what := range sortedKeys(all) {
		share := float64(right[what]) / float64(all[what])
		t.Logf("%-8s %.4f of %d", what, share, all[what])
		if share < drawnFloors[what] {
			t.Errorf("%s: %.4f right, below the floor %.3f", what, share, drawnFloors[what])
		}
	}
}

func int64s(rows []int) (out []int64) {
	for _, r := range rows {
		out = append(out, int64(r))
	}
	return out
}

// batchOf is the sheet as a reader gives it: numbers as such from a workbook.
func batchOf(drawn synth.Layout, typed bool) *sheet.Batch {
	b := &sheet.Batch{}
	for i, cells := range drawn.Cells {
		row := slices.Clone(cells)
		for col, text := range row {
			if _, err := strconv.ParseFloat(text, 64); err == nil && typed {
				row[col] = "#" + text
			}
		}
		addRow(b, int64(i+1), row)
	}
	return b
}

// factsOf are the merged cells; text has none.
func factsOf(drawn synth.Layout, typed bool) (facts sheet.Facts) {
	for _, m := range drawn.Merged {
		if typed {
			facts.Merged = append(facts.Merged, sheet.Range{FirstRow: int64(m.FirstRow), LastRow: int64(m.LastRow), FirstCol: m.FirstCol, LastCol: m.LastCol})
		}
	}
	return facts
}

func told(tables []synth.LaidTable) string {
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "[header %v units %d data %d-%d groups %v totals %v %s]", t.Header, t.Units, t.First, t.Last, t.Groups, t.Totals, strings.Join(t.Names, "|"))
	}
	return b.String()
}

func toldFound(l locate.Layout) string {
	var b strings.Builder
	for _, t := range l.Tables {
		fmt.Fprintf(&b, "[header %v units %v data %d-%d skipped %v %s]", t.HeaderRows, t.UnitRows, t.FirstDataRow, t.LastDataRow, t.Skipped, names(t))
	}
	return b.String()
}

// drawnTop is the first rows of a drawn sheet.
func drawnTop(drawn synth.Layout) string {
	var b strings.Builder
	for i, cells := range drawn.Cells[:min(len(drawn.Cells), 16)] {
		fmt.Fprintf(&b, "%3d %s\n", i+1, strings.Join(cells, "|"))
	}
	return b.String()
}
