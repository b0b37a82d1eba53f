package view

import (
	"encoding/json"
	"io"
	"sync"
)

// trace writes what happens as lines of JSON, each with an "event", so that a test
// that drives the program from outside waits for states and not for time.
type trace struct {
	mu  sync.Mutex
	out io.Writer
}

func (t *trace) write(event string, what any) {
	if t == nil || t.out == nil {
		return
	}
	line, err := json.Marshal(struct {
		Event string `json:"event"`
		What  any    `json:"what"`
	}{event, what})
	if err != nil {
		line, _ = json.Marshal(map[string]string{"event": "trace", "what": err.Error()}) // plain strings always marshal
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.out.Write(append(line, '\n')) // a test that does not listen misses it
}

// tracedTable is a table's state without its columns, which may be many.
type tracedTable struct {
	Ref         Ref
	Phase       TablePhase
	Rows, Shown int
	Columns     int
	Busy        bool
	Sort        []SortKey
	Filters     []Filter
	Described   bool // the profile and the changed cells are read
}

// traced follows a client from its start.
func (c *Client) traced() {
	if c.config.Trace == nil {
		return
	}
	c.hub.listen(Events{
		State:    func(s State) { c.trace.write("state", s) },
		Library:  func() { c.trace.write("library", len(c.Items())) },
		Item:     func(i Item) { c.trace.write("item", i) },
		Open:     func(r Ref) { c.trace.write("open", r) },
		Ended:    func(i Item) { c.trace.write("ended", i) },
		Trouble:  func(x Trouble) { c.trace.write("trouble", x) },
		Shared:   func(s SharedState) { c.trace.write("shared", s) },
		Settings: func(s Settings) { c.trace.write("settings", s) },
		Raise:    func() { c.trace.write("raise", nil) },
	})
}

// traceState writes the table's state, as often as it is told.
func (t *Table) traceState() {
	if t.client.config.Trace == nil {
		return
	}
	t.mu.Lock()
	s := t.state
	described := t.data != nil && t.data.marks != nil
	t.mu.Unlock()
	t.client.trace.write("table", tracedTable{s.Ref, s.Phase, s.Rows, s.Shown, len(s.Columns), s.Busy, s.Sort, s.Filters, described})
}
