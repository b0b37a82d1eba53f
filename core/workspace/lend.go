package workspace

import (
	"context"
	"encoding/json"
	"sync"

	"sheetmill/core/fault"
	"sheetmill/core/pipeline"
	"sheetmill/core/table"
)

// Lent is a version's clean table with its ledger, open until it is closed: for
// who reads it again and again. It may be used from many goroutines.
type Lent struct {
	Clean  *table.Reader
	Ledger *table.Reader // nil where the version has none
	// Rows tells which row of the sheet each row came from.
	Rows table.RowMap

	w     *Workspace
	close sync.Once
	open  []*openTable
}

// Lend opens a version's clean table; version 0 is the head. Close it before the workspace.
func (w *Workspace) Lend(ctx context.Context, id string, version int) (*Lent, error) {
	v, err := w.version(ctx, id, version)
	if err != nil {
		return nil, err
	}
	var detail pipeline.Detail
	if err := json.Unmarshal(v.Detail, &detail); err != nil {
		return nil, err
	}
	l := &Lent{w: w}
	t, err := w.tables.get(ctx, w.store, v.CleanKey)
	if err != nil {
		return nil, err
	}
	l.open, l.Clean = append(l.open, t), t.Reader
	if text := t.Meta(table.MetaRows); text != "" {
		if err := json.Unmarshal([]byte(text), &l.Rows); err != nil {
			l.Close()
			return nil, err
		}
	}
	if detail.LedgerKey == "" {
		return l, nil
	}
	t, err = w.tables.get(ctx, w.store, detail.LedgerKey)
	switch {
	case fault.Is(err, fault.NotFound): // the table is whole without it
	case err != nil:
		l.Close()
		return nil, err
	default:
		l.open, l.Ledger = append(l.open, t), t.Reader
	}
	return l, nil
}

// Close gives the tables back. It may be called twice.
func (l *Lent) Close() {
	l.close.Do(func() {
		for _, t := range l.open {
			l.w.tables.put(t)
		}
	})
}
