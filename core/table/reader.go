package table

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Source is the bytes of a table.
type Source interface {
	io.ReaderAt
	Size() int64
}

// Reader reads a typed table. It may be used from many goroutines.
type Reader struct {
	columns []Column
	src     Source
	own     bool // Sheetmill wrote it
	file    *file.Reader
	groups  []*file.RowGroupReader
	starts  []int64 // first row of each group, and the number of rows at the end
}

// NewReader opens a table. A file that is no Parquet, or is cut short, is
// fault.BadInput. The source must stay open while the reader is used.
func NewReader(src Source) (*Reader, error) {
	f, err := open(src)
	if err != nil {
		return nil, err
	}
	r := &Reader{src: src, own: f.MetaData().GetCreatedBy() == createdBy, file: f, groups: groupsOf(f), starts: groupStarts(f)}
	if text := f.MetaData().KeyValueMetadata().FindValue(metaColumns); text != nil {
		if err := json.Unmarshal([]byte(*text), &r.columns); err != nil {
			return nil, damaged(err)
		}
	}
	if len(r.columns) != f.MetaData().Schema.NumColumns() {
		r.columns = foreign(f.MetaData().Schema)
	}
	return r, nil
}

func open(src Source) (*file.Reader, error) {
	f, err := file.NewParquetReader(io.NewSectionReader(src, 0, src.Size()))
	if err != nil {
		return nil, damaged(err)
	}
	return f, nil
}

// groupsOf keeps the readers of the row groups: making one looks at all of its columns.
func groupsOf(f *file.Reader) []*file.RowGroupReader {
	groups := make([]*file.RowGroupReader, f.NumRowGroups())
	for g := range groups {
		groups[g] = f.RowGroup(g)
	}
	return groups
}

func groupStarts(f *file.Reader) []int64 {
	starts := make([]int64, f.NumRowGroups()+1)
	for g := range f.NumRowGroups() {
		starts[g+1] = starts[g] + f.MetaData().RowGroups[g].GetNumRows()
	}
	return starts
}

// damaged says that a table cannot be read because of what it holds. Trouble
// with reading its bytes, or a context's end, is passed on as it is.
func damaged(err error) error {
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.New(fault.BadInput, say.T("The stored table is damaged or is not a Parquet file.")).
		Hint(say.T("Run the job again to make it anew; run doctor to check the other objects.")).Because(err)
}

// foreign derives columns from a schema that Sheetmill did not write.
func foreign(s *schema.Schema) []Column {
	columns := make([]Column, s.NumColumns())
	for i := range columns {
		c := s.Column(i)
		columns[i] = Column{Name: c.Name(), Type: foreignType(c), Source: -1}
	}
	return columns
}

func foreignType(c *schema.Column) Type {
	switch c.LogicalType().(type) {
	case schema.DateLogicalType:
		return Date
	case schema.TimestampLogicalType:
		return DateTime
	case schema.TimeLogicalType:
		return Time
	}
	switch c.PhysicalType() {
	case parquet.Types.Boolean:
		return Boolean
	case parquet.Types.Int32, parquet.Types.Int64:
		return Integer
	case parquet.Types.Float, parquet.Types.Double:
		return Float
	default:
		return String
	}
}

// Columns lists the columns in order.
func (r *Reader) Columns() []Column { return r.columns }

// Rows is the number of rows.
func (r *Reader) Rows() int64 { return r.starts[len(r.starts)-1] }

// Groups is the number of row groups; GroupRows the rows in one of them.
func (r *Reader) Groups() int { return len(r.starts) - 1 }

// GroupRows is the number of rows in group g.
func (r *Reader) GroupRows(g int) int { return int(r.starts[g+1] - r.starts[g]) }

// Meta is a text of the footer; "" when there is none.
func (r *Reader) Meta(key string) string {
	if text := r.file.MetaData().KeyValueMetadata().FindValue(key); text != nil {
		return *text
	}
	return ""
}

