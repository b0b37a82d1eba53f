package workspace

import (
	"context"
	"io"

	"sheetmill/core/blob"
	"sheetmill/core/catalog"
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
