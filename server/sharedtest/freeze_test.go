//go:build unix

package sharedtest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// freezer is a parser that stops its own process when it is about to commit, with all
// objects written, and tells what the commit is answered later.
type freezer struct {
	db     *postgres.Server
	store  *s3.Store
	logger *slog.Logger
	hang   bool
}

func (f *freezer) Kind() string  { return pipeline.Kind }
func (f *freezer) Queue() string { return pipeline.Queue }

func (f *freezer) Work(ctx context.Context, run job.Run) error {
	if f.hang {
		f.logger.InfoContext(ctx, "hanging")
		<-ctx.Done()
		return context.Cause(ctx)
	}
	cat := &frozen{Catalog: f.db.For(run.Owner), logger: f.logger}
	return pipeline.NewParser(blob.Scoped(f.store, "owner/"+run.Owner+"/"), cat, sheet.Limits{}).Work(ctx, run)
}

type frozen struct {
	*postgres.Catalog

	logger *slog.Logger
}

func (c *frozen) Commit(ctx context.Context, lease job.Lease, id string, v catalog.Version, final job.Progress) error {
	c.logger.InfoContext(ctx, "at the commit")
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		return err
	}
	// Whether or not it has noticed by now that the job is another's: it insists, also
	// where the freeze came late and the transaction was ended meanwhile.
	err := c.Catalog.Commit(context.WithoutCancel(ctx), lease, id, v, final)
	if fault.Is(err, fault.Unreachable) {
		err = c.Catalog.Commit(context.WithoutCancel(ctx), lease, id, v, final)
	}
	c.logger.InfoContext(ctx, "the commit was answered", "err", string(fault.CodeOf(err)))
	return err
}

// workAlone is the life of a worker process that freezes or hangs.
func workAlone(ctx context.Context, o order, logger *slog.Logger) error {
	options := postgres.Options{}
	options.Silence, options.Beat, options.Look = o.Silence, o.Silence/4, o.Silence/12
	db, err := postgres.OpenServer(ctx, o.Database, options)
	if err != nil {
		return err
	}
	store, err := s3.Open(ctx, s3.Config{
		Endpoint: o.Objects.Endpoint, Bucket: o.Objects.Bucket, AccessKey: o.Objects.AccessKey, SecretKey: o.Objects.SecretKey, CacheDir: o.CacheDir,
	})
	if err != nil {
		return err
	}
	reg, err := job.NewRegistry(&freezer{db, store, logger, o.Hang})
	if err != nil {
		return err
	}
	ready := make(chan struct{})
	go func() {
		<-ready
		logger.InfoContext(ctx, "ready")
	}()
	if err := db.Work(ctx, reg, catalog.WorkOptions{Jobs: 1, Ready: ready, Observer: teller{logger}}); err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	return db.Close() //nolint:contextcheck // a close has its own patience
}

// TestFrozenAtCommit: worker A freezes when all is done but the commit, B
// finishes the job, A thaws: it is refused, and record and objects are B's, to the byte.
func TestFrozenAtCommit(t *testing.T) {
	p := newPlace(t, 2*time.Second)
	ana := p.user(t, "ana")
	var book bytes.Buffer
	if err := synth.Reference(&book, synth.ReferenceOptions{Rows: 300, Cols: 20, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	heard := &tally{}
	answer := make(chan string, 1)
	o := p.worker(t)
	o.Freeze = true
	a := spawn(t, o, func(s said) {
		heard.hear(s)
		if s.Msg == "the commit was answered" {
			answer <- s.Err
		}
	})
	until(t, "worker A", func() bool { return heard.of("ready") == 1 })
	added, err := ana.Add(t.Context(), &book, workspace.AddOptions{FileName: "lab.xlsx"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "A's commit", func() bool { return heard.of("at the commit") == 1 })

	serve(t, p.Server, workspace.WorkOptions{Jobs: 1})
	if s, err := ana.Wait(t.Context(), added.RecordID, nil); err != nil || s.Status != job.Ready {
		t.Fatalf("B does not finish: %+v, %v", s, err)
	}
	record, objects := asRecorded(t, p, added.RecordID), p.everyObject(t)
	a.signal(syscall.SIGCONT)
	select {
	case code := <-answer:
		if code != string(fault.Conflict) {
			t.Errorf("A's commit is answered with %q", code)
		}
	case <-time.After(patience):
		t.Fatal("A does not thaw")
	}
	until(t, "the refusal", func() bool { return heard.of("refused") == 1 })
	a.stop()
	if now := asRecorded(t, p, added.RecordID); now != record {
		t.Errorf("the record was\n%s\nand is\n%s", record, now)
	}
	if now := p.everyObject(t); now != objects {
		t.Errorf("the objects were\n%s\nand are\n%s", objects, now)
	}
	if h, err := p.Doctor(t.Context(), "", workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}

// asRecorded is all that the database holds of a record.
func asRecorded(t *testing.T, p *place, id string) string {
	t.Helper()
	return asks[string](t, p, `
		SELECT d::text || (SELECT string_agg(v::text, E'\n') FROM sheetmill.version v WHERE v.dataset = d.seq)
			|| (SELECT string_agg(j.id || ' ' || j.state || ' ' || j.attempt || ' ' || j.attempted_by::text, E'\n')
				FROM sheetmill.river_job j JOIN sheetmill.dataset_job dj ON dj.job = j.id WHERE dj.dataset = d.seq)
		FROM sheetmill.dataset d WHERE d.id = $1`, id)
}

// everyObject is the keys of all objects with the hashes of their bytes.
func (p *place) everyObject(t *testing.T) string {
	t.Helper()
	o := p.config.Objects
	store, err := s3.Open(t.Context(), s3.Config{
		Endpoint: o.Endpoint, Bucket: o.Bucket, AccessKey: o.AccessKey, SecretKey: o.SecretKey, CacheDir: t.TempDir(), CacheLimit: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	var all strings.Builder
	for info, err := range store.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		object, err := store.Open(t.Context(), info.Key)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, io.NewSectionReader(object, 0, object.Size())); err != nil {
			t.Fatal(err)
		}
		_ = object.Close()
		all.WriteString(info.Key + " " + hex.EncodeToString(sum.Sum(nil)) + "\n")
	}
	return all.String()
}

// copies puts bytes into the bucket, and nothing else.
func (p *place) copies(t testing.TB, data []byte) {
	t.Helper()
	o := p.config.Objects
	store, err := s3.Open(t.Context(), s3.Config{
		Endpoint: o.Endpoint, Bucket: o.Bucket, AccessKey: o.AccessKey, SecretKey: o.SecretKey, CacheDir: t.TempDir(), CacheLimit: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	w, err := store.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if _, err := w.Commit(t.Context(), "copy/"+hex.EncodeToString(sum[:])); err != nil {
		t.Fatal(err)
	}
}
