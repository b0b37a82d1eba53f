package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// sweepTurn is how long one transaction of Sweep may keep others from writing.
const sweepTurn = 100 * time.Millisecond

// Claim protects objects that are about to be written.
func (c *Catalog) Claim(ctx context.Context, jobID int64, keys ...string) error {
	return c.inTx(ctx, func(tx *sql.Tx) error {
		if jobID != 0 {
			// A claim for a job that has ended would protect nothing that anyone needs.
			info, err := c.jobIn(ctx, tx, jobID)
			if err != nil {
				return err
			}
			if info.State.Ended() {
				return job.ErrLeaseLost
			}
		}
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, `INSERT INTO claim (key, holder, job, at) VALUES (?, ?, ?, ?)`,
				key, c.mark.Name(), jobID, stamp(time.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// Release gives up claims that this process made for no job.
func (c *Catalog) Release(ctx context.Context, keys ...string) error {
	return c.inTx(ctx, func(tx *sql.Tx) error {
		for _, key := range keys {
			if err := c.releaseOne(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// releaseOne ends one claim on a key. Two adds of one file hold one each, so
// that the end of the first does not bare the second.
func (c *Catalog) releaseOne(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM claim WHERE id = (SELECT min(id) FROM claim WHERE key = ? AND holder = ? AND job = 0)`,
		key, c.mark.Name())
	return err
}

func releaseJob(ctx context.Context, tx *sql.Tx, jobID int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM claim WHERE job = ?`, jobID)
	return err
}

// staleClaims lists the claims that protect nothing any more: the holder is
// gone and the job, if there is one, has ended.
func (c *Catalog) staleClaims(ctx context.Context, q querier) ([]int64, error) {
	type claim struct {
		id     int64
		holder string
	}
	ended, err := listIn(ctx, q, func(row scanner) (cl claim, err error) {
		err = row.Scan(&cl.id, &cl.holder)
		return cl, err
	}, `SELECT claim.id, holder FROM claim LEFT JOIN river_job ON river_job.id = claim.job
		WHERE river_job.id IS NULL OR river_job.finalized_at IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	lives := map[string]bool{}
	var stale []int64
	for _, cl := range ended {
		living, asked := lives[cl.holder]
		if !asked {
			living = alive.Is(c.marks, cl.holder)
			lives[cl.holder] = living
		}
		if !living {
			stale = append(stale, cl.id)
		}
	}
	return stale, nil
}

// Sweep removes those keys that nothing refers to. Each transaction holds the
// write lock, so no claim comes between the look and the removal, and ends
// after a short turn, so that others can write in between.
func (c *Catalog) Sweep(ctx context.Context, keys []string, dryRun bool, remove func(key string) error) (int, error) {
	if dryRun {
		return c.countUnreferred(ctx, keys)
	}
	if err := c.inTx(ctx, func(tx *sql.Tx) error { return c.dropStaleClaims(ctx, tx) }); err != nil {
		return 0, err
	}
	removed := 0
	for len(keys) > 0 {
		done := 0
		err := c.inTx(ctx, func(tx *sql.Tx) error {
			for start := time.Now(); done < len(keys) && time.Since(start) < sweepTurn; done++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				free, err := unreferred(ctx, tx, keys[done])
				if err != nil {
					return err
				}
				if !free {
					continue
				}
				if err := remove(keys[done]); err != nil {
					return err
				}
				removed++
			}
			return nil
		})
		if err != nil {
			return removed, err
		}
		keys = keys[done:]
	}
	return removed, nil
}

func (c *Catalog) dropStaleClaims(ctx context.Context, tx *sql.Tx) error {
	stale, err := c.staleClaims(ctx, tx)
	for _, id := range stale {
		if _, delErr := tx.ExecContext(ctx, `DELETE FROM claim WHERE id = ?`, id); delErr != nil {
			return delErr
		}
	}
	return err
}

func (c *Catalog) countUnreferred(ctx context.Context, keys []string) (int, error) {
	n := 0
	err := c.readTx(ctx, func(tx *sql.Tx) error {
		stale, err := c.staleClaims(ctx, tx)
		if err != nil {
			return err
		}
		for _, key := range keys {
			free, err := unreferred(ctx, tx, key, stale...)
			if err != nil {
				return err
			}
			if free {
				n++
			}
		}
		return nil
	})
	return n, err
}

// unreferred tells that no record, version or claim needs the key, claims
// called stale aside. Records of every owner count.
func unreferred(ctx context.Context, tx *sql.Tx, key string, stale ...int64) (bool, error) {
	var referred bool
	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM dataset WHERE file_key = ?1)
		    OR EXISTS (SELECT 1 FROM version_key WHERE key = ?1)`, key).Scan(&referred)
	if err != nil || referred {
		return false, err
	}
	claims, err := listIn(ctx, tx, scanOne[int64], `SELECT id FROM claim WHERE key = ?`, key)
	if err != nil {
		return false, err
	}
	for _, id := range claims {
		if !contains(stale, id) {
			return false, nil
		}
	}
	return true, nil
}

func contains(ids []int64, id int64) bool {
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}

var errNoJob = errors.New("no such job")

func noJob(id int64) error {
	return fault.New(fault.NotFound, say.T("There is no job {id}.", "id", id)).Because(errNoJob)
}
