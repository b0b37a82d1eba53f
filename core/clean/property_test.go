package clean

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// drawCells draws a column that often is nearly of one type: most cells from
// one family of spellings, a few from anywhere.
func drawCells(rt *rapid.T, textOnly bool) *table.Cells {
	families := []func() (sheet.Kind, string){
		func() (sheet.Kind, string) { return sheet.Text, fmt.Sprint(rapid.IntRange(-20, 99999).Draw(rt, "int")) },
		func() (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf(rapid.SampledFrom([]string{"%g", "%.2f", "%e", "+%g", "%g%%", "¥%.2f", "(%.2f)", "%.1f mg/L", "%g万"}).Draw(rt, "format"),
				rapid.Float64Range(-1e7, 1e7).Draw(rt, "float"))
		},
		func() (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf(rapid.SampledFrom([]string{"%d,%03d", "%d.%03d", "%d,%03d,000", "%d,%02d", "%d.%02d", "0%d%03d"}).Draw(rt, "format"),
				rapid.IntRange(0, 999).Draw(rt, "high"), rapid.IntRange(0, 99).Draw(rt, "low"))
		},
		func() (sheet.Kind, string) {
			y, m, d := rapid.IntRange(1990, 2031).Draw(rt, "y"), rapid.IntRange(1, 12).Draw(rt, "m"), rapid.IntRange(1, 31).Draw(rt, "d")
			switch rapid.IntRange(0, 6).Draw(rt, "spelling") {
			case 0:
				return sheet.Text, fmt.Sprintf("%d/%d/%d", d, m, y)
			case 1:
				return sheet.Text, fmt.Sprintf("%d-%02d-%02d", y, m, d)
			case 2:
				return sheet.Text, fmt.Sprintf("%d年%d月%d日", y, m, d)
			case 3:
				return sheet.Text, fmt.Sprintf("%d%02d%02d", y, m, d)
			case 4:
				return sheet.Text, fmt.Sprintf("%02d/%02d/%02d", m, d, y%100)
			case 5:
				return sheet.Text, fmt.Sprintf("%d.%d.%d %d:%02d", y, m, d, rapid.IntRange(0, 25).Draw(rt, "h"), rapid.IntRange(0, 61).Draw(rt, "min"))
			}
			return sheet.Text, fmt.Sprintf("%d-%02d", y, m)
		},
		func() (sheet.Kind, string) {
			return sheet.Text, fmt.Sprintf(rapid.SampledFrom([]string{"%d:%02d", "%02d:%02d:30", "%d时%d分", "%d:%02d PM"}).Draw(rt, "format"),
				rapid.IntRange(0, 26).Draw(rt, "h"), rapid.IntRange(0, 61).Draw(rt, "min"))
		},
		func() (sheet.Kind, string) {
			return sheet.Text, rapid.SampledFrom([]string{"是", "否", "Y", "N", "yes", "No", "TRUE", "false"}).Draw(rt, "bool")
		},
		func() (sheet.Kind, string) {
			return sheet.Text, rapid.SampledFrom([]string{"", " ", "NA", "-", "/", "无", "null", "#REF!", "None", "+", "++", "？"}).Draw(rt, "marker")
		},
		func() (sheet.Kind, string) { return sheet.Text, rapid.StringN(0, 6, 20).Draw(rt, "any") },
		func() (sheet.Kind, string) {
			return sheet.Text, rapid.StringOfN(rapid.SampledFrom([]rune("0123456789.,-+eE%/: ¥()年月日时分１，　\u00a0\u200b")), 0, 10, -1).Draw(rt, "soup")
		},
		func() (sheet.Kind, string) {
			return sheet.Text, rapid.StringOfN(rapid.SampledFrom([]rune("〇一二三十百千万亿点零两负年月日时分次岁百分之半 1")), 0, 9, -1).Draw(rt, "han")
		},
		func() (sheet.Kind, string) {
			return sheet.Text, strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"&lt;", "&amp;", "amp;", "&", "nbsp;", "&nbsp;", "5", "1,234.5", "-", " ", "\t", "  ", "a", "ä¸\u00ad", "&#49;", "<"}), 0, 6).Draw(rt, "entities"), "")
		},
	}
	if !textOnly {
		families = append(families,
			func() (sheet.Kind, string) { return sheet.Empty, "" },
			func() (sheet.Kind, string) {
				kind := rapid.SampledFrom([]sheet.Kind{sheet.Number, sheet.Percent, sheet.Padded, sheet.Date, sheet.DateTime, sheet.Time, sheet.Duration}).Draw(rt, "kind")
				return kind, fmt.Sprint(rapid.SampledFrom([]float64{0, 1, 0.5, 60, 45047, 45047.604166666664, 20230501, 1e17, -3, 2958466}).Draw(rt, "number"))
			},
			func() (sheet.Kind, string) {
				kind := rapid.SampledFrom([]sheet.Kind{sheet.Number, sheet.Date, sheet.ISODate, sheet.Bool, sheet.Error, sheet.Quoted, sheet.Time}).Draw(rt, "kind")
				return kind, rapid.StringN(0, 4, 8).Draw(rt, "odd")
			})
	}
	var cells table.Cells
	main := rapid.IntRange(0, len(families)-1).Draw(rt, "family")
	strays := rapid.IntRange(0, 4).Draw(rt, "strays")
	for range rapid.IntRange(0, 30).Draw(rt, "rows") {
		family := main
		if rapid.IntRange(0, 9).Draw(rt, "stray") < strays {
			family = rapid.IntRange(0, len(families)-1).Draw(rt, "other")
		}
		kind, text := families[family]()
		cells.Append(kind, []byte(text))
	}
	return &cells
}

