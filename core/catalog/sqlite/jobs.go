package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// queueOf is the River queue of an owner's jobs that wait in a queue. A worker
// fetches from its owner's queues only. River wants small letters.
func queueOf(owner, queue string) string {
	sum := sha256.Sum256([]byte(owner))
	return strings.ToLower(queue) + "-" + hex.EncodeToString(sum[:8])
}

const jobColumns = `j.id, j.kind, d.id, j.state, j.attempt, j.max_attempts, json(j.metadata), j.errors -> '$[#-1]',
	j.created_at, j.attempted_at, j.finalized_at, j.scheduled_at, coalesce(j.attempted_by ->> '$[#-1]', ''), json(j.args)`

const jobTables = `river_job j JOIN dataset_job ON job = j.id JOIN dataset d ON d.seq = dataset`

func scanJob(row scanner) (job.Info, error) {
	var i job.Info
	var f work.Fields
	var attempted, finalized, scheduled sql.NullTime
	var args []byte
	if err := row.Scan(&i.ID, &i.Kind, &i.RecordID, &f.State, &i.Attempt, &i.MaxAttempts, &f.Metadata, &f.LastError,
		&f.CreatedAt, &attempted, &finalized, &scheduled, &i.Worker, &args); err != nil {
		return i, err
	}
	i.Args = args
	f.Attempted, f.Finalized, f.Scheduled = attempted.Time, finalized.Time, scheduled.Time
	return i, f.Fill(&i)
}

// Job finds a job of this owner.
func (c *Catalog) Job(ctx context.Context, id int64) (job.Info, error) {
	return c.oneJob(ctx, c.read, id, `j.id = ?`, id)
}

// LatestJob finds a record's newest job.
func (c *Catalog) LatestJob(ctx context.Context, recordID string) (job.Info, error) {
	i, err := c.oneJob(ctx, c.read, 0, `d.id = ? ORDER BY j.id DESC LIMIT 1`, recordID)
	if errors.Is(err, errNoJob) {
		err = fault.New(fault.NotFound, say.T("Record {id} has no job.", "id", recordID)).Because(errNoJob)
	}
	return i, err
}

// jobIn finds a job inside a transaction.
func (c *Catalog) jobIn(ctx context.Context, tx *sql.Tx, id int64) (job.Info, error) {
	return c.oneJob(ctx, tx, id, `j.id = ?`, id)
}

func (c *Catalog) oneJob(ctx context.Context, q querier, id int64, where string, arg any) (job.Info, error) {
	found, err := listIn(ctx, q, scanJob, `SELECT `+jobColumns+` FROM `+jobTables+` WHERE d.owner = ? AND `+where, c.owner, arg)
	if err != nil {
		return job.Info{}, c.trouble(ctx, err)
	}
	if len(found) == 0 {
		return job.Info{}, noJob(id)
	}
	return found[0], nil
}

// Cancel asks a job to end.
func (c *Catalog) Cancel(ctx context.Context, id int64) (job.Info, error) {
	var left []string
	info, err := c.change(ctx, id, func(tx *sql.Tx, was job.Info) error {
		if was.State.Ended() {
			return nil
		}
		now := time.Now()
		_, err := tx.ExecContext(ctx, `
			UPDATE river_job SET metadata = jsonb_set(metadata, '$.cancel_attempted_at', ?1),
				finalized_at = CASE WHEN state = 'running' THEN NULL ELSE ?2 END,
				state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
			WHERE id = ?3 AND finalized_at IS NULL`, now.UTC().Format(time.RFC3339Nano), riverTime(now), id)
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
	return c.change(ctx, id, func(tx *sql.Tx, was job.Info) error {
		if was.State != job.Failed && was.State != job.Cancelled {
			return nil
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE river_job SET state = 'available', finalized_at = NULL, scheduled_at = ?,
				max_attempts = attempt + ?,
				metadata = jsonb_set(jsonb_remove(metadata, '$.cancel_attempted_at', '$.output', '$.deaths'), '$.uncounted', attempt, '$.since', attempt)
			WHERE id = ? AND state IN ('discarded', 'cancelled')`, riverTime(time.Now()), c.opts.MaxAttempts, id)
		return err
	})
}

// change changes a job row and lets everyone concerned know.
func (c *Catalog) change(ctx context.Context, id int64, do func(tx *sql.Tx, was job.Info) error) (job.Info, error) {
	var is job.Info
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		was, err := c.jobIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, was); err != nil {
			return err
		}
		is, err = c.jobIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return job.Info{}, err
	}
	c.slot.Poke(id)
	c.wake.All()
	c.changed.Tell(is.RecordID)
	return is, nil
}
