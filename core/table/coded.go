package table

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
)

// Coded is a column over a run of rows, told by its different values: right for
// what can be worked out for each of them once.
type Coded struct {
	Values Vector   // the different values, none of them missing, in the order of their first rows
	Codes  []uint32 // of each row: the index of its value; Values.Len() where it is missing
}

// Coded replaces dst with one group's column. It is false where the column is not
// kept as codes; Column reads it then.
func (r *Reader) Coded(ctx context.Context, group, column int, dst *Coded) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, context.Cause(ctx)
	}
	meta, err := r.groups[group].MetaData().ColumnChunk(column)
	if err != nil {
		return false, damaged(err)
	}
	if !r.own || !meta.HasDictionaryPage() {
		return false, nil
	}
	c := chunkReaders.Get().(*chunkReader) //nolint:forcetypeassert // the pool holds nothing else
	defer chunkReaders.Put(c)
	if err := c.open(r.src, meta, r.columns[column].Type); err != nil {
		return false, damaged(err)
	}
	whole, err := c.readCoded(r.GroupRows(group), dst)
	if err != nil {
		return false, damaged(fmt.Errorf("column %q, group %d: %w", r.columns[column].Name, group, err))
	}
	return whole, nil
}

// readCoded reads n rows of codes; false when some of them are not codes.
func (c *chunkReader) readCoded(n int, dst *Coded) (bool, error) {
	dst.Codes = slices.Grow(dst.Codes[:0], n)[:n]
	for done := 0; done < n; {
		h, err := c.next(done)
		if err != nil {
			return false, err
		}
		if !c.coded || h.encoding == parquet.Encodings.Plain {
			return false, nil
		}
		levels, data, err := prefixed(c.page)
		if err != nil {
			return false, err
		}
		rows := dst.Codes[done:min(n, c.rows)]
		if c.valid, err = appendValid(c.valid[:0], levels, len(rows)); err != nil {
			return false, err
		}
		codes, err := c.readCodes(data, count(c.valid))
		if err != nil {
			return false, err
		}
		done += len(rows)
		if len(codes) == len(rows) {
			copy(rows, codes)
			continue
		}
		at, missing := 0, uint32(c.different())
		for i, ok := range c.valid {
			rows[i] = missing
			if ok {
				rows[i] = codes[at]
				at++
			}
		}
	}
	dst.Values.Reset(c.dict.Type)
	if c.dict.Type == String {
		dst.Values.Bytes = append(dst.Values.Bytes, c.dict.Bytes...)
		dst.Values.Ends = append(dst.Values.Ends, c.dict.Ends...)
		dst.Values.Valid = append(dst.Values.Valid, c.dict.Valid...)
		return true, nil
	}
	codes := make([]uint32, len(c.values))
	for i := range codes {
		codes[i] = uint32(i)
		dst.Values.Valid = append(dst.Values.Valid, true)
	}
	c.takeCoded(codes, dst.Values.Valid, &dst.Values)
	return true, nil
}

// different is the number of values of the dictionary.
func (c *chunkReader) different() int { return len(c.values) + c.dict.Len() }