// TestReconciles holds for any column: every cell is accounted for (run sees
// to it), and no value that stands for itself goes missing.
func TestReconciles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := drawCells(rt, false)
		got, err := run(Context{Date1904: rapid.Bool().Draw(rt, "1904")}, rapid.SampledFrom([]string{"", "日期", "电话"}).Draw(rt, "name"), cells)
		if err != nil {
			rt.Fatal(err)
		}
		if err := keepsValues(got, cells); err != nil {
			rt.Fatal(err)
		}
	})
}

// keepsValues checks that cells become missing only as blanks, errors and
// markers.
func keepsValues(got *cleaned, cells *table.Cells) error {
	for i := range cells.Len() {
		kind, raw := cells.At(i)
		if kind == sheet.Empty || got.out.Valid[i] {
			continue
		}
		rule := got.rules[i]
		if !strings.HasSuffix(rule, "empty-text") && !strings.HasSuffix(rule, "missing-marker") && !strings.HasSuffix(rule, "error-value") {
			return fmt.Errorf("row %d: %c %q went missing by %q", i, kind, raw, rule)
		}
	}
	return nil
}

// TestIdempotent holds that a clean column's plain spelling is clean.
func TestIdempotent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := drawCells(rt, true)
		got, err := run(Context{}, "", cells)
		if err != nil {
			rt.Fatal(err)
		}
		if err := idempotent(got); err != nil {
			rt.Fatal(err)
		}
	})
}

// idempotent cleans the plain spelling of a clean column again.
func idempotent(got *cleaned) error {
	var plain table.Cells
	for i := range got.out.Len() {
		if !got.out.Valid[i] {
			plain.Append(sheet.Empty, nil)
			continue
		}
		plain.Append(sheet.Text, []byte(got.value(i)))
	}
	again, err := run(Context{}, "", &plain)
	if err != nil {
		return err
	}
	if again.verdict.Type != got.verdict.Type && !bareIdentifiers(got, again) {
		return fmt.Errorf("%s became %s: %s; was %s", got.verdict.Type, again.verdict.Type, again.verdict.Reason, got.verdict.Reason)
	} else if again.verdict.Type != got.verdict.Type {
		return nil
	}
	if again.counts.Kept != again.counts.Cells {
		for i, rule := range again.rules {
			if rule != "" {
				return fmt.Errorf("row %d: %q changed again, by %s, to %q", i, got.value(i), rule, again.value(i))
			}
		}
	}
	return nil
}

// bareIdentifiers is the one exception for texts: whole numbers whose marks
// told them from telephone numbers and dates in eight digits lose the marks.
func bareIdentifiers(got, again *cleaned) bool {
	if got.verdict.Type != table.Integer {
		return false
	}
	for _, f := range again.verdict.Findings {
		if f.Code == FindingPhone {
			return true
		}
	}
	for i, rule := range again.rules {
		if again.out.Valid[i] && rule != "date-compact" {
			return false
		}
	}
	return again.verdict.Type == table.Date
}

// TestMerge holds that facts observed in parts are those of the whole.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cells := drawCells(rt, false)
		whole := NewFacts(Context{}, "c")
		whole.Observe(cells, 0, cells.Len())
		merged := NewFacts(Context{}, "c")
		for from := 0; from < cells.Len(); {
			to := min(cells.Len(), from+rapid.IntRange(1, 10).Draw(rt, "run"))
			part := NewFacts(Context{}, "c")
			part.Observe(cells, from, to)
			merged.Merge(part)
			from = to
		}
		want, got := whole.Decide(), merged.Decide()
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
		var one, parts table.Vector
		one.Reset(want.Type)
		parts.Reset(want.Type)
		if _, err := want.Apply(cells, 0, cells.Len(), &one, nil); err != nil {
			rt.Fatal(err)
		}
		for from := 0; from < cells.Len(); {
			to := min(cells.Len(), from+rapid.IntRange(1, 10).Draw(rt, "run"))
			if _, err := got.Apply(cells, from, to, &parts, nil); err != nil {
				rt.Fatal(err)
			}
			from = to
		}
		if diff := cmp.Diff(one, parts); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// FuzzColumn cleans a column of any texts: a line is a cell.
func FuzzColumn(f *testing.F) {
	for _, seed := range []string{"1\n2\n3", "1,234\n5.6", "2023/5/1\n2023年5月1日", "31/12/20\n1:20", "是\n否\n-", "12.3 mg/L\n4", "<1\n(5)\n5%", "＋１２\n　x　", "e\u0301\n\u200b", "1e20\n0.5", "2023-05-01T08:30:00Z\n2:30 PM", "一百二十三\n三点五", "5月1日\n&lt;5", "1,234.50-\n3", "a  b\tc\n999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		var cells table.Cells
		lines = strings.ToValidUTF8(lines, "\ufffd") // cells are UTF-8, see sheet.Batch
		for line := range strings.SplitSeq(lines, "\n") {
			cells.Append(sheet.Text, []byte(line))
		}
		got, err := run(Context{}, "", &cells)
		if err != nil {
			t.Fatal(err)
		}
		if err := keepsValues(got, &cells); err != nil {
			t.Fatal(err)
		}
		if err := idempotent(got); err != nil {
			t.Fatal(err)
		}
	})
}
