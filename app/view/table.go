package view

import (
	"context"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/query"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// Table is an open dataset: what a grid and its side panel show. While its job
// runs it shows the first rows of the file, and turns to the clean table by itself.
type Table struct {
	client  *Client
	ref     Ref
	changed *pulse
	ctx     context.Context //nolint:containedctx // the table's life: Close ends it and waits for what runs in it
	stop    context.CancelFunc
	poke    chan struct{} // the item looks different
	want    chan struct{} // the area moved

	mu      sync.Mutex
	closed  bool
	group   sync.WaitGroup
	state   TableState
	area    Area
	glance  *workspace.First
	data    *data
	order   query.Order
	asking  context.CancelFunc // the sorting and filtering under way
	asked   int                // numbers them
	sort    []SortKey          // asked for; in force once State says so
	filters []Filter           //
	finding context.CancelFunc
	search  *query.Search
}

// data is a clean table that is open, with what is known of it.
type data struct {
	lent    *workspace.Lent
	cells   *query.Table
	space   *space
	record  string
	version int
	marked  chan struct{} // closed once marks are read
	marks   *query.Marks
	report  *workspace.Report
}

// cellsEvery is the shortest time between two tellings that cells can be drawn.
const cellsEvery = 30 * time.Millisecond

// OpenTable opens a dataset to be shown. changed is called when the state or cells
// look different, at most 33 times a second while it is scrolled. Close it when it is not shown any more.
func (c *Client) OpenTable(r Ref, changed func()) *Table {
	item, _ := c.Item(r)
	ctx, stop := context.WithCancel(c.ctx)
	t := &Table{
		client: c, ref: r, ctx: ctx, stop: stop, poke: make(chan struct{}, 1), want: make(chan struct{}, 1),
		state: TableState{Ref: r, Name: item.Name, Phase: TableOpening},
	}
	t.changed = newPulse(cellsEvery, func() {
		t.traceState()
		if changed != nil {
			changed()
		}
	})
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.tables[t] = true
	}
	c.mu.Unlock()
	if closed {
		stop()
		return t
	}
	t.run(t.changed.run)
	t.run(t.live)
	t.run(t.load)
	return t
}

// run runs f in the table's life, unless it is closed.
func (t *Table) run(f func(ctx context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.group.Go(func() { f(t.ctx) })
	}
}

// State is how it stands.
func (t *Table) State() TableState {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// Close stops what runs for the table and waits for it.
func (t *Table) Close() {
	t.shut()
	t.client.mu.Lock()
	delete(t.client.tables, t)
	spaces := []*space{t.client.local, t.client.shared.space}
	t.client.mu.Unlock()
	for _, s := range spaces {
		if s != nil {
			s.leave(t)
		}
	}
}

// shut ends what runs for the table and gives its data back. It may be called twice.
func (t *Table) shut() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.stop()
	t.group.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.data != nil {
		t.data.lent.Close()
		t.data = nil
		t.state.Phase = TableBroken
		t.state.Fault = fault.New(fault.Unreachable, say.T("The table is closed.")).Hint(say.T("Open it again from the library."))
	}
}

// set changes the state and tells of it.
func (t *Table) set(f func(s *TableState)) {
	t.mu.Lock()
	f(&t.state)
	t.mu.Unlock()
	t.changed.poke()
}

// live follows the item from its first rows to the clean table, and to later versions of it.
func (t *Table) live(ctx context.Context) {
	stop := t.client.hub.listen(Events{
		Item:    func(i Item) { t.pokeFor(i.Ref) },
		Library: func() { t.pokeFor(t.ref) },
		Shared:  func(SharedState) { t.pokeFor(t.ref) },
		State:   func(State) { t.pokeFor(t.ref) },
	})
	defer stop()
	for failures := 0; ; {
		pause := time.Hour
		if err := t.look(ctx); err != nil {
			failures++
			pause = patience(failures)
		} else {
			failures = 0
		}
		if !rest(ctx, pause, t.poke) {
			return
		}
	}
}

func (t *Table) pokeFor(r Ref) {
	if r != t.ref {
		return
	}
	select {
	case t.poke <- struct{}{}:
	default:
	}
}

