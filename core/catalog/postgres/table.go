package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// work runs jobs, an owner's or everyone's.
func (b *base) work(ctx context.Context, owner string, reg *job.Registry, opts catalog.WorkOptions) error {
	t := &table{base: b, owner: owner}
	// The news of changes come by NOTIFY, to this process too.
	config := work.Config{Options: b.opts.Options, Worker: b.name, Changed: func(string) {}}
	r, err := work.New(t, config, opts, &b.wake, reg, queueName)
	if err != nil {
		return err
	}
	t.queues = r.Queues()
	if err := b.slot.Enter(r); err != nil {
		return err
	}
	defer b.slot.Leave()
	b.listen()
	return trouble(ctx, r.Run(ctx, reg, func(conf *river.Config) (work.Client, error) {
		conf.Schema = Schema
		return river.NewClient(b.driver(owner), conf)
	}))
}

// table is the job table as the runner works on it.
type table struct {
	*base
	owner  string // whose jobs are worked; "" for everyone's
	queues []string
}

// forgotten is how long after its last beat a process is cleared away.
const forgotten = time.Hour

// SignIn makes this process known as a worker before it fetches anything.
func (t *table) SignIn(ctx context.Context) error {
	if err := t.alive(ctx); err != nil {
		return trouble(ctx, err)
	}
	if _, err := t.pool.Exec(ctx, `DELETE FROM sheetmill.process WHERE beat < now() - $1::interval`, forgotten); err != nil {
		return trouble(ctx, err)
	}
	_, err := t.pool.Exec(ctx, `UPDATE sheetmill.process SET works = true WHERE id = $1`, t.name)
	return trouble(ctx, err)
}

// SignOut takes this process out of the workers.
func (t *table) SignOut(ctx context.Context) error {
	_, err := t.pool.Exec(ctx, `UPDATE sheetmill.process SET works = false WHERE id = $1`, t.name)
	return trouble(ctx, err)
}

// Beat shows that this process lives and works.
func (t *table) Beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.opts.Beat)
	defer cancel()
	tag, err := t.pool.Exec(ctx, `UPDATE sheetmill.process SET beat = now(), works = true WHERE id = $1`, t.name)
	if err == nil && tag.RowsAffected() == 0 { // cleared away, after a long absence
		err = t.SignIn(ctx)
	}
	return trouble(ctx, err)
}

