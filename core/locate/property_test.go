package locate_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
)

// kinds of columns that a clean table is drawn from.
var makers = map[string]func(t *rapid.T, row int) string{
	"whole": func(t *rapid.T, _ int) string { return strconv.Itoa(rapid.IntRange(-999, 99_999).Draw(t, "whole")) },
	"number": func(t *rapid.T, _ int) string {
		return fmt.Sprintf("%.2f", rapid.Float64Range(-50, 900).Draw(t, "number"))
	},
	"date": func(t *rapid.T, _ int) string {
		return fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(1990, 2024).Draw(t, "y"), rapid.IntRange(1, 12).Draw(t, "m"), rapid.IntRange(1, 28).Draw(t, "d"))
	},
	"code": func(_ *rapid.T, row int) string { return "P" + strconv.Itoa(1000+row) },
	"words": func(t *rapid.T, _ int) string {
		return rapid.SampledFrom([]string{"阴性", "阳性", "east", "west side", "not known"}).Draw(t, "word")
	},
}

// clean is a table somewhere on a sheet, and what must be found of it.
type clean struct {
	lines [][]string
	want  found
}

// drawClean draws a table with titles above, notes below and empty rows within.
func drawClean(t *rapid.T) clean {
	columns := []string{rapid.SampledFrom([]string{"whole", "number"}).Draw(t, "sure")} // one column tells header and data apart
	columns = append(columns, rapid.SliceOfN(rapid.SampledFrom([]string{"whole", "number", "date", "code", "words"}), 2, 9).Draw(t, "columns")...)
	var c clean
	for n := range rapid.IntRange(0, 3).Draw(t, "titles") {
		c.lines = append(c.lines, []string{fmt.Sprintf("Results of the spring, part %d", n)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "gap") {
		c.lines = append(c.lines, nil)
	}
	left := rapid.IntRange(0, 4).Draw(t, "left")
	header := make([]string, left+len(columns))
	var named []string
	for i, kind := range columns {
		header[left+i] = kind + " name " + string(rune('A'+i))
		named = append(named, header[left+i])
	}
	c.lines = append(c.lines, header)
	c.want.Header = rows(int64(len(c.lines)))
	c.want.Names = strings.Join(named, "|")
	height := rapid.IntRange(3, 120).Draw(t, "rows")
	for n := range height {
		if n > 0 && rapid.IntRange(0, 19).Draw(t, "empty") == 0 {
			c.lines = append(c.lines, nil)
		}
		row := make([]string, left+len(columns))
		for i, kind := range columns {
			row[left+i] = makers[kind](t, n)
		}
		c.lines = append(c.lines, row)
		if n == 0 {
			c.want.First = int64(len(c.lines))
		}
	}
	c.want.Last = int64(len(c.lines))
	for n := range rapid.IntRange(0, 3).Draw(t, "notes") {
		if n == 0 {
			c.lines = append(c.lines, nil)
		}
		c.lines = append(c.lines, append(make([]string, left), fmt.Sprintf("Note %d: measured by hand", n)))
	}
	return c
}

// batches cuts lines into batches of the given sizes, then one with the rest.
func batches(lines [][]string, sizes []int) []*sheet.Batch {
	out := []*sheet.Batch{{}}
	for i, cells := range lines {
		if at := len(out) - 1; at < len(sizes) && len(out[at].Rows) >= sizes[at] {
			out = append(out, &sheet.Batch{})
		}
		addRow(out[len(out)-1], int64(i+1), cells)
	}
	return out
}

func observe(batches []*sheet.Batch) *locate.Sketch {
	var sketch locate.Sketch
	for _, b := range batches {
		sketch.Observe(b)
	}
	return &sketch
}

func TestCleanTableIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClean(t)
		layout := observe(batches(c.lines, nil)).Decide(sheet.Facts{}, locate.Options{})
		if len(layout.Tables) != 1 {
			t.Fatalf("%d tables", len(layout.Tables))
		}
		if diff := cmp.Diff(c.want, look(layout.Tables[0])); diff != "" {
			t.Fatalf("want -, got +\n%s", diff)
		}
	})
}

// drawAny draws a grid of anything.
func drawAny(t *rapid.T) [][]string {
	cell := rapid.SampledFrom([]string{"", "", "", "a", "name", "#1", "#2", "#2008", "2008", "1,5", "-", "(NA)", "total", "合计", "note", "(1,000)", "x:", "---", "2023-01-01", "@45000", "P1", "数", "  "})
	return rapid.SliceOfN(rapid.SliceOfN(cell, 0, 7), 0, 120).Draw(t, "grid")
}

