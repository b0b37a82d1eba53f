package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

const (
	// sweepTurn is how long one transaction of Sweep may keep an owner from claiming.
	sweepTurn = 50 * time.Millisecond
	// sweepTurnKeys bounds how much such a transaction looks at.
	sweepTurnKeys = 500
	// holderSilence is how many times a worker's silence a holder of claims may be
	// unheard: what it was about to write is not lost for a pause, and Add is fenced.
	holderSilence = 5
)

// Claim protects objects that are about to be written.
func (c *Catalog) Claim(ctx context.Context, jobID int64, keys ...string) error {
	if err := c.alive(ctx); err != nil {
		return trouble(ctx, err)
	}
	err := c.inTx(ctx, func(tx pgx.Tx) error {
		// A sweep of this owner is not under way now, and none begins before the commit.
		if _, err := tx.Exec(ctx, `SELECT 1 FROM sheetmill.owner WHERE name = $1 FOR KEY SHARE`, c.owner); err != nil {
			return err
		}
		if jobID != 0 {
			// A claim for a job that has ended would protect nothing that anyone needs.
			var state rivertype.JobState
			var ended *time.Time
			err := tx.QueryRow(ctx, `SELECT state, finalized_at FROM sheetmill.river_job WHERE id = $1 AND owner = $2 FOR SHARE`, jobID, c.owner).Scan(&state, &ended)
			if errors.Is(err, pgx.ErrNoRows) {
				return noJob(jobID)
			}
			if err != nil {
				return err
			}
			if ended != nil {
				return job.ErrLeaseLost
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO sheetmill.claim (owner, key, holder, job) SELECT $1, unnest($2::text[]), $3, $4`, c.owner, keys, c.name, jobID)
		return err
	})
	if err == nil && jobID == 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, key := range keys {
			c.claims[key]++
		}
	}
	return err
}

// Release gives up claims that this process made for no job.
func (c *Catalog) Release(ctx context.Context, keys ...string) error {
	err := c.inTx(ctx, func(tx pgx.Tx) error {
		for _, key := range keys {
			if _, err := c.releaseOne(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, key := range keys {
			c.forgetClaim(key)
		}
	}
	return err
}

func (c *Catalog) forgetClaim(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claims[key]--; c.claims[key] <= 0 {
		delete(c.claims, key)
	}
}

// releaseOne ends one claim on a key and tells whether there was one. Two adds
// of one file hold one each, so that the end of the first does not bare the second.
func (c *Catalog) releaseOne(ctx context.Context, tx pgx.Tx, key string) (bool, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM sheetmill.claim WHERE id = (
			SELECT id FROM sheetmill.claim WHERE owner = $1 AND key = $2 AND holder = $3 AND job = 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
		c.owner, key, c.name)
	return tag.RowsAffected() == 1, err
}

// spendClaim ends the claim under which a source was stored. A claim that is
// gone was swept while this process was not heard of, and the source perhaps with it.
func (c *Catalog) spendClaim(ctx context.Context, tx pgx.Tx, key string) error {
	c.mu.Lock()
	claimed := c.claims[key] > 0
	c.mu.Unlock()
	there, err := c.releaseOne(ctx, tx, key)
	if err == nil && claimed && !there {
		c.forgetClaim(key)
		return fault.New(fault.Conflict, say.T("The added file's claim on its place was given up, because this process was not heard of for long.")).
			Hint(say.T("Add the file again."))
	}
	return err
}

// releaseJob ends the claims for a job and answers their keys, once each.
func releaseJob(ctx context.Context, tx pgx.Tx, jobID int64) ([]string, error) {
	keys, err := listIn(ctx, tx, pgx.RowTo[string], `
		DELETE FROM sheetmill.claim c USING sheetmill.river_job j
		WHERE j.id = $1 AND c.job = j.id AND c.job <> 0 AND c.owner = j.owner RETURNING c.key`, jobID)
	slices.Sort(keys)
	return slices.Compact(keys), err
}

// stale is the claims of an owner that protect nothing any more: the holder is
// gone, and the job, if there is one, has ended.
const stale = `
	SELECT c.id FROM sheetmill.claim c
	LEFT JOIN sheetmill.process p ON p.id = c.holder
	LEFT JOIN sheetmill.river_job j ON j.id = c.job
	WHERE c.owner = $1 AND (p.id IS NULL OR p.beat < now() - $2::interval) AND (j.id IS NULL OR j.finalized_at IS NOT NULL)`

// free is those of the keys that no record, version or claim needs, claims
// called stale aside, in the order given. Each set is read once: row level security
// would keep a look for each key from using an index on the versions' keys.
const free = `
	SELECT k.key FROM unnest($2::text[]) WITH ORDINALITY AS k(key, n)
	WHERE k.key NOT IN (
		SELECT d.file_key FROM sheetmill.dataset d WHERE d.owner = $1
		UNION ALL SELECT unnest(v.keys) FROM sheetmill.version v WHERE v.owner = $1
		UNION ALL SELECT c.key FROM sheetmill.claim c WHERE c.owner = $1 AND c.id <> ALL($3::bigint[]))
	ORDER BY k.n`

// Sweep removes those keys that nothing refers to. What is needed is sorted
// out first, without a lock. Then each transaction holds the owner's row, so that no
// claim of this owner comes between the look and the removal, and ends after a short turn.
func (c *Catalog) Sweep(ctx context.Context, keys []string, dryRun bool, remove func(key string) error) (int, error) {
	old, err := list(ctx, c, pgx.RowTo[int64], stale, c.owner, holderSilence*c.opts.Silence)
	if err != nil {
		return 0, err
	}
	if keys, err = list(ctx, c, pgx.RowTo[string], free, c.owner, keys, nonNil(old)); err != nil || dryRun {
		return len(keys), err
	}
	if len(old) > 0 {
		if _, err := c.db.Exec(c.as(ctx), `DELETE FROM sheetmill.claim WHERE owner = $1 AND id = ANY($2)`, c.owner, old); err != nil {
			return 0, trouble(ctx, err)
		}
	}
	removed := 0
	for len(keys) > 0 {
		turn := keys[:min(len(keys), sweepTurnKeys)]
		var bare []string // once looked at again under the lock
		done := 0
		err := c.inTx(ctx, func(tx pgx.Tx) (err error) {
			if _, err := tx.Exec(ctx, `SELECT 1 FROM sheetmill.owner WHERE name = $1 FOR UPDATE`, c.owner); err != nil {
				return err
			}
			if bare, err = listIn(ctx, tx, pgx.RowTo[string], free, c.owner, turn, []int64{}); err != nil {
				return err
			}
			for start := time.Now(); done < len(bare) && time.Since(start) < sweepTurn; done++ {
				if err := remove(bare[done]); err != nil {
					return err
				}
				removed++
			}
			return nil
		})
		if err != nil {
			return removed, err
		}
		keys = slices.Concat(bare[done:], keys[len(turn):])
	}
	return removed, nil
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
