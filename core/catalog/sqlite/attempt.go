package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"

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
	runner *runner
	lease  job.Lease
	record string
	cancel context.CancelCauseFunc
	poke   chan struct{} // look at the row now
	told   chan struct{} // there is progress to write

	mu    sync.Mutex
	now   job.Progress
	dirty bool
}

// run does one attempt from River's hand-over to its written outcome.
func (r *runner) run(ctx context.Context, j *river.Job[args], w job.Worker) {
	// River's own end of the context says nothing that we do not say better.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	a := &attempt{
		runner: r, lease: job.Lease{JobID: j.ID, Attempt: j.Attempt, Worker: r.c.mark.Name()},
		cancel: cancel, poke: make(chan struct{}, 1), told: make(chan struct{}, 1),
	}
	r.enter(a)
	defer r.leave(a)
	info, err := r.c.Job(ctx, j.ID)
	if err == nil {
		a.record = info.RecordID
		err = a.work(ctx, w, j.Args.json)
	}
	a.settle(context.WithoutCancel(ctx), err, context.Cause(ctx))
	r.c.changed.tell()
}

func (r *runner) enter(a *attempt) {
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

func (r *runner) leave(a *attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active[a.lease.JobID], a)
	if len(r.active[a.lease.JobID]) == 0 {
		delete(r.active, a.lease.JobID)
	}
}

// work calls the worker, with someone beside it who writes its progress and
// watches its row.
func (a *attempt) work(ctx context.Context, w job.Worker, raw json.RawMessage) (err error) {
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
			a.runner.c.opts.Logger.ErrorContext(ctx, "worker panicked", "kind", w.Kind(), "job", a.lease.JobID,
				"attempt", a.lease.Attempt, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, say.T("The worker failed in an unforeseen way.")).
				Hint(say.T("Report it with the details shown here.")).Because(fmt.Errorf("panic: %v", p))
		}
	}()
	return w.Work(ctx, job.Run{Lease: a.lease, RecordID: a.record, Args: raw, Report: a.report})
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
			a.runner.c.opts.Logger.WarnContext(ctx, "job row could not be reached", "job", a.lease.JobID, "err", err)
		}
	}
}

// writeProgress writes the newest progress if the attempt still holds its job,
// and sees in the same statement whether a person asked to cancel.
func (a *attempt) writeProgress(ctx context.Context) error {
	a.mu.Lock()
	out := output{Attempt: a.lease.Attempt, Progress: a.now}
	a.dirty = false
	a.mu.Unlock()
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	var cancelled bool
	err = a.runner.c.write.QueryRowContext(ctx, `
		UPDATE river_job SET metadata = jsonb_set(metadata, '$.output', jsonb(?)) WHERE `+held+`
		RETURNING metadata -> '$.cancel_attempted_at' IS NOT NULL`,
		string(b), a.lease.JobID, a.lease.Attempt, a.lease.Worker).Scan(&cancelled)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return a.look(ctx)
	case err != nil:
		return err
	case cancelled:
		a.cancel(job.ErrCancelled)
	}
	a.runner.c.changed.tell()
	return nil
}

// look ends the attempt's context when its row says so.
func (a *attempt) look(ctx context.Context) error {
	var state string
	var attempt int
	var cancelled bool
	err := a.runner.c.read.QueryRowContext(ctx, `
		SELECT state, attempt, metadata -> '$.cancel_attempted_at' IS NOT NULL FROM river_job WHERE id = ?`,
		a.lease.JobID).Scan(&state, &attempt, &cancelled)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		a.cancel(job.ErrCancelled) // the record was removed
	case err != nil:
		return err
	case attempt != a.lease.Attempt:
		a.cancel(job.ErrLeaseLost)
	case state == "completed":
		// The worker has committed and is about to return.
	case cancelled:
		a.cancel(job.ErrCancelled)
	case state != "running":
		a.cancel(job.ErrLeaseLost)
	}
	return nil
}
