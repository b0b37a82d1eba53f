//go:build unix

package sharedtest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

const (
	tryKind  = "try_out"
	tryQueue = "tries"
)

// trier is a worker made of a function.
type trier func(ctx context.Context, run job.Run) error

func (trier) Kind() string                                  { return tryKind }
func (trier) Queue() string                                 { return tryQueue }
func (f trier) Work(ctx context.Context, run job.Run) error { return f(ctx, run) }

// machine is another server of the workspace, at the level of its catalog.
func (p *place) machine(t testing.TB) *postgres.Server {
	t.Helper()
	s, err := postgres.OpenServer(context.Background(), p.config.Database, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// works runs such jobs on a machine until the test ends.
func works(t testing.TB, s *postgres.Server, jobs int, do trier) {
	t.Helper()
	reg, err := job.NewRegistry(do)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	var worker sync.WaitGroup
	worker.Go(func() {
		if err := s.Work(ctx, reg, catalog.WorkOptions{Jobs: jobs, Ready: ready}); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); worker.Wait() })
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("the worker does not start")
	}
}

// enqueue adds a record with such a job.
func enqueue(t testing.TB, s *postgres.Server, owner, id string, priority int) catalog.Added {
	t.Helper()
	added, err := s.For(owner).Add(context.Background(), catalog.NewDataset{ID: id, FileName: id, FileKey: "owner/" + owner + "/source/" + id, FileSize: 1, FileHash: id},
		job.Request{Kind: tryKind, Queue: tryQueue, Priority: priority, Args: struct{}{}})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// TestOwnersTakeTurns: one owner's 500 jobs, of the first priority, do not hold
// up another's one of the last: it is among the next two that start. Within an owner the
// priority decides.
func TestOwnersTakeTurns(t *testing.T) {
	p := newPlace(t, 0)
	p.user(t, "ana")
	p.user(t, "bob")
	s := p.machine(t)
	for n := range 500 {
		enqueue(t, s, "ana", fmt.Sprintf("many%03d", n), 1+n%2)
	}
	started := make(chan job.Run)
	works(t, p.machine(t), 1, func(ctx context.Context, run job.Run) error {
		select { // each start is waited for, so that the test sees them in order
		case started <- run:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		return p.complete(ctx, s, run)
	})
	next := func() job.Run {
		select {
		case run := <-started:
			return run
		case <-time.After(patience):
			t.Fatal("no job starts")
			panic("unreachable")
		}
	}
	for n := range 20 {
		if run := next(); run.RecordID != fmt.Sprintf("many%03d", 2*n) {
			t.Errorf("start %d is %s", n, run.RecordID)
		}
	}
	for _, id := range []string{"single", "another"} {
		enqueue(t, s, "bob", id, 4)
		if first, second := next(), next(); first.RecordID != id && second.RecordID != id {
			t.Errorf("%s waits while %s and %s start", id, first.RecordID, second.RecordID)
		}
	}
}

func (p *place) complete(ctx context.Context, s *postgres.Server, run job.Run) error {
	return s.For(run.Owner).Complete(ctx, run.Lease, job.Progress{Done: 1})
}

// TestPausedQueue: nothing starts while the queue is paused, from whichever
// machine, and all does when it goes on.
func TestPausedQueue(t *testing.T) {
	p := newPlace(t, 0)
	p.user(t, "ana")
	s := p.machine(t)
	started := make(chan job.Run, 10)
	for range 2 {
		works(t, p.machine(t), 1, func(ctx context.Context, run job.Run) error {
			started <- run
			return p.complete(ctx, s, run)
		})
	}
	enqueue(t, s, "ana", "before", 0)
	<-started
	if err := p.Pause(t.Context(), tryQueue, true); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		enqueue(t, s, "ana", fmt.Sprint("later", n), 0)
	}
	select {
	case run := <-started:
		t.Errorf("%s starts in a paused queue", run.RecordID)
	case <-time.After(1200 * time.Millisecond): // as long as two looks for jobs
	}
	if err := p.Pause(t.Context(), tryQueue, false); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		select {
		case <-started:
		case <-time.After(patience):
			t.Fatal("not all start when the queue goes on")
		}
	}
}

// TestCancelAcrossMachines: a person at one machine cancels a job that runs on
// another, which ends within a second.
func TestCancelAcrossMachines(t *testing.T) {
	p := newPlace(t, 0)
	p.user(t, "ana")
	here, there := p.machine(t), p.machine(t)
	started, ended := make(chan struct{}), make(chan error, 1)
	works(t, there, 1, func(ctx context.Context, _ job.Run) error {
		close(started)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return context.Cause(ctx)
	})
	added := enqueue(t, here, "ana", "record", 0)
	<-started
	began := time.Now()
	if _, err := here.For("ana").Cancel(t.Context(), added.JobID); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if took := time.Since(began); took > time.Second || err == nil || err.Error() != job.ErrCancelled.Error() {
			t.Errorf("it ended after %s with %v", took, err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	until(t, "the cancelled job", func() bool {
		i, err := here.For("ana").Job(t.Context(), added.JobID)
		return err == nil && i.State == job.Cancelled
	})
}

// TestMemoryBoundsJobs: however many jobs may run at once, no more do than the
// memory is for.
func TestMemoryBoundsJobs(t *testing.T) {
	p := newPlace(t, 0)
	ana := p.user(t, "ana")
	var added []workspace.Added
	for n := range 20 {
		a, err := ana.Add(t.Context(), strings.NewReader(fileNumber(n)), workspace.AddOptions{FileName: "lab.csv"})
		if err != nil {
			t.Fatal(err)
		}
		added = append(added, a)
	}
	seen := &atOnce{}
	serve(t, p.Server, workspace.WorkOptions{Jobs: 8, Memory: 2*workspace.JobMemory + 1, Observer: seen})
	for _, a := range added {
		if s, err := ana.Wait(t.Context(), a.RecordID, nil); err != nil || s.Status != job.Ready {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.most != 2 {
		t.Errorf("%d ran at once", seen.most)
	}
}

// atOnce sees how many attempts run.
type atOnce struct {
	mu        sync.Mutex
	now, most int
}

func (o *atOnce) Started(string, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now++
	o.most = max(o.most, o.now)
}

func (o *atOnce) Ended(string, job.State, time.Duration, job.Progress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now--
}
func (o *atOnce) TakenOver(string) {}
func (o *atOnce) Refused(string)   {}
