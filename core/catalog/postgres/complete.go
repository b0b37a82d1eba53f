package postgres

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/job"
)

// completer ends jobs that publish nothing, many in one statement: who comes
// while one is under way goes with the next.
type completer struct {
	mu      sync.Mutex
	waiting []*completion
	busy    bool
}

type completion struct {
	owner  string
	lease  job.Lease
	output []byte
	done   chan struct{} // closed when ok and err are set
	ok     bool
	err    error
}

// mostAtOnce bounds one statement.
const mostAtOnce = 500

// completePatience bounds it in time; who waits may give up earlier.
const completePatience = 30 * time.Second

// Complete ends a job that publishes no version.
func (c *Catalog) Complete(ctx context.Context, lease job.Lease, final job.Progress) error {
	output, err := json.Marshal(work.Output{Attempt: lease.Attempt, Progress: final})
	if err != nil {
		return err
	}
	mine := &completion{owner: c.owner, lease: lease, output: output, done: make(chan struct{})}
	c.completer.mu.Lock()
	c.completer.waiting = append(c.completer.waiting, mine)
	lead := !c.completer.busy
	c.completer.busy = true
	c.completer.mu.Unlock()
	if lead {
		c.beside.Go(c.completeAll)
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-mine.done:
	}
	switch {
	case mine.err != nil:
		return trouble(ctx, mine.err)
	case !mine.ok:
		return trouble(ctx, c.refusal(c.as(ctx), c.db, lease))
	}
	c.slot.Committed(lease)
	return nil
}

// completeAll writes until nobody waits.
func (b *base) completeAll() {
	for {
		b.completer.mu.Lock()
		batch := b.completer.waiting
		batch = batch[:min(len(batch), mostAtOnce)]
		b.completer.waiting = b.completer.waiting[len(batch):]
		if len(batch) == 0 {
			b.completer.waiting, b.completer.busy = nil, false
			b.completer.mu.Unlock()
			return
		}
		b.completer.mu.Unlock()
		b.completeBatch(batch)
	}
}

func (b *base) completeBatch(batch []*completion) {
	// The base outlives its catalogs' calls; a stop waits for what is under way.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), completePatience)
	defer cancel()
	n := len(batch)
	ids, attempts, workers := make([]int64, n), make([]int, n), make([]string, n)
	owners, outputs := make([]string, n), make([]string, n)
	byID := make(map[int64]*completion, n)
	for i, c := range batch {
		ids[i], attempts[i], workers[i], owners[i], outputs[i] = c.lease.JobID, c.lease.Attempt, c.lease.Worker, c.owner, string(c.output)
		byID[c.lease.JobID] = c
	}
	rows, err := b.pool.Query(ctx, `
		WITH done AS (
			UPDATE sheetmill.river_job j SET state = 'completed', finalized_at = now(), metadata = jsonb_set(j.metadata, '{output}', c.output::jsonb)
			FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[]) AS c(id, attempt, worker, owner, output)
			WHERE j.id = c.id AND j.state = 'running' AND j.attempt = c.attempt AND j.owner = c.owner
				AND j.attempted_by[array_length(j.attempted_by, 1)] = c.worker AND NOT j.metadata ? 'cancel_attempted_at'
			RETURNING j.id, j.owner
		), released AS (DELETE FROM sheetmill.claim USING done WHERE job = done.id AND claim.owner = done.owner)
		SELECT id FROM done`, ids, attempts, workers, owners, outputs)
	if err == nil {
		var done []int64
		done, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, id := range done {
			byID[id].ok = true
		}
	}
	for _, c := range batch {
		if !c.ok {
			c.err = err
		}
		close(c.done)
	}
}
