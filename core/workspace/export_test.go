package workspace

import (
	"context"
	"errors"
	"io"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog"
	"sheetmill/core/job"
)

// OpenAs opens a local workspace of another owner.
func OpenAs(ctx context.Context, c Config, owner string) (*Workspace, error) {
	return openLocal(ctx, c, owner)
}

// Catalog is what keeps the workspace's records.
func (w *Workspace) Catalog() catalog.Catalog { return w.catalog }

// Store is what keeps the workspace's objects.
func (w *Workspace) Store() blob.Store { return w.store }

// Through makes all that is written to the store go through wrap.
func (w *Workspace) Through(wrap func(io.Writer) io.Writer) {
	w.store = blob.Scoped(&meteredStore{Store: w.store, wrap: wrap}, w.store.Prefix())
}

type meteredStore struct {
	blob.Store

	wrap func(io.Writer) io.Writer
}

func (s *meteredStore) Create(ctx context.Context) (blob.Writer, error) {
	w, err := s.Store.Create(ctx)
	if err != nil {
		return nil, err
	}
	return &meteredWriter{Writer: w, out: s.wrap(w)}, nil
}

type meteredWriter struct {
	blob.Writer

	out io.Writer
}

func (w *meteredWriter) Write(b []byte) (int, error) { return w.out.Write(b) }

// JobsAtOnce is how many jobs run at once under these options.
func JobsAtOnce(o WorkOptions) (int, error) { return o.jobsAtOnce() }

// Failing makes one step of what follows fail, before or after it has had its effect.
func (w *Workspace) Failing(step string, err error) {
	w.catalog = &failingCatalog{Catalog: w.catalog, step: step, err: err}
	w.store = blob.Scoped(&failingStore{Store: w.store, step: step, err: err}, w.store.Prefix())
}

type failingCatalog struct {
	catalog.Catalog

	step string
	err  error
}

func (c *failingCatalog) fails(step string, do func() error) error {
	switch c.step {
	case step:
		return c.err
	case step + ", done":
		return errors.Join(c.err, do())
	}
	return do()
}

func (c *failingCatalog) Claim(ctx context.Context, jobID int64, keys ...string) error {
	return c.fails("claim", func() error { return c.Catalog.Claim(ctx, jobID, keys...) })
}

func (c *failingCatalog) Release(ctx context.Context, keys ...string) error {
	if c.step == "add and release" {
		return c.err
	}
	return c.Catalog.Release(ctx, keys...)
}

func (c *failingCatalog) Add(ctx context.Context, d catalog.NewDataset, r job.Request) (added catalog.Added, err error) {
	if c.step == "add and release" {
		return catalog.Added{}, c.err
	}
	err = c.fails("add", func() error {
		added, err = c.Catalog.Add(ctx, d, r)
		return err
	})
	return added, err
}

type failingStore struct {
	blob.Store

	step string
	err  error
}

func (s *failingStore) Create(ctx context.Context) (blob.Writer, error) {
	if s.step == "create" {
		return nil, s.err
	}
	w, err := s.Store.Create(ctx)
	if err != nil {
		return nil, err
	}
	return &failingWriter{Writer: w, store: s}, nil
}

type failingWriter struct {
	blob.Writer

	store *failingStore
}

func (w *failingWriter) Write(b []byte) (int, error) {
	if w.store.step == "write" {
		return 0, w.store.err
	}
	return w.Writer.Write(b)
}

func (w *failingWriter) Commit(ctx context.Context, key string) (blob.Info, error) {
	if w.store.step == "publish" {
		return blob.Info{}, w.store.err
	}
	info, err := w.Writer.Commit(ctx, key)
	if w.store.step == "publish, done" {
		return blob.Info{}, w.store.err
	}
	return info, err
}

// SweepAt sweeps the owner's objects as if it were another time.
func (w *Workspace) SweepAt(ctx context.Context, now time.Time) (Swept, error) {
	return w.sweepOwn(ctx, false, now)
}

// OpenStore opens all of a bucket.
func OpenStore(ctx context.Context, o Objects, cache string) (*s3.Store, error) {
	return s3.Open(ctx, o.config(cache, 0, ""))
}
