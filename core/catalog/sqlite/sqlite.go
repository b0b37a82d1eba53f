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
// # Jobs
//
// Package work runs them, whichever database keeps them. What is this one's own
// is how the death of a worker is seen: a process that works writes a heartbeat and holds a lock that the system
// frees when the process dies. Every second each worker looks for running jobs
// whose worker's lock is free or whose heartbeat is too old, and
// makes them available. The death costs no attempt, but deaths are counted too,
// so a file that kills its workers ends as failed (catalog.MaxDeaths).
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/riverqueue/river"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/internal/alive"
)

// Options say how a catalog behaves. The zero value is right for programs;
// tests shorten the times.
type Options = work.Options

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
	closed  bool
	slot    work.Slot
	wake    work.Wake
	changed work.Broadcast
}

var _ catalog.Catalog = (*Catalog)(nil)

// Owner is whose catalog this is.
func (c *Catalog) Owner() string { return c.owner }

// Changed is signalled when a job of a record made progress or ended in this process.
func (c *Catalog) Changed(recordID string) (<-chan struct{}, func()) {
	return c.changed.Subscribe(recordID)
}

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
