package table

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"golang.org/x/sync/errgroup"
)

// Writer writes a typed table. It is used by one goroutine; each group is
// encoded by several.
type Writer struct {
	columns []Column
	file    *file.Writer
	scratch []encodeScratch
}

// encodeScratch is what encoding one column needs for a while; one per worker.
type encodeScratch struct {
	levels []int16
	int32s []int32
	int64s []int64
	floats []float64
	bools  []bool
	texts  []parquet.ByteArray
}

// NewWriter starts a table with these columns. meta goes into the footer as it is.
func NewWriter(w io.Writer, columns []Column, meta map[string]string) (*Writer, error) {
	root, props, err := typed(columns)
	if err != nil {
		return nil, err
	}
	f, err := file.NewParquetWriterWithError(w, root, file.WithWriterProps(props))
	if err != nil {
		return nil, err
	}
	out := &Writer{columns: columns, file: f}
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
func (w *Writer) AddMeta(key, value string) error { return w.file.AppendKeyValueMetadata(key, value) }

// WriteGroup writes one row group: a vector per column, all of one length and
// of the column's type.
func (w *Writer) WriteGroup(ctx context.Context, vectors []*Vector) error {
	if len(vectors) != len(w.columns) {
		return fmt.Errorf("a group of %d vectors for %d columns", len(vectors), len(w.columns))
	}
	rows := 0
	for i, v := range vectors {
		if i == 0 {
			rows = v.Len()
		}
		if v.Len() != rows || v.Type != w.columns[i].Type {
			return fmt.Errorf("column %q: a vector of %d rows of %s for %d rows of %s",
				w.columns[i].Name, v.Len(), v.Type, rows, w.columns[i].Type)
		}
	}
	if rows == 0 {
		return nil
	}
	group, err := w.file.AppendBufferedRowGroupChecked()
	if err != nil {
		return err
	}
	if len(w.scratch) == 0 {
		w.scratch = make([]encodeScratch, Workers())
	}
	err = EachColumn(ctx, len(vectors), func(worker, i int) error {
		column, err := group.Column(i)
		if err != nil {
			return err
		}
		return w.scratch[worker].encode(column, vectors[i])
	})
	if err != nil {
		return err
	}
	return group.Close()
}

// Close writes the footer. The table is unreadable without it.
func (w *Writer) Close() error { return w.file.FlushWithFooter() }

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

func (s *encodeScratch) encode(column file.ColumnChunkWriter, v *Vector) (err error) {
	s.levels = s.levels[:0]
	for _, valid := range v.Valid {
		level := int16(0)
		if valid {
			level = 1
		}
		s.levels = append(s.levels, level)
	}
	switch w := column.(type) {
	case *file.Int64ColumnChunkWriter:
		s.int64s = present(s.int64s[:0], v.Ints, v.Valid)
		_, err = w.WriteBatch(s.int64s, s.levels, nil)
	case *file.Int32ColumnChunkWriter:
		s.int32s = s.int32s[:0]
		for i, valid := range v.Valid {
			if valid {
				s.int32s = append(s.int32s, int32(v.Ints[i]))
			}
		}
		_, err = w.WriteBatch(s.int32s, s.levels, nil)
	case *file.Float64ColumnChunkWriter:
		s.floats = present(s.floats[:0], v.Floats, v.Valid)
		_, err = w.WriteBatch(s.floats, s.levels, nil)
	case *file.BooleanColumnChunkWriter:
		s.bools = present(s.bools[:0], v.Bools, v.Valid)
		_, err = w.WriteBatch(s.bools, s.levels, nil)
	case *file.ByteArrayColumnChunkWriter:
		s.texts = s.texts[:0]
		for i, valid := range v.Valid {
			if valid {
				s.texts = append(s.texts, v.StringAt(i))
			}
		}
		_, err = w.WriteBatch(s.texts, s.levels, nil)
	default:
		err = fmt.Errorf("no encoder for %T", column)
	}
	if err != nil {
		return err
	}
	return flushPages(column)
}

// flushPages compresses what the column holds, so that the costly part is done
// by many workers. Only the group's Close may write to the file: it does so in
// the order of the columns. A dictionary must come before its pages, so a column
// that has one is left to that Close.
func flushPages(column file.ColumnChunkWriter) error {
	if column.Properties().DictionaryEnabledFor(column.Descr().Path()) {
		return nil
	}
	if f, ok := column.(interface{ FlushBufferedDataPages() error }); ok {
		return f.FlushBufferedDataPages()
	}
	return nil
}

func present[T any](dst, values []T, valid []bool) []T {
	for i, ok := range valid {
		if ok {
			dst = append(dst, values[i])
		}
	}
	return dst
}
