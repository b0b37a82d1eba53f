package workspace_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/locate"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

func TestMain(m *testing.M) {
	if place := os.Getenv(childVariable); place != "" {
		child(place)
		return
	}
	testenv.Main(m)
}

func open(t *testing.T, home string) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Open(context.Background(), workspace.Config{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	return ws
}

// working runs the workspace's jobs until the test ends.
func working(t *testing.T, ws *workspace.Workspace) {
	t.Helper()
	startWork(t, ws)
}

// startWork runs the workspace's jobs until it is stopped or the test ends.
func startWork(t *testing.T, ws *workspace.Workspace) func() {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	ready := make(chan struct{})
	worker.Go(func() {
		if err := ws.Work(ctx, workspace.WorkOptions{Jobs: 2, Ready: ready}); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	end := func() { stop(); worker.Wait() }
	t.Cleanup(end)
	<-ready
	return end
}

func add(t *testing.T, ws *workspace.Workspace, name, content string) workspace.Added {
	t.Helper()
	added, err := ws.Add(context.Background(), strings.NewReader(content), workspace.AddOptions{FileName: name})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func wait(t *testing.T, ws *workspace.Workspace, id string) job.Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := ws.Wait(ctx, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func count(t *testing.T, folder string) (n int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var noHeader = locate.Options{NoHeader: true}

const people = "id,name,born\n1,Ann,1990-02-03\n2,Bob,1985年5月1日\n3,Cy,N/A\n"

// TestStatus asks for records in every phase, with and without a job (R8).
func TestStatus(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	if _, err := ws.Status(ctx, "nobody", 0); !fault.Is(err, fault.NotFound) {
		t.Fatalf("unknown: %v", err)
	}
	good, bad := add(t, ws, "people.csv", people), add(t, ws, "bad.xlsx", "PK\x03\x04 cut short")
	for _, jobID := range []int64{0, good.JobID} {
		s, err := ws.Status(ctx, good.RecordID, jobID)
		if err != nil || s.Status != job.Processing || s.Progress != 0 || s.JobID != good.JobID {
			t.Fatalf("waiting: %+v, %v", s, err)
		}
	}
	if _, err := ws.Status(ctx, good.RecordID, 999); !fault.Is(err, fault.NotFound) {
		t.Fatalf("no such job: %v", err)
	}
	if _, err := ws.Status(ctx, good.RecordID, bad.JobID); !fault.Is(err, fault.NotFound) {
		t.Fatalf("another record's job: %v", err)
	}
	if _, err := ws.Page(ctx, good.RecordID, workspace.PageOptions{Limit: 1}); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a page before the table: %v", err)
	}
	working(t, ws)
	if s := wait(t, ws, good.RecordID); s.Status != job.Ready || s.Progress != 100 {
		t.Fatalf("ready: %+v", s)
	}
	if s := wait(t, ws, bad.RecordID); s.Status != job.Broken || !fault.Is(s.Error, fault.BadInput) || !strings.Contains(s.Error.Place, "bad.xlsx") {
		t.Fatalf("failed: %+v", s)
	}
	for _, jobID := range []int64{0, good.JobID} {
		if s, err := ws.Status(ctx, good.RecordID, jobID); err != nil || s.Status != job.Ready {
			t.Fatalf("ready with job %d: %+v, %v", jobID, s, err)
		}
	}
	if _, err := ws.Page(ctx, bad.RecordID, workspace.PageOptions{Limit: 1}); !fault.Is(err, fault.BadInput) {
		t.Fatalf("a page of a failed record: %v", err)
	}
}

// TestSameBytesAreParsedOnce adds a file twice: two records, one set of
// objects; the objects go with the last record.
func TestSameBytesAreParsedOnce(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws := open(t, home)
	working(t, ws)
	first := add(t, ws, "people.csv", people)
	wait(t, ws, first.RecordID)
	objects := count(t, filepath.Join(home, "objects", "objects"))
	second := add(t, ws, "copy of people.csv", people)
	if s := wait(t, ws, second.RecordID); s.Status != job.Ready {
		t.Fatalf("%+v", s)
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != objects || n != 5 {
		t.Fatalf("%d objects after the first adding, %d after the second", objects, n)
	}
	if err := ws.Remove(ctx, first.RecordID); err != nil {
		t.Fatal(err)
	}
	page, err := ws.Page(ctx, second.RecordID, workspace.PageOptions{Limit: 10})
	if err != nil || page.Rows != 3 {
		t.Fatalf("the other record's table: %+v, %v", page, err)
	}
	if err := ws.Remove(ctx, second.RecordID); err != nil {
		t.Fatal(err)
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != 0 {
		t.Fatalf("%d objects without a record", n)
	}
}

// TestNothingIsLeftOfAFailedAdd fails the upload at several points.
func TestNothingIsLeftOfAFailedAdd(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home, MaxSource: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	for name, c := range map[string]struct {
		src  io.Reader
		code fault.Code
	}{
		"empty":     {strings.NewReader(""), fault.BadInput},
		"too large": {strings.NewReader(strings.Repeat("x", 101)), fault.Limit},
		"broken":    {io.MultiReader(strings.NewReader("abc"), brokenReader{}), fault.BadInput},
	} {
		if _, err := ws.Add(ctx, c.src, workspace.AddOptions{FileName: "../a\nb.csv"}); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := ws.Add(ended, strings.NewReader("a,b\n"), workspace.AddOptions{FileName: "x.csv"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 0 {
		t.Errorf("%+v, %v", h, err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestNothingIsLeftOfAnAddWhoseTransactionFailed lets the database refuse the
// record after the source is stored.
func TestNothingIsLeftOfAnAddWhoseTransactionFailed(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws := open(t, home)
	db, err := sql.Open("sqlite", filepath.Join(home, "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, `CREATE TRIGGER refuse BEFORE INSERT ON dataset BEGIN SELECT RAISE(ABORT, 'refused'); END`); err != nil {
		t.Fatal(err)
	}
	if _, err := ws.Add(ctx, strings.NewReader(people), workspace.AddOptions{FileName: "people.csv"}); err == nil {
		t.Fatal("added against the trigger")
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != 0 {
		t.Errorf("%d objects without a record", n)
	}
	if _, err := db.ExecContext(ctx, `DROP TRIGGER refuse`); err != nil {
		t.Fatal(err)
	}
	added := add(t, ws, "people.csv", people)
	if err := ws.Remove(ctx, added.RecordID); err != nil {
		t.Fatal(err)
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != 0 {
		t.Errorf("%d objects after the record went", n)
	}
}

// TestNamesCannotHarm adds files whose names try to leave their folder or to
// break a line.
func TestNamesCannotHarm(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", "a\nb.csv": "a\nb.csv", `C:\temp\x.csv`: "x.csv", "": "", "名字.csv": "名字.csv",
	} {
		added := add(t, ws, name, people)
		if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
			t.Errorf("%q: %+v", name, s)
		}
		if d, err := ws.Find(ctx, added.RecordID); err != nil || d.FileName != want {
			t.Errorf("%q is called %q, %v", name, d.FileName, err)
		}
	}
}

// TestDamagedObjectsAreMadeAnew breaks each derived object in turn; adding the
// file again gives a table all the same.
func TestDamagedObjectsAreMadeAnew(t *testing.T) {
	ctx := context.Background()
	for _, kind := range []string{"raw", "clean", "ledger", "profile"} {
		home := t.TempDir()
		ws := open(t, home)
		working(t, ws)
		added := add(t, ws, "people.csv", people)
		wait(t, ws, added.RecordID)
		broken := 0
		err := filepath.WalkDir(filepath.Join(home, "objects", "objects"), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.Contains(path, string(filepath.Separator)+kind+string(filepath.Separator)) {
				broken++
				return errors.Join(os.Remove(path), os.WriteFile(path, []byte("{ damaged"), 0o600))
			}
			return err
		})
		if err != nil || broken != 1 {
			t.Fatalf("%s: %d objects, %v", kind, broken, err)
		}
		if kind == "raw" { // read only while the clean table is being made
			bare, err := ws.Add(ctx, strings.NewReader(people), workspace.AddOptions{FileName: "x.csv", Options: workspace.Options{Locate: noHeader}})
			if err != nil {
				t.Fatal(err)
			}
			if s := wait(t, ws, bare.RecordID); s.Status != job.Ready {
				t.Fatalf("%s: %+v", kind, s.Error)
			}
		}
		again := add(t, ws, "people.csv", people)
		if s := wait(t, ws, again.RecordID); s.Status != job.Ready {
			t.Fatalf("%s: %+v", kind, s.Error)
		}
		if _, err := ws.Report(ctx, again.RecordID); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if page, err := ws.Page(ctx, again.RecordID, workspace.PageOptions{Limit: 10}); err != nil || page.Rows != 3 {
			t.Errorf("%s: %+v, %v", kind, page, err)
		}
		if _, err := ws.Ledger(ctx, again.RecordID, workspace.LedgerOptions{}, func(workspace.LedgerEntry) error { return nil }); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestDoctorSeesDamage takes an object away and changes another.
func TestDoctorSeesDamage(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws := open(t, home)
	working(t, ws)
	added := add(t, ws, "people.csv", people)
	wait(t, ws, added.RecordID)
	var source, ledger string
	err := filepath.WalkDir(filepath.Join(home, "objects", "objects"), func(path string, d os.DirEntry, err error) error {
		switch {
		case strings.Contains(path, "source") && d.Type().IsRegular():
			source = path
		case strings.Contains(path, "ledger") && d.Type().IsRegular():
			ledger = path
		}
		return err
	})
	if err != nil || source == "" || ledger == "" {
		t.Fatalf("%q %q %v", source, ledger, err)
	}
	if err := errors.Join(os.Remove(ledger), os.Chmod(source, 0o600), os.WriteFile(source, []byte("other"), 0o600)); err != nil {
		t.Fatal(err)
	}
	h, err := ws.Doctor(ctx, workspace.DoctorOptions{})
	if err != nil || h.Clean() || len(h.Faults) != 2 {
		t.Fatalf("%+v, %v", h, err)
	}
}

// TestTwoProcessesWorthOfReaders opens one folder twice and works in both.
func TestTwoWorkspacesOnOneFolder(t *testing.T) {
	home := t.TempDir()
	one, two := open(t, home), open(t, home)
	working(t, one)
	working(t, two)
	var ids []string
	for i := range 20 {
		added := add(t, []*workspace.Workspace{one, two}[i%2], fmt.Sprintf("f%d.csv", i), fmt.Sprintf("a,b\n%d,x\n", i))
		ids = append(ids, added.RecordID)
	}
	for i, id := range ids {
		ws := []*workspace.Workspace{two, one}[i%2]
		if s := wait(t, ws, id); s.Status != job.Ready {
			t.Errorf("%+v", s)
		}
		var out bytes.Buffer
		if err := ws.Export(context.Background(), id, export.CSV, &out, export.Options{}); err != nil {
			t.Error(err)
		}
		if want := fmt.Sprintf("a,b\r\n%d,x\r\n", i); out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

// TestExpiry removes a record past its time, with its objects, and only those.
func TestExpiry(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	ws := open(t, home)
	keep := add(t, ws, "keep.csv", "a\n1\n")
	short, err := workspace.Open(ctx, workspace.Config{Home: home, Retention: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = short.Close() }()
	gone := add(t, short, "gone.csv", "b\n2\n")
	time.Sleep(5 * time.Millisecond)
	swept, err := ws.Sweep(ctx, false)
	if err != nil || swept.Expired != 1 {
		t.Fatalf("%+v, %v", swept, err)
	}
	if _, err := ws.Find(ctx, gone.RecordID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the expired record: %v", err)
	}
	if _, err := ws.Find(ctx, keep.RecordID); err != nil {
		t.Error(err)
	}
	if n := count(t, filepath.Join(home, "objects", "objects")); n != 1 {
		t.Errorf("%d objects, want the kept source alone", n)
	}
}
