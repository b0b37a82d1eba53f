package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/sqlite"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/testenv"
)

func wantTrouble(t *testing.T, what string, err error, path string) {
	t.Helper()
	if !fault.Is(err, fault.Unreachable) {
		t.Errorf("%s: got %v (code %q), want it to be unreachable", what, err, fault.CodeOf(err))
		return
	}
	if !strings.Contains(err.Error(), path) || fault.Of(err).Next.IsZero() {
		t.Errorf("%s: %v (hint %q) does not name %s with a next step", what, err, fault.Of(err).Next, path)
	}
}

func addTo(ctx context.Context, c catalog.Catalog, id string) (catalog.Added, error) {
	return c.Add(ctx, catalog.NewDataset{ID: id, FileName: id, FileKey: "source-" + id}, job.Request{Kind: "sheet_parse", Queue: "sheets"})
}

func TestNotADatabase(t *testing.T) {
	for name, content := range map[string][]byte{
		"text":      []byte("date,value\n2024-01-01,3\n" + strings.Repeat("x", 5000)),
		"zeros":     make([]byte, 8192),
		"truncated": []byte("SQLite format 3\x00 and then something else"),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := sqlite.Open(t.Context(), path, "ana", quick())
			wantTrouble(t, "Open", err, path)
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file was changed: %d bytes, %v", len(after), err)
			}
		})
	}
}

func TestDamagedDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c, err := sqlite.Open(t.Context(), path, "ana", quick())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if _, err := addTo(t.Context(), c, fmt.Sprintf("record-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 4096; at < len(content); at++ { // all but the first page
		content[at] ^= 0x5a
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), path, "ana", quick())
	wantTrouble(t, "Open", err, path)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
		t.Errorf("the damaged file was changed, %v", err)
	}
}

func TestFolderInsteadOfFile(t *testing.T) {
	path := t.TempDir()
	_, err := sqlite.Open(t.Context(), path, "ana", quick())
	wantTrouble(t, "Open of a folder", err, path)
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), filepath.Join(file, "catalog.db"), "ana", quick())
	wantTrouble(t, "Open below a file", err, file)
}

func TestReadOnlyDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "catalog.db")
	testenv.ReadOnlyDisk(t, dir, func() {
		c, err := sqlite.Open(t.Context(), path, "ana", quick())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
	})
	_, err := sqlite.Open(t.Context(), path, "ana", quick())
	wantTrouble(t, "Open", err, path)
	_, err = sqlite.Open(t.Context(), filepath.Join(dir, "new.db"), "ana", quick())
	wantTrouble(t, "Open of a new one", err, dir)
}

// TestFullDisk fills the disk while a job runs: everything says so, nothing is
// half done, and when there is space again the job's outcome is written.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	testenv.TinyDisk(t, dir, 2<<20)
	path := filepath.Join(dir, "catalog.db")
	c := open(t, path, "ana", quick())
	a, err := addTo(t.Context(), c, "first")
	if err != nil {
		t.Fatal(err)
	}
	running, goOn := make(chan struct{}), make(chan struct{})
	stop := work(t, c, func(ctx context.Context, run job.Run) error {
		if run.Lease.Attempt == 1 {
			close(running)
			<-goOn
			return errors.New("away")
		}
		return c.Commit(ctx, run.Lease, run.RecordID, catalog.Version{CleanKey: "k"}, job.Progress{})
	})
	<-running
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	added := 0
	var full error
	for i := 0; full == nil && i < 10_000; i++ { // what the log has already may still serve
		if _, full = addTo(t.Context(), c, fmt.Sprintf("r%d", i)); full == nil {
			added++
		}
	}
	wantTrouble(t, "Add on a full disk", full, path)
	if !strings.Contains(full.Error(), "full") {
		t.Errorf("it does not say that the disk is full: %v", full)
	}
	if ds, err := c.Datasets(t.Context(), 0); err != nil || len(ds) != added+1 {
		t.Errorf("%d records after %d adds, %v", len(ds), added+1, err)
	}
	close(goOn) // its outcome cannot be written now
	time.Sleep(300 * time.Millisecond)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(20 * time.Second)
	for {
		i, err := c.Job(t.Context(), a.JobID)
		if err == nil && i.State == job.Completed {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("with space again the job is %+v, %v", i, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
}

func TestNewerDatabase(t *testing.T) {
	for name, stmt := range map[string]string{
		"ours":   `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`,
		"rivers": `INSERT INTO river_migration (line, version) VALUES ('main', 9999)`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			if err := open(t, path, "ana", quick()).Close(); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.ExecContext(t.Context(), stmt)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = sqlite.Open(t.Context(), path, "ana", quick())
			wantTrouble(t, "Open", err, path)
			if err != nil && !strings.Contains(err.Error(), "newer") {
				t.Errorf("it does not say why: %v", err)
			}
		})
	}
}

func TestAnotherProgramsDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photos.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `CREATE TABLE photo (id INTEGER)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), path, "ana", quick())
	wantTrouble(t, "Open", err, path)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file was changed, %v", err)
	}
}

// TestBusy holds the write lock from outside: whoever wants to write waits,
// readers do not, and the wait ends with the context.
func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog #1 %41.db") // a name that is no plain URL
	c := open(t, path, "ana", quick())
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the file has another name: %v", err)
	}
	if _, err := addTo(t.Context(), c, "first"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path[:0]+"file:"+strings.NewReplacer("#", "%23", "%", "%25").Replace(path)+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := c.Dataset(t.Context(), "first"); err != nil || time.Since(began) > time.Second {
		t.Errorf("a reader waited %v, %v", time.Since(began), err)
	}
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began = time.Now()
	if _, err := addTo(short, c, "second"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 3*time.Second {
		t.Errorf("the wait ended after %v with %v", time.Since(began), err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := addTo(t.Context(), c, "third"); err != nil {
			t.Errorf("a writer that waited: %v", err)
		}
	})
	time.Sleep(200 * time.Millisecond)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}

func TestOpenNeedsAnOwner(t *testing.T) {
	if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"), "", quick()); !fault.Is(err, fault.Usage) {
		t.Errorf("Open without an owner: %v", err)
	}
}

type worker func(ctx context.Context, run job.Run) error

func (worker) Kind() string                                  { return "sheet_parse" }
func (worker) Queue() string                                 { return "sheets" }
func (w worker) Work(ctx context.Context, run job.Run) error { return w(ctx, run) }

// work starts Work with one worker and answers what ends it.
func work(t *testing.T, c catalog.Catalog, w worker) (stop func()) {
	t.Helper()
	reg, err := job.NewRegistry(w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- c.Work(ctx, reg, catalog.WorkOptions{Jobs: 1, Ready: ready}) }()
	<-ready
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Work: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}
