package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sheetmill/core/blob/dir"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// dirtyCells is what cells of a dirty table hold, by the kind of column.
var dirtyCells = map[string][]string{
	"number": {"1", "2.50", "-3", "1,234", "１２．５", " 7 ", "+4", "1e3", "NA", "-", "", "12.3", "(5)", "50%", "3万", "无"},
	"date":   {"2023-05-01", "2023/5/1", "2023年5月1日", "20230501", "2023.5.1", "2023-13-40", "N/A", "", "5/6/2023", "2023-05-01 10:30"},
	"text":   {"内科", " 外科", "a,b", "say \"hi\"", "line\nbreak", "N/A", "无", "", "ＡＢＣ", "é", "#N/A", "<0.01", "  ", "\u200b"},
	"flag":   {"是", "否", "Y", "N", "TRUE", "false", "", "1", "0"},
	"code":   {"007", "123456789012345678", "13800138000", "A01", "", "0"},
}

// dirtyGrid draws a sheet: titles, a header or none, dirty rows, empty rows and
// columns, totals and notes.
func dirtyGrid(t *rapid.T) [][]string {
	kinds := []string{"number", "date", "text", "flag", "code"}
	width := rapid.IntRange(1, 6).Draw(t, "width")
	var grid [][]string
	for range rapid.IntRange(0, 2).Draw(t, "titles") {
		grid = append(grid, []string{rapid.SampledFrom([]string{"检验结果", "Report of 2023", ""}).Draw(t, "title")})
	}
	columns := make([]string, width)
	header := make([]string, width)
	for i := range columns {
		columns[i] = rapid.SampledFrom(kinds).Draw(t, "kind")
		header[i] = rapid.SampledFrom([]string{"年龄", "name", "日期", "x", "", "结果"}).Draw(t, "name")
	}
	if rapid.Bool().Draw(t, "header") {
		grid = append(grid, header)
	}
	for range rapid.IntRange(0, 30).Draw(t, "rows") {
		row := make([]string, width)
		if rapid.IntRange(0, 9).Draw(t, "blank") > 0 {
			for i, kind := range columns {
				row[i] = rapid.SampledFrom(dirtyCells[kind]).Draw(t, "cell")
			}
		}
		grid = append(grid, row)
	}
	if rapid.Bool().Draw(t, "totals") {
		grid = append(grid, append([]string{"合计"}, make([]string, width-1)...))
		grid[len(grid)-1][width-1] = "99"
	}
	if rapid.Bool().Draw(t, "note") {
		grid = append(grid, []string{""}, []string{"注：结果仅供参考"})
	}
	return grid
}

func asCSV(t *rapid.T, grid [][]string) []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	for _, row := range grid {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return buf.Bytes()
}

