package s3

import (
	"context"
	"sync"
)

// flights let many wait for one piece of work, by name. The work goes on while
// anybody waits for it, whoever asked first.
type flights struct {
	lock    sync.Mutex
	byName  map[string]*flight
	running sync.WaitGroup
	closed  bool
}

type flight struct {
	done    chan struct{}
	err     error // once done
	waiting int
	cancel  context.CancelFunc
}

// join waits for the work of that name, which it starts when nobody has.
func (f *flights) join(ctx context.Context, name string, work func(context.Context) error) error {
	f.lock.Lock()
	if f.closed {
		f.lock.Unlock()
		return context.Canceled
	}
	w := f.byName[name]
	if w == nil {
		w = f.start(ctx, name, work)
	}
	w.waiting++
	f.lock.Unlock()

	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		f.leave(name, w)
		return ctx.Err()
	}
}

func (f *flights) start(ctx context.Context, name string, work func(context.Context) error) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &flight{done: make(chan struct{}), cancel: cancel}
	if f.byName == nil {
		f.byName = map[string]*flight{}
	}
	f.byName[name] = w
	f.running.Go(func() {
		defer cancel()
		w.err = work(ctx)
		f.lock.Lock()
		f.forget(name, w)
		f.lock.Unlock()
		close(w.done)
	})
	return w
}

// leave is what one who waits no longer does; the last ends the work, and who
// comes then starts anew.
func (f *flights) leave(name string, w *flight) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if w.waiting--; w.waiting == 0 {
		w.cancel()
		f.forget(name, w)
	}
}

func (f *flights) forget(name string, w *flight) {
	if f.byName[name] == w {
		delete(f.byName, name)
	}
}

// close ends all work and waits for it.
func (f *flights) close() {
	f.lock.Lock()
	f.closed = true
	for _, w := range f.byName {
		w.cancel()
	}
	f.lock.Unlock()
	f.running.Wait()
}
