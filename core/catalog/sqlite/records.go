package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Add writes the record and its job in one transaction.
func (c *Catalog) Add(ctx context.Context, d catalog.NewDataset, r job.Request) (catalog.Added, error) {
	return c.adding(ctx, d, []string{d.FileKey}, func(tx *sql.Tx, seq int64) (int64, error) {
		return c.insertJob(ctx, tx, seq, r)
	})
}

// Import writes a record with its first version and no job in one transaction.
func (c *Catalog) Import(ctx context.Context, d catalog.NewDataset, v catalog.Version) (catalog.Added, error) {
	if v.CleanKey == "" {
		return catalog.Added{}, fault.New(fault.Usage, say.T("A version needs the key of its clean table."))
	}
	claimed := slices.Compact(slices.Sorted(slices.Values(append(keysOf(v), d.FileKey))))
	return c.adding(ctx, d, claimed, func(tx *sql.Tx, seq int64) (int64, error) {
		return 0, publish(ctx, tx, seq, v, time.Now())
	})
}

// adding writes a record and, in the same transaction, what comes with it, and
// releases the claims on the objects that the record now refers to.
func (c *Catalog) adding(ctx context.Context, d catalog.NewDataset, claimed []string, with func(tx *sql.Tx, seq int64) (jobID int64, err error)) (catalog.Added, error) {
	if d.ID == "" || d.FileKey == "" {
		return catalog.Added{}, fault.New(fault.Usage, say.T("A record needs an ID and the key of its source."))
	}
	added := catalog.Added{RecordID: d.ID}
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		if d.Idempotency != "" {
			if before, again, err := c.sameRequest(ctx, tx, d); err != nil || again {
				added = before
				return errors.Join(err, c.release(ctx, tx, claimed))
			}
		}
		now := stamp(time.Now())
		res, err := tx.ExecContext(ctx, `
			INSERT INTO dataset (id, owner, file_name, file_key, file_size, file_hash, created_at, updated_at, expires_at, idempotency)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))`,
			d.ID, c.owner, d.FileName, d.FileKey, d.FileSize, d.FileHash, now, now, stampOrNull(d.ExpiresAt), d.Idempotency)
		if isUnique(err) {
			return fault.New(fault.Conflict, say.T("There is already a record {id}.", "id", d.ID)).Because(err)
		}
		if err != nil {
			return err
		}
		seq, err := res.LastInsertId()
		if err != nil {
			return err
		}
		if added.JobID, err = with(tx, seq); err != nil {
			return err
		}
		return c.release(ctx, tx, claimed)
	})
	if err != nil {
		return catalog.Added{}, err
	}
	c.wake.All()
	return added, nil
}

const datasetColumns = `id, owner, file_name, file_key, file_size, file_hash, head, clean_data_key,
	total_rows, total_cols, columns, created_at, updated_at, expires_at`

// Dataset finds a record.
func (c *Catalog) Dataset(ctx context.Context, id string) (catalog.Dataset, error) {
	row := c.read.QueryRowContext(ctx, `SELECT `+datasetColumns+` FROM dataset WHERE owner = ? AND id = ?`, c.owner, id)
	d, err := scanDataset(row)
	if errors.Is(err, sql.ErrNoRows) {
		return d, noRecord(id)
	}
	return d, c.trouble(ctx, err)
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
	found, err := c.datasets(ctx, `owner = ? AND id >= ? AND substr(id, 1, length(?)) = ? ORDER BY id LIMIT 2`,
		c.owner, prefix, prefix, prefix)
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
	if limit <= 0 {
		limit = -1 // SQLite's word for all
	}
	return c.datasets(ctx, `owner = ? ORDER BY created_at DESC, seq DESC LIMIT ?`, c.owner, limit)
}

// Expired lists records whose time has passed.
func (c *Catalog) Expired(ctx context.Context, now time.Time) ([]string, error) {
	return texts(ctx, c, `SELECT id FROM dataset WHERE owner = ? AND expires_at <= ? ORDER BY expires_at, seq`, c.owner, stamp(now))
}

func (c *Catalog) datasets(ctx context.Context, where string, args ...any) ([]catalog.Dataset, error) {
	return list(ctx, c, scanDataset, `SELECT `+datasetColumns+` FROM dataset WHERE `+where, args...)
}

func scanDataset(row scanner) (catalog.Dataset, error) {
	var d catalog.Dataset
	var columns []byte
	var rows, cols, expires sql.NullInt64
	var created, updated int64
	err := row.Scan(&d.ID, &d.Owner, &d.FileName, &d.FileKey, &d.FileSize, &d.FileHash, &d.Head, &d.CleanDataKey,
		&rows, &cols, &columns, &created, &updated, &expires)
	if err != nil {
		return catalog.Dataset{}, err
	}
	if rows.Valid {
		d.TotalRows = &rows.Int64
	}
	if cols.Valid {
		d.TotalCols = &cols.Int64
	}
	if expires.Valid {
		d.ExpiresAt = moment(expires.Int64)
	}
	d.CreatedAt, d.UpdatedAt = moment(created), moment(updated)
	return d, json.Unmarshal(columns, &d.Columns)
}

// Remove deletes a record with its versions, jobs and claims. A running
// attempt finds its job gone and ends as cancelled.
func (c *Catalog) Remove(ctx context.Context, id string) ([]string, error) {
	var keys []string
	var jobs []int64
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		var seq int64
		err := tx.QueryRowContext(ctx, `SELECT seq FROM dataset WHERE owner = ? AND id = ?`, c.owner, id).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return noRecord(id)
		}
		if err != nil {
			return err
		}
		if jobs, err = listIn(ctx, tx, scanOne[int64], `SELECT job FROM dataset_job WHERE dataset = ?`, seq); err != nil {
			return err
		}
		// What the jobs claimed and no version came to need goes too.
		keys, err = listIn(ctx, tx, scanOne[string], `
			SELECT file_key FROM dataset WHERE seq = ?1
			UNION SELECT key FROM version_key WHERE dataset = ?1
			UNION SELECT key FROM claim WHERE job IN (SELECT job FROM dataset_job WHERE dataset = ?1)
			ORDER BY 1`, seq)
		if err != nil {
			return err
		}
		for _, stmt := range []string{
			`DELETE FROM claim WHERE job IN (SELECT job FROM dataset_job WHERE dataset = ?)`,
			`DELETE FROM river_job WHERE id IN (SELECT job FROM dataset_job WHERE dataset = ?)`,
			`DELETE FROM dataset WHERE seq = ?`,
		} {
			if _, err := tx.ExecContext(ctx, stmt, seq); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.slot.Poke(jobs...)
	c.changed.Tell(id)
	return keys, nil
}

// Check lists records that have neither a version nor any job.
func (c *Catalog) Check(ctx context.Context) ([]string, error) {
	return texts(ctx, c, `
		SELECT id FROM dataset d WHERE owner = ?
		AND NOT EXISTS (SELECT 1 FROM version WHERE dataset = d.seq)
		AND NOT EXISTS (SELECT 1 FROM dataset_job JOIN river_job ON river_job.id = job WHERE dataset = d.seq)
		ORDER BY seq`, c.owner)
}

func noRecord(id string) error {
	return fault.New(fault.NotFound, say.T("There is no record {id}.", "id", id)).
		Hint(say.T("List the records to see their IDs."))
}

func isUnique(err error) bool {
	db, ok := errors.AsType[*sqlite.Error](err)
	return ok && (db.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || db.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
