package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// driver is River's SQLite driver with news that travel inside the process
// instead of through a table that is read 20 times a second. Other processes'
// jobs are found by polling.
type driver struct {
	*riversqlite.Driver
	wake *work.Wake
}

func (d *driver) SupportsListenNotify() bool { return false } // nothing to write for listeners

func (d *driver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.wake.Listener()
}

// Work runs jobs until ctx ends, then gives back what is running.
func (c *Catalog) Work(ctx context.Context, reg *job.Registry, opts catalog.WorkOptions) error {
	t := &table{c: c}
	config := work.Config{Options: c.opts, Worker: c.mark.Name(), Changed: c.changed.Tell}
	r, err := work.New(t, config, opts, &c.wake, reg, func(queue string) string { return queueOf(c.owner, queue) })
	if err != nil {
		return err
	}
	queues, err := json.Marshal(r.Queues())
	if err != nil {
		return err
	}
	if t.due, err = c.read.PrepareContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM river_job WHERE state = 'available' AND queue IN (SELECT value FROM json_each(?)) AND scheduled_at <= ?)`); err != nil {
		return c.trouble(ctx, err)
	}
	t.queues = queues
	defer func() { _ = t.due.Close() }()
	if err := c.slot.Enter(r); err != nil {
		return err
	}
	defer c.slot.Leave()
	return c.trouble(ctx, r.Run(ctx, reg, func(conf *river.Config) (work.Client, error) { return river.NewClient(c.driver(), conf) }))
}

// table is the job table as the runner works on it.
type table struct {
	c      *Catalog
	due    *sql.Stmt
	queues []byte // JSON
}

// SignIn makes this process known as a worker before it fetches anything.
func (t *table) SignIn(ctx context.Context) error {
	alive.Sweep(t.c.marks)
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // only people read it
	}
	return t.c.inTx(ctx, func(tx *sql.Tx) error {
		all, err := listIn(ctx, tx, scanOne[string], `SELECT id FROM worker`)
		if err != nil {
			return err
		}
		for _, id := range all {
			if alive.Is(t.c.marks, id) {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM worker WHERE id = ?`, id); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO worker (id, owner, host, pid, beat) VALUES (?, ?, ?, ?, ?)`,
			t.c.mark.Name(), t.c.owner, host, os.Getpid(), stamp(time.Now()))
		return err
	})
}

// SignOut takes this process out of the workers.
func (t *table) SignOut(ctx context.Context) error {
	_, err := t.c.write.ExecContext(ctx, `DELETE FROM worker WHERE id = ?`, t.c.mark.Name())
	return t.c.trouble(ctx, err)
}

// Beat shows that this process lives.
func (t *table) Beat(ctx context.Context) error {
	_, err := t.c.write.ExecContext(ctx, `UPDATE worker SET beat = ? WHERE id = ?`, stamp(time.Now()), t.c.mark.Name())
	return err
}

// Due looks for jobs that may start now.
func (t *table) Due(ctx context.Context) (some bool, err error) {
	err = t.due.QueryRowContext(ctx, t.queues, riverTime(time.Now())).Scan(&some)
	return some, err
}

// Belongs finds the record of a job; the owner is the catalog's.
func (t *table) Belongs(ctx context.Context, j *rivertype.JobRow) (owner, recordID string, err error) {
	info, err := t.c.Job(ctx, j.ID)
	return t.c.owner, info.RecordID, err
}

// held is the fence: the job runs and this attempt of this worker is its newest.
const held = `id = ? AND state = 'running' AND attempt = ? AND attempted_by ->> '$[#-1]' = ?`

// Progress writes an attempt's output and looks in the same statement.
func (t *table) Progress(ctx context.Context, lease job.Lease, output work.Output) (work.Sight, error) {
	b, err := json.Marshal(output)
	if err != nil {
		return work.Sight{}, err
	}
	s := work.Sight{State: rivertype.JobStateRunning, Attempt: lease.Attempt}
	err = t.c.write.QueryRowContext(ctx, `
		UPDATE river_job SET metadata = jsonb_set(metadata, '$.output', jsonb(?)) WHERE `+held+`
		RETURNING metadata -> '$.cancel_attempted_at' IS NOT NULL`,
		string(b), lease.JobID, lease.Attempt, lease.Worker).Scan(&s.Cancelled)
	if errors.Is(err, sql.ErrNoRows) {
		return t.Look(ctx, lease)
	}
	return s, err
}

// Look reads what a running attempt must know of its row.
func (t *table) Look(ctx context.Context, lease job.Lease) (s work.Sight, err error) {
	err = t.c.read.QueryRowContext(ctx, `
		SELECT state, attempt, metadata -> '$.cancel_attempted_at' IS NOT NULL FROM river_job WHERE id = ?`,
		lease.JobID).Scan(&s.State, &s.Attempt, &s.Cancelled)
	if errors.Is(err, sql.ErrNoRows) {
		return work.Sight{Gone: true}, nil
	}
	return s, err
}

// Conclude writes an outcome. The transaction has the write lock from its
// beginning, so what it has read stays true.
func (t *table) Conclude(ctx context.Context, lease job.Lease, decide func(work.Row) work.Outcome) (ok bool, keys []string, err error) {
	err = t.c.inTx(ctx, func(tx *sql.Tx) error {
		var row work.Row
		var metadata []byte
		err := tx.QueryRowContext(ctx, `SELECT attempt, max_attempts, json(metadata) FROM river_job WHERE `+held,
			lease.JobID, lease.Attempt, lease.Worker).Scan(&row.Attempt, &row.Max, &metadata)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err = errors.Join(err, json.Unmarshal(metadata, &row.Notes)); err != nil {
			return err
		}
		ok = true
		keys, err = write(ctx, tx, lease, decide(row))
		return err
	})
	return ok && err == nil, keys, err
}

func write(ctx context.Context, tx *sql.Tx, lease job.Lease, o work.Outcome) ([]string, error) {
	now := time.Now()
	due, finalized := riverTime(now), any(nil)
	if !o.Due.IsZero() {
		due = riverTime(o.Due)
	}
	if o.Ended() {
		finalized = riverTime(now)
	}
	patch, err := json.Marshal(o.Patch)
	if err != nil {
		return nil, err
	}
	if o.Patch == nil {
		patch = []byte(`{}`)
	}
	var failed any
	if o.Fault != nil {
		failed = string(work.Failed(lease.Attempt, o.Fault, now))
	}
	if _, err := tx.ExecContext(ctx, `
		UPDATE river_job SET state = ?1, scheduled_at = CASE ?1 WHEN 'available' THEN ?2 ELSE scheduled_at END, finalized_at = ?3,
			errors = CASE WHEN ?4 IS NULL THEN errors ELSE jsonb_insert(coalesce(errors, jsonb('[]')), '$[#]', jsonb(?4)) END,
			max_attempts = max_attempts + ?5, metadata = jsonb_patch(metadata, jsonb(?6))
		WHERE id = ?7`, o.State, due, finalized, failed, o.MoreAttempts, string(patch), lease.JobID); err != nil {
		return nil, err
	}
	if !o.Ended() {
		return nil, nil
	}
	return releaseJob(ctx, tx, lease.JobID)
}

// Running lists the running jobs of this owner.
func (t *table) Running(ctx context.Context) ([]work.Running, error) {
	now := time.Now()
	return list(ctx, t.c, func(row scanner) (j work.Running, err error) {
		var beat sql.NullInt64 // none when the worker signed out
		var fetched sql.NullTime
		var metadata []byte
		if err := row.Scan(&j.Lease.JobID, &j.Kind, &j.Lease.Attempt, &j.Lease.Worker, &beat, &fetched, &metadata); err != nil {
			return j, err
		}
		j.Fetched, j.Silent = now.Sub(fetched.Time), now.Sub(moment(beat.Int64))
		j.Dead = !beat.Valid || !alive.Is(t.c.marks, j.Lease.Worker)
		return j, json.Unmarshal(metadata, &j.Notes)
	}, `
		SELECT j.id, j.kind, j.attempt, coalesce(j.attempted_by ->> '$[#-1]', ''), w.beat, j.attempted_at, json(j.metadata)
		FROM `+jobTables+` LEFT JOIN worker w ON w.id = j.attempted_by ->> '$[#-1]'
		WHERE j.state = 'running' AND d.owner = ?`, t.c.owner)
}

// Complete ends a job that publishes no version.
func (c *Catalog) Complete(ctx context.Context, lease job.Lease, final job.Progress) error {
	return c.committing(ctx, lease, "", func(tx *sql.Tx) error { return c.complete(ctx, tx, lease, final, time.Now()) })
}

// committing does a commit in one transaction, which ends the job's claims too.
func (c *Catalog) committing(ctx context.Context, lease job.Lease, recordID string, commit func(tx *sql.Tx) error) error {
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		if err := commit(tx); err != nil {
			return err
		}
		_, err := releaseJob(ctx, tx, lease.JobID)
		return err
	})
	if err == nil {
		c.slot.Committed(lease)
		c.changed.Tell(recordID)
	}
	return err
}

// Enqueue adds another job for a record.
func (c *Catalog) Enqueue(ctx context.Context, recordID string, r job.Request) (id int64, err error) {
	err = c.inTx(ctx, func(tx *sql.Tx) error {
		seq, _, err := c.recordIn(ctx, tx, recordID)
		if err != nil {
			return err
		}
		id, err = c.insertJob(ctx, tx, seq, r)
		return err
	})
	if err == nil {
		c.wake.All()
	}
	return id, err
}

// insertJob writes a job of a record.
func (c *Catalog) insertJob(ctx context.Context, tx *sql.Tx, dataset int64, r job.Request) (int64, error) {
	args, opts, err := work.Insertion(r, func(queue string) string { return queueOf(c.owner, queue) })
	if err != nil {
		return 0, err
	}
	inserted, err := c.river.InsertTx(ctx, tx, args, opts)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dataset_job (job, dataset) VALUES (?, ?)`, inserted.Job.ID, dataset)
	return inserted.Job.ID, err
}

// sameRequest answers what an earlier request of the same name did.
func (c *Catalog) sameRequest(ctx context.Context, tx *sql.Tx, d catalog.NewDataset) (catalog.Added, bool, error) {
	a := catalog.Added{Again: true}
	var name, hash string
	err := tx.QueryRowContext(ctx, `
		SELECT id, file_name, file_hash, (SELECT coalesce(min(job), 0) FROM dataset_job WHERE dataset = seq)
		FROM dataset WHERE owner = ? AND idempotency = ?`, c.owner, d.Idempotency).Scan(&a.RecordID, &name, &hash, &a.JobID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return a, false, nil
	case err != nil:
		return a, false, err
	case name != d.FileName || hash != d.FileHash:
		return a, false, fault.New(fault.Conflict, say.T("The idempotency key was used for another file before.")).
			Hint(say.T("Use a new key for each file that you add."))
	}
	return a, true, nil
}
