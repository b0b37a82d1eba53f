package job_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// source answers status requests and counts them.
type source struct {
	t        *testing.T
	takes    time.Duration
	requests atomic.Int32
	flying   atomic.Int32

	mu     sync.Mutex
	status job.Status
	err    error
}

func (s *source) set(st job.Status, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.err = st, err
}

func (s *source) get(ctx context.Context, recordID string) (job.Status, error) {
	s.requests.Add(1)
	if n := s.flying.Add(1); n > 1 {
		s.t.Errorf("%d requests in flight", n)
	}
	defer s.flying.Add(-1)
	select {
	case <-ctx.Done():
		time.Sleep(s.takes / 2) // a request takes a while to end, too
		return job.Status{}, ctx.Err()
	case <-time.After(s.takes):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.RecordID = recordID
	return st, s.err
}

func at(percent float64) job.Status {
	return job.Status{Status: job.Processing, Progress: percent}
}

// last reads a view to its end.
func last(view <-chan job.Status) (s job.Status, n int) {
	for s = range view {
		n++
	}
	return s, n
}

func TestWatchIsSerialHoweverManyWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t, takes: 100 * time.Millisecond, status: at(1)}
		w := job.NewWatcher(src.get, job.WatchOptions{})
		defer w.Close()
		var views []<-chan job.Status
		for range 20 {
			views = append(views, w.Watch(t.Context(), "r"))
		}
		time.Sleep(10 * time.Second)
		// A request takes 0.1 s and the pauses grow to 1 s: about ten in ten seconds.
		if n := src.requests.Load(); n < 8 || n > 14 {
			t.Errorf("%d requests in 10 s for 20 views", n)
		}
		src.set(job.Status{Status: job.Ready, Progress: 100}, nil)
		for i, view := range views {
			s, n := last(view)
			if s.Status != job.Ready || s.RecordID != "r" || n > 2 {
				t.Errorf("view %d ended with %+v after %d", i, s, n)
			}
		}
		n := src.requests.Load()
		time.Sleep(5 * time.Second)
		if src.requests.Load() != n {
			t.Error("requests went on after ready")
		}
	})
}

func TestWatchStopsWithTheLastView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t, takes: 10 * time.Millisecond, status: at(1)}
		w := job.NewWatcher(src.get, job.WatchOptions{})
		defer w.Close()
		ctx1, end1 := context.WithCancel(t.Context())
		ctx2, end2 := context.WithCancel(t.Context())
		one, two := w.Watch(ctx1, "r"), w.Watch(ctx2, "r")
		time.Sleep(time.Second)
		end1()
		synctest.Wait()
		last(one)
		n := src.requests.Load()
		time.Sleep(5 * time.Second)
		if src.requests.Load() == n {
			t.Error("requests stopped while a view was left")
		}
		end2()
		synctest.Wait()
		last(two)
		n = src.requests.Load()
		time.Sleep(time.Minute)
		if src.requests.Load() != n {
			t.Error("requests went on without a view")
		}
		// It begins anew when somebody comes back.
		src.set(job.Status{Status: job.Ready}, nil)
		if s, _ := last(w.Watch(t.Context(), "r")); s.Status != job.Ready {
			t.Errorf("came back to %+v", s)
		}
	})
}

func TestWatchersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t, takes: 40 * time.Millisecond, status: at(1)}
		w := job.NewWatcher(src.get, job.WatchOptions{First: 10 * time.Millisecond, Most: 20 * time.Millisecond})
		defer w.Close()
		for i := range 300 {
			ctx, end := context.WithCancel(t.Context())
			w.Watch(ctx, "r")
			time.Sleep(time.Duration(i%53) * time.Millisecond) // often in the middle of a request
			end()
		}
		synctest.Wait()
	})
}

func TestWatchRecordsAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := map[string]int{}
		w := job.NewWatcher(func(_ context.Context, id string) (job.Status, error) {
			mu.Lock()
			defer mu.Unlock()
			calls[id]++
			if id == "slow" && calls[id] < 3 {
				return at(1), nil
			}
			return job.Status{RecordID: id, Status: job.Ready}, nil
		}, job.WatchOptions{})
		defer w.Close()
		slow, quick := w.Watch(t.Context(), "slow"), w.Watch(t.Context(), "quick")
		if s, _ := last(quick); s.RecordID != "quick" {
			t.Errorf("got %+v", s)
		}
		if s, _ := last(slow); s.RecordID != "slow" {
			t.Errorf("got %+v", s)
		}
		if calls["slow"] != 3 || calls["quick"] != 1 {
			t.Errorf("requests: %v", calls)
		}
	})
}

func TestWatchWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t, status: at(1)}
		changed := make(chan struct{}, 1)
		var subscribed atomic.Int32
		w := job.NewWatcher(src.get, job.WatchOptions{First: time.Hour, Most: time.Hour, Changed: func(string) (<-chan struct{}, func()) {
			subscribed.Add(1)
			return changed, func() { subscribed.Add(-1) }
		}})
		defer w.Close()
		view := w.Watch(t.Context(), "r")
		<-view
		began := time.Now()
		src.set(at(2), nil)
		changed <- struct{}{}
		if s := <-view; s.Progress != 2 || time.Since(began) > 100*time.Millisecond {
			t.Errorf("woke to %+v after %v", s, time.Since(began))
		}
		// A storm of signals does not become a storm of requests.
		n := src.requests.Load()
		for range 1000 {
			select {
			case changed <- struct{}{}:
			default:
			}
			time.Sleep(time.Millisecond)
		}
		if made := src.requests.Load() - n; made > 21 {
			t.Errorf("%d requests in a second of signals", made)
		}
		src.set(job.Status{Status: job.Ready}, nil)
		select {
		case changed <- struct{}{}:
		default:
		}
		last(view)
		synctest.Wait()
		if subscribed.Load() != 0 {
			t.Error("the loop is still subscribed")
		}
	})
}

func TestWatchSlowReceiverGetsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t}
		w := job.NewWatcher(src.get, job.WatchOptions{})
		defer w.Close()
		src.set(at(0), nil)
		view := w.Watch(t.Context(), "r")
		for p := range 20 {
			src.set(at(float64(p)), nil)
			time.Sleep(time.Second)
		}
		if s := <-view; s.Progress != 19 {
			t.Errorf("a slow receiver got %v", s.Progress)
		}
		src.set(at(20), nil)
		time.Sleep(2 * time.Second)
		src.set(job.Status{Status: job.Ready, Progress: 100}, nil)
		time.Sleep(2 * time.Second)
		if s, n := last(view); s.Status != job.Ready || n != 1 {
			t.Errorf("the end was %+v, after %d", s, n)
		}
		// Who comes while it is known hears it at once.
		src.set(at(5), nil)
		src.takes = time.Minute
		first := w.Watch(t.Context(), "r")
		<-first
		began := time.Now()
		if s := <-w.Watch(t.Context(), "r"); s.Progress != 5 || time.Since(began) > 0 {
			t.Errorf("a second view waited %v for %+v", time.Since(began), s)
		}
	})
}

func TestWatchFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t}
		w := job.NewWatcher(src.get, job.WatchOptions{})
		defer w.Close()
		src.set(job.Status{}, fault.New(fault.NotFound, say.T("There is no record {id}.", "id", "r")))
		s, n := last(w.Watch(t.Context(), "r"))
		if s.Status != job.Broken || !fault.Is(s.Error, fault.NotFound) || n != 1 || src.requests.Load() != 1 {
			t.Errorf("an unknown record is %+v after %d requests", s, src.requests.Load())
		}
		src.set(job.Status{}, fault.New(fault.Unreachable, say.T("The bucket is away.")).Because(errors.New("connection refused")))
		view := w.Watch(t.Context(), "r")
		time.Sleep(10 * time.Second)
		if n := src.requests.Load() - 1; n < 9 || n > 12 {
			t.Errorf("%d requests in 10 s of trouble", n)
		}
		src.set(job.Status{Status: job.Ready}, nil)
		if s, n := last(view); s.Status != job.Ready || n != 1 {
			t.Errorf("after the trouble: %+v (%d)", s, n)
		}
	})
}

func TestWatchLastingFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errDamaged := errors.New("the index is damaged")
		var answers []error // one for each request; at the end the last for ever
		asked := 0
		w := job.NewWatcher(func(_ context.Context, id string) (job.Status, error) {
			err := answers[min(asked, len(answers)-1)]
			asked++
			return job.Status{RecordID: id, Status: job.Processing}, err
		}, job.WatchOptions{})
		defer w.Close()
		away := fault.New(fault.Unreachable, say.T("The bucket is away."))
		for name, tc := range map[string]struct {
			answers []error
			asked   int // until the views hear of it
		}{
			"at once":                   {[]error{errDamaged}, 5},
			"four, an answer, and five": {[]error{errDamaged, errDamaged, errDamaged, errDamaged, nil, errDamaged}, 10},
			"four, out of reach, five":  {[]error{errDamaged, errDamaged, errDamaged, errDamaged, away, errDamaged}, 10},
		} {
			answers, asked = tc.answers, 0
			one, two := w.Watch(t.Context(), "r"), w.Watch(t.Context(), "r")
			for _, view := range []<-chan job.Status{one, two} {
				if s, _ := last(view); s.Status != job.Broken || s.RecordID != "r" || !errors.Is(s.Error, errDamaged) {
					t.Errorf("%s: the watch ended with %+v", name, s)
				}
			}
			if asked != tc.asked {
				t.Errorf("%s: asked %d times, want %d", name, asked, tc.asked)
			}
		}
	})
}

func TestWatchEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{t: t, takes: time.Hour, status: at(1)}
		w := job.NewWatcher(src.get, job.WatchOptions{})
		view := w.Watch(context.Background(), "r")
		time.Sleep(time.Second)
		w.Close() // ends a request under way
		last(view)
		if _, open := <-w.Watch(context.Background(), "r"); open {
			t.Error("a closed watcher watches")
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		again := job.NewWatcher(src.get, job.WatchOptions{})
		defer again.Close()
		if _, open := <-again.Watch(ctx, "r"); open {
			t.Error("a view whose context has ended gets something")
		}
	})
}
