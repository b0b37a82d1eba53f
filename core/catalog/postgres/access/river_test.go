package access_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// parse is a job as anybody's River client can insert and work it.
type parse struct {
	Note string `json:"note"`
}

func (parse) Kind() string { return "sheet_parse" }

// worker hears of the jobs that it is given.
type worker struct {
	river.WorkerDefaults[parse]
	got chan string
}

func (w *worker) Work(ctx context.Context, j *river.Job[parse]) error {
	select {
	case w.got <- j.Args.Note:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stock is a client of River as it comes, with none of our changes.
func stock(t *testing.T, pool *pgxpool.Pool, got chan string) *river.Client[pgx.Tx] {
	t.Helper()
	config := &river.Config{Schema: "sheetmill", Logger: slog.New(slog.DiscardHandler), LeaderElectionDisabled: true}
	if got != nil {
		config.Queues = map[string]river.QueueConfig{"sheets": {MaxWorkers: 3}}
		config.FetchPollInterval, config.FetchCooldown = 20*time.Millisecond, 5*time.Millisecond
		config.Workers = river.NewWorkers()
		river.AddWorker(config.Workers, &worker{got: got})
	}
	c, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func insert(t *testing.T, c *river.Client[pgx.Tx], note string) *rivertype.JobRow {
	t.Helper()
	r, err := c.Insert(t.Context(), parse{note}, &river.InsertOpts{Queue: "sheets"})
	if err != nil {
		t.Fatalf("insert %s: %v", note, err)
	}
	return r.Job
}

// TestRiverClientsKeepToTheirOwn: with River's own client an analyst inserts and
// steers her jobs, and another's are not there.
func TestRiverClientsKeepToTheirOwn(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	ana, bob := stock(t, w.ana.Pool, nil), stock(t, w.bob.Pool, nil)
	his, hers := insert(t, bob, "bob's"), insert(t, ana, "ana's")
	state := func() string {
		return get[string](t, w.admin, `SELECT x::text FROM sheetmill.river_job x WHERE id = $1`, his.ID)
	}
	before := state()
	for what, try := range map[string]func(id int64) error{
		"JobGet":    func(id int64) error { _, err := ana.JobGet(ctx, id); return err },
		"JobCancel": func(id int64) error { _, err := ana.JobCancel(ctx, id); return err },
		"JobRetry":  func(id int64) error { _, err := ana.JobRetry(ctx, id); return err },
		"JobUpdate": func(id int64) error {
			_, err := ana.JobUpdate(ctx, id, &river.JobUpdateParams{Output: "x"})
			return err
		},
		"JobDelete": func(id int64) error { _, err := ana.JobDelete(ctx, id); return err },
	} {
		if err := try(his.ID); err == nil || !strings.Contains(err.Error(), "not found") {
			t.Errorf("%s of bob's job: %v", what, err)
		}
		if what != "JobDelete" { // for the others need it
			if err := try(hers.ID); err != nil {
				t.Errorf("%s of her own job: %v", what, err)
			}
		}
	}
	listed, err := ana.JobList(ctx, river.NewJobListParams().First(100))
	if err != nil || len(listed.Jobs) != 1 || listed.Jobs[0].ID != hers.ID {
		t.Errorf("JobList: %+v, %v", listed, err)
	}
	if _, err := ana.JobDeleteMany(ctx, river.NewJobDeleteManyParams().IDs(his.ID).First(10)); err != nil {
		t.Errorf("JobDeleteMany: %v", err)
	}
	if after := state(); after != before {
		t.Errorf("bob's job was\n%s\nand is\n%s", before, after)
	}
	for what, err := range map[string]error{
		"QueuePause":  ana.QueuePause(ctx, "sheets", nil),
		"pause all":   ana.QueuePause(ctx, "*", nil),
		"QueueResume": ana.QueueResume(ctx, "sheets", nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ana.QueueUpdate(ctx, "sheets", &river.QueueUpdateParams{Metadata: []byte(`{"x":1}`)}); err == nil {
		t.Error("QueueUpdate is allowed")
	}
	// A client that wants to lead is refused the leader's table, and a paused queue stays so.
	exec(t, w.srv, `UPDATE sheetmill.river_queue SET paused_at = now()`)
	if n := get[int](t, w.ana, `SELECT count(*) FROM sheetmill.river_queue WHERE paused_at IS NULL`); n != 0 {
		t.Errorf("%d queues go on", n)
	}
}

// TestRiverWorkersFetchTheirOwn: both analysts and a server work one queue and
// one kind at once; each analyst is given her own jobs only, a server everyone's.
func TestRiverWorkersFetchTheirOwn(t *testing.T) {
	w := newWorkspace(t)
	const each = 20
	producers := map[string]*river.Client[pgx.Tx]{"ana": stock(t, w.ana.Pool, nil), "bob": stock(t, w.bob.Pool, nil)}
	fill := func(names ...string) {
		t.Helper()
		for _, name := range names {
			for range each {
				insert(t, producers[name], name)
			}
		}
	}
	run := func(pool *pgxpool.Pool, want int) []string {
		t.Helper()
		got := make(chan string, 4*each)
		c := stock(t, pool, got)
		if err := c.Start(t.Context()); err != nil {
			t.Error(err)
			return nil
		}
		var notes []string
		for len(notes) < want {
			select {
			case n := <-got:
				notes = append(notes, n)
			case <-time.After(30 * time.Second):
				t.Errorf("only %d of %d jobs came", len(notes), want)
				want = 0
			}
		}
		if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		close(got)
		for n := range got {
			notes = append(notes, n)
		}
		return notes
	}
	only := func(notes []string, name string) {
		t.Helper()
		if i := slices.IndexFunc(notes, func(n string) bool { return n != name }); i >= 0 || len(notes) != each {
			t.Errorf("%s was given %d jobs: %v", name, len(notes), notes)
		}
	}
	fill("ana", "bob")
	var both sync.WaitGroup
	results := map[string][]string{}
	var mu sync.Mutex
	for name, pool := range map[string]*pgxpool.Pool{"ana": w.ana.Pool, "bob": w.bob.Pool} {
		both.Go(func() {
			notes := run(pool, each)
			mu.Lock()
			defer mu.Unlock()
			results[name] = notes
		})
	}
	both.Wait()
	only(results["ana"], "ana")
	only(results["bob"], "bob")

	fill("ana", "bob")
	if notes := run(w.srv.Pool, 2*each); len(notes) != 2*each || !slices.Contains(notes, "ana") || !slices.Contains(notes, "bob") {
		t.Errorf("a server was given %d jobs: %v", len(notes), notes)
	}
	if left := get[int](t, w.admin, `SELECT count(*) FROM sheetmill.river_job WHERE state <> 'completed'`); left != 0 {
		t.Errorf("%d jobs have not been completed", left)
	}
}