// Due looks for jobs that may start now.
func (t *table) Due(ctx context.Context) (some bool, err error) {
	err = t.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM sheetmill.river_job
			WHERE state = 'available' AND queue = ANY($1) AND scheduled_at <= now() AND ($2 = '' OR owner = $2))`,
		t.queues, t.owner).Scan(&some)
	return some, trouble(ctx, err)
}

// Belongs reads what the fetch filled in.
func (t *table) Belongs(_ context.Context, j *rivertype.JobRow) (owner, recordID string, err error) {
	var told struct {
		Sheetmill struct {
			Owner  string `json:"owner"`
			Record string `json:"record"`
		} `json:"sheetmill"`
	}
	if err := json.Unmarshal(j.Metadata, &told); err != nil {
		return "", "", err
	}
	if told.Sheetmill.Record == "" {
		return "", "", fault.New(fault.NotFound, say.T("The job works for no record, or for one that was removed."))
	}
	return told.Sheetmill.Owner, told.Sheetmill.Record, nil
}

// held is the fence: the job runs and this attempt of this worker is its newest.
const held = `id = $1 AND state = 'running' AND attempt = $2 AND attempted_by[array_length(attempted_by, 1)] = $3`

// changed tells every process that the job $1 changed, under its record's topic.
const tellOfJob = `
	SELECT pg_notify('sheetmill_changed', left(encode(sha256(convert_to(d.owner || '/' || d.id, 'UTF8')), 'hex'), 16))
	FROM sheetmill.dataset_job dj JOIN sheetmill.dataset d ON d.seq = dj.dataset WHERE dj.job = $1`

// Progress writes an attempt's output, looks, and tells of it, in one statement.
func (t *table) Progress(ctx context.Context, lease job.Lease, output work.Output) (work.Sight, error) {
	b, err := json.Marshal(output)
	if err != nil {
		return work.Sight{}, err
	}
	s := work.Sight{State: rivertype.JobStateRunning, Attempt: lease.Attempt}
	err = t.pool.QueryRow(ctx, `
		WITH written AS (
			UPDATE sheetmill.river_job SET metadata = jsonb_set(metadata, '{output}', $4::jsonb) WHERE `+held+`
			RETURNING metadata ? 'cancel_attempted_at' AS cancelled
		), told AS (`+tellOfJob+`)
		SELECT cancelled FROM written LEFT JOIN told ON true`,
		lease.JobID, lease.Attempt, lease.Worker, b).Scan(&s.Cancelled)
	if errors.Is(err, pgx.ErrNoRows) {
		return t.Look(ctx, lease)
	}
	return s, trouble(ctx, err)
}

// Look reads what a running attempt must know of its row.
func (t *table) Look(ctx context.Context, lease job.Lease) (s work.Sight, err error) {
	err = t.pool.QueryRow(ctx, `
		SELECT state, attempt, metadata ? 'cancel_attempted_at' FROM sheetmill.river_job WHERE id = $1`,
		lease.JobID).Scan(&s.State, &s.Attempt, &s.Cancelled)
	if errors.Is(err, pgx.ErrNoRows) {
		return work.Sight{Gone: true}, nil
	}
	return s, trouble(ctx, err)
}

// Conclude writes an outcome, with the row locked between the reading and the writing.
func (t *table) Conclude(ctx context.Context, lease job.Lease, decide func(work.Row) work.Outcome) (ok bool, keys []string, err error) {
	err = pgx.BeginTxFunc(ctx, t.pool, brief, func(tx pgx.Tx) error {
		var row work.Row
		var metadata []byte
		err := tx.QueryRow(ctx, `SELECT attempt, max_attempts, metadata FROM sheetmill.river_job WHERE `+held+` FOR UPDATE`,
			lease.JobID, lease.Attempt, lease.Worker).Scan(&row.Attempt, &row.Max, &metadata)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal(metadata, &row.Notes); err != nil {
			return err
		}
		ok = true
		keys, err = write(ctx, tx, lease, decide(row))
		return err
	})
	return ok && err == nil, keys, trouble(ctx, err)
}

func write(ctx context.Context, tx pgx.Tx, lease job.Lease, o work.Outcome) ([]string, error) {
	patch := []byte(`{}`)
	if o.Patch != nil {
		b, err := json.Marshal(o.Patch)
		if err != nil {
			return nil, err
		}
		patch = b
	}
	var failed []byte
	if o.Fault != nil {
		failed = work.Failed(lease.Attempt, o.Fault, time.Now())
	}
	// The wait is counted by the database's clock, as everything in the row is.
	wait := time.Duration(0)
	if !o.Due.IsZero() {
		wait = time.Until(o.Due)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE sheetmill.river_job SET state = $2,
			scheduled_at = CASE WHEN $3 THEN scheduled_at ELSE now() + $4::interval END,
			finalized_at = CASE WHEN $3 THEN now() END,
			errors = CASE WHEN $5::jsonb IS NULL THEN errors ELSE array_append(errors, $5::jsonb) END,
			max_attempts = max_attempts + $6, metadata = metadata || $7::jsonb
		WHERE id = $1`, lease.JobID, o.State, o.Ended(), wait, failed, o.MoreAttempts, patch); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, tellOfJob, lease.JobID); err != nil {
		return nil, err
	}
	if !o.Ended() {
		return nil, nil
	}
	return releaseJob(ctx, tx, lease.JobID)
}

// Running lists the running jobs whose worker is this process, or looks gone.
func (t *table) Running(ctx context.Context) ([]work.Running, error) {
	rows, err := t.pool.Query(ctx, `
		SELECT j.id, j.kind, j.attempt, w.name, extract(epoch FROM now() - j.attempted_at)::float8,
			coalesce(extract(epoch FROM now() - p.beat), 0)::float8, p.id IS NULL OR NOT p.works, j.metadata
		FROM sheetmill.river_job j
		CROSS JOIN LATERAL (SELECT coalesce(j.attempted_by[array_length(j.attempted_by, 1)], '') AS name) w
		LEFT JOIN sheetmill.process p ON p.id = w.name
		WHERE j.state = 'running' AND ($1 = '' OR j.owner = $1)
			AND (p.id IS NULL OR NOT p.works OR p.beat < now() - $2::interval OR w.name = $3)`,
		t.owner, t.opts.Silence, t.name)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (j work.Running, err error) {
		var fetched, silent float64
		var metadata []byte
		if err := row.Scan(&j.Lease.JobID, &j.Kind, &j.Lease.Attempt, &j.Lease.Worker, &fetched, &silent, &j.Dead, &metadata); err != nil {
			return j, err
		}
		j.Fetched, j.Silent = seconds(fetched), seconds(silent)
		return j, json.Unmarshal(metadata, &j.Notes)
	})
	return out, trouble(ctx, err)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
