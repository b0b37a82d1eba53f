package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Versions lists a dataset's versions.
func (c *Catalog) Versions(ctx context.Context, id string) ([]catalog.Version, error) {
	var out []catalog.Version
	err := c.readTx(ctx, func(tx *sql.Tx) error {
		seq, _, err := c.recordIn(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = versionsIn(ctx, tx, seq, `ORDER BY number`)
		return err
	})
	return out, err
}

// Version is one version; number 0 is the head.
func (c *Catalog) Version(ctx context.Context, id string, number int) (catalog.Version, error) {
	var v catalog.Version
	err := c.readTx(ctx, func(tx *sql.Tx) error {
		seq, head, err := c.recordIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if number == 0 {
			number = head
		}
		found, err := versionsIn(ctx, tx, seq, `AND number = ?`, number)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			if head == 0 {
				return fault.New(fault.NotFound, say.T("Record {id} has no clean table yet.", "id", id))
			}
			return fault.New(fault.NotFound, say.T("Record {id} has no version {number}.", "id", id, "number", number))
		}
		v = found[0]
		return nil
	})
	return v, err
}

// recordIn finds the row and the head of this owner's record.
func (c *Catalog) recordIn(ctx context.Context, tx *sql.Tx, id string) (seq int64, head int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT seq, head FROM dataset WHERE owner = ? AND id = ?`, c.owner, id).Scan(&seq, &head)
	if errors.Is(err, sql.ErrNoRows) {
		err = noRecord(id)
	}
	return seq, head, err
}

func versionsIn(ctx context.Context, tx *sql.Tx, seq int64, more string, args ...any) ([]catalog.Version, error) {
	return listIn(ctx, tx, scanVersion, `
		SELECT number, clean_key, row_count, columns, detail, created_at,
			(SELECT json_group_array(key) FROM version_key k WHERE k.dataset = version.dataset AND k.number = version.number)
		FROM version WHERE dataset = ? `+more, append([]any{seq}, args...)...)
}

func scanVersion(row scanner) (catalog.Version, error) {
	var v catalog.Version
	var columns, detail, keys []byte
	var created int64
	if err := row.Scan(&v.Number, &v.CleanKey, &v.Rows, &columns, &detail, &created, &keys); err != nil {
		return v, err
	}
	v.CreatedAt = moment(created)
	v.Detail = detail
	err := errors.Join(json.Unmarshal(columns, &v.Columns), json.Unmarshal(keys, &v.Keys))
	slices.Sort(v.Keys)
	return v, err
}

// Commit publishes a version and completes the job, if the lease is still the
// newest and the job runs.
func (c *Catalog) Commit(ctx context.Context, lease job.Lease, id string, v catalog.Version, final job.Progress) error {
	return c.committing(ctx, lease, id, func(tx *sql.Tx) error {
		now := time.Now()
		if err := c.complete(ctx, tx, lease, final, now); err != nil {
			return err
		}
		var seq int64
		err := tx.QueryRowContext(ctx, `
			SELECT seq FROM dataset JOIN dataset_job ON dataset = seq WHERE owner = ? AND id = ? AND job = ?`,
			c.owner, id, lease.JobID).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, say.T("Job {job} does not work for record {id}.", "job", lease.JobID, "id", id))
		}
		if err != nil {
			return err
		}
		return publish(ctx, tx, seq, v, now)
	})
}

// publish adds a version to a record and points the record at it.
func publish(ctx context.Context, tx *sql.Tx, seq int64, v catalog.Version, now time.Time) error {
	columns, err := json.Marshal(nonNil(v.Columns))
	if err != nil {
		return err
	}
	detail := v.Detail
	if len(detail) == 0 {
		detail = json.RawMessage(`null`)
	}
	if !json.Valid(detail) {
		return fault.New(fault.Usage, say.T("The details of a version must be JSON."))
	}
	var number int
	if err := tx.QueryRowContext(ctx, `
		INSERT INTO version (dataset, number, clean_key, row_count, columns, detail, created_at)
		SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4, ?5, ?6 FROM version WHERE dataset = ?1
		RETURNING number`,
		seq, v.CleanKey, v.Rows, string(columns), string(detail), stamp(now)).Scan(&number); err != nil {
		return err
	}
	for _, key := range keysOf(v) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO version_key (dataset, number, key) VALUES (?, ?, ?)`, seq, number, key); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE dataset SET head = ?, clean_data_key = ?, total_rows = ?, total_cols = ?, columns = ?, updated_at = ?
		WHERE seq = ?`,
		number, v.CleanKey, v.Rows, len(v.Columns), string(columns), stamp(now), seq)
	return err
}

// keysOf lists every object that a version needs, once each and in order.
func keysOf(v catalog.Version) []string {
	return slices.Compact(slices.Sorted(slices.Values(append([]string{v.CleanKey}, v.Keys...))))
}

// complete ends the job as completed, guarded by the lease.
func (c *Catalog) complete(ctx context.Context, tx *sql.Tx, lease job.Lease, final job.Progress, now time.Time) error {
	done, err := json.Marshal(work.Output{Attempt: lease.Attempt, Progress: final})
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `
		UPDATE river_job SET state = 'completed', finalized_at = ?,
			metadata = jsonb_set(metadata, '$.output', jsonb(?))
		WHERE metadata -> '$.cancel_attempted_at' IS NULL AND `+held,
		riverTime(now), string(done), lease.JobID, lease.Attempt, lease.Worker)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	// Refused: a person's cancel is told apart, everything else is a lost lease.
	var n int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM river_job WHERE `+held, lease.JobID, lease.Attempt, lease.Worker).Scan(&n); err != nil {
		return err
	}
	if n == 1 {
		return job.ErrCancelled
	}
	return job.ErrLeaseLost
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
