package view

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// keeper is what the library needs of a workspace.
type keeper interface {
	Add(ctx context.Context, src io.Reader, o workspace.AddOptions) (workspace.Added, error)
	Datasets(ctx context.Context, limit int) ([]workspace.Dataset, error)
	Watch(ctx context.Context, id string) <-chan job.Status
	Status(ctx context.Context, id string, jobID int64) (job.Status, error)
	Cancel(ctx context.Context, id string) (job.Info, error)
	Retry(ctx context.Context, id string) (job.Info, error)
	Reading(ctx context.Context, id string) (workspace.Reading, error)
	ReadAgain(ctx context.Context, id string, o workspace.Options, apart bool) (workspace.Added, error)
	CleanOptions(ctx context.Context, id string) (workspace.CleanOptions, error)
	Clean(ctx context.Context, id string, o workspace.CleanOptions) (workspace.Added, error)
	UndoRule(ctx context.Context, id, rule string) (workspace.Added, error)
	Remove(ctx context.Context, id string) error
	Work(ctx context.Context, o workspace.WorkOptions) error
	Remote(ctx context.Context, id string) (workspace.Remote, error)
	Push(ctx context.Context, id string) (int64, error)
	Pull(ctx context.Context, remoteID string) (workspace.Added, error)
	WaitJob(ctx context.Context, id int64, see func(job.Info)) (job.Info, error)
	Close() error
}

// reader is what an open table needs of a workspace.
type reader interface {
	Lend(ctx context.Context, id string, version int) (*workspace.Lent, error)
	Report(ctx context.Context, id string) (workspace.Report, error)
	Versions(ctx context.Context, id string) ([]workspace.Version, error)
	Export(ctx context.Context, id string, format export.Format, out io.Writer, o export.Options) error
}

type desk interface {
	keeper
	reader
}

// space is an open workspace with all that runs on it.
type space struct {
	place Place
	ws    desk
	ctx   context.Context //nolint:containedctx // the space's life: close ends it and waits for what runs in it
	stop  context.CancelFunc
	poke  chan struct{}     // look at the list now
	slots chan struct{}     // watches at once
	names map[string]string // of files, as they are kept; the list's keeper alone uses it

	mu     sync.Mutex
	closed bool
	group  sync.WaitGroup
	tables map[*Table]bool
}

// watchesAtOnce bounds how many records are followed at once, in the order in
// which they were added, which is that of their jobs.
const watchesAtOnce = 32

func newSpace(ctx context.Context, place Place, ws desk) *space {
	ctx, stop := context.WithCancel(ctx)
	return &space{
		place: place, ws: ws, ctx: ctx, stop: stop, poke: make(chan struct{}, 1), slots: make(chan struct{}, watchesAtOnce),
		tables: map[*Table]bool{},
	}
}

// run runs f in the space's life; false when the space is closed.
func (s *space) run(f func(ctx context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.group.Go(func() { f(s.ctx) })
	return true
}

// adopt has a table's data given back when the space is closed; false when it is being closed.
func (s *space) adopt(t *Table) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.tables[t] = true
	}
	return !s.closed
}

// leave forgets a table that is closed.
func (s *space) leave(t *Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tables, t)
}

// look asks for a look at the list.
func (s *space) look() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// close ends what runs on the space, waits for it, and closes the workspace.
func (s *space) close() error {
	s.mu.Lock()
	s.closed = true
	tables := make([]*Table, 0, len(s.tables))
	for t := range s.tables {
		tables = append(tables, t)
	}
	s.mu.Unlock()
	s.stop()
	for _, t := range tables {
		t.shut()
	}
	s.group.Wait()
	return s.ws.Close()
}

// patience between attempts at what failed: 1 s, 2 s, 4 s, ..., 15 s.
func patience(failures int) time.Duration {
	return min(15*time.Second, time.Second<<min(failures-1, 4))
}

// rest waits; false when ctx ended. A poke ends it early.
func rest(ctx context.Context, d time.Duration, poke <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-poke:
	}
	return true
}

// work runs the space's jobs until it is closed; trouble is told and tried again.
func (s *space) work(ctx context.Context, o workspace.WorkOptions, trouble func(error)) {
	for failures := 1; ; failures++ {
		began := time.Now()
		err := s.ws.Work(ctx, o)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			trouble(err)
		}
		if fault.Is(err, fault.Usage) {
			return
		}
		if time.Since(began) > time.Minute {
			failures = 1
		}
		if !rest(ctx, patience(failures), nil) {
			return
		}
	}
}
