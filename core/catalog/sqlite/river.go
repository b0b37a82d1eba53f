package sqlite

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// args carries a job's arguments through River as they are, whatever the kind.
type args struct {
	kind string
	json json.RawMessage
}

func (a args) Kind() string                  { return a.kind }
func (a args) MarshalJSON() ([]byte, error)  { return a.json, nil }
func (a *args) UnmarshalJSON(b []byte) error { a.json = append([]byte(nil), b...); return nil }

// settled is what every attempt answers to River: an outcome for no job at
// all, because the attempt's own has been written already, fenced. River
// asks an error for its jobs before it reports anything.
type settled struct{}

func (settled) Error() string               { return "the outcome has been written" }
func (settled) Jobs() []*rivertype.JobRow   { return nil }
func (settled) ErrorsByID() map[int64]error { return nil }

// driver is River's SQLite driver with news that travel inside the process
// instead of through a table that is read 20 times a second. Other processes'
// jobs are found by polling.
type driver struct {
	*riversqlite.Driver
	wake *waker
}

func (d *driver) SupportsListenNotify() bool { return false } // nothing to write for listeners

func (d *driver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{wake: d.wake}
}

// waker wakes the fetching of this process, for each queue that it serves. A
// wake that nobody waits for yet is kept.
type waker struct {
	mu     sync.Mutex
	queues []string
	due    map[string]bool // queues with a wake under way
	news   chan struct{}
}

// serve says which queues are fetched from.
func (w *waker) serve(queues []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queues = queues
}

// signal is where a wake is announced.
func (w *waker) signal() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news == nil {
		w.news = make(chan struct{}, 1)
	}
	return w.news
}

// all wakes the fetching from every queue.
func (w *waker) all() {
	news := w.signal()
	w.mu.Lock()
	w.due = map[string]bool{}
	for _, q := range w.queues {
		w.due[q] = true
	}
	w.mu.Unlock()
	select {
	case news <- struct{}{}:
	default: // one is under way already
	}
}

// next takes one queue that is to be woken, and announces the others again.
func (w *waker) next() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for q := range w.due {
		delete(w.due, q)
		if len(w.due) > 0 {
			select {
			case w.news <- struct{}{}:
			default:
			}
		}
		return q, true
	}
	return "", false
}

// listener hands wakes to River as the notifications it knows.
type listener struct{ wake *waker }

func (l *listener) Close(context.Context) error            { return nil }
func (l *listener) Connect(context.Context) error          { return nil }
func (l *listener) Listen(context.Context, string) error   { return nil }
func (l *listener) Ping(context.Context) error             { return nil }
func (l *listener) Schema() string                         { return "" }
func (l *listener) SetAfterConnectExec(string)             {}
func (l *listener) Unlisten(context.Context, string) error { return nil }

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.wake.signal():
			if queue, ok := l.wake.next(); ok {
				return &riverdriver.Notification{Topic: "river_insert", Payload: `{"queue":"` + queue + `"}`}, nil
			}
		}
	}
}

// broadcast tells any number of listeners that something changed, without
// ever waiting for one.
type broadcast struct {
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
}

func (b *broadcast) subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[chan struct{}]struct{}{}
	}
	b.subs[ch] = struct{}{}
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, ch)
	}
}

func (b *broadcast) tell() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
