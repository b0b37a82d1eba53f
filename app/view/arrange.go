package view

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"

	"sheetmill/core/fault"
	"sheetmill/core/query"
	"sheetmill/core/say"
)

// Sort sorts by these keys, the first one first; none takes sorting back. What
// is in force is told by the state, where Busy is set until it is done.
func (t *Table) Sort(keys ...SortKey) {
	t.mu.Lock()
	t.sort = slices.Clone(keys)
	t.mu.Unlock()
	t.arrange()
}

// SortBy sorts by one column as a click on its header does: ascending, then
// descending, then not at all.
func (t *Table) SortBy(column int) {
	t.mu.Lock()
	var keys []SortKey
	switch now := t.sort; {
	case len(now) != 1 || now[0].Column != column:
		keys = []SortKey{{Column: column}}
	case !now[0].Descending:
		keys = []SortKey{{Column: column, Descending: true}}
	}
	t.mu.Unlock()
	t.Sort(keys...)
}

// Filter sets all filters, which must all let a row through; none shows every row.
// Filters that make no sense, such as a text between numbers, are answered as fault.Usage.
func (t *Table) Filter(filters ...Filter) error {
	t.mu.Lock()
	d := t.data
	t.mu.Unlock()
	if d == nil {
		return fault.New(fault.NotFound, say.T("The clean table is not ready yet.")).Hint(say.T("Wait until its job has ended."))
	}
	if err := d.cells.Check(query.Query{Filters: filters, Marks: &query.Marks{}}); err != nil {
		return err
	}
	t.mu.Lock()
	t.filters = slices.Clone(filters)
	t.mu.Unlock()
	t.arrange()
	return nil
}

// FilterColumn replaces the filters of one column.
func (t *Table) FilterColumn(column int, filters ...Filter) error {
	t.mu.Lock()
	all := slices.DeleteFunc(slices.Clone(t.filters), func(f Filter) bool { return f.Column == column })
	t.mu.Unlock()
	return t.Filter(append(all, filters...)...)
}

// arrange finds the rows of the newest sorting and filters; one under way ends.
func (t *Table) arrange() {
	t.mu.Lock()
	if t.asking != nil {
		t.asking()
	}
	ctx, stop := context.WithCancel(t.ctx)
	t.asking = stop
	t.asked++
	number, d := t.asked, t.data
	q := query.Query{Sort: t.sort, Filters: t.filters}
	if d == nil {
		t.mu.Unlock()
		stop()
		return
	}
	t.state.Busy, t.state.BusyDone = true, 0
	t.mu.Unlock()
	t.changed.poke()
	t.run(func(context.Context) {
		defer stop()
		o, err := t.ordered(ctx, d, q)
		t.mu.Lock()
		defer t.changed.poke()
		defer t.mu.Unlock()
		if number != t.asked || d != t.data {
			return // another one is under way
		}
		t.state.Busy = false
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.client.trouble(t.ref, say.T("Sort and filter"), err)
			}
			t.sort, t.filters = t.state.Sort, t.state.Filters
			return
		}
		t.order = o
		t.state.Sort, t.state.Filters, t.state.Shown = q.Sort, q.Filters, o.Len()
		t.state.Serial++
		t.reload()
	})
}

func (t *Table) ordered(ctx context.Context, d *data, q query.Query) (query.Order, error) {
	if slices.ContainsFunc(q.Filters, func(f Filter) bool { return f.Match == IsChanged }) {
		select {
		case <-d.marked:
		case <-ctx.Done():
			return query.Order{}, ctx.Err()
		}
		t.mu.Lock()
		q.Marks = d.marks
		t.mu.Unlock()
	}
	return d.cells.Order(ctx, q, t.busy())
}

// busy takes in how far something is, told from any goroutine.
func (t *Table) busy() func(float64) {
	var most atomic.Uint64
	return func(done float64) {
		bits := math.Float64bits(done)
		if before := most.Swap(bits); math.Float64frombits(before) > done {
			return
		}
		t.set(func(s *TableState) { s.BusyDone = done })
	}
}

// StopBusy ends a sorting, filtering or search under way.
func (t *Table) StopBusy() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, stop := range []context.CancelFunc{t.asking, t.finding} {
		if stop != nil {
			stop()
		}
	}
}

// Find looks for a text from a cell on, row by row, and comes back to the start at
// the end; back goes the other way. Case of letters does not matter. A search
// that was under way ends unanswered.
func (t *Table) Find(text string, from Spot, back bool, done func(at Spot, found bool, f *fault.Error)) {
	t.mu.Lock()
	if t.finding != nil {
		t.finding()
	}
	ctx, stop := context.WithCancel(t.ctx)
	t.finding = stop
	d, o := t.data, t.order
	if d == nil || text == "" {
		t.mu.Unlock()
		stop()
		t.run(func(context.Context) { done(Spot{}, false, nil) })
		return
	}
	if t.search == nil || t.search.Text() != text {
		t.search = d.cells.Search(text)
	}
	search := t.search
	t.state.Busy, t.state.BusyDone = true, 0
	t.mu.Unlock()
	t.changed.poke()
	t.run(func(context.Context) {
		defer stop()
		at, found, err := search.Next(ctx, o, query.Spot{Place: from.Row, Column: from.Column}, back, t.busy())
		if ctx.Err() != nil {
			return
		}
		t.set(func(s *TableState) { s.Busy = false })
		done(Spot{at.Place, at.Column}, found, fault.Of(err))
	})
}
