package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// backoff is 1 s, 4 s, 16 s, ..., at most 5 min, give or take a quarter, so
// that jobs that failed together do not come back together.
func backoff(attempt int) time.Duration {
	wait := time.Second << (2 * min(attempt-1, 5))
	wait = min(wait, 5*time.Minute)
	return wait*3/4 + rand.N(wait/2) //nolint:gosec // only spreads load
}

// settle writes the attempt's outcome and answers the state it left the job
// in. A database that refuses just now is asked again, because the job would
// otherwise run for ever in its row.
func (a *attempt) settle(ctx context.Context, result, cause error) job.State {
	if errors.Is(result, job.ErrLeaseLost) {
		a.runner.observe(func(o catalog.Observer) { o.Refused(a.kind) })
	}
	for {
		left, err := a.trySettle(ctx, result, cause)
		if err == nil {
			return left
		}
		a.runner.config.Logger.ErrorContext(ctx, "job outcome could not be written", "job", a.lease.JobID, "err", err)
		if a.runner.opts.Trouble != nil {
			a.runner.opts.Trouble(err)
		}
		select {
		case <-a.runner.giveUp:
			return job.Running // the silence of this worker will tell
		case <-time.After(time.Second):
		}
	}
}

func (a *attempt) trySettle(ctx context.Context, result, cause error) (job.State, error) {
	if a.committed.Load() {
		return job.Completed, nil
	}
	return a.conclude(ctx, result, func(row Row) Outcome {
		if errors.Is(cause, job.ErrStopping) {
			// Whatever it answered, the stop may be why; the next attempt will tell.
			return givenBack(row)
		}
		f := verdict(result)
		if p := a.runner.patient(a.kind); p != nil && f.Code == fault.Unreachable && !f.Final {
			return a.away(p, row, f)
		}
		if fault.Permanent(f) || row.Attempt >= row.Max {
			return Outcome{State: rivertype.JobStateDiscarded, Fault: f}
		}
		wait := a.runner.config.Backoff(row.Attempt - row.Notes.Uncounted - row.Notes.Deaths.All)
		return Outcome{State: rivertype.JobStateAvailable, Due: time.Now().Add(wait), Fault: f}
	})
}

// givenBack is the outcome of an attempt that does not count.
func givenBack(row Row) Outcome {
	return Outcome{State: rivertype.JobStateAvailable, MoreAttempts: 1, Patch: map[string]any{"uncounted": 1 + row.Notes.Uncounted}}
}

// away is the outcome of an attempt that found what its job depends on away. It
// does not count, and its fault is kept apart from those that do: there may be
// thousands. What was done stays to be seen, also when this attempt came to nothing.
func (a *attempt) away(p job.Patient, row Row, f *fault.Error) Outcome {
	n := 1
	if row.Notes.Away.Attempt == row.Attempt-1 {
		n += row.Notes.Away.Times
	}
	o := givenBack(row)
	o.Due = time.Now().Add(p.Pause(n))
	o.Patch["away"] = Away{Attempt: row.Attempt, Times: n, Fault: encodeFault(f)}
	out := Output{Attempt: row.Attempt, Progress: a.progress()}
	if out.Progress.Done < row.Notes.Output.Progress.Done {
		out.Progress = row.Notes.Output.Progress
	}
	o.Patch["output"] = out
	return o
}

// giveBack makes the job wait again as if this attempt had not been.
func (a *attempt) giveBack(ctx context.Context) error {
	_, err := a.conclude(ctx, nil, givenBack)
	return err
}

// conclude writes the outcome of an attempt that still holds its job: that a
// person cancelled it, or else what decide says. Nothing counts of one that
// does not: it committed, or was given up.
func (a *attempt) conclude(ctx context.Context, result error, decide func(Row) Outcome) (job.State, error) {
	var o Outcome
	held, keys, err := a.runner.table.Conclude(ctx, a.lease, func(row Row) Outcome {
		if o = decide(row); row.Notes.Cancel != "" {
			o = Outcome{State: rivertype.JobStateCancelled, Fault: job.ErrCancelled}
		}
		return o
	})
	if err != nil {
		return "", err
	}
	a.runner.ended(keys)
	switch {
	case held:
		_, away := o.Patch["away"]
		return StateOf(o.State, away || o.Fault != nil), nil
	case result == nil:
		return job.Completed, nil
	}
	return job.Running, nil
}

// verdict is the fault of an attempt that did not complete its job and that
// nobody cancelled.
func verdict(result error) *fault.Error {
	f := fault.Of(result)
	switch {
	case f == nil:
		return fault.New(fault.Internal, say.T("The worker ended without a result."))
	case f.Code == fault.Cancelled:
		// Some wait inside was cut short, not the job: trying again can help.
		return fault.New(fault.Internal, say.T("The work was cut short.")).Because(result)
	}
	return f
}
