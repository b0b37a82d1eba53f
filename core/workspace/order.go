package workspace

import (
	"context"
	"encoding/json"

	"sheetmill/core/pipeline"
	"sheetmill/core/query"
)

// keptOrders is how many orders an open table remembers, so that the next page
// is not sorted for again; each takes four bytes a row.
const keptOrders = 4

// orderedBytes is a cache of cells for pages out of the table's own order.
const orderedBytes = 8 << 20

// orders are a table's rows in orders that somebody asked for.
type orders struct {
	turn  chan struct{} // who holds it may use the rest
	table *query.Table
	marks *query.Marks
	kept  []keptOrder // the longest unused first
}

type keptOrder struct {
	name  string
	order query.Order
}

// ordered answers a part of the table's rows that pass the filters, in the order asked for.
func (w *Workspace) ordered(ctx context.Context, id string, o PageOptions, t *openTable, columns []int, page *Page) error {
	order, rows, err := w.orderOf(ctx, id, o, t)
	if err != nil {
		return err
	}
	from := min(o.Offset, int64(order.Len()))
	n := min(o.Limit, int64(order.Len())-from)
	page.Rows = int64(order.Len())
	page.Numbers = make([]int64, 0, n)
	for i := range n {
		page.Numbers = append(page.Numbers, order.At(int(from+i)))
	}
	page.Vectors, err = rows.Page(ctx, order, int(from), int(n), columns)
	return err
}

// orderOf finds an order, or makes it.
func (w *Workspace) orderOf(ctx context.Context, id string, o PageOptions, t *openTable) (query.Order, *query.Table, error) {
	name, err := json.Marshal([][]string{o.Sort, o.Filter})
	if err != nil {
		return query.Order{}, nil, err
	}
	s := t.orders
	select {
	case s.turn <- struct{}{}: // others who ask for the same get what is made now
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return query.Order{}, nil, ctx.Err()
	}
	if s.table == nil {
		s.table = query.New(t.Reader, orderedBytes)
	}
	for i, k := range s.kept {
		if k.name == string(name) {
			s.kept = append(append(s.kept[:i], s.kept[i+1:]...), k)
			return k.order, s.table, nil
		}
	}
	q, err := w.query(ctx, id, o, t)
	if err != nil {
		return query.Order{}, nil, err
	}
	order, err := s.table.Order(ctx, q, nil)
	if err != nil {
		return query.Order{}, nil, err
	}
	if len(s.kept) == keptOrders {
		s.kept = s.kept[1:]
	}
	s.kept = append(s.kept, keptOrder{string(name), order})
	return order, s.table, nil
}

// query reads the conditions, and the marks where one asks for what was changed.
func (w *Workspace) query(ctx context.Context, id string, o PageOptions, t *openTable) (query.Query, error) {
	var q query.Query
	marked := false
	for _, text := range o.Sort {
		key, err := query.ParseSort(t.Columns(), text)
		if err != nil {
			return q, err
		}
		q.Sort = append(q.Sort, key)
	}
	for _, text := range o.Filter {
		filters, err := query.ParseFilter(t.Columns(), text)
		if err != nil {
			return q, err
		}
		for _, f := range filters {
			marked = marked || f.Match == query.Changed
		}
		q.Filters = append(q.Filters, filters...)
	}
	if !marked {
		return q, nil
	}
	if t.orders.marks == nil {
		v, err := w.version(ctx, id, o.Version)
		if err != nil {
			return q, err
		}
		var detail pipeline.Detail
		if err := json.Unmarshal(v.Detail, &detail); err != nil {
			return q, err
		}
		err = w.withObject(ctx, detail.LedgerKey, func(ledger *openTable) (err error) {
			t.orders.marks, err = query.ReadMarks(ctx, ledger.Reader, t.Columns(), t.Rows())
			return err
		})
		if err != nil {
			return q, err
		}
	}
	q.Marks = t.orders.marks
	return q, nil
}