// look takes in how the item is now. An error is tried again.
func (t *Table) look(ctx context.Context) error {
	item, record, version, first := t.client.known(t.ref)
	t.mu.Lock()
	have := 0
	if t.data != nil {
		have = t.data.version
	}
	t.mu.Unlock()
	switch {
	case item.ID == "" && have == 0:
		t.set(func(s *TableState) {
			s.Phase, s.Fault = TableBroken, fault.New(fault.NotFound, say.T("The dataset is no longer there."))
		})
	case item.ID == "", have > 0 && have == version:
	case item.Phase == Ready && version > 0:
		return t.open(ctx, record, version)
	case have > 0:
	case first != nil:
		t.showGlance(first)
	case item.Phase == Broken || item.Phase == Cancelled:
		t.set(func(s *TableState) {
			if s.Phase, s.Fault = TableBroken, item.Fault; s.Fault == nil {
				s.Fault = fault.New(fault.Cancelled, say.T("The job was cancelled.")).Hint(say.T("Retry it from the library."))
			}
		})
	default:
		t.changed.poke()
	}
	return nil
}

// open opens a version of the clean table.
func (t *Table) open(ctx context.Context, record string, version int) error {
	s, err := t.client.space(t.ref.Place)
	if err != nil {
		return t.cannot(ctx, err)
	}
	if !s.adopt(t) {
		return nil // it is being closed
	}
	lent, err := s.ws.Lend(ctx, record, version)
	if err != nil {
		return t.cannot(ctx, err)
	}
	d := &data{
		lent: lent, cells: query.New(lent.Clean, query.CacheBytes), space: s, record: record, version: version, marked: make(chan struct{}),
	}
	t.mu.Lock()
	old := t.data
	t.data, t.order, t.search, t.glance = d, query.Whole(lent.Clean.Rows()), nil, nil
	t.sort, t.filters = nil, nil
	serial := t.state.Serial + 1
	t.state = TableState{
		Ref: t.ref, Name: t.state.Name, Phase: TableReady, Shown: int(lent.Clean.Rows()), Rows: int(lent.Clean.Rows()),
		Columns: columnsOf(lent.Clean.Columns(), nil, nil), Serial: serial,
	}
	t.mu.Unlock()
	if old != nil {
		old.lent.Close()
	}
	t.changed.poke()
	t.reload()
	t.describe(ctx, d)
	return nil
}

// cannot tells why the clean table cannot be opened.
func (t *Table) cannot(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t.set(func(s *TableState) {
		if s.Phase == TableReady {
			s.Trouble = fault.Of(err)
			return
		}
		s.Phase, s.Fault = TableBroken, fault.Of(err)
	})
	return err
}

// describe reads the report and which cells were changed.
func (t *Table) describe(ctx context.Context, d *data) {
	report, err := d.space.ws.Report(ctx, d.record)
	if err == nil {
		t.mu.Lock()
		d.report = &report
		t.state.Columns = columnsOf(d.lent.Clean.Columns(), &report, nil)
		t.mu.Unlock()
		t.changed.poke()
	} else if ctx.Err() == nil {
		t.client.trouble(t.ref, say.T("Read the profile"), err)
	}
	marks := &query.Marks{}
	if d.lent.Ledger != nil {
		read, err := query.ReadMarks(ctx, d.lent.Ledger, d.lent.Clean.Columns(), d.lent.Clean.Rows())
		if err == nil {
			marks = read
		} else if ctx.Err() == nil {
			t.client.trouble(t.ref, say.T("Read the ledger"), err)
		}
	}
	t.mu.Lock()
	d.marks = marks
	t.state.Columns = columnsOf(d.lent.Clean.Columns(), d.report, marks)
	t.mu.Unlock()
	close(d.marked)
	t.changed.poke()
}

// showGlance shows the first rows of the file.
func (t *Table) showGlance(first *workspace.First) {
	t.mu.Lock()
	if t.glance == first {
		t.mu.Unlock()
		return
	}
	t.glance = first
	t.state.Phase, t.state.Fault = TableGlance, nil
	t.state.Rows, t.state.Shown = len(first.Rows), len(first.Rows)
	t.state.Columns = glanceColumns(first)
	t.state.Serial++
	t.order = query.Whole(int64(len(first.Rows)))
	t.mu.Unlock()
	t.changed.poke()
}

// pulse calls a function from one goroutine, not more often than so, and never
// misses that it was asked once more.
type pulse struct {
	every time.Duration
	f     func()
	wake  chan struct{}
}

func newPulse(every time.Duration, f func()) *pulse {
	return &pulse{every: every, f: f, wake: make(chan struct{}, 1)}
}

func (p *pulse) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *pulse) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		p.f()
		if !rest(ctx, p.every, nil) {
			return
		}
	}
}
