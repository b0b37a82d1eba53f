package pipeline

import "sync"

// turns lets what ends in any order go on in the order of its numbers: whoever ends the
// next one goes on with it, and with those that wait behind it. No one else waits.
type turns struct {
	mu    sync.Mutex
	ready []func() error // by number: those that have ended and not gone on
	next  int
	busy  bool
	err   error
}

func newTurns(n int) *turns { return &turns{ready: make([]func() error, n)} }

// end says that number i has ended and what is to be done in its turn. After an error
// nothing more is done.
func (t *turns) end(i int, then func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ready[i] = then
	for !t.busy && t.err == nil && t.next < len(t.ready) && t.ready[t.next] != nil {
		do := t.ready[t.next]
		t.ready[t.next] = nil // what it holds is not needed any more
		t.next++
		t.busy = true
		t.err = t.unlocked(do)
		t.busy = false
	}
	return t.err
}

func (t *turns) unlocked(do func() error) error {
	t.mu.Unlock()
	defer t.mu.Lock()
	return do()
}
