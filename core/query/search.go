package query

import (
	"context"
	"sync"

	"sheetmill/core/table"
)

// Search looks for a text in all cells. It remembers, group by group, which rows
// hold it, so that the next place is found soon. It may be used from many goroutines.
type Search struct {
	t     *Table
	text  string
	mu    sync.Mutex
	found [][]bool // by group; nil while nobody looked
}

// Search makes a search for a text, whatever the case of its letters.
func (t *Table) Search(text string) *Search {
	return &Search{t: t, text: text, found: make([][]bool, t.Groups())}
}

// Text is what is looked for.
func (s *Search) Text() string { return s.text }

// Spot is a cell, by its place in an order and its column.
type Spot struct{ Place, Column int }

// Next finds the next cell after a spot in an order, row by row and from left to
// right, beginning again at the top when it comes to the end; back goes the
// other way. ok is false when no cell holds the text. told hears how much is looked through, 0 to 1.
func (s *Search) Next(ctx context.Context, o Order, from Spot, back bool, told func(float64)) (Spot, bool, error) {
	n := o.Len()
	if n == 0 || s.text == "" {
		return Spot{}, false, nil
	}
	step := 1
	if back {
		step = -1
	}
	from.Place = min(max(from.Place, 0), n-1)
	for i := 0; i <= n; i++ { // the row to begin with is looked at twice: after the spot, and before it
		if i%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return Spot{}, false, context.Cause(ctx)
			}
			if told != nil {
				told(float64(i) / float64(n))
			}
		}
		place := ((from.Place+step*i)%n + n) % n
		row := o.At(place)
		here, err := s.row(ctx, row)
		if err != nil {
			return Spot{}, false, err
		}
		if !here {
			continue
		}
		columns, err := s.columns(ctx, row)
		if err != nil {
			return Spot{}, false, err
		}
		for k := range columns {
			c := columns[k]
			if back {
				c = columns[len(columns)-1-k]
			}
			if i == 0 && (back && c >= from.Column || !back && c <= from.Column) {
				continue
			}
			return Spot{place, c}, true, nil
		}
	}
	return Spot{}, false, nil
}

// row tells whether a row holds the text, going through its group the first time.
func (s *Search) row(ctx context.Context, row int64) (bool, error) {
	g, _, _ := s.t.place(row)
	at := row - s.t.start[g]
	s.mu.Lock()
	found := s.found[g]
	s.mu.Unlock()
	if found != nil {
		return found[at], nil
	}
	found = make([]bool, s.t.GroupRows(g))
	var joining sync.Mutex
	vectors := make([]table.Vector, table.Workers())
	err := table.EachColumn(ctx, len(s.t.Columns()), func(worker, c int) error {
		v := &vectors[worker]
		v.Reset(s.t.Columns()[c].Type)
		if v.Type == table.Empty {
			return nil
		}
		if err := s.t.Column(ctx, g, c, 0, len(found), v); err != nil {
			return err
		}
		holds := containing(s.text)
		var hits []int
		for i := range found {
			if holds(v, i) {
				hits = append(hits, i)
			}
		}
		joining.Lock()
		defer joining.Unlock()
		for _, i := range hits {
			found[i] = true
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	s.found[g] = found
	s.mu.Unlock()
	return found[at], nil
}

// columns lists the columns of a row that hold the text.
func (s *Search) columns(ctx context.Context, row int64) ([]int, error) {
	one := Order{rows: []uint32{uint32(row)}}
	all := make([]int, len(s.t.Columns()))
	for i := range all {
		all[i] = i
	}
	v, err := s.t.Page(ctx, one, 0, 1, all)
	if err != nil {
		return nil, err
	}
	holds := containing(s.text)
	var out []int
	for c := range all {
		if holds(v[c], 0) {
			out = append(out, c)
		}
	}
	return out, nil
}

// Check refuses a query that makes no sense for the table, without running it.
func (t *Table) Check(q Query) error {
	_, err := t.tests(q)
	return err
}
