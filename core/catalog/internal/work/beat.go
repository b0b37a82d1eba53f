package work

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// died is why an attempt ended whose worker is gone.
var died = fault.New(fault.Unreachable, say.T("The worker that did this job died or stopped answering; another goes on with it."))

func diedTooOften(times int) *fault.Error {
	return fault.New(fault.Internal, say.T("The worker died {times} times while doing this job.", "times", times)).
		Hint(say.T("The file may need more memory than there is; try it on a larger machine, or split it."))
}

// beat shows that this process lives.
func (r *Runner) beat(ctx context.Context) {
	beat := time.NewTicker(r.config.Beat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			began := time.Now()
			if err := r.table.Beat(ctx); err != nil {
				if ctx.Err() == nil {
					r.config.Logger.WarnContext(ctx, "heartbeat could not be written", "err", err)
				}
				continue
			}
			r.heard.was(began, r.config.Silence)
		}
	}
}

// look looks for workers that do not live any more, beside the beat: a row that
// somebody else holds locked must not silence this process.
//
// A process that was itself unheard judges nobody: after a database was away,
// every worker looks silent at first. So it takes over only after it has been
// heard again for as long as the silence that it holds against others. A moment's trouble, such
// as a restart of the database, is none of this: then the others' silence is as short.
func (r *Runner) look(ctx context.Context) {
	look := time.NewTicker(r.config.Look)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if r.heard.mayJudge(r.config.Silence) {
				r.takeOver(ctx)
			}
		}
	}
}

// hearing is how well this process has been heard.
type hearing struct {
	mu      sync.Mutex
	last    time.Time // when it was heard
	trusted time.Time // when it may judge others again
}

// was notes a beat that was written.
func (h *hearing) was(began time.Time, silence time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Sub(h.last) > silence/2 {
		h.trusted = now.Add(silence)
	}
	h.last = began
}

func (h *hearing) mayJudge(silence time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	return now.Sub(h.last) <= silence/2 && now.After(h.trusted)
}

// poll looks for jobs that are due.
func (r *Runner) poll(ctx context.Context) {
	poll := time.NewTicker(r.config.Poll)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
			some, err := r.table.Due(ctx)
			if err != nil && ctx.Err() == nil {
				r.config.Logger.WarnContext(ctx, "due jobs could not be looked for", "err", err)
			}
			if some {
				r.wake.All()
			}
		}
	}
}

// takeOver makes the jobs of workers that are gone available again.
func (r *Runner) takeOver(ctx context.Context) {
	jobs, err := r.table.Running(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.config.Logger.WarnContext(ctx, "jobs to take over could not be looked for", "err", err)
		}
		return
	}
	taken := false
	for _, j := range jobs {
		if !r.gone(j) {
			continue
		}
		held, err := r.takeOverOne(ctx, j)
		if err != nil {
			if ctx.Err() == nil {
				r.config.Logger.WarnContext(ctx, "job could not be taken over", "job", j.Lease.JobID, "err", err)
			}
			return
		}
		if held {
			r.config.Logger.InfoContext(ctx, "job taken over", "job", j.Lease.JobID, "attempt", j.Lease.Attempt, "worker", j.Lease.Worker)
			r.observe(func(o catalog.Observer) { o.TakenOver(j.Kind) })
			taken = true
		}
	}
	if taken {
		r.wake.All()
		r.config.Changed("")
	}
}

// gone tells whether nobody works on the job any more.
func (r *Runner) gone(j Running) bool {
	if j.Lease.Worker == r.config.Worker {
		// Ours, but no attempt of ours: River lost what it had fetched. A
		// fetch just made is on its way.
		return j.Fetched > r.config.Silence && !r.has(j.Lease)
	}
	return j.Dead || j.Silent > r.config.Silence
}

func (r *Runner) has(lease job.Lease) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for a := range r.active[lease.JobID] {
		if a.lease.Attempt == lease.Attempt {
			return true
		}
	}
	return false
}

// takeOverOne is one guarded step, so of several who look at once one
// succeeds, and a job that went on meanwhile stays. The attempt is made good:
// the death says little about the file.
func (r *Runner) takeOverOne(ctx context.Context, j Running) (bool, error) {
	held, left, err := r.table.Conclude(ctx, j.Lease, func(row Row) Outcome {
		done := 0.0
		if out := row.Notes.Output; out.Attempt == j.Lease.Attempt {
			done = out.Progress.Done
		}
		after := row.Notes.Deaths.another(done)
		o := Outcome{State: rivertype.JobStateAvailable, Fault: died, MoreAttempts: 1, Patch: map[string]any{"deaths": after}}
		switch {
		case row.Notes.Cancel != "":
			o.State, o.Fault = rivertype.JobStateCancelled, job.ErrCancelled
		case after.Vain >= catalog.MaxDeaths && r.patient(j.Kind) == nil:
			o.State, o.Fault = rivertype.JobStateDiscarded, diedTooOften(after.All)
		}
		return o
	})
	if err == nil {
		r.ended(left)
	}
	return held, err
}

func (r *Runner) observe(tell func(catalog.Observer)) {
	if r.opts.Observer != nil {
		tell(r.opts.Observer)
	}
}
