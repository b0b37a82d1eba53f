package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/testenv"
)

// TestRefused opens what cannot be opened; nobody is told a password.
func TestRefused(t *testing.T) {
	admin := shared(t)
	right := as(admin, "ana")
	u, err := url.Parse(right)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*url.URL)) string { c := *u; change(&c); return c.String() }
	for what, tc := range map[string]struct {
		url  string
		code fault.Code
	}{
		"no URL":             {"postgres://ana:secret-word@:::", fault.Usage},
		"a wrong password":   {with(func(u *url.URL) { u.User = url.UserPassword("ana", "secret-word") }), fault.NotAllowed},
		"nobody":             {with(func(u *url.URL) { u.User = url.UserPassword("nobody", "secret-word") }), fault.NotAllowed},
		"no server":          {with(func(u *url.URL) { u.Host = "127.0.0.1:1"; u.User = url.UserPassword("ana", "secret-word") }), fault.Unreachable},
		"no database":        {with(func(u *url.URL) { u.Path = "/none"; u.User = url.UserPassword("ana", password) }), fault.Unreachable},
		"an empty database":  {testenv.Postgres(t), fault.Unreachable},
		"a server's role is": {as(admin, "srv"), ""},
	} {
		c, err := postgres.Open(t.Context(), tc.url, quick())
		if err == nil {
			err = c.Close()
		}
		if fault.CodeOf(err) != tc.code {
			t.Errorf("%s: got %v (code %q), want %q", what, err, fault.CodeOf(err), tc.code)
		}
		if err != nil && (strings.Contains(err.Error(), "secret-word") || fault.Of(err).Next.IsZero()) {
			t.Errorf("%s: a secret or no next step in %v", what, err)
		}
	}
}

// TestNoSuchAnalyst acts for an owner that there is not.
func TestNoSuchAnalyst(t *testing.T) {
	s := openServer(t, shared(t))
	for _, name := range []string{"nobody", "postgres", `x"; DROP TABLE dataset; --`} {
		if _, err := s.For(name).Datasets(t.Context(), 0); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("as %s: %v", name, err)
		}
	}
}

// TestRestart restarts and kills the database under a worker: what was asked
// for is done, once, and nobody has to open anything again.
func TestRestart(t *testing.T) {
	pg := testenv.StartPostgres(t)
	admin := prepare(t, pg.Database(t))
	c := open(t, admin, "ana")
	w := open(t, admin, "ana")
	reg, err := job.NewRegistry(does(func(ctx context.Context, run job.Run) error {
		return w.Commit(ctx, run.Lease, run.RecordID, catalog.Version{CleanKey: "clean-" + run.RecordID, Rows: 1}, job.Progress{Done: 1})
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- w.Work(ctx, reg, catalog.WorkOptions{Jobs: 2, Ready: ready}) }()
	<-ready
	end := time.Now().Add(time.Minute)
	retry := func(what string, do func() error) {
		t.Helper()
		for {
			err := do()
			if err == nil {
				return
			}
			if !fault.Is(err, fault.Unreachable) || time.Now().After(end) {
				t.Fatalf("%s: %v (code %q)", what, err, fault.CodeOf(err))
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	for i, interrupt := range []func() error{pg.Stop, pg.Kill, nil} {
		id := string(rune('a'+i)) + "-record"
		d := catalog.NewDataset{ID: id, FileName: id, FileKey: "owner/ana/source/" + id, FileSize: 1, FileHash: id, Idempotency: id}
		retry("Add", func() error {
			_, err := c.Add(t.Context(), d, job.Request{Kind: "sheet_parse", Queue: "sheets"})
			return err
		})
		if interrupt != nil {
			if err := errors.Join(interrupt(), pg.Start()); err != nil {
				t.Fatal(err)
			}
		}
		for ready := false; !ready; {
			retry("Dataset", func() error {
				got, err := c.Dataset(t.Context(), id)
				ready = err == nil && got.TotalRows != nil
				if !ready && err == nil {
					time.Sleep(20 * time.Millisecond)
				}
				return err
			})
			if time.Now().After(end) {
				t.Fatalf("%s was not done in time", id)
			}
		}
		if vs, err := c.Versions(t.Context(), id); err != nil || len(vs) != 1 {
			t.Errorf("%s has %d versions, %v", id, len(vs), err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Work: %v", err)
	}
}

// worker is a job.Worker made of a function.
type worker func(ctx context.Context, run job.Run) error

func (w worker) Kind() string                                { return "sheet_parse" }
func (w worker) Queue() string                               { return "sheets" }
func (w worker) Work(ctx context.Context, run job.Run) error { return w(ctx, run) }

func does(w worker) worker { return w }
