package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"sheetmill/core/catalog"
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
	id      int64
	attempt int
	worker  string
	beat    sql.NullInt64 // of the worker; none when it signed out
	fetched sql.NullTime
	notes   notes
}

// deaths are the takeovers of a job, as its row keeps them.
type deaths struct {
	All  int     `json:"all"`
	Vain int     `json:"vain"` // those that came no further than all before them
	Best float64 `json:"best"` // the furthest that an attempt came before its worker died
}

// further is how much further an attempt must come for its death not to be in
// vain. It bounds those: a file that kills its worker never dies at quite the
// same progress twice.
const further = 0.01

func (d deaths) another(done float64) deaths {
	d.All++
	if done >= d.Best+further {
		d.Best = done
	} else {
		d.Vain++
	}
	return d
}

// takeOver makes the jobs of workers that are gone available again.
func (r *runner) takeOver(ctx context.Context) {
	jobs, err := list(ctx, r.c, scanRunning, `
		SELECT j.id, j.attempt, coalesce(j.attempted_by ->> '$[#-1]', ''), w.beat, j.attempted_at, json(j.metadata)
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
	var metadata []byte
	if err := row.Scan(&j.id, &j.attempt, &j.worker, &j.beat, &j.fetched, &metadata); err != nil {
		return j, err
	}
	return j, json.Unmarshal(metadata, &j.notes)
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
// who look at once one succeeds, and a job that went on meanwhile stays. The
// attempt is made good: the death says little about the file.
func (r *runner) takeOverOne(ctx context.Context, j running) error {
	now := time.Now()
	done := 0.0
	if out := j.notes.Output; out.Attempt == j.attempt {
		done = out.Progress.Done
	}
	after := j.notes.Deaths.another(done)
	state, f := "available", died
	var ended any
	switch {
	case j.notes.Cancel != "":
		state, ended, f = "cancelled", riverTime(now), job.ErrCancelled
	case after.Vain >= catalog.MaxDeaths:
		state, ended, f = "discarded", riverTime(now), diedTooOften(after.All)
	}
	count, err := json.Marshal(after)
	if err != nil {
		return err
	}
	var left []string
	err = r.c.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			UPDATE river_job SET state = ?, scheduled_at = ?, finalized_at = ?, errors = `+appended+`,
				max_attempts = max_attempts + 1, metadata = jsonb_set(metadata, '$.deaths', jsonb(?))
			WHERE id = ? AND state = 'running' AND attempt = ?`,
			state, riverTime(now), ended, failedAttempt(j.attempt, f, now), string(count), j.id, j.attempt)
		if err != nil || ended == nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		left, err = releaseJob(ctx, tx, j.id)
		return err
	})
	if err == nil {
		r.ended(left)
	}
	return err
}