// drawOptions draws overrides, sensible or not.
func drawOptions(t *rapid.T) locate.Options {
	row := rapid.Int64Range(1, 150)
	var o locate.Options
	if rapid.Bool().Draw(t, "overrides") {
		o.NoHeader = rapid.Bool().Draw(t, "no header")
		o.HeaderRows = rapid.SliceOfN(row, 0, 3).Draw(t, "header")
		if rapid.Bool().Draw(t, "has first") {
			o.FirstRow = row.Draw(t, "first")
		}
		if rapid.Bool().Draw(t, "has last") {
			o.LastRow = row.Draw(t, "last")
		}
		o.Table = rapid.IntRange(0, 3).Draw(t, "table")
	}
	return o
}

// TestAnyGrid asks of whatever is found that it hangs together, is the same
// each time, and does not depend on where batches were cut.
func TestAnyGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := drawAny(t)
		o := drawOptions(t)
		sketch := observe(batches(lines, nil))
		layout := sketch.Decide(sheet.Facts{}, o)
		if diff := cmp.Diff(layout, sketch.Decide(sheet.Facts{}, o)); diff != "" {
			t.Fatalf("another layout the second time\n%s", diff)
		}
		cut := observe(batches(lines, rapid.SliceOfN(rapid.IntRange(1, 40), 0, 5).Draw(t, "cuts")))
		if diff := cmp.Diff(layout, cut.Decide(sheet.Facts{}, o)); diff != "" {
			t.Fatalf("another layout from other batches\n%s", diff)
		}
		for i, table := range layout.Tables {
			asked := o
			if o.Table > 0 && o.Table != i+1 {
				asked = locate.Options{}
			}
			hangsTogether(t, table, asked, int64(len(lines)))
		}
	})
}

func hangsTogether(t *rapid.T, table locate.Table, o locate.Options, last int64) {
	switch {
	case !slices.IsSorted(table.HeaderRows), table.LastDataRow < table.FirstDataRow-1:
		t.Fatalf("rows out of order: %+v", table)
	case o.FirstRow > 0 && table.FirstDataRow != o.FirstRow:
		t.Fatalf("the first row is %d, asked for %d", table.FirstDataRow, o.FirstRow)
	case o.LastRow >= table.FirstDataRow && table.LastDataRow != o.LastRow:
		t.Fatalf("the last row is %d, asked for %d", table.LastDataRow, o.LastRow)
	case o.NoHeader && len(table.HeaderRows) > 0:
		t.Fatalf("a header where none was asked for: %v", table.HeaderRows)
	}
	if len(o.HeaderRows) == 0 && o.FirstRow == 0 && o.LastRow == 0 {
		for _, h := range table.HeaderRows {
			if h < 1 || h >= table.FirstDataRow {
				t.Fatalf("header row %d, data from %d", h, table.FirstDataRow)
			}
		}
		if table.FirstDataRow > last+1 || table.LastDataRow > last {
			t.Fatalf("data %d to %d of %d rows", table.FirstDataRow, table.LastDataRow, last)
		}
	}
	seen := map[string]bool{}
	source := -1
	for _, c := range table.Columns {
		if c.Name == "" || seen[c.Name] || c.Source <= source {
			t.Fatalf("columns %+v", table.Columns)
		}
		seen[c.Name], source = true, c.Source
	}
	if len(table.Reasons) == 0 {
		t.Fatal("no reason")
	}
}

// TestMemoryIsBounded reads rows without end, with an empty row after each.
func TestMemoryIsBounded(t *testing.T) {
	var sketch locate.Sketch
	said := int64(0)
	kept := func(rows int) uint64 {
		for range rows {
			b := &sheet.Batch{}
			said += 2
			addRow(b, said, []string{"name " + strconv.FormatInt(said%9, 10), strconv.FormatInt(said, 10), strings.Repeat("long ", 400)})
			sketch.Observe(b)
		}
		return locate.SizeOf(&sketch)
	}
	first := kept(2_000)
	if again := kept(20_000); again != first {
		t.Errorf("%d bytes after 2,000 rows, %d after 22,000", first, again)
	}
	if first > 16<<20 {
		t.Errorf("%d bytes", first)
	}
}
