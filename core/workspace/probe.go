package workspace

import (
	"context"
	"errors"
	"os"
	"sync"

	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/catalog/sqlite"
	"sheetmill/core/fault"
)

// Probe tells of each half of a shared workspace whether it can be reached and
// accepts the connection, so that a person learns which of them does not.
func Probe(ctx context.Context, c Connection) (database, objects error) {
	if err := c.check(); err != nil {
		return err, err
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		cat, err := postgres.Open(ctx, c.Database, postgres.Options{})
		if database = err; err == nil {
			database = cat.Close() //nolint:contextcheck // a close has its own patience
		}
	})
	asking.Go(func() {
		cache, err := os.MkdirTemp("", "sheetmill-probe-")
		if err != nil {
			objects = err
			return
		}
		defer func() { _ = os.RemoveAll(cache) }()
		store, err := s3.Open(ctx, c.Objects.config(cache, DefaultCacheLimit, ownerPrefix(c.Owner)))
		if objects = err; err == nil {
			objects = errors.Join(store.Ping(ctx), store.Close())
		}
	})
	asking.Wait()
	return database, objects
}

// Damaged tells whether a fault means that a local workspace's database is
// damaged, or no such database at all: nothing but another file can help.
func Damaged(err error) bool {
	return fault.Is(err, fault.Unreachable) && sqlite.Damaged(err)
}
