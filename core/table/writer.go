package table

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Writer writes a typed table. It is used by one goroutine; each group is
// encoded by several.
type Writer struct {
	columns  []Column
	file     *parquetFile
	encoders []encoder // one per worker
}

// NewWriter starts a table with these columns. meta goes into the footer as it is.
func NewWriter(w io.Writer, columns []Column, meta map[string]string) (*Writer, error) {
	root, props, err := typed(columns)
	if err != nil {
		return nil, err
	}
	f, err := newParquetFile(w, root, props)
	if err != nil {
		return nil, err
	}
	out := &Writer{columns: columns, file: f, encoders: make([]encoder, Workers())}
	encoded, err := encodeColumns(columns)
	if err != nil {
		return nil, err
	}
	if err := out.AddMeta(metaColumns, encoded); err != nil {
		return nil, err
	}
	for _, k := range slices.Sorted(mapKeys(meta)) {
		if err := out.AddMeta(k, meta[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// AddMeta adds a text to the footer, any time before Close.
func (w *Writer) AddMeta(key, value string) error {
	return w.file.meta.AppendKeyValueMetadata(key, value)
}

// WriteGroup writes one row group: a vector per column, all of one length and
// of the column's type. A group of no rows writes nothing.
func (w *Writer) WriteGroup(ctx context.Context, vectors []*Vector) error {
	if len(vectors) != len(w.columns) {
		return fmt.Errorf("a group of %d vectors for %d columns", len(vectors), len(w.columns))
	}
	if len(vectors) == 0 {
		return nil
	}
	return w.FillGroup(ctx, vectors[0].Len(), func(_, i int) (*Vector, error) { return vectors[i], nil })
}

// FillGroup is WriteGroup of so many rows that are yet to be made: each column is
// encoded as soon as fill gives its vector. fill is called as EachColumn calls, for a
// group of no rows too.
func (w *Writer) FillGroup(ctx context.Context, rows int, fill func(worker, column int) (*Vector, error)) error {
	filled := func(worker, i int) (*Vector, error) {
		v, err := fill(worker, i)
		if err == nil && (v.Len() != rows || v.Type != w.columns[i].Type) {
			err = fmt.Errorf("column %q: a vector of %d rows of %s for %d rows of %s",
				w.columns[i].Name, v.Len(), v.Type, rows, w.columns[i].Type)
		}
		return v, err
	}
	if rows == 0 {
		return EachColumn(ctx, len(w.columns), func(worker, i int) error {
			_, err := filled(worker, i)
			return err
		})
	}
	return w.file.group(ctx, rows, func(worker, i int, c *chunk) error {
		v, err := filled(worker, i)
		if err != nil {
			return err
		}
		return w.encoders[worker].vector(v, &w.columns[i], c)
	})
}

// Close writes the footer. The table is unreadable without it.
func (w *Writer) Close() error { return w.file.close() }

// EachColumn runs f for columns 0 to n-1 on several workers and waits for
// them; the first error wins.
func EachColumn(ctx context.Context, n int, f func(worker, column int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	next := make(chan int)
	group.Go(func() error {
		defer close(next)
		for i := range n {
			select {
			case next <- i:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	for worker := range Workers() {
		group.Go(func() (err error) {
			defer recovered(&err)
			for i := range next {
				if err := f(worker, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// recovered makes a panic an error, so that a file that brings it about ends its
// own job and not the process with all others.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}
