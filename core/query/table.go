package query

import (
	"context"
	"slices"
	"sort"

	"sheetmill/core/table"
)

// Table reads cells of a clean table by row. It may be used from many goroutines.
type Table struct {
	*table.Reader

	cache *cache
	runs  []int64 // the number of each group's first block, and of all
	start []int64 // the first row of each group, and the number of rows
}

// blockRows is the rows of a block: those of a page in the file, so that a block
// costs the decoding of one page.
const blockRows = 1024

// New reads through a cache of so many bytes.
func New(r *table.Reader, cacheBytes int64) *Table {
	t := &Table{Reader: r, cache: newCache(cacheBytes), runs: make([]int64, r.Groups()+1), start: make([]int64, r.Groups()+1)}
	for g := range r.Groups() {
		rows := int64(r.GroupRows(g))
		t.runs[g+1] = t.runs[g] + (rows+blockRows-1)/blockRows
		t.start[g+1] = t.start[g] + rows
	}
	return t
}

// place is where a row is: its group, and the number of its block and the place in it.
func (t *Table) place(row int64) (group int, run int32, at int) {
	group = sort.Search(t.Groups(), func(g int) bool { return t.start[g+1] > row })
	within := row - t.start[group]
	return group, int32(t.runs[group] + within/blockRows), int(within % blockRows)
}

// Peek answers a cell that is in memory: its block, which nobody may change, and
// the place in it. ok is false for one that was not loaded, or is no more.
func (t *Table) Peek(row int64, column int) (v *table.Vector, at int, ok bool) {
	if row < 0 || row >= t.Rows() || column < 0 || column >= len(t.Columns()) {
		return nil, 0, false
	}
	_, run, at := t.place(row)
	v = t.cache.get(blockKey{int32(column), run})
	return v, at, v != nil
}

// Load reads rows [from, from+n) of an order into memory, these columns of them
// (nil: all), where they are not there. told, when not nil, hears when some more can be seen.
func (t *Table) Load(ctx context.Context, o Order, from, n int, columns []int, told func()) error {
	type work struct {
		group int
		run   int32
	}
	from, end := max(from, 0), min(from+n, o.Len())
	var runs []work
	seen := map[int32]bool{}
	for i := from; i < end; i++ {
		group, run, _ := t.place(o.At(i))
		if !seen[run] {
			seen[run] = true
			runs = append(runs, work{group, run})
		}
	}
	if columns == nil {
		columns = make([]int, len(t.Columns()))
		for i := range columns {
			columns[i] = i
		}
	}
	var jobs []blockKey
	var groups []int
	for _, w := range runs {
		for _, c := range columns {
			if key := (blockKey{int32(c), w.run}); t.cache.get(key) == nil {
				jobs, groups = append(jobs, key), append(groups, w.group)
			}
		}
	}
	return table.EachColumn(ctx, len(jobs), func(_, i int) error {
		v, err := t.read(ctx, groups[i], jobs[i])
		if err != nil {
			return err
		}
		t.cache.put(jobs[i], v)
		if told != nil {
			told()
		}
		return nil
	})
}

// read decodes one block.
func (t *Table) read(ctx context.Context, group int, key blockKey) (*table.Vector, error) {
	from := (int64(key.run) - t.runs[group]) * blockRows
	rows := int(min(blockRows, int64(t.GroupRows(group))-from))
	v := sized(t.Columns()[key.column].Type, rows)
	if err := t.Column(ctx, group, int(key.column), int(from), rows, v); err != nil {
		return nil, err
	}
	if cap(v.Bytes) > len(v.Bytes)+len(v.Bytes)/4 {
		v.Bytes = slices.Clone(v.Bytes)
	}
	return v, nil
}

// sized is an empty vector with room for so many rows and no more.
func sized(typ table.Type, rows int) *table.Vector {
	v := &table.Vector{Type: typ, Valid: make([]bool, 0, rows)}
	switch typ {
	case table.Integer, table.Date, table.DateTime, table.Time:
		v.Ints = make([]int64, 0, rows)
	case table.Float:
		v.Floats = make([]float64, 0, rows)
	case table.Boolean:
		v.Bools = make([]bool, 0, rows)
	case table.String:
		v.Ends = make([]uint32, 0, rows)
	case table.Empty:
	}
	return v
}

// Page reads rows of an order as vectors, one a column.
func (t *Table) Page(ctx context.Context, o Order, from, n int, columns []int) ([]*table.Vector, error) {
	from, end := max(from, 0), min(from+n, o.Len())
	vectors := make([]*table.Vector, len(columns))
	for i, c := range columns {
		vectors[i] = sized(t.Columns()[c].Type, max(end-from, 0))
	}
	// No more at a time than the cache holds with ease.
	const step = 256
	for at := from; at < end; at += step {
		stop := min(at+step, end)
		if err := t.Load(ctx, o, at, stop-at, columns, nil); err != nil {
			return nil, err
		}
		for i, c := range columns {
			for row := at; row < stop; row++ {
				if err := t.copyCell(ctx, o.At(row), c, vectors[i]); err != nil {
					return nil, err
				}
			}
		}
	}
	return vectors, nil
}

// copyCell appends a cell to a vector, reading its block once more where the cache let it go.
func (t *Table) copyCell(ctx context.Context, row int64, column int, dst *table.Vector) error {
	group, run, at := t.place(row)
	key := blockKey{int32(column), run}
	v := t.cache.get(key)
	if v == nil {
		var err error
		if v, err = t.read(ctx, group, key); err != nil {
			return err
		}
		t.cache.put(key, v)
	}
	if !v.Valid[at] {
		dst.AppendMissing()
		return nil
	}
	switch v.Type {
	case table.Integer, table.Date, table.DateTime, table.Time:
		dst.AppendInt(v.Ints[at])
	case table.Float:
		dst.AppendFloat(v.Floats[at])
	case table.Boolean:
		dst.AppendBool(v.Bools[at])
	case table.String:
		dst.AppendString(v.StringAt(at))
	case table.Empty:
		dst.AppendMissing()
	}
	return nil
}
