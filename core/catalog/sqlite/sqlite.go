// Package sqlite keeps a workspace's records and jobs in one SQLite file, with
// River's job table beside its own tables.
//
//	cat, err := sqlite.Open(ctx, "/data/catalog.db", "local", sqlite.Options{})
//	defer cat.Close()
//
// # One writer, many readers
//
// Everything that writes, River too, goes through one connection whose
// transactions take the write lock when they begin, so no transaction ever
// fails half-way for the lock. Reads go through a small pool of their own and
// never wait. Other processes are waited for, up to the context.
// The journal is a write-ahead log, synced at every commit: an answered Add
// or Commit survives the loss of power.
//
// # The life of a job
//
// Add makes a job available. River's fetch makes it running and counts the
// attempt. From then on this package writes every change itself, each in one
// statement that checks that the job runs and that the attempt is its newest:
//
//	available -> running      River fetched it
//	running   -> completed    Commit, together with the version
//	running   -> available    a passing trouble (due later, the trouble kept), a soft
//	                          stop or a takeover (due at once)
//	running   -> discarded    a permanent fault, no attempts left, or too many deaths
//	running   -> cancelled    a person asked
//	available -> cancelled    a person asked
//	discarded, cancelled -> available    Retry
//
// River's own reporting of results checks the state but not the attempt, so a
// worker that was given up and comes back could end its successor's attempt;
// River is therefore told, in its own terms, that there is nothing to report.
// The attempt number in the row only ever grows: it is the fencing number.
// Attempts that do not count (soft stops, those before a Retry) are subtracted
// when a job is shown.
//
// A retry waits as an available job that is due later, which River's fetch
// honours, so no leader is needed to wake it. Job rows stay as long as their
// record; Remove deletes both. So nothing of River's leader is needed here and none is elected.
//
// # Takeover
//
// A process that works writes a heartbeat and holds a lock that the system
// frees when the process dies. Every second each worker looks for running jobs
// whose worker's lock is free or whose heartbeat is too old, and
// makes them available. The death costs no attempt, but deaths are counted too,
// so a file that kills its workers ends as failed (catalog.MaxDeaths).
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"sheetmill/core/catalog"
	"sheetmill/core/internal/alive"
)

// Options say how a catalog behaves. The zero value is right for programs;
// tests shorten the times.
type Options struct {
	// Logger hears what no caller can be told; nothing is logged without one.
	Logger *slog.Logger
	// Beat is how often a working process shows that it lives; 3 s when 0.
	Beat time.Duration
	// Silence is how long a worker may be unheard before its jobs are taken over; 12 s when 0.
	Silence time.Duration
	// Look is how often a worker looks for jobs to take over; 1 s when 0.
	Look time.Duration
	// Poll is how often a worker looks for jobs that other processes added or that are due again; 100 ms when 0.
	Poll time.Duration
	// MaxAttempts is how often a job is tried, attempts that end with their
	// worker's death aside; 5 when 0.
	MaxAttempts int
	// Backoff is how long a job waits after its n-th failed attempt; when nil
	// 1 s, 4 s, 16 s, ..., at most 5 min, give or take a quarter.
	Backoff func(attempt int) time.Duration
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Beat == 0 {
		o.Beat = 3 * time.Second
	}
	if o.Silence == 0 {
		o.Silence = 12 * time.Second
	}
	if o.Look == 0 {
		o.Look = time.Second
	}
	if o.Poll == 0 {
		o.Poll = 100 * time.Millisecond
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = 5
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	return o
}

// Catalog is a [catalog.Catalog] in a SQLite file.
type Catalog struct {
	path  string
	owner string
	opts  Options

	write *sql.DB // one connection
	read  *sql.DB
	river *river.Client[*sql.Tx] // inserts only; each Work has one of its own

	marks string      // folder of the processes' signs of life
	mark  *alive.Mark // ours; its name is the holder of claims and the worker of jobs

	mu      sync.Mutex
	runner  *runner // nil while no Work is under way
	closed  bool
	wake    waker
	changed broadcast
}

var _ catalog.Catalog = (*Catalog)(nil)

// Owner is whose catalog this is.
func (c *Catalog) Owner() string { return c.owner }

// Changed is signalled when a job of this process made progress or ended.
func (c *Catalog) Changed() (<-chan struct{}, func()) { return c.changed.subscribe() }

// Close ends the use of the catalog. Work must have returned before.
func (c *Catalog) Close() error {
	c.mu.Lock()
	closed := c.closed
	c.closed = true
	c.mu.Unlock()
	if closed {
		return nil
	}
	return errors.Join(c.read.Close(), c.write.Close(), c.mark.Clear())
}

// inTx does work in one write transaction.
func (c *Catalog) inTx(ctx context.Context, work func(tx *sql.Tx) error) error {
	tx, err := c.write.BeginTx(ctx, nil)
	if err != nil {
		return c.trouble(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing once committed
	if err := work(tx); err != nil {
		return c.trouble(ctx, err)
	}
	return c.trouble(ctx, tx.Commit())
}
