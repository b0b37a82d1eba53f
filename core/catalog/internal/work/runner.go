package work

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Client is River's client, as far as a runner drives it.
type Client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// Runner is one Work: River's fetching, our heartbeat, and the attempts under way.
type Runner struct {
	table  Table
	config Config
	opts   catalog.WorkOptions
	wake   *Wake
	reg    *job.Registry
	queues map[string]river.QueueConfig
	enders sync.WaitGroup // calls of opts.Ended
	heard  hearing

	mu       sync.Mutex
	active   map[int64]map[*attempt]struct{} // by job; a lost attempt may end after its successor began
	stopping bool
	over     bool          // opts.Ended is called no more
	giveUp   chan struct{} // closed when outcomes that cannot be written are left to a takeover
}

// Slot holds the one runner that a catalog has at a time, as the worker's name
// is the catalog's.
type Slot struct {
	mu     sync.Mutex
	runner *Runner
}

// Enter makes r the runner, or refuses it.
func (s *Slot) Enter(r *Runner) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runner != nil {
		return fault.New(fault.Usage, say.T("This catalog is already working on jobs."))
	}
	s.runner = r
	return nil
}

// Leave takes the runner out.
func (s *Slot) Leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runner = nil
}

func (s *Slot) get() *Runner {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runner
}

// Ended tells the Work of this process, if there is one, what a job had
// claimed that ended outside any attempt.
func (s *Slot) Ended(keys []string) {
	if r := s.get(); r != nil {
		r.ended(keys)
	}
}

// Poke makes the attempts of these jobs look at their row at once.
func (s *Slot) Poke(jobs ...int64) {
	r := s.get()
	if r == nil || len(jobs) == 0 {
		return
	}
	for _, a := range r.attempts(jobs...) {
		select {
		case a.poke <- struct{}{}:
		default:
		}
	}
}

// Committed says that a commit of this process has completed the job, which
// saves its attempt from asking.
func (s *Slot) Committed(lease job.Lease) {
	r := s.get()
	if r == nil {
		return
	}
	for _, a := range r.attempts(lease.JobID) {
		if a.lease == lease {
			a.committed.Store(true)
		}
	}
}

// New makes a runner that fetches from these queues.
func New(table Table, config Config, opts catalog.WorkOptions, wake *Wake, reg *job.Registry, queueOf func(string) string) (*Runner, error) {
	if reg == nil || len(reg.Workers()) == 0 {
		return nil, fault.New(fault.Usage, say.T("There is no kind of job to work on."))
	}
	r := &Runner{
		table: table, config: config, opts: opts, wake: wake, reg: reg, queues: map[string]river.QueueConfig{},
		active: map[int64]map[*attempt]struct{}{}, giveUp: make(chan struct{}),
	}
	for _, w := range reg.Workers() {
		r.queues[queueOf(w.Queue())] = river.QueueConfig{MaxWorkers: max(1, opts.Jobs)}
	}
	return r, nil
}

// Queues lists the queues that the runner fetches from.
func (r *Runner) Queues() []string { return slices.Sorted(maps.Keys(r.queues)) }

// patient is the worker of a kind whose jobs outlast what is away; nil when it is none.
func (r *Runner) patient(kind string) job.Patient {
	w, _ := r.reg.Worker(kind)
	p, _ := w.(job.Patient)
	return p
}

// Run runs jobs until ctx ends, then gives back what is running. newClient
// makes River's client on the catalog's database.
func (r *Runner) Run(ctx context.Context, reg *job.Registry, newClient func(*river.Config) (Client, error)) error {
	r.wake.serve(r.Queues())
	defer r.waitForEnders()
	if err := r.table.SignIn(ctx); err != nil {
		return err
	}
	r.heard.last = time.Now()
	defer r.signOut(context.WithoutCancel(ctx))
	client, err := newClient(r.riverConfig(reg))
	if err != nil {
		return err
	}
	r.takeOver(ctx)
	// River must outlive ctx: it is stopped below, in order.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	var beating sync.WaitGroup
	beatCtx, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	beating.Go(func() { r.beat(beatCtx) })
	// Not in the beat: a slow answer to one of the looks must not silence the others.
	beating.Go(func() { r.look(beatCtx) })
	beating.Go(func() { r.poll(beatCtx) })
	if r.opts.Ready != nil {
		close(r.opts.Ready)
	}

	<-ctx.Done()
	err = r.stop(context.WithoutCancel(ctx), client)
	stopBeating()
	beating.Wait()
	return err
}

// stop ends the fetching, asks the attempts to end, and waits. After the
// grace their jobs are given back without them; they are waited for still.
func (r *Runner) stop(ctx context.Context, client Client) error {
	grace := r.opts.Grace
	if grace == 0 {
		grace = 5 * time.Second
	}
	r.mu.Lock()
	r.stopping = true
	for _, attempts := range r.active {
		for a := range attempts {
			a.cancel(job.ErrStopping)
		}
	}
	r.mu.Unlock()
	stopped, stop := context.WithCancel(ctx)
	var late sync.WaitGroup
	late.Go(func() {
		select {
		case <-stopped.Done():
		case <-time.After(grace):
			r.giveAllBack(stopped)
		}
	})
	err := client.Stop(ctx)
	stop()
	late.Wait()
	return err
}

// giveAllBack gives back the jobs of attempts that do not listen, and ends the
// wait for a database that does not answer.
func (r *Runner) giveAllBack(ctx context.Context) {
	defer close(r.giveUp)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, a := range r.attempts() {
		if err := a.giveBack(ctx); err != nil && ctx.Err() == nil {
			r.config.Logger.ErrorContext(ctx, "job could not be given back", "job", a.lease.JobID, "err", err)
		}
	}
}

func (r *Runner) signOut(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := r.table.SignOut(ctx); err != nil {
		r.config.Logger.WarnContext(ctx, "worker could not sign out; its silence will tell", "err", err)
	}
}

// attempts lists what is under way, for these jobs or for all.
func (r *Runner) attempts(jobs ...int64) []*attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*attempt
	if len(jobs) == 0 {
		jobs = slices.Collect(maps.Keys(r.active))
	}
	for _, id := range jobs {
		for a := range r.active[id] {
			out = append(out, a)
		}
	}
	return out
}

// ended hands on what a job had claimed that ended without a commit. It waits
// for nothing: whoever ends jobs beats, too, or is a person's request.
func (r *Runner) ended(keys []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opts.Ended != nil && len(keys) > 0 && !r.over {
		r.enders.Go(func() { r.opts.Ended(keys) })
	}
}

func (r *Runner) waitForEnders() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	r.enders.Wait()
}
