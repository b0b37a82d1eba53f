package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// died is why an attempt ended whose worker is gone.
var died = fault.New(fault.Unreachable, say.T("The worker that did this job died or stopped answering; another goes on with it."))

func diedTooOften(times int) *fault.Error {
	return fault.New(fault.Internal, say.T("The worker died {times} times while doing this job.", "times", times)).
		Hint(say.T("The file may need more memory than there is; try it on a larger machine, or split it."))
}

// running is a running job as a takeover sees it.
type running struct {
	id                  int64
	attempt, max, since int
	worker              string
	beat                sql.NullInt64 // of the worker; none when it signed out
	fetched             sql.NullTime
	cancelled           bool
	errors              []byte
}

// takeOver makes the jobs of workers that are gone available again.
func (r *runner) takeOver(ctx context.Context) {
	jobs, err := list(ctx, r.c, scanRunning, `
		SELECT j.id, j.attempt, j.max_attempts, coalesce(j.metadata ->> '$.since', 0),
			coalesce(j.attempted_by ->> '$[#-1]', ''), w.beat, j.attempted_at,
			j.metadata -> '$.cancel_attempted_at' IS NOT NULL, json(j.errors)
		FROM `+jobTables+` LEFT JOIN worker w ON w.id = j.attempted_by ->> '$[#-1]'
		WHERE j.state = 'running' AND d.owner = ?`, r.c.owner)
	if err != nil {
		if ctx.Err() == nil {
			r.c.opts.Logger.WarnContext(ctx, "jobs to take over could not be looked for", "err", err)
		}
		return
	}
	taken := false
	for _, j := range jobs {
		if !r.gone(j, time.Now()) {
			continue
		}
		if err := r.takeOverOne(ctx, j); err != nil {
			if ctx.Err() == nil {
				r.c.opts.Logger.WarnContext(ctx, "job could not be taken over", "job", j.id, "err", err)
			}
			return
		}
		r.c.opts.Logger.InfoContext(ctx, "job taken over", "job", j.id, "attempt", j.attempt, "worker", j.worker)
		taken = true
	}
	if taken {
		r.c.wake.all()
		r.c.changed.tell()
	}
}

func scanRunning(row scanner) (running, error) {
	var j running
	err := row.Scan(&j.id, &j.attempt, &j.max, &j.since, &j.worker, &j.beat, &j.fetched, &j.cancelled, &j.errors)
	return j, err
}

// gone tells whether nobody works on the job any more.
func (r *runner) gone(j running, now time.Time) bool {
	silence := r.c.opts.Silence
	if j.worker == r.c.mark.Name() {
		// Ours, but no attempt of ours: River lost what it had fetched. A
		// fetch just made is on its way.
		return now.Sub(j.fetched.Time) > silence && !r.has(j.id, j.attempt)
	}
	return !j.beat.Valid || !alive.Is(r.c.marks, j.worker) || now.Sub(moment(j.beat.Int64)) > silence
}

func (r *runner) has(id int64, number int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for a := range r.active[id] {
		if a.lease.Attempt == number {
			return true
		}
	}
	return false
}

// takeOverOne is one statement that checks state and attempt, so of several
// who look at once one succeeds, and a job that went on meanwhile stays.
func (r *runner) takeOverOne(ctx context.Context, j running) error {
	now := time.Now()
	state, f := "available", died
	var ended any
	switch {
	case j.cancelled:
		state, ended, f = "cancelled", riverTime(now), job.ErrCancelled
	case j.attempt >= j.max:
		state, ended, f = "discarded", riverTime(now), diedTooOften(1+deaths(j.errors, j.since))
	}
	return r.c.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			UPDATE river_job SET state = ?, scheduled_at = ?, finalized_at = ?, errors = `+appended+`
			WHERE id = ? AND state = 'running' AND attempt = ?`,
			state, riverTime(now), ended, failedAttempt(j.attempt, f, now), j.id, j.attempt)
		if err != nil || ended == nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return releaseJob(ctx, tx, j.id)
	})
}

// deaths counts the attempts that ended with their worker, since the last Retry.
func deaths(raw []byte, since int) int {
	var all []attemptError
	if len(raw) == 0 || json.Unmarshal(raw, &all) != nil {
		return 0
	}
	n := 0
	for _, e := range all {
		if e.Attempt > since && decodeFault(e.Error).Sentence.Key == died.Sentence.Key {
			n++
		}
	}
	return n
}
