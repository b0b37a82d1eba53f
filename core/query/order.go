package query

import (
	"context"
	"sync"
	"sync/atomic"

	"sheetmill/core/table"
)

// Query says which rows are wanted, in which order. The zero value is every row in the table's own.
type Query struct {
	Sort    []Key
	Filters []Filter // a row must pass them all
	// Marks tell which cells were changed, for filters by that; nil when no filter is.
	Marks *Marks
}

// Key is a column to sort by. Missing values come last either way.
type Key struct {
	Column     int  `json:"column"`
	Descending bool `json:"descending,omitempty"`
}

// Order is which rows are shown, in which order. It does not change.
type Order struct {
	rows []uint32
	all  int64 // rows are those of the table, when rows is nil
}

// Whole is every row of a table with so many, in its own order.
func Whole(rows int64) Order { return Order{all: rows} }

// Len is the number of rows.
func (o Order) Len() int {
	if o.rows == nil {
		return int(o.all)
	}
	return len(o.rows)
}

// At is the table's row at place i.
func (o Order) At(i int) int64 {
	if o.rows == nil {
		return int64(i)
	}
	return int64(o.rows[i])
}

// Place finds a row of the table; ok is false when it is not shown.
func (o Order) Place(row int64) (i int, ok bool) {
	if o.rows == nil {
		return int(row), row >= 0 && row < o.all
	}
	for i, r := range o.rows {
		if int64(r) == row {
			return i, true
		}
	}
	return 0, false
}

// Order finds the rows of a query. told, when not nil, hears how much is done, 0
// to 1, from any of several goroutines. A filter that makes no sense for its column is fault.Usage.
func (t *Table) Order(ctx context.Context, q Query, told func(done float64)) (Order, error) {
	tests, err := t.tests(q)
	if err != nil {
		return Order{}, err
	}
	if len(tests) == 0 && len(q.Sort) == 0 {
		return Whole(t.Rows()), nil
	}
	room := 0
	if len(q.Sort) > 0 && len(tests) == 0 { // how many pass tests is not known
		room = int(t.Rows())
	}
	s := newSorter(t.Columns(), q.Sort, sortBytes, room)
	defer s.close()
	passed := make([][]uint32, t.Groups()) // where there is no sorting
	var adding sync.Mutex
	var done atomic.Int64
	scratch := make([]scan, table.Workers())
	err = table.EachColumn(ctx, t.Groups(), func(worker, g int) error {
		here := &scratch[worker]
		if err := here.filter(ctx, t, g, tests); err != nil {
			return err
		}
		if len(q.Sort) == 0 {
			passed[g] = here.passing(t.start[g])
		} else if err := here.sortKeys(ctx, t, g, q.Sort); err != nil {
			return err
		} else if err := func() error {
			adding.Lock()
			defer adding.Unlock()
			return s.add(ctx, here, t.start[g])
		}(); err != nil {
			return err
		}
		if told != nil {
			told(float64(done.Add(int64(t.GroupRows(g)))) / float64(t.Rows()))
		}
		return nil
	})
	if err != nil {
		return Order{}, err
	}
	if len(q.Sort) > 0 {
		rows, err := s.order(ctx)
		return Order{rows: rows}, err
	}
	rows := []uint32{}
	for _, p := range passed {
		rows = append(rows, p...)
	}
	return Order{rows: rows}, nil
}

// scan is what going through one group needs.
type scan struct {
	pass   []bool // by row of the group
	vector table.Vector
	keys   []table.Vector
}

// filter finds the rows of a group that pass.
func (s *scan) filter(ctx context.Context, t *Table, g int, tests []test) error {
	rows := t.GroupRows(g)
	s.pass = s.pass[:0]
	for range rows {
		s.pass = append(s.pass, true)
	}
	for _, x := range tests {
		if err := x.group(ctx, t, g, s); err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) passing(start int64) []uint32 {
	rows := []uint32{}
	for i, ok := range s.pass {
		if ok {
			rows = append(rows, uint32(start)+uint32(i))
		}
	}
	return rows
}

// sortKeys reads the columns to sort by.
func (s *scan) sortKeys(ctx context.Context, t *Table, g int, keys []Key) error {
	if len(s.keys) < len(keys) {
		s.keys = make([]table.Vector, len(keys))
	}
	for i, k := range keys {
		s.keys[i].Reset(t.Columns()[k.Column].Type)
		if err := t.Column(ctx, g, k.Column, 0, t.GroupRows(g), &s.keys[i]); err != nil {
			return err
		}
	}
	return nil
}
