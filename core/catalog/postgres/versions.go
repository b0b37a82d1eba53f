package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

const versionQuery = `
	SELECT v.number, v.clean_key, v.keys, v.row_count, v.columns, v.detail, v.created_at
	FROM sheetmill.version v JOIN sheetmill.dataset d ON d.seq = v.dataset
	WHERE d.owner = $1 AND d.id = $2 `

// Versions lists a dataset's versions.
func (c *Catalog) Versions(ctx context.Context, id string) ([]catalog.Version, error) {
	found, err := list(ctx, c, scanVersion, versionQuery+`ORDER BY v.number`, c.owner, id)
	if err == nil && len(found) == 0 {
		_, err = c.Dataset(ctx, id) // no version yet, or no record
	}
	return found, err
}

// Version is one version; number 0 is the head.
func (c *Catalog) Version(ctx context.Context, id string, number int) (catalog.Version, error) {
	found, err := list(ctx, c, scanVersion, versionQuery+`AND v.number = coalesce(nullif($3, 0), d.head)`, c.owner, id, number)
	if err != nil {
		return catalog.Version{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	d, err := c.Dataset(ctx, id)
	switch {
	case err != nil:
		return catalog.Version{}, err
	case d.Head == 0:
		return catalog.Version{}, fault.New(fault.NotFound, say.T("Record {id} has no clean table yet.", "id", id))
	}
	return catalog.Version{}, fault.New(fault.NotFound, say.T("Record {id} has no version {number}.", "id", id, "number", number))
}

func scanVersion(row pgx.CollectableRow) (catalog.Version, error) {
	var v catalog.Version
	var columns, detail []byte
	if err := row.Scan(&v.Number, &v.CleanKey, &v.Keys, &v.Rows, &columns, &detail, &v.CreatedAt); err != nil {
		return v, err
	}
	v.CreatedAt, v.Detail = moment(v.CreatedAt), detail
	return v, json.Unmarshal(columns, &v.Columns)
}

// recordIn finds the row of this owner's record and locks it.
func (c *Catalog) recordIn(ctx context.Context, tx pgx.Tx, id string) (seq int64, err error) {
	err = tx.QueryRow(ctx, `SELECT seq FROM sheetmill.dataset WHERE owner = $1 AND id = $2 FOR UPDATE`, c.owner, id).Scan(&seq)
	if errors.Is(err, pgx.ErrNoRows) {
		err = noRecord(id)
	}
	return seq, err
}

// Commit publishes a version and completes the job, if the lease is still the
// newest and the job runs.
func (c *Catalog) Commit(ctx context.Context, lease job.Lease, id string, v catalog.Version, final job.Progress) error {
	err := c.inBrief(ctx, func(tx pgx.Tx) error {
		if err := c.complete(ctx, tx, lease, final); err != nil {
			return err
		}
		var seq int64
		err := tx.QueryRow(ctx, `
			SELECT d.seq FROM sheetmill.dataset d JOIN sheetmill.dataset_job dj ON dj.dataset = d.seq
			WHERE d.owner = $1 AND d.id = $2 AND dj.job = $3 FOR UPDATE OF d`, c.owner, id, lease.JobID).Scan(&seq)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, say.T("Job {job} does not work for record {id}.", "job", lease.JobID, "id", id))
		}
		if err != nil {
			return err
		}
		if err := c.publish(ctx, tx, seq, v); err != nil {
			return err
		}
		if _, err := releaseJob(ctx, tx, lease.JobID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, news, topicOf(c.owner, id))
		return err
	})
	if err == nil {
		c.slot.Committed(lease)
	}
	return err
}

// neededKeys are the objects that a version needs, once each and in order.
func neededKeys(v catalog.Version) []string {
	return slices.Compact(slices.Sorted(slices.Values(append([]string{v.CleanKey}, v.Keys...))))
}

// publish adds a version to a locked record and points the record at it.
func (c *Catalog) publish(ctx context.Context, tx pgx.Tx, seq int64, v catalog.Version) error {
	if v.Columns == nil {
		v.Columns = []catalog.Column{}
	}
	columns, err := json.Marshal(v.Columns)
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
	_, err = tx.Exec(ctx, `
		WITH added AS (
			INSERT INTO sheetmill.version (dataset, owner, number, clean_key, keys, row_count, columns, detail)
			SELECT $1, $2, 1 + coalesce(max(number), 0), $3, $4, $5, $6, $7 FROM sheetmill.version WHERE dataset = $1
			RETURNING number
		)
		UPDATE sheetmill.dataset SET head = added.number, clean_data_key = $3, total_rows = $5, total_cols = $8, columns = $6, updated_at = now()
		FROM added WHERE seq = $1`,
		seq, c.owner, v.CleanKey, neededKeys(v), v.Rows, columns, []byte(detail), len(v.Columns))
	return err
}

// complete ends the job as completed, guarded by the lease.
func (c *Catalog) complete(ctx context.Context, tx pgx.Tx, lease job.Lease, final job.Progress) error {
	done, err := json.Marshal(work.Output{Attempt: lease.Attempt, Progress: final})
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `
		UPDATE sheetmill.river_job SET state = 'completed', finalized_at = now(), metadata = jsonb_set(metadata, '{output}', $4::jsonb)
		WHERE NOT metadata ? 'cancel_attempted_at' AND owner = $5 AND `+held,
		lease.JobID, lease.Attempt, lease.Worker, done, c.owner)
	if err != nil || tag.RowsAffected() == 1 {
		return err
	}
	return c.refusal(ctx, tx, lease)
}

// refusal tells a person's cancel from a lease that is lost.
func (c *Catalog) refusal(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, lease job.Lease) error {
	var still bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM sheetmill.river_job WHERE owner = $4 AND `+held+`)`,
		lease.JobID, lease.Attempt, lease.Worker, c.owner).Scan(&still)
	switch {
	case err != nil:
		return err
	case still:
		return job.ErrCancelled
	}
	return job.ErrLeaseLost
}
