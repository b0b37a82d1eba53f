package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

const jobQuery = `
	SELECT j.id, j.kind, d.id, j.state, j.attempt, j.max_attempts, j.metadata, j.errors[array_length(j.errors, 1)],
		j.created_at, j.attempted_at, j.finalized_at, j.scheduled_at, coalesce(j.attempted_by[array_length(j.attempted_by, 1)], ''), j.args
	FROM sheetmill.river_job j
	JOIN sheetmill.dataset_job dj ON dj.job = j.id
	JOIN sheetmill.dataset d ON d.seq = dj.dataset
	WHERE d.owner = $1 AND `

func scanJob(row pgx.CollectableRow) (job.Info, error) {
	var i job.Info
	var f work.Fields
	var attempted, finalized *time.Time
	var args []byte
	if err := row.Scan(&i.ID, &i.Kind, &i.RecordID, &f.State, &i.Attempt, &i.MaxAttempts, &f.Metadata, &f.LastError,
		&f.CreatedAt, &attempted, &finalized, &f.Scheduled, &i.Worker, &args); err != nil {
		return i, err
	}
	i.Args = json.RawMessage(args)
	if attempted != nil {
		f.Attempted = moment(*attempted)
	}
	if finalized != nil {
		f.Finalized = moment(*finalized)
	}
	f.CreatedAt, f.Scheduled = moment(f.CreatedAt), moment(f.Scheduled)
	return i, f.Fill(&i)
}

var errNoJob = errors.New("no such job")

func noJob(id int64) error {
	return fault.New(fault.NotFound, say.T("There is no job {id}.", "id", id)).Because(errNoJob)
}

// Job finds a job of this owner.
func (c *Catalog) Job(ctx context.Context, id int64) (job.Info, error) {
	found, err := list(ctx, c, scanJob, jobQuery+`j.id = $2`, c.owner, id)
	if err == nil && len(found) == 0 {
		err = noJob(id)
	}
	if err != nil {
		return job.Info{}, err
	}
	return found[0], nil
}

// LatestJob finds a record's newest job.
func (c *Catalog) LatestJob(ctx context.Context, recordID string) (job.Info, error) {
	found, err := list(ctx, c, scanJob, jobQuery+`d.id = $2 ORDER BY j.id DESC LIMIT 1`, c.owner, recordID)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, say.T("Record {id} has no job.", "id", recordID)).Because(errNoJob)
	}
	if err != nil {
		return job.Info{}, err
	}
	return found[0], nil
}

// Cancel asks a job to end.
func (c *Catalog) Cancel(ctx context.Context, id int64) (job.Info, error) {
	var left []string
	info, err := c.change(ctx, id, func(tx pgx.Tx, was job.Info) error {
		if was.State.Ended() {
			return nil
		}
		_, err := tx.Exec(ctx, `
			UPDATE sheetmill.river_job SET metadata = jsonb_set(metadata, '{cancel_attempted_at}', to_jsonb(now())),
				finalized_at = CASE WHEN state = 'running' THEN NULL ELSE now() END,
				state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
			WHERE id = $1 AND finalized_at IS NULL`, id)
		if err != nil || was.State == job.Running {
			return err
		}
		left, err = releaseJob(ctx, tx, id)
		return err
	})
	if err == nil {
		c.slot.Ended(left)
	}
	return info, err
}

// Retry makes a failed or cancelled job wait again, with fresh attempts.
func (c *Catalog) Retry(ctx context.Context, id int64) (job.Info, error) {
	return c.change(ctx, id, func(tx pgx.Tx, was job.Info) error {
		if was.State != job.Failed && was.State != job.Cancelled {
			return nil
		}
		_, err := tx.Exec(ctx, `
			WITH waiting AS (
				UPDATE sheetmill.river_job SET state = 'available', finalized_at = NULL, scheduled_at = now(), max_attempts = attempt + $2,
					metadata = metadata - '{cancel_attempted_at,output,deaths}'::text[] || jsonb_build_object('uncounted', attempt, 'since', attempt)
				WHERE id = $1 AND state IN ('discarded', 'cancelled') RETURNING id
			) SELECT pg_notify('sheetmill_job', '') FROM waiting`, id, c.opts.MaxAttempts)
		return err
	})
}

// change changes a job row, locked, and lets everyone concerned know.
func (c *Catalog) change(ctx context.Context, id int64, do func(tx pgx.Tx, was job.Info) error) (job.Info, error) {
	var is job.Info
	err := c.inBrief(ctx, func(tx pgx.Tx) error {
		was, err := c.jobIn(ctx, tx, id, ` FOR UPDATE OF j`)
		if err != nil {
			return err
		}
		if err := do(tx, was); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, news, topicOf(c.owner, was.RecordID)); err != nil {
			return err
		}
		is, err = c.jobIn(ctx, tx, id, ``)
		return err
	})
	if err != nil {
		return job.Info{}, err
	}
	c.slot.Poke(id)
	return is, nil
}

func (c *Catalog) jobIn(ctx context.Context, tx pgx.Tx, id int64, lock string) (job.Info, error) {
	found, err := listIn(ctx, tx, scanJob, jobQuery+`j.id = $2`+lock, c.owner, id)
	if err == nil && len(found) == 0 {
		err = noJob(id)
	}
	if err != nil {
		return job.Info{}, err
	}
	return found[0], nil
}
