package view

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// trace writes what happens as lines of JSON, each with an "event" and when it was ("at",
// microseconds since 1970), so that a test that drives the program from outside waits for states
// and not for time, and a benchmark knows when they came.
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
		At    int64  `json:"at"`
		What  any    `json:"what"`
	}{event, time.Now().UnixMicro(), what})
	if err != nil {
		line, _ = json.Marshal(map[string]string{"event": "trace", "what": err.Error()}) // plain strings always marshal
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.out.Write(append(line, '\n')) // a test that does not listen misses it
}

// Traced tells whether a trace is written: then the window tells what it draws and how long it is deaf.
func (c *Client) Traced() bool { return c.config.Trace != nil }

// Note writes what only the window knows to the trace, where there is one.
func (c *Client) Note(event string, what any) { c.trace.write(event, what) }

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
	if !c.Traced() {
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
	if !t.client.Traced() {
		return
	}
	t.mu.Lock()
	s := t.state
	described := t.data != nil && t.data.marks != nil
	t.mu.Unlock()
	t.client.trace.write("table", tracedTable{s.Ref, s.Phase, s.Rows, s.Shown, len(s.Columns), s.Busy, s.Sort, s.Filters, described})
}
