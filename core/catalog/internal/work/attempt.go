package work

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

const (
	// reportPause keeps progress below four writes a second.
	reportPause = 260 * time.Millisecond
	// lookPause is how soon a cancel or a takeover by another process is seen.
	lookPause = 250 * time.Millisecond
)

// attempt is one try at a job in this process.
type attempt struct {
	runner *Runner
	lease  job.Lease
	kind   string
	record string
	began  time.Time
	cancel context.CancelCauseFunc
	poke   chan struct{} // look at the row now
	told   chan struct{} // there is progress to write
	// committed is set when the job was completed through this process's catalog.
	committed atomic.Bool

	mu    sync.Mutex
	now   job.Progress
	dirty bool
}

// attempt does one attempt from River's hand-over to its written outcome.
func (r *Runner) attempt(ctx context.Context, j *river.Job[JobArgs], w job.Worker) {
	// River's own end of the context says nothing that we do not say better.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	a := &attempt{
		runner: r, lease: job.Lease{JobID: j.ID, Attempt: j.Attempt, Worker: r.config.Worker}, kind: j.Kind, began: time.Now(),
		cancel: cancel, poke: make(chan struct{}, 1), told: make(chan struct{}, 1),
	}
	r.enter(a)
	defer r.leave(a)
	r.observe(func(o catalog.Observer) { o.Started(a.kind, waited(j.JobRow)) })
	owner, record, err := r.table.Belongs(ctx, j.JobRow)
	a.record = record
	if err == nil {
		err = a.work(ctx, w, job.Run{Lease: a.lease, Owner: owner, RecordID: record, Args: j.Args.json, Report: a.report})
	}
	left := a.settle(context.WithoutCancel(ctx), err, context.Cause(ctx))
	r.observe(func(o catalog.Observer) { o.Ended(a.kind, left, time.Since(a.began), a.progress()) })
	r.config.Changed(a.record)
}

// waited is how long a fetched job had been due, by the database's clock.
func waited(j *rivertype.JobRow) time.Duration {
	if j.AttemptedAt == nil {
		return 0
	}
	return max(0, j.AttemptedAt.Sub(j.ScheduledAt))
}

func (r *Runner) enter(a *attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active[a.lease.JobID] == nil {
		r.active[a.lease.JobID] = map[*attempt]struct{}{}
	}
	r.active[a.lease.JobID][a] = struct{}{}
	if r.stopping {
		a.cancel(job.ErrStopping)
	}
}

func (r *Runner) leave(a *attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active[a.lease.JobID], a)
	if len(r.active[a.lease.JobID]) == 0 {
		delete(r.active, a.lease.JobID)
	}
}

// work calls the worker, with someone beside it who writes its progress and
// watches its row.
func (a *attempt) work(ctx context.Context, w job.Worker, run job.Run) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx) // stopped before it began
	}
	keepCtx, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	var keeping sync.WaitGroup
	keeping.Go(func() { a.keep(keepCtx) })
	defer keeping.Wait()
	defer stopKeeping()
	defer func() {
		if p := recover(); p != nil {
			a.runner.config.Logger.ErrorContext(ctx, "worker panicked", "kind", w.Kind(), "job", a.lease.JobID, "record", run.RecordID,
				"attempt", a.lease.Attempt, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, say.T("The worker failed in an unforeseen way.")).
				Hint(say.T("Report it with the details shown here.")).Because(fmt.Errorf("panic: %v", p))
		}
	}()
	return w.Work(ctx, run)
}

// report takes progress from the worker; it never waits for the database.
func (a *attempt) report(p job.Progress) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p.Done = min(max(p.Done, a.now.Done, 0), 1)
	p.Bytes = max(p.Bytes, a.now.Bytes)
	p.Rows = max(p.Rows, a.now.Rows)
	if p == a.now {
		return
	}
	a.now, a.dirty = p, true
	select {
	case a.told <- struct{}{}:
	default:
	}
}

func (a *attempt) progress() job.Progress {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// keep writes progress when there is some, and looks at the row when there is
// none, until the attempt ends.
func (a *attempt) keep(ctx context.Context) {
	look := time.NewTicker(lookPause)
	defer look.Stop()
	var due <-chan time.Time // when the next write may happen
	var last time.Time
	for {
		write := false
		select {
		case <-ctx.Done():
			return
		case <-a.told:
			if wait := reportPause - time.Since(last); wait <= 0 {
				write = true
			} else if due == nil {
				due = time.After(wait)
			}
		case <-due:
			write, due = true, nil
		case <-look.C:
		case <-a.poke:
		}
		var err error
		if write {
			err = a.writeProgress(ctx)
			last = time.Now()
		} else if due == nil {
			err = a.look(ctx)
		}
		if err != nil && ctx.Err() == nil {
			a.runner.config.Logger.WarnContext(ctx, "job row could not be reached", "job", a.lease.JobID, "err", err)
		}
	}
}

// writeProgress writes the newest progress if the attempt still holds its job,
// and sees in the same step whether a person asked to cancel.
func (a *attempt) writeProgress(ctx context.Context) error {
	a.mu.Lock()
	out := Output{Attempt: a.lease.Attempt, Progress: a.now}
	a.dirty = false
	a.mu.Unlock()
	s, err := a.runner.table.Progress(ctx, a.lease, out)
	if err != nil {
		return err
	}
	a.see(s)
	a.runner.config.Changed(a.record)
	return nil
}

func (a *attempt) look(ctx context.Context) error {
	s, err := a.runner.table.Look(ctx, a.lease)
	if err == nil {
		a.see(s)
	}
	return err
}

// see ends the attempt's context when its row says so.
func (a *attempt) see(s Sight) {
	switch {
	case s.Gone:
		a.cancel(job.ErrCancelled) // the record was removed
	case s.Attempt != a.lease.Attempt:
		a.cancel(job.ErrLeaseLost)
	case s.State == rivertype.JobStateCompleted:
		// The worker has committed and is about to return.
	case s.Cancelled:
		a.cancel(job.ErrCancelled)
	case s.State != rivertype.JobStateRunning:
		a.cancel(job.ErrLeaseLost)
	}
}
