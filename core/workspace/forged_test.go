package workspace_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// TestForgedVersion points a record at another's objects, as one can by
// writing the row by hand. Every read of them is refused, and nothing of
// the other's is swept or removed.
func TestForgedVersion(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	openAs := func(owner string) *workspace.Workspace {
		ws, err := workspace.OpenAs(ctx, workspace.Config{Home: home}, owner)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ws.Close() })
		return ws
	}
	ana, bob := openAs("ana"), openAs("bob")
	working(t, ana)
	working(t, bob)
	mine := milled(t, ana, "mine.csv", people)
	theirs := milled(t, bob, "theirs.csv", "a,secret\n1,x\n2,y\n")
	if _, err := bob.Page(ctx, theirs.RecordID, workspace.PageOptions{Limit: 1}); err != nil { // it is open now
		t.Fatal(err)
	}
	before := sizes(t, bob)
	v, err := bob.Catalog().Version(ctx, theirs.RecordID, 0)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(home, "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	forge := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(ctx, statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	forge(`UPDATE version SET clean_key = ?, detail = ? WHERE dataset = (SELECT seq FROM dataset WHERE id = ?)`, v.CleanKey, string(v.Detail), mine.RecordID)
	forge(`UPDATE version_key SET key = ? WHERE key LIKE '%/ana/clean/%'`, v.CleanKey)
	forge(`UPDATE dataset SET file_key = ? WHERE id = ?`, "owner/bob/source/"+theirs.Hash, mine.RecordID)

	_, pageErr := ana.Page(ctx, mine.RecordID, workspace.PageOptions{Limit: 1})
	_, ledgerErr := ana.Ledger(ctx, mine.RecordID, workspace.LedgerOptions{}, func(workspace.LedgerEntry) error { return nil })
	_, reportErr := ana.Report(ctx, mine.RecordID)
	_, pushErr := ana.Push(ctx, mine.RecordID)
	for what, err := range map[string]error{"page": pageErr, "ledger": ledgerErr, "report": reportErr} {
		if !fault.Is(err, fault.NotAllowed) {
			t.Errorf("the %s of another's table: %v", what, err)
		}
	}
	if pushErr != nil { // it is refused when it runs
		t.Error(pushErr)
	}
	h, err := ana.Doctor(ctx, workspace.DoctorOptions{})
	if err != nil || len(h.Faults) == 0 || !fault.Is(h.Faults[0], fault.NotAllowed) {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	if _, err := ana.Sweep(ctx, false); err != nil {
		t.Error(err)
	}
	if err := ana.Remove(ctx, mine.RecordID); err != nil {
		t.Error(err)
	}
	if after := sizes(t, bob); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("of bob's objects %v there are %v", before, after)
	}
	if left := sizes(t, ana); len(left) != 0 {
		t.Errorf("of ana's there are %v", left)
	}
}

// TestForgedJob enqueues parses of what another has.
func TestForgedJob(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws := open(t, home)
	working(t, ws)
	mine := milled(t, ws, "mine.csv", people)
	for _, args := range []map[string]any{
		{"fileName": "x.csv", "fileKey": "owner/bob/source/01", "fileHash": "01"},
		{"fileName": "x.csv", "fileKey": "owner/bob/source/01", "fileHash": "01", "owner": "bob"},
		{"fileName": "x.csv", "fileKey": "owner/local/source/../../bob/source/01", "fileHash": "../../bob/source/01"},
	} {
		id, err := ws.Catalog().Enqueue(ctx, mine.RecordID, job.Request{Kind: "sheet_parse", Queue: "sheets", Args: args})
		if err != nil {
			t.Fatal(err)
		}
		info := waitJob(t, ws, id)
		if info.State != job.Failed || !fault.Is(info.Fault, fault.NotAllowed) && !fault.Is(info.Fault, fault.Usage) {
			t.Errorf("%v ended as %+v (%v)", args, info, info.Fault)
		}
	}
	for name := range sizes(t, ws) {
		if strings.Contains(name, "bob") {
			t.Errorf("there is %s", name)
		}
	}
}
