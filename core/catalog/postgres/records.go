package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Add writes the record and its job in one transaction.
func (c *Catalog) Add(ctx context.Context, d catalog.NewDataset, r job.Request) (catalog.Added, error) {
	return c.record(ctx, d, []string{d.FileKey}, func(tx pgx.Tx, seq int64) (int64, error) {
		return c.insertJob(ctx, tx, seq, r)
	})
}

// Import writes a record that is ready at once, with its first version.
func (c *Catalog) Import(ctx context.Context, d catalog.NewDataset, v catalog.Version) (catalog.Added, error) {
	if v.CleanKey == "" {
		return catalog.Added{}, fault.New(fault.Usage, say.T("A version needs the key of its clean table."))
	}
	keys := append([]string{d.FileKey}, neededKeys(v)...)
	return c.record(ctx, d, keys, func(tx pgx.Tx, seq int64) (int64, error) {
		return 0, c.publish(ctx, tx, seq, v)
	})
}

// record writes a new record with what belongs to it, and spends the claims
// under which its objects were stored.
func (c *Catalog) record(ctx context.Context, d catalog.NewDataset, keys []string, with func(tx pgx.Tx, seq int64) (jobID int64, err error)) (catalog.Added, error) {
	if d.ID == "" || d.FileKey == "" {
		return catalog.Added{}, fault.New(fault.Usage, say.T("A record needs an ID and the key of its source."))
	}
	added := catalog.Added{RecordID: d.ID}
	err := c.inTx(ctx, func(tx pgx.Tx) error {
		seq, err := c.insertDataset(ctx, tx, d)
		if err != nil {
			return err
		}
		if added.JobID, err = with(tx, seq); err != nil {
			return err
		}
		for _, key := range keys {
			if err := c.spendClaim(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errAgain) || isUnique(err, "dataset_owner_idempotency_key") {
		return c.again(ctx, d, keys)
	}
	if err != nil {
		return catalog.Added{}, err
	}
	for _, key := range keys {
		c.forgetClaim(key)
	}
	return added, nil
}

// errAgain says that a record was added under the same idempotency key before.
var errAgain = errors.New("the request was answered before")

func (c *Catalog) insertDataset(ctx context.Context, tx pgx.Tx, d catalog.NewDataset) (seq int64, err error) {
	if d.Idempotency != "" {
		var before bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM sheetmill.dataset WHERE owner = $1 AND idempotency = $2)`, c.owner, d.Idempotency).Scan(&before)
		if err != nil || before {
			return 0, cmp.Or(err, errAgain)
		}
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO sheetmill.dataset (id, owner, file_name, file_key, file_size, file_hash, expires_at, idempotency)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')) RETURNING seq`,
		d.ID, c.owner, d.FileName, d.FileKey, d.FileSize, d.FileHash, orNull(d.ExpiresAt), d.Idempotency).Scan(&seq)
	if isUnique(err, "dataset_owner_id_key") {
		err = fault.New(fault.Conflict, say.T("There is already a record {id}.", "id", d.ID)).Because(err)
	}
	return seq, err
}

// again answers what an earlier request of the same name did.
func (c *Catalog) again(ctx context.Context, d catalog.NewDataset, keys []string) (catalog.Added, error) {
	a := catalog.Added{Again: true}
	var name, hash string
	err := c.db.QueryRow(c.as(ctx), `
		SELECT id, file_name, file_hash, (SELECT coalesce(min(job), 0) FROM sheetmill.dataset_job WHERE dataset = seq)
		FROM sheetmill.dataset WHERE owner = $1 AND idempotency = $2`, c.owner, d.Idempotency).Scan(&a.RecordID, &name, &hash, &a.JobID)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // removed in between
		return a, fault.New(fault.Conflict, say.T("The record of this request was removed just now.")).Hint(say.T("Try again."))
	case err != nil:
		return a, trouble(ctx, err)
	case name != d.FileName || hash != d.FileHash:
		return a, fault.New(fault.Conflict, say.T("The idempotency key was used for another file before.")).
			Hint(say.T("Use a new key for each file that you add."))
	}
	return a, c.Release(ctx, keys...)
}

// Enqueue adds another job for a record.
func (c *Catalog) Enqueue(ctx context.Context, recordID string, r job.Request) (id int64, err error) {
	err = c.inTx(ctx, func(tx pgx.Tx) error {
		seq, err := c.recordIn(ctx, tx, recordID)
		if err != nil {
			return err
		}
		id, err = c.insertJob(ctx, tx, seq, r)
		return err
	})
	return id, err
}

// insertJob writes a job of a record and tells the workers.
func (c *Catalog) insertJob(ctx context.Context, tx pgx.Tx, dataset int64, r job.Request) (int64, error) {
	args, opts, err := work.Insertion(r, queueName)
	if err != nil {
		return 0, err
	}
	inserted, err := c.inserts.InsertTx(ctx, tx, args, opts)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		WITH tied AS (INSERT INTO sheetmill.dataset_job (job, owner, dataset) VALUES ($1, $2, $3) RETURNING job)
		SELECT pg_notify('sheetmill_job', '') FROM tied`, inserted.Job.ID, c.owner, dataset)
	return inserted.Job.ID, err
}

const datasetColumns = `id, owner, file_name, file_key, file_size, file_hash, head, clean_data_key,
	total_rows, total_cols, columns, created_at, updated_at, expires_at`

// Dataset finds a record.
func (c *Catalog) Dataset(ctx context.Context, id string) (catalog.Dataset, error) {
	found, err := c.datasets(ctx, `owner = $1 AND id = $2`, c.owner, id)
	if err == nil && len(found) == 0 {
		err = noRecord(id)
	}
	if err != nil {
		return catalog.Dataset{}, err
	}
	return found[0], nil
}

// minPrefix is how much of an ID a person must type.
const minPrefix = 4

// Find resolves an identifier typed by a person.
func (c *Catalog) Find(ctx context.Context, prefix string) (catalog.Dataset, error) {
	d, err := c.Dataset(ctx, prefix)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return d, err
	}
	if len(prefix) < minPrefix {
		return d, fault.New(fault.Usage, say.T("{id} is too short to tell which record is meant.", "id", prefix)).
			Hint(say.T("Type at least {n} letters of the record's ID.", "n", minPrefix))
	}
	found, err := c.datasets(ctx, `owner = $1 AND starts_with(id, $2) ORDER BY id LIMIT 2`, c.owner, prefix)
	switch {
	case err != nil:
		return d, err
	case len(found) == 0:
		return d, noRecord(prefix)
	case len(found) > 1:
		return d, fault.New(fault.Usage, say.T("More than one record starts with {id}.", "id", prefix)).
			Hint(say.T("Type more letters of the record's ID."))
	}
	return found[0], nil
}

// Datasets lists records, newest first.
func (c *Catalog) Datasets(ctx context.Context, limit int) ([]catalog.Dataset, error) {
	return c.datasets(ctx, `owner = $1 ORDER BY created_at DESC, seq DESC LIMIT nullif($2, 0)`, c.owner, max(0, limit))
}

// Expired lists records whose time has passed.
func (c *Catalog) Expired(ctx context.Context, now time.Time) ([]string, error) {
	return list(ctx, c, pgx.RowTo[string], `SELECT id FROM sheetmill.dataset WHERE owner = $1 AND expires_at <= $2 ORDER BY expires_at, seq`, c.owner, now)
}

// Check lists records that have neither a version nor any job.
func (c *Catalog) Check(ctx context.Context) ([]string, error) {
	return list(ctx, c, pgx.RowTo[string], `
		SELECT id FROM sheetmill.dataset d WHERE owner = $1
		AND NOT EXISTS (SELECT 1 FROM sheetmill.version WHERE dataset = d.seq)
		AND NOT EXISTS (SELECT 1 FROM sheetmill.dataset_job WHERE dataset = d.seq)
		ORDER BY seq`, c.owner)
}

func (c *Catalog) datasets(ctx context.Context, where string, args ...any) ([]catalog.Dataset, error) {
	return list(ctx, c, scanDataset, `SELECT `+datasetColumns+` FROM sheetmill.dataset WHERE `+where, args...)
}

func scanDataset(row pgx.CollectableRow) (catalog.Dataset, error) {
	var d catalog.Dataset
	var columns []byte
	var expires *time.Time
	err := row.Scan(&d.ID, &d.Owner, &d.FileName, &d.FileKey, &d.FileSize, &d.FileHash, &d.Head, &d.CleanDataKey,
		&d.TotalRows, &d.TotalCols, &columns, &d.CreatedAt, &d.UpdatedAt, &expires)
	if err != nil {
		return catalog.Dataset{}, err
	}
	d.CreatedAt, d.UpdatedAt = moment(d.CreatedAt), moment(d.UpdatedAt)
	if expires != nil {
		d.ExpiresAt = moment(*expires)
	}
	return d, json.Unmarshal(columns, &d.Columns)
}

// Remove deletes a record with its versions, jobs and claims. A running
// attempt finds its job gone and ends as cancelled.
func (c *Catalog) Remove(ctx context.Context, id string) ([]string, error) {
	var keys []string
	var jobs []int64
	err := c.inTx(ctx, func(tx pgx.Tx) error {
		seq, err := c.recordIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if jobs, err = listIn(ctx, tx, pgx.RowTo[int64], `SELECT job FROM sheetmill.dataset_job WHERE dataset = $1`, seq); err != nil {
			return err
		}
		// What the jobs claimed and no version came to need goes too.
		keys, err = listIn(ctx, tx, pgx.RowTo[string], `
			WITH claimed AS (DELETE FROM sheetmill.claim WHERE owner = $3 AND job = ANY($2) RETURNING key)
			SELECT file_key FROM sheetmill.dataset WHERE seq = $1
			UNION SELECT unnest(keys) FROM sheetmill.version WHERE dataset = $1
			UNION SELECT key FROM claimed
			ORDER BY 1`, seq, jobs, c.owner)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sheetmill.river_job WHERE id = ANY($1)`, jobs); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sheetmill.dataset WHERE seq = $1`, seq); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, news, topicOf(c.owner, id))
		return err
	})
	if err != nil {
		return nil, err
	}
	c.slot.Poke(jobs...)
	return keys, nil
}

// Times are kept to the millisecond.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