// asXLSX writes the grid as a workbook; texts that are plain numbers may become
// number cells.
func asXLSX(t *rapid.T, grid [][]string) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for r, row := range grid {
		for c, text := range row {
			if text == "" {
				continue
			}
			var value any = text
			if text == "1" || text == "12.3" || text == "-3" {
				n, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				value = n
			}
			if err := f.SetCellValue("Sheet1", sheet.Address(c, int64(r+1)), value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// looked is a survey of bytes with the store that holds what it derived.
type looked struct {
	pipeline.Survey
	store *dir.Store
	args  pipeline.Args
}

// look surveys a file's bytes; it needs the objects to stay, so it brings its
// own store.
func look(t rapid.TB, folder string, source []byte, name string) looked {
	ctx := context.Background()
	store, err := dir.Open(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	w, err := store.Create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(source); err != nil {
		t.Fatal(err)
	}
	args := pipeline.Args{FileName: name, FileHash: "0123", Owner: "test", FileKey: pipeline.SourceKey("test", "0123")}
	if name == "dirty.csv" { // too small for a dialect to be found for sure
		args.Options.Delimiter = ","
	}
	if _, err := w.Commit(ctx, args.FileKey); err != nil {
		t.Fatal(err)
	}
	survey, err := pipeline.Look(ctx, store, args, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return looked{survey, store, args}
}

// TestEveryCellIsAccountedFor proves on dirty tables that each cell of the
// source is in the clean table as it was, or in the ledger with what it was, or
// outside the table: nothing is lost, nothing is made up.
func TestEveryCellIsAccountedFor(t *testing.T) {
	scratch, runs := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		grid := dirtyGrid(rt)
		workbook := rapid.Bool().Draw(rt, "workbook")
		source, name := asCSV(rt, grid), "dirty.csv"
		if workbook {
			source, name = asXLSX(rt, grid), "dirty.xlsx"
		}
		if len(source) == 0 {
			return
		}
		runs++
		folder := filepath.Join(scratch, strconv.Itoa(runs))
		defer func() { _ = os.RemoveAll(folder) }()
		l := look(rt, folder, source, name)
		defer func() { _ = l.store.Close() }()
		cells := map[string]string{}
		for r, row := range grid {
			for c, text := range row {
				if text != "" {
					cells[sheet.Address(c, int64(r+1))] = text
				}
			}
		}
		for i, report := range l.Reports {
			l.check(rt, i, report, cells)
		}
		if len(l.Reports) == 0 && len(cells) > 0 && strings.TrimSpace(strings.Join(values(cells), "")) != "" {
			rt.Fatalf("no table in %q", cells)
		}
	})
}

// TestAccountAcrossRowGroups is the same for a table of more rows than a row
// group holds, with rows of spaces, a column that begins late, and changes on
// both sides of the boundary.
func TestAccountAcrossRowGroups(t *testing.T) {
	var source strings.Builder
	cells := map[string]string{}
	write := func(row int64, fields ...string) {
		for c, text := range fields {
			if text != "" {
				cells[sheet.Address(c, row)] = text
			}
		}
		source.WriteString(strings.Join(fields, ",") + "\n")
	}
	write(1, "id", "born", "note", "late")
	spaces := 0
	for row := int64(2); row < table.GroupRows+3000; row++ {
		late := ""
		switch {
		case row%1000 == 7:
			write(row, " ", "  ", "", "")
			spaces++
			continue
		case row > table.GroupRows+1500:
			late = "x" + strconv.FormatInt(row, 10)
		}
		write(row, strconv.FormatInt(row, 10), "2023年5月1日", []string{"N/A", " a ", "b"}[row%3], late)
	}
	l := look(t, t.TempDir(), []byte(source.String()), "dirty.csv")
	defer func() { _ = l.store.Close() }()
	if len(l.Reports) != 1 {
		t.Fatalf("%d tables", len(l.Reports))
	}
	l.check(t, 0, l.Reports[0], cells)
	if want := int64(table.GroupRows + 3000 - 2 - spaces); l.Reports[0].Profile.Rows != want {
		t.Errorf("%d rows, want %d", l.Reports[0].Profile.Rows, want)
	}
}

func values(m map[string]string) (out []string) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func (l looked) check(t rapid.TB, index int, report pipeline.Report, cells map[string]string) {
	a := report.Account
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	if a.Source != int64(len(cells)) {
		t.Fatalf("%d cells in the source, the account says %d", len(cells), a.Source)
	}
	args := l.args
	args.Options.Sheet, args.Options.Locate.Table = "#1", index+1
	keys := pipeline.KeysOf(args)
	clean, rows := l.table(t, keys.Clean)
	ledger, _ := l.table(t, keys.Ledger)

	type entry struct{ kind, before, after string }
	entries := map[string]entry{}
	for i := range ledger[0].Len() {
		address := string(ledger[2].StringAt(i))
		entries[address] = entry{string(ledger[3].StringAt(i)), string(ledger[5].StringAt(i)), string(ledger[7].AppendText(nil, i))}
		if before := cells[address]; normal(before) != normal(entries[address].before) {
			t.Fatalf("the ledger says %s was %q, it was %q", address, entries[address].before, before)
		}
	}
	var kept, changed, missing int64
	for c, column := range report.Columns {
		for row := range clean[c].Len() {
			address := sheet.Address(column.Source, rows.Source(int64(row)))
			before, held := cells[address]
			after, noted := string(clean[c].AppendText(nil, row)), entries[address]
			switch {
			case !held && (clean[c].Valid[row] || noted.kind != ""):
				t.Fatalf("%s is empty in the source and %q in the table", address, after)
			case !held:
			case noted.kind == "missing":
				missing++
				if clean[c].Valid[row] {
					t.Fatalf("%s was set missing and is %q", address, after)
				}
			case noted.kind == "changed":
				changed++
				if noted.after != after {
					t.Fatalf("%s is %q, the ledger says %q", address, after, noted.after)
				}
			default:
				kept++
				if !clean[c].Valid[row] || !same(before, after) {
					t.Fatalf("%s was %q and is %q without a word in the ledger", address, before, after)
				}
			}
		}
	}
	if kept != a.Kept || changed != a.Changed || missing != a.Missing {
		t.Fatalf("counted %d kept, %d changed, %d missing; the account says %+v", kept, changed, missing, a)
	}
	if int64(len(entries)) != changed+missing {
		t.Fatalf("%d ledger entries for %d changes", len(entries), changed+missing)
	}
}

// normal folds line ends, which CSV does not tell apart.
func normal(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// same tells whether a kept value is the source's: the same text, or the same
// number, truth or moment in a plain spelling.
func same(before, after string) bool {
	if normal(before) == after {
		return true
	}
	var x, y float64
	if _, err := fmt.Sscanf(before+"\n", "%g\n", &x); err == nil {
		if _, err := fmt.Sscanf(after+"\n", "%g\n", &y); err == nil && x == y {
			return true
		}
	}
	if strings.EqualFold(before, after) {
		return true
	}
	return strings.Replace(before, " ", "T", 1) == strings.TrimSuffix(after, ":00") || strings.Replace(before, " ", "T", 1) == after ||
		before+"T00:00:00" == after
}

// table reads a stored table whole.
func (l looked) table(t rapid.TB, key string) ([]*table.Vector, *table.RowMap) {
	ctx := context.Background()
	object, err := l.store.Open(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = object.Close() }()
	r, err := table.NewReader(object)
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := r.Page(ctx, 0, r.Rows(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows table.RowMap
	if text := r.Meta(table.MetaRows); text != "" {
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			t.Fatal(err)
		}
	}
	return vectors, &rows
}
