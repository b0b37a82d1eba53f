package view

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// library is every dataset that the client knows of.
type library struct {
	mu      sync.Mutex
	entries map[Ref]*entry
	records map[Ref]Ref // by record, for what was added in this session under a ref of its own
}

// entry is one dataset. Its fields belong to the library's lock.
type entry struct {
	item     Item
	record   string // its ID in the workspace; "" until it is there
	version  int    // the head
	pace     pace
	copied   float64 // the share of the whole that copying was; 0 when it was not here
	opens    bool    // by itself, once there is something to show
	followed bool    // somebody watches its job
	source   *source // what it is added from, in this session
	glance   *workspace.First
	began    bool // a job was seen at work in this session
}

// Items lists all datasets, newest first.
func (c *Client) Items() []Item {
	c.library.mu.Lock()
	defer c.library.mu.Unlock()
	items := make([]Item, 0, len(c.library.entries))
	for _, e := range c.library.entries {
		items = append(items, e.item)
	}
	slices.SortFunc(items, func(a, b Item) int {
		if n := b.Added.Compare(a.Added); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return items
}

// Item finds one dataset.
func (c *Client) Item(r Ref) (Item, bool) {
	c.library.mu.Lock()
	defer c.library.mu.Unlock()
	if e, ok := c.library.entries[r]; ok {
		return e.item, true
	}
	return Item{}, false
}

// Unfinished lists what quitting now would interrupt. What is in the workspace
// goes on at the next start; what is Copying has to be added again.
func (c *Client) Unfinished() []Item {
	return slices.DeleteFunc(c.Items(), func(i Item) bool {
		busy := i.Again || i.Transfer == Pushing || i.Transfer == Pulling
		return i.Phase.Ended() && !busy
	})
}

// change changes an entry and tells of it. What the change answers is done after
// the lock is given back.
func (c *Client) change(r Ref, f func(e *entry) (after func())) {
	c.library.mu.Lock()
	e, ok := c.library.entries[r]
	if !ok {
		c.library.mu.Unlock()
		return
	}
	before := e.item
	after := f(e)
	c.tell(before, e)
	c.library.mu.Unlock()
	if after != nil {
		after()
	}
}

// tell tells of what has become of an entry. The caller holds the library's lock.
func (c *Client) tell(before Item, e *entry) {
	now := e.item
	if reflect.DeepEqual(before, now) {
		return
	}
	c.hub.item(now.Ref)
	if !before.Phase.Ended() && now.Phase.Ended() && (e.began || now.Fresh) {
		c.hub.tell(func(l Events) {
			if l.Ended != nil {
				l.Ended(now)
			}
		})
	}
	if e.opens && now.CanOpen() {
		e.opens = false
		c.hub.tell(func(l Events) {
			if l.Open != nil {
				l.Open(now.Ref)
			}
		})
	}
}

// record answers the record of a ref, and the space that it is in.
func (c *Client) record(r Ref) (s *space, id string, err error) {
	s, err = c.space(r.Place)
	c.library.mu.Lock()
	defer c.library.mu.Unlock()
	e, ok := c.library.entries[r]
	switch {
	case !ok:
		return nil, "", fault.New(fault.NotFound, say.T("The dataset is no longer there."))
	case err != nil:
		return nil, "", err
	}
	return s, e.record, nil
}

// space is an open workspace, or a fault that says why it is not open.
func (c *Client) space(p Place) (*space, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, f := c.local, c.state.Fault
	if p == Shared {
		s, f = c.shared.space, c.shared.state.Fault
	}
	switch {
	case s != nil:
		return s, nil
	case f != nil:
		return nil, f
	case p == Shared:
		return nil, fault.New(fault.Unreachable, say.T("The shared workspace is not connected.")).
			Hint(say.T("Import a connection file in the settings, or wait until it is online."))
	}
	return nil, fault.New(fault.Unreachable, say.T("The workspace is not open yet.")).Hint(say.T("Wait a moment and try again."))
}

// do runs an action on a dataset; its failure is told.
func (c *Client) do(r Ref, what say.Text, f func(ctx context.Context, s *space, id string) error) {
	s, id, err := c.record(r)
	if err != nil {
		c.trouble(r, what, err)
		return
	}
	s.run(func(ctx context.Context) {
		if err := f(ctx, s, id); err != nil && ctx.Err() == nil {
			c.trouble(r, what, err)
		}
		s.look()
	})
}

// Cancel ends a dataset's copying, job, push or pull.
func (c *Client) Cancel(r Ref) {
	copying := false
	c.change(r, func(e *entry) func() {
		if e.record != "" || e.source == nil {
			return nil
		}
		copying = true
		return e.source.cancel
	})
	if copying {
		return
	}
	c.do(r, say.T("Cancel"), func(ctx context.Context, s *space, id string) error {
		_, err := s.ws.Cancel(ctx, id)
		return err
	})
}

// Retry tries again what failed or was cancelled.
func (c *Client) Retry(r Ref) {
	again := false
	c.change(r, func(e *entry) func() {
		if e.record != "" || e.source == nil || !e.item.Phase.Ended() {
			return nil
		}
		again = true
		e.item.Phase, e.item.Fault, e.item.Done, e.item.Left = Copying, nil, 0, -1
		e.pace = pace{}
		return func() { c.copyLater(r, e.source) }
	})
	if again {
		return
	}
	c.do(r, say.T("Retry"), func(ctx context.Context, s *space, id string) error {
		info, err := s.ws.Retry(ctx, id)
		if err != nil {
			return err
		}
		c.change(r, func(e *entry) func() {
			e.pace, e.item.Fault, e.item.TransferFault = pace{}, nil, nil
			if isTransfer(info.Kind) {
				return func() { c.followTransfer(s, r, info.ID) }
			}
			e.item.Phase, e.item.Done, e.item.Left = Waiting, 0, -1
			return func() { c.follow(s, r) }
		})
		return nil
	})
}

// Remove deletes a dataset with its history; the file it came from is left alone.
func (c *Client) Remove(r Ref) {
	gone := false
	c.change(r, func(e *entry) func() {
		if e.record != "" || e.source == nil {
			return nil
		}
		gone = true
		return e.source.cancel
	})
	if gone {
		c.forget(r)
		return
	}
	c.do(r, say.T("Remove"), func(ctx context.Context, s *space, id string) error {
		err := s.ws.Remove(ctx, id)
		if err == nil || fault.Is(err, fault.NotFound) {
			c.forget(r)
			return nil
		}
		return err
	})
}

func (c *Client) forget(r Ref) {
	c.library.mu.Lock()
	if e, ok := c.library.entries[r]; ok {
		delete(c.library.records, Ref{r.Place, e.record})
		delete(c.library.entries, r)
	}
	c.library.mu.Unlock()
	c.hub.list()
}

// keepUp looks at a space's list now and then, and at once when poked.
func (c *Client) keepUp(ctx context.Context, s *space, told func(error)) {
	for {
		list, err := s.ws.Datasets(ctx, 0)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			c.merge(s, list)
			if s.place == Local {
				err = s.keepNames(c.State().Home, list)
			}
		}
		told(err)
		if !rest(ctx, listEvery, s.poke) {
			return
		}
	}
}

// merge brings the library up to what a space holds.
func (c *Client) merge(s *space, list []workspace.Dataset) {
	c.library.mu.Lock()
	here := map[Ref]bool{}
	news := false
	var follow []Ref
	for _, d := range slices.Backward(list) { // oldest first: the order of their jobs
		r := Ref{s.place, d.ID}
		if own, ok := c.library.records[r]; ok {
			r = own
		}
		here[r] = true
		e, ok := c.library.entries[r]
		if !ok {
			e = &entry{record: d.ID, item: Item{Ref: r, Name: d.FileName, Phase: Waiting, Left: -1}}
			c.library.entries[r], news = e, true
		}
		before := e.item
		e.take(d)
		c.tell(before, e)
		if !e.item.Phase.Ended() && !e.followed || !ok {
			follow = append(follow, r)
		}
	}
	for r, e := range c.library.entries {
		if r.Place == s.place && e.record != "" && !here[r] {
			delete(c.library.entries, r)
			delete(c.library.records, Ref{r.Place, e.record})
			news = true
		}
	}
	c.library.mu.Unlock()
	if news {
		c.hub.list()
	}
	for _, r := range follow {
		c.follow(s, r)
	}
}

// take takes in the facts of a record.
func (e *entry) take(d workspace.Dataset) {
	if e.item.Size = d.FileSize; !e.item.Fresh || e.item.Added.IsZero() { // the record's time is coarser than the order of adding
		e.item.Added = d.CreatedAt
	}
	e.version = d.Head
	if d.TotalRows != nil && d.TotalCols != nil {
		e.item.Phase, e.item.Fault = Ready, nil
		if !e.item.Again {
			e.item.Done, e.item.Left, e.item.Stage = 1, 0, say.Text{}
		}
		e.item.Rows, e.item.Columns = *d.TotalRows, *d.TotalCols
	}
}

// isTransfer tells whether a job's kind is that of a push or a pull.
func isTransfer(kind string) bool { return kind == workspace.PushKind || kind == workspace.PullKind }

// status takes in how a record's job stands.
func (e *entry) status(s job.Status) {
	i := &e.item
	if s.Job != nil && s.Job.Kind == workspace.PullKind {
		i.Transfer = Pulling
	}
	switch {
	case s.Status == job.Ready: // it is once the list tells its size
		if s.Job != nil && s.Job.Kind == workspace.PullKind {
			i.Transfer = TransferDone
		}
	case s.Status == job.Broken:
		i.Phase, i.Fault, i.Left, i.Stage = Broken, s.Error, -1, say.Text{}
		if fault.Is(s.Error, fault.Cancelled) {
			i.Phase = Cancelled
		}
	case s.Job != nil:
		i.Phase, i.Fault = phaseOf(s.Job.State), nil
		if i.Phase == Retrying {
			i.Fault = s.Job.Fault
		}
		i.Stage = stageText(s.Job.Progress.Stage)
		i.Rows = s.Job.Progress.Rows
		i.Done = max(i.Done, e.copied+(1-e.copied)*min(max(s.Job.Progress.Done, 0), 1))
	}
}

func phaseOf(s job.State) Phase {
	switch s {
	case job.Running:
		return Running
	case job.Retrying:
		return Retrying
	default:
		return Waiting
	}
}

// stageText names a stage for a person.
func stageText(stage string) say.Text {
	switch stage {
	case "read":
		return say.T("Reading")
	case "clean":
		return say.T("Cleaning")
	case "profile":
		return say.T("Describing")
	case "store":
		return say.T("Storing")
	case workspace.StageCopy:
		return say.T("Copying")
	case workspace.StageAgree:
		return say.T("Comparing both sides")
	}
	return say.Text{}
}
