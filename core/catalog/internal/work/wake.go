package work

import (
	"context"
	"sync"

	"github.com/riverqueue/river/riverdriver"
)

// Wake wakes the fetching of this process, for each queue that it serves. A
// wake that nobody waits for yet is kept.
type Wake struct {
	mu     sync.Mutex
	queues []string
	due    map[string]bool // queues with a wake under way
	news   chan struct{}
}

// serve says which queues are fetched from.
func (w *Wake) serve(queues []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queues = queues
}

// signal is where a wake is announced.
func (w *Wake) signal() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.news == nil {
		w.news = make(chan struct{}, 1)
	}
	return w.news
}

// All wakes the fetching from every queue.
func (w *Wake) All() {
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
func (w *Wake) next() (string, bool) {
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

// Listener hands wakes to River as the notifications of inserts that it knows.
// River hears of nothing else: a message that a stranger may send, such as
// one that pauses a queue or cancels a job, does not reach it.
func (w *Wake) Listener() riverdriver.Listener { return &listener{wake: w} }

type listener struct{ wake *Wake }

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

// Broadcast tells any number of listeners that something changed, without
// ever waiting for one. A listener has a topic, such as a record; "" is all.
type Broadcast struct {
	mu   sync.Mutex
	subs map[chan struct{}]string
}

// Subscribe answers where changes of a topic are signalled, and what ends that.
func (b *Broadcast) Subscribe(topic string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[chan struct{}]string{}
	}
	b.subs[ch] = topic
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, ch)
	}
}

// Tell signals the listeners of a topic; "" signals all.
func (b *Broadcast) Tell(topic string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch, of := range b.subs {
		if topic != "" && of != "" && of != topic {
			continue
		}
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
