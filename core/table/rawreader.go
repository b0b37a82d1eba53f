package table

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/file"

	"sheetmill/core/sheet"
)

// RawReader reads a raw table. It may be used from many goroutines.
type RawReader struct {
	info    RawInfo
	src     Source
	file    *file.Reader
	groups  []*file.RowGroupReader
	starts  []int64
	heads   int // columns before the first sheet column
	columns []int
}

// RawHeads tells of each row of a group where it was in the source.
type RawHeads struct {
	Rows   []int64 // 1-based row numbers
	Hidden []bool
	Lines  []int64 // nil for workbooks
	Offset []int64 // nil for workbooks
}

// NewRawReader opens a raw table.
func NewRawReader(src Source) (*RawReader, error) {
	f, err := open(src)
	if err != nil {
		return nil, err
	}
	r := &RawReader{src: src, file: f, groups: groupsOf(f), starts: groupStarts(f)}
	text := f.MetaData().KeyValueMetadata().FindValue(metaRaw)
	if text == nil {
		return nil, damaged(errors.New("no raw table"))
	}
	if err := json.Unmarshal([]byte(*text), &r.info); err != nil {
		return nil, damaged(err)
	}
	for i := range f.MetaData().Schema.NumColumns() {
		name := f.MetaData().Schema.Column(i).Name()
		if column, ok := strings.CutPrefix(name, "c"); ok {
			n, err := strconv.Atoi(column)
			if err != nil {
				return nil, damaged(err)
			}
			r.columns = append(r.columns, n)
		} else {
			r.heads++
		}
	}
	return r, nil
}

// Info is what the table says of itself.
func (r *RawReader) Info() RawInfo { return r.info }

// Columns lists the sheet columns that hold a cell, ascending; their positions
// in the list are what Cells takes.
func (r *RawReader) Columns() []int { return r.columns }

// Groups is the number of row groups.
func (r *RawReader) Groups() int { return len(r.starts) - 1 }

// GroupRows is the number of rows in group g.
func (r *RawReader) GroupRows(g int) int { return int(r.starts[g+1] - r.starts[g]) }

// Heads reads where the rows of a group were.
func (r *RawReader) Heads(ctx context.Context, group int) (RawHeads, error) {
	var h RawHeads
	n := r.GroupRows(group)
	for i := range r.heads {
		if ctx.Err() != nil {
			return h, context.Cause(ctx)
		}
		chunk, err := r.groups[group].Column(i)
		if err != nil {
			return h, damaged(err)
		}
		switch c := chunk.(type) {
		case *file.BooleanColumnChunkReader:
			h.Hidden, err = whole(c.ReadBatch, n)
		case *file.Int64ColumnChunkReader:
			var values []int64
			values, err = whole(c.ReadBatch, n)
			switch c.Descriptor().Name() {
			case rawRow:
				h.Rows = values
			case rawLine:
				h.Lines = values
			case rawOffset:
				h.Offset = values
			}
		}
		if err = errors.Join(err, chunk.Close()); err != nil {
			return h, damaged(err)
		}
	}
	return h, nil
}

func whole[T any](read readBatch[T], n int) ([]T, error) {
	values := make([]T, n)
	for done := 0; done < n; {
		_, got, err := read(int64(n-done), values[done:], nil, nil)
		if err != nil {
			return nil, err
		}
		if got == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		done += got
	}
	return values, nil
}

// Cells replaces dst with the cells of one group's column, given by its
// position in Columns.
func (r *RawReader) Cells(ctx context.Context, group, position int, dst *Cells) error {
	dst.Reset()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	meta, err := r.groups[group].MetaData().ColumnChunk(r.heads + position)
	if err != nil {
		return damaged(err)
	}
	c := chunkReaders.Get().(*chunkReader) //nolint:forcetypeassert // the pool holds nothing else
	defer chunkReaders.Put(c)
	if err := c.open(r.src, meta, Empty); err != nil {
		return damaged(err)
	}
	for rows := r.GroupRows(group); c.rows < rows; {
		h, err := c.unpack(c.rows)
		if err == nil {
			err = dst.takePage(h, c.page, rows)
		}
		if err != nil {
			return damaged(err)
		}
	}
	if dst.Len() != r.GroupRows(group) {
		return damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

// Each gives every batch of the table to use, as a reader of the file would:
// what was learnt from the rows as they streamed by can be learnt again
// without parsing the file.
func (r *RawReader) Each(ctx context.Context, use func(*sheet.Batch) error) error {
	cells := make([]Cells, len(r.columns))
	var batch sheet.Batch
	for g := range r.Groups() {
		heads, err := r.Heads(ctx, g)
		if err != nil {
			return err
		}
		err = EachColumn(ctx, len(cells), func(_, i int) error { return r.Cells(ctx, g, i, &cells[i]) })
		if err != nil {
			return err
		}
		for row, number := range heads.Rows {
			if len(batch.Rows) >= sheet.BatchRows || len(batch.Bytes) >= sheet.BatchBytes {
				if err := use(&batch); err != nil {
					return err
				}
				batch.Reset()
			}
			r.replay(&batch, cells, heads, row, number)
		}
	}
	if len(batch.Rows) == 0 {
		return nil
	}
	return use(&batch)
}

func (r *RawReader) replay(batch *sheet.Batch, cells []Cells, heads RawHeads, row int, number int64) {
	head := sheet.Row{Number: number, Line: number, Offset: -1, First: int32(len(batch.Cells)), Hidden: heads.Hidden[row]}
	if heads.Lines != nil {
		head.Line, head.Offset = heads.Lines[row], heads.Offset[row]
	}
	for i := range cells {
		kind, text := cells[i].At(row)
		if kind == sheet.Empty {
			continue
		}
		start := uint32(len(batch.Bytes))
		batch.Bytes = append(batch.Bytes, text...)
		batch.Cells = append(batch.Cells, sheet.Cell{
			Col: int32(r.columns[i]), Kind: kind, Start: start, End: uint32(len(batch.Bytes)),
		})
		head.Len++
	}
	batch.Rows = append(batch.Rows, head)
}
