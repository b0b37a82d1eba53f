package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

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

// settle writes the attempt's outcome. A database that refuses just now is
// asked again, because the job would otherwise run for ever in its row.
func (a *attempt) settle(ctx context.Context, result, cause error) {
	for {
		err := a.trySettle(ctx, result, cause)
		if err == nil {
			return
		}
		a.runner.c.opts.Logger.ErrorContext(ctx, "job outcome could not be written", "job", a.lease.JobID, "err", err)
		if a.runner.trouble != nil {
			a.runner.trouble(err)
		}
		select {
		case <-a.runner.giveUp:
			return // the silence of this worker will tell
		case <-time.After(time.Second):
		}
	}
}

func (a *attempt) trySettle(ctx context.Context, result, cause error) error {
	if errors.Is(cause, job.ErrStopping) {
		// Whatever it answered, the stop may be why; the next attempt will tell.
		return a.giveBack(ctx)
	}
	return a.conclude(ctx, func(tx *sql.Tx, row *row, now time.Time) ([]string, error) {
		f := verdict(result)
		if fault.Permanent(f) || row.attempt >= row.max {
			return a.end(ctx, tx, "discarded", f, now)
		}
		due := now.Add(a.runner.c.opts.Backoff(row.attempt - row.uncounted - row.deaths))
		return nil, a.again(ctx, tx, f, now, due)
	})
}

// conclude writes the outcome of an attempt that still holds its job: that a
// person cancelled it, or else what write does. The keys are what an ended job
// had claimed.
func (a *attempt) conclude(ctx context.Context, write func(tx *sql.Tx, row *row, now time.Time) (keys []string, err error)) error {
	var left []string
	err := a.runner.c.inTx(ctx, func(tx *sql.Tx) error {
		row, err := a.held(ctx, tx)
		if err != nil || row == nil {
			return err // nothing of this attempt counts: it committed, or was given up
		}
		now := time.Now()
		if row.cancelled {
			left, err = a.end(ctx, tx, "cancelled", job.ErrCancelled, now)
		} else {
			left, err = write(tx, row, now)
		}
		return err
	})
	if err == nil {
		a.runner.ended(left)
	}
	return err
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

// row is what an outcome depends on.
type row struct {
	attempt, max, uncounted, deaths int
	cancelled                       bool
}

// held reads the row if this attempt still holds it; nil if not. Inside a
// transaction that has the write lock, it stays true until the commit.
func (a *attempt) held(ctx context.Context, tx *sql.Tx) (*row, error) {
	var r row
	err := tx.QueryRowContext(ctx, `
		SELECT attempt, max_attempts, coalesce(metadata ->> '$.uncounted', 0), coalesce(metadata ->> '$.deaths.all', 0),
			metadata -> '$.cancel_attempted_at' IS NOT NULL
		FROM river_job WHERE `+held, a.lease.JobID, a.lease.Attempt, a.lease.Worker).
		Scan(&r.attempt, &r.max, &r.uncounted, &r.deaths, &r.cancelled)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no row is an answer here, not an error
	}
	return &r, err
}

// giveBack makes the job wait again as if this attempt had not been.
func (a *attempt) giveBack(ctx context.Context) error {
	return a.conclude(ctx, func(tx *sql.Tx, _ *row, now time.Time) ([]string, error) {
		_, err := tx.ExecContext(ctx, `
			UPDATE river_job SET state = 'available', scheduled_at = ?, max_attempts = max_attempts + 1,
				metadata = jsonb_set(metadata, '$.uncounted', 1 + coalesce(metadata ->> '$.uncounted', 0))
			WHERE `+held, riverTime(now), a.lease.JobID, a.lease.Attempt, a.lease.Worker)
		return nil, err
	})
}

// again makes the job wait for its next attempt.
func (a *attempt) again(ctx context.Context, tx *sql.Tx, f *fault.Error, now, due time.Time) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE river_job SET state = 'available', scheduled_at = ?, errors = `+appended+` WHERE `+held,
		riverTime(due), failedAttempt(a.lease.Attempt, f, now), a.lease.JobID, a.lease.Attempt, a.lease.Worker)
	return err
}

// end ends the job, and with it its claims, whose keys it answers.
func (a *attempt) end(ctx context.Context, tx *sql.Tx, state string, f *fault.Error, now time.Time) ([]string, error) {
	if _, err := tx.ExecContext(ctx, `
		UPDATE river_job SET state = ?, finalized_at = ?, errors = `+appended+` WHERE `+held,
		state, riverTime(now), failedAttempt(a.lease.Attempt, f, now), a.lease.JobID, a.lease.Attempt, a.lease.Worker); err != nil {
		return nil, err
	}
	return releaseJob(ctx, tx, a.lease.JobID)
}

// appended is the list of failed attempts with one more.
const appended = `jsonb_insert(coalesce(errors, jsonb('[]')), '$[#]', jsonb(?))`

// failedAttempt is a failed attempt as River keeps it.
func failedAttempt(number int, f *fault.Error, at time.Time) string {
	b, _ := json.Marshal(attemptError{At: at.UTC(), Attempt: number, Error: encodeFault(f)}) // plain fields always marshal
	return string(b)
}
