package job

import (
	"context"
	"reflect"
	"sync"
	"time"

	"sheetmill/core/fault"
)

// WatchOptions say how often a [Watcher] asks.
type WatchOptions struct {
	// First is the pause between two requests while things move; 250 ms when 0.
	First time.Duration
	// Most is what the pause grows to while nothing moves; 1 s when 0.
	Most time.Duration
	// Changed, when set, is subscribed to while a record is watched: a signal
	// makes it ask at once. A catalog's Changed fits.
	Changed func(recordID string) (<-chan struct{}, func())
}

// maxFailures is how many requests in a row may fail without a reason that may
// pass, before the views are told.
const maxFailures = 5

// wakeGap is the least time between two requests when signals come thick.
const wakeGap = 50 * time.Millisecond

// Watcher tells any number of views how far records are, asking for each
// record with one request at a time, however many watch it (BRIEF R9).
//
//	w := job.NewWatcher(workspace.Status, job.WatchOptions{Changed: cat.Changed})
//	defer w.Close()
//	for s := range w.Watch(ctx, recordID) { show(s) }
type Watcher struct {
	get  func(ctx context.Context, recordID string) (Status, error)
	opts WatchOptions

	ctx    context.Context //nolint:containedctx // the life of the loops, ended by Close
	cancel context.CancelFunc
	loops  sync.WaitGroup

	mu      sync.Mutex
	records map[string]*watched
}

// watched is one record under watch and the loop that asks for it.
type watched struct {
	views map[chan Status]func() bool // each with what unhooks it from its context
	last  Status
	known bool               // last holds an answer
	end   context.CancelFunc // ends the request or the pause under way
}

// NewWatcher makes a watcher around get, which must answer soon after its
// context ends.
func NewWatcher(get func(ctx context.Context, recordID string) (Status, error), opts WatchOptions) *Watcher {
	if opts.First == 0 {
		opts.First = 250 * time.Millisecond
	}
	if opts.Most == 0 {
		opts.Most = time.Second
	}
	w := &Watcher{get: get, opts: opts, records: map[string]*watched{}}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// Close ends all watching and waits for the loops.
func (w *Watcher) Close() {
	w.cancel()
	w.loops.Wait()
}

// Watch sends every new status of a record until it is ready or in error,
// ctx ends, or the watcher is closed; then the channel is closed. A receiver
// that is slow misses what is in between, never the last.
//
// A request that fails for good, such as one for an unknown record, is sent as
// an error. While the answer is fault.Unreachable it is made again, for as
// long as that takes; any other failure is sent after the fifth in a row.
func (w *Watcher) Watch(ctx context.Context, recordID string) <-chan Status {
	view := make(chan Status, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() != nil || ctx.Err() != nil {
		close(view)
		return view
	}
	r := w.records[recordID]
	if r == nil {
		r = &watched{views: map[chan Status]func() bool{}}
		w.records[recordID] = r
		w.loops.Go(func() { w.loop(recordID, r) }) //nolint:contextcheck // the loop serves every view and outlives this one
	}
	if r.known {
		view <- r.last
	}
	r.views[view] = context.AfterFunc(ctx, func() { w.leave(r, view) })
	return view
}

// leave ends one view; with the last one the request under way ends too.
func (w *Watcher) leave(r *watched, view chan Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, here := r.views[view]; !here {
		return
	}
	delete(r.views, view)
	close(view)
	if len(r.views) == 0 && r.end != nil {
		r.end()
	}
}

// loop asks for one record until nobody wants to know or there is no more to know.
func (w *Watcher) loop(recordID string, r *watched) {
	var changed <-chan struct{}
	if w.opts.Changed != nil {
		ch, end := w.opts.Changed(recordID)
		defer end()
		changed = ch
	}
	pause := w.opts.First
	failures := 0 // in a row, of a kind that need not pass
	for {
		ctx, more := w.turn(recordID, r)
		if !more {
			return
		}
		s, err := w.get(ctx, recordID)
		switch {
		case ctx.Err() != nil:
			continue // the last view went, or the watcher is closed
		case err == nil:
			failures = 0
		case fault.Permanent(err), failures == maxFailures-1 && !fault.Is(err, fault.Unreachable):
			s = Status{RecordID: recordID, Status: Broken, Error: fault.Of(err)}
		default:
			if failures++; fault.Is(err, fault.Unreachable) {
				failures = 0
			}
			pause = w.opts.Most
			w.rest(ctx, pause, changed)
			continue
		}
		moved, done := w.tell(recordID, r, s)
		if done {
			return
		}
		if moved {
			pause = w.opts.First
		} else {
			pause = min(pause*3/2, w.opts.Most)
		}
		w.rest(ctx, pause, changed)
	}
}

// turn begins the next request, or ends the loop when nobody watches. Both in
// one step: a view that comes later finds no record and starts a new loop.
func (w *Watcher) turn(recordID string, r *watched) (context.Context, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.end != nil {
		r.end()
	}
	if w.ctx.Err() != nil || len(r.views) == 0 {
		w.forget(recordID, r)
		return nil, false
	}
	var ctx context.Context
	ctx, r.end = context.WithCancel(w.ctx)
	return ctx, true
}

// tell sends a status to every view, and ends them all with the last one.
func (w *Watcher) tell(recordID string, r *watched, s Status) (moved, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	moved = !r.known || !reflect.DeepEqual(r.last, s)
	r.last, r.known = s, true
	if moved {
		for view := range r.views {
			select {
			case <-view: // a slow receiver gets the newest
			default:
			}
			view <- s
		}
	}
	if s.Done() {
		r.end()
		w.forget(recordID, r)
	}
	return moved, s.Done()
}

// forget closes what is left of a record's watch. The caller holds the lock.
func (w *Watcher) forget(recordID string, r *watched) {
	for view, unhook := range r.views {
		unhook()
		delete(r.views, view)
		close(view)
	}
	delete(w.records, recordID)
}

// rest waits for the pause, a change, or the end of ctx.
func (w *Watcher) rest(ctx context.Context, pause time.Duration, changed <-chan struct{}) {
	began := time.Now()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-changed:
		if gap := wakeGap - time.Since(began); gap > 0 {
			timer.Reset(gap)
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
		}
	}
}
