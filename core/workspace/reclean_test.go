package workspace_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// milledWith adds a file and waits until it is ready.
func milledWith(t *testing.T, ws *workspace.Workspace, name, content string, o workspace.Options) string {
	t.Helper()
	added, err := ws.Add(context.Background(), strings.NewReader(content), workspace.AddOptions{FileName: name, Options: o})
	if err != nil {
		t.Fatal(err)
	}
	if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
		t.Fatalf("%+v", s.Error)
	}
	return added.RecordID
}

// again waits for a job that cleans again.
func again(t *testing.T, ws *workspace.Workspace, added workspace.Added, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	info, err := ws.WaitJob(context.Background(), added.JobID, nil)
	if err != nil || info.State != job.Completed {
		t.Fatalf("%+v %v", info, err)
	}
}

func csvOf(t *testing.T, ws *workspace.Workspace, id string) string {
	t.Helper()
	var out bytes.Buffer
	if err := ws.Export(context.Background(), id, export.CSV, &out, export.Options{}); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), "\r\n", "\n")
}

// TestUndoRule takes one rule's changes back: a new version from the raw table.
func TestUndoRule(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	id := milledWith(t, ws, "a.csv", "id,smokes,born\n1,是,1990年5月1日\n2,否,1985年2月3日\n3,是,2001年12月31日\n", workspace.Options{})
	if got := csvOf(t, ws, id); !strings.Contains(got, "1,true,1990-05-01") {
		t.Fatal(got)
	}
	added, err := ws.UndoRule(ctx, id, "boolean-word")
	again(t, ws, added, err)
	if got := csvOf(t, ws, id); !strings.Contains(got, "1,是,1990-05-01") {
		t.Error(got)
	}
	added, err = ws.UndoRule(ctx, id, "date-ymd-cn") // what was undone before stays undone
	again(t, ws, added, err)
	if got := csvOf(t, ws, id); !strings.Contains(got, "1,是,1990年5月1日") {
		t.Error(got)
	}
	if versions, err := ws.Versions(ctx, id); err != nil || len(versions) != 3 {
		t.Errorf("%d versions, %v", len(versions), err)
	}
	n, err := ws.Ledger(ctx, id, workspace.LedgerOptions{}, func(workspace.LedgerEntry) error { return nil })
	if n != 0 || err != nil {
		t.Errorf("%d changes are left, %v", n, err)
	}
	if _, err := ws.UndoRule(ctx, id, "percent"); !fault.Is(err, fault.Usage) {
		t.Errorf("a rule that did nothing: %v", err)
	}
	if _, err := ws.UndoRule(ctx, id, "no-such"); !fault.Is(err, fault.Usage) {
		t.Errorf("no rule: %v", err)
	}
	if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() {
		t.Errorf("%+v %v", h, err)
	}
}

// TestChosenTypes: what a person chose is what is done, and a column that is
// not there, or a value that does not fit where one is strict, fails the job by name.
func TestChosenTypes(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	const file = "id,value\n1,<0.01\n2,5\n3,6.5\n"
	var o workspace.Options
	o.Clean.Types = map[string]table.Type{"value": table.Float}
	id := milledWith(t, ws, "a.csv", file, o)
	if got := csvOf(t, ws, id); got != "id,value\n1,\n2,5\n3,6.5\n" {
		t.Error(got)
	}
	origin, err := ws.WhereFrom(ctx, id, 0, "value")
	if err != nil || origin.Address != "B2" || *origin.Source != "<0.01" || origin.Value != nil || origin.Change == nil || origin.Change.Rule != "chosen-type" || origin.Line != 2 || origin.Offset != 9 {
		t.Errorf("%+v %v", origin, err)
	}
	origin, err = ws.WhereFrom(ctx, id, 2, "value")
	if err != nil || origin.Address != "B4" || *origin.Source != "6.5" || *origin.Value != "6.5" || origin.Change != nil {
		t.Errorf("%+v %v", origin, err)
	}
	if _, err = ws.WhereFrom(ctx, id, 3, "value"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a row that is not there: %v", err)
	}
	added, err := ws.UndoRule(ctx, id, "chosen-type")
	again(t, ws, added, err)
	if got := csvOf(t, ws, id); !strings.Contains(got, "1,<0.01") {
		t.Error(got)
	}
	for _, bad := range []func(*workspace.CleanOptions){
		func(c *workspace.CleanOptions) { c.Strict = true },
		func(c *workspace.CleanOptions) { c.Types = map[string]table.Type{"nobody": table.Float} },
	} {
		o := o
		bad(&o.Clean)
		added, err := ws.Add(ctx, strings.NewReader(file), workspace.AddOptions{FileName: "a.csv", Options: o})
		if err != nil {
			t.Fatal(err)
		}
		if s := wait(t, ws, added.RecordID); s.Status != job.Broken {
			t.Errorf("%+v", s)
		}
	}
}

// TestMergedFill: cells merged over rows give their value to each, and the
// account still adds up. It runs the example of the rule merged-fill.
func TestMergedFill(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	book := excelize.NewFile()
	for i, row := range [][]any{{"科室", "姓名", "结果"}, {"内科", "甲", 1}, {nil, "乙", 2}, {nil, "丙", 3}, {"外科", "丁", 4}, {nil, "戊", 5}} {
		if err := book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range [][2]string{{"A2", "A4"}, {"A5", "A6"}} {
		if err := book.MergeCell("Sheet1", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	id := milledWith(t, ws, "a.xlsx", file.String(), workspace.Options{})
	if got, want := csvOf(t, ws, id), "科室,姓名,结果\n内科,甲,1\n内科,乙,2\n内科,丙,3\n外科,丁,4\n外科,戊,5\n"; got != want {
		t.Error(got)
	}
	var entries []string
	if _, err := ws.Ledger(ctx, id, workspace.LedgerOptions{Rule: "merged-fill"}, func(e workspace.LedgerEntry) error {
		entries = append(entries, e.Address+" "+e.Kind+" "+*e.After)
		return nil
	}); err != nil || !slices.Equal(entries, []string{"A3 filled 内科", "A4 filled 内科", "A6 filled 外科"}) {
		t.Errorf("%q %v", entries, err)
	}
	report, err := ws.Report(ctx, id)
	if err != nil || report.Account.Filled != 3 || report.Account.Check() != nil {
		t.Errorf("%+v %v", report.Account, err)
	}
	added, err := ws.UndoRule(ctx, id, "merged-fill")
	again(t, ws, added, err)
	if got := csvOf(t, ws, id); !strings.Contains(got, "\n,乙,2\n") {
		t.Error(got)
	}
}

// TestPaddedCodes: a number that the sheet shows as 001201 is that code.
func TestPaddedCodes(t *testing.T) {
	ws := open(t, t.TempDir())
	working(t, ws)
	book := excelize.NewFile()
	format := "000000"
	style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{"code", "n"}, {1201, 1}, {1202, 2}, {123456, 3}} {
		if err := book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellStyle("Sheet1", "A2", "A4", style); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	id := milledWith(t, ws, "a.xlsx", file.String(), workspace.Options{})
	if got, want := csvOf(t, ws, id), "code,n\n001201,1\n001202,2\n123456,3\n"; got != want {
		t.Error(got)
	}
}