// Column appends rows [from, from+n) of one group's column to dst, which must
// have the column's type.
func (r *Reader) Column(ctx context.Context, group, column, from, n int, dst *Vector) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if r.own {
		if err := r.pages(group, column, from, n, dst); err != nil {
			return damaged(fmt.Errorf("column %q, group %d: %w", r.columns[column].Name, group, err))
		}
		return nil
	}
	chunk, err := r.groups[group].Column(column)
	if err != nil {
		return damaged(err)
	}
	defer func() { _ = chunk.Close() }()
	if from > 0 {
		if err := chunk.SeekToRow(int64(from)); err != nil {
			return damaged(err)
		}
	}
	if err := decode(chunk, n, dst); err != nil {
		return damaged(fmt.Errorf("column %q, group %d: %w", r.columns[column].Name, group, err))
	}
	return nil
}

// pages reads rows of a table that Sheetmill wrote from their pages.
func (r *Reader) pages(group, column, from, n int, dst *Vector) error {
	c := chunkReaders.Get().(*chunkReader) //nolint:forcetypeassert // the pool holds nothing else
	defer chunkReaders.Put(c)
	meta, err := r.groups[group].MetaData().ColumnChunk(column)
	if err != nil {
		return err
	}
	if err := c.open(r.src, meta, r.columns[column].Type); err != nil {
		return err
	}
	return c.read(from, n, dst)
}

// Page reads rows [offset, offset+limit) of the chosen columns (nil: all),
// fewer at the end of the table. One vector a column.
func (r *Reader) Page(ctx context.Context, offset, limit int64, columns []int) ([]*Vector, error) {
	if columns == nil {
		columns = make([]int, len(r.columns))
		for i := range columns {
			columns[i] = i
		}
	}
	vectors := make([]*Vector, len(columns))
	for i, c := range columns {
		vectors[i] = &Vector{}
		vectors[i].Reset(r.columns[c].Type)
	}
	err := EachColumn(ctx, len(columns), func(_, i int) error {
		for g := range r.Groups() {
			from := max(offset, r.starts[g])
			end := min(offset+limit, r.starts[g+1])
			if from >= end {
				continue
			}
			if err := r.Column(ctx, g, columns[i], int(from-r.starts[g]), int(end-from), vectors[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return vectors, err
}

// decode appends n rows of a chunk to dst.
func decode(chunk file.ColumnChunkReader, n int, dst *Vector) error {
	levels := make([]int16, min(n, batchRows))
	switch c := chunk.(type) {
	case *file.Int64ColumnChunkReader:
		return batches(c.ReadBatch, levels, n, dst, func(x int64) { dst.AppendInt(x) })
	case *file.Int32ColumnChunkReader:
		return batches(c.ReadBatch, levels, n, dst, func(x int32) { dst.AppendInt(int64(x)) })
	case *file.Float64ColumnChunkReader:
		return batches(c.ReadBatch, levels, n, dst, func(x float64) { dst.AppendFloat(x) })
	case *file.BooleanColumnChunkReader:
		return batches(c.ReadBatch, levels, n, dst, func(x bool) { dst.AppendBool(x) })
	case *file.ByteArrayColumnChunkReader:
		return batches(c.ReadBatch, levels, n, dst, func(x parquet.ByteArray) { dst.AppendString(x) })
	}
	return fmt.Errorf("no decoder for %T", chunk)
}

type readBatch[T any] func(size int64, values []T, def, rep []int16) (int64, int, error)

func batches[T any](read readBatch[T], levels []int16, n int, dst *Vector, add func(T)) error {
	values := make([]T, len(levels))
	for n > 0 {
		rows, _, err := read(int64(min(n, len(levels))), values, levels, nil)
		if err != nil {
			return err
		}
		if rows == 0 {
			return io.ErrUnexpectedEOF
		}
		next := 0
		for _, level := range levels[:rows] {
			if level == 0 {
				dst.AppendMissing()
				continue
			}
			add(values[next])
			next++
		}
		n -= int(rows)
	}
	return nil
}
