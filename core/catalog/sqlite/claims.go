package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

const (
	// sweepTurn is how long one transaction of Sweep may keep others from writing.
	sweepTurn = 50 * time.Millisecond
	// sweepTurnKeys bounds how much such a transaction looks at.
	sweepTurnKeys = 500
	// sweepPause lets them: other processes look for the lock every 100 ms.
	sweepPause = 110 * time.Millisecond
)

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
	return c.inTx(ctx, func(tx *sql.Tx) error { return c.release(ctx, tx, keys) })
}

func (c *Catalog) release(ctx context.Context, tx *sql.Tx, keys []string) error {
	for _, key := range keys {
		if err := c.releaseOne(ctx, tx, key); err != nil {
			return err
		}
	}
	return nil
}

// releaseOne ends one claim on a key. Two adds of one file hold one each, so
// that the end of the first does not bare the second.
func (c *Catalog) releaseOne(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM claim WHERE id = (SELECT min(id) FROM claim WHERE key = ? AND holder = ? AND job = 0)`,
		key, c.mark.Name())
	return err
}

// releaseJob ends the claims for a job and answers their keys, once each.
func releaseJob(ctx context.Context, tx *sql.Tx, jobID int64) ([]string, error) {
	keys, err := listIn(ctx, tx, scanOne[string], `DELETE FROM claim WHERE job = ? RETURNING key`, jobID)
	slices.Sort(keys)
	return slices.Compact(keys), err
}

// staleClaims lists the claims that protect nothing any more: the holder is
// gone and the job, if there is one, has ended.
func (c *Catalog) staleClaims(ctx context.Context, tx *sql.Tx) ([]int64, error) {
	type claim struct {
		id     int64
		holder string
	}
	ended, err := listIn(ctx, tx, func(row scanner) (cl claim, err error) {
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

// Sweep removes those keys that nothing refers to. What is needed is sorted
// out first, without a lock. Then each transaction holds the write lock, so
// that no claim comes between the look and the removal, and ends after a short
// turn, so that others can write in between.
func (c *Catalog) Sweep(ctx context.Context, keys []string, dryRun bool, remove func(key string) error) (int, error) {
	var stale []int64
	err := c.readTx(ctx, func(tx *sql.Tx) (err error) {
		if stale, err = c.staleClaims(ctx, tx); err != nil {
			return err
		}
		keys, err = unreferred(ctx, tx, keys, stale)
		return err
	})
	if err != nil || dryRun {
		return len(keys), err
	}
	if err := c.dropClaims(ctx, stale); err != nil {
		return 0, err
	}
	removed := 0
	for len(keys) > 0 {
		turn := keys[:min(len(keys), sweepTurnKeys)]
		var free []string // once looked at again under the lock
		done := 0
		err := c.inTx(ctx, func(tx *sql.Tx) (err error) {
			if free, err = unreferred(ctx, tx, turn, nil); err != nil {
				return err
			}
			for start := time.Now(); done < len(free) && time.Since(start) < sweepTurn; done++ {
				if err := remove(free[done]); err != nil {
					return err
				}
				removed++
			}
			return nil
		})
		if err != nil {
			return removed, err
		}
		if keys = slices.Concat(free[done:], keys[len(turn):]); len(keys) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return removed, context.Cause(ctx)
		case <-time.After(sweepPause):
		}
	}
	return removed, nil
}

func (c *Catalog) dropClaims(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = c.write.ExecContext(ctx, `DELETE FROM claim WHERE id IN (SELECT value FROM json_each(?))`, string(list))
	return c.trouble(ctx, err)
}

// unreferred are those of the keys that no record, version or claim needs,
// claims called stale aside. Records of every owner count.
func unreferred(ctx context.Context, tx *sql.Tx, keys []string, stale []int64) ([]string, error) {
	aside, err := json.Marshal(nonNil(stale))
	if err != nil {
		return nil, err
	}
	look, err := tx.PrepareContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM dataset WHERE file_key = ?1)
		    OR EXISTS (SELECT 1 FROM version_key WHERE key = ?1)
		    OR EXISTS (SELECT 1 FROM claim WHERE key = ?1 AND id NOT IN (SELECT value FROM json_each(?2)))`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = look.Close() }()
	var free []string
	for _, key := range keys {
		var needed bool
		if err := look.QueryRowContext(ctx, key, string(aside)).Scan(&needed); err != nil {
			return nil, err
		}
		if !needed {
			free = append(free, key)
		}
	}
	return free, nil
}

var errNoJob = errors.New("no such job")

func noJob(id int64) error {
	return fault.New(fault.NotFound, say.T("There is no job {id}.", "id", id)).Because(errNoJob)
}
