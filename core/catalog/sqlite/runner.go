package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// runner is one Work: River's fetching, our heartbeat, and the attempts under way.
type runner struct {
	c       *Catalog
	queues  map[string]river.QueueConfig
	trouble func(error)    // may be nil
	onEnded func([]string) // may be nil
	enders  sync.WaitGroup // calls of onEnded

	mu       sync.Mutex
	active   map[int64]map[*attempt]struct{} // by job; a lost attempt may end after its successor began
	stopping bool
	over     bool          // onEnded is called no more
	giveUp   chan struct{} // closed when outcomes that cannot be written are left to a takeover
}

// riverWorker is a job kind as River knows it.
type riverWorker struct {
	river.WorkerDefaults[args]
	runner *runner
	worker job.Worker
}

func (w *riverWorker) Work(ctx context.Context, j *river.Job[args]) error {
	w.runner.run(ctx, j, w.worker)
	return settled{}
}

// Work runs jobs until ctx ends, then gives back what is running.
func (c *Catalog) Work(ctx context.Context, reg *job.Registry, opts catalog.WorkOptions) error {
	if reg == nil || len(reg.Workers()) == 0 {
		return fault.New(fault.Usage, say.T("There is no kind of job to work on."))
	}
	r := &runner{c: c, queues: map[string]river.QueueConfig{}, trouble: opts.Trouble, onEnded: opts.Ended, active: map[int64]map[*attempt]struct{}{}, giveUp: make(chan struct{})}
	for _, w := range reg.Workers() {
		r.queues[queueOf(c.owner, w.Queue())] = river.QueueConfig{MaxWorkers: max(1, opts.Jobs)}
	}
	if err := c.setRunner(nil, r); err != nil {
		return err
	}
	c.wake.serve(slices.Collect(maps.Keys(r.queues)))
	defer func() { _ = c.setRunner(r, nil) }()
	defer r.waitForEnders()

	if err := r.signIn(ctx); err != nil {
		return err
	}
	defer r.signOut(context.WithoutCancel(ctx))
	client, err := r.client(reg)
	if err != nil {
		return c.trouble(ctx, err)
	}
	due, err := c.read.PrepareContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM river_job WHERE state = 'available' AND queue IN (SELECT value FROM json_each(?)) AND scheduled_at <= ?)`)
	if err != nil {
		return c.trouble(ctx, err)
	}
	defer func() { _ = due.Close() }()
	r.takeOver(ctx)
	// River must outlive ctx: it is stopped below, in order.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return c.trouble(ctx, err)
	}
	var beating sync.WaitGroup
	beatCtx, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	beating.Go(func() { r.beat(beatCtx, due) })
	if opts.Ready != nil {
		close(opts.Ready)
	}

	<-ctx.Done()
	grace := opts.Grace
	if grace == 0 {
		grace = 5 * time.Second
	}
	err = r.stop(context.WithoutCancel(ctx), client, grace)
	stopBeating()
	beating.Wait()
	return err
}

// setRunner makes sure that a catalog runs one Work at a time, as the worker's
// name is the catalog's.
func (c *Catalog) setRunner(from, to *runner) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runner != from {
		return fault.New(fault.Usage, say.T("This catalog is already working on jobs."))
	}
	c.runner = to
	return nil
}

func (r *runner) client(reg *job.Registry) (*river.Client[*sql.Tx], error) {
	workers := river.NewWorkers()
	for _, w := range reg.Workers() {
		river.AddWorkerArgs(workers, args{kind: w.Kind()}, &riverWorker{runner: r, worker: w})
	}
	return river.NewClient(r.c.driver(), &river.Config{
		ID:                     r.c.mark.Name(),
		Logger:                 r.c.riverLog(),
		Queues:                 r.queues,
		Workers:                workers,
		FetchOnlyKnownKinds:    true,
		FetchCooldown:          2 * time.Millisecond,
		FetchPollInterval:      riverPoll,
		JobTimeout:             -1, // a big file takes as long as it takes
		MaxAttempts:            r.c.opts.MaxAttempts,
		LeaderElectionDisabled: true, // see the package comment
	})
}

// stop ends the fetching, asks the attempts to end, and waits. After the
// grace their jobs are given back without them; they are waited for still.
func (r *runner) stop(ctx context.Context, client *river.Client[*sql.Tx], grace time.Duration) error {
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
func (r *runner) giveAllBack(ctx context.Context) {
	defer close(r.giveUp)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, a := range r.attempts() {
		if err := a.giveBack(ctx); err != nil && ctx.Err() == nil {
			r.c.opts.Logger.ErrorContext(ctx, "job could not be given back", "job", a.lease.JobID, "err", err)
		}
	}
}

// signIn makes this process known as a worker before it fetches anything.
func (r *runner) signIn(ctx context.Context) error {
	alive.Sweep(r.c.marks)
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // only people read it
	}
	return r.c.inTx(ctx, func(tx *sql.Tx) error {
		gone, err := r.goneWorkers(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range gone {
			if _, err := tx.ExecContext(ctx, `DELETE FROM worker WHERE id = ?`, id); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO worker (id, owner, host, pid, beat) VALUES (?, ?, ?, ?, ?)`,
			r.c.mark.Name(), r.c.owner, host, os.Getpid(), stamp(time.Now()))
		return err
	})
}

func (r *runner) goneWorkers(ctx context.Context, tx *sql.Tx) ([]string, error) {
	all, err := listIn(ctx, tx, scanOne[string], `SELECT id FROM worker`)
	gone := all[:0]
	for _, id := range all {
		if !alive.Is(r.c.marks, id) {
			gone = append(gone, id)
		}
	}
	return gone, err
}

func (r *runner) signOut(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := r.c.write.ExecContext(ctx, `DELETE FROM worker WHERE id = ?`, r.c.mark.Name()); err != nil {
		r.c.opts.Logger.WarnContext(ctx, "worker could not sign out; its silence will tell", "err", err)
	}
}

// riverPoll is how often River fetches without being woken. It need not be
// often: the beat wakes it when there is something to fetch, with a look that
// costs a twentieth of River's, which takes the write lock.
const riverPoll = 10 * time.Second

// beat shows that this process lives, looks for those that do not, and for
// jobs that are due.
func (r *runner) beat(ctx context.Context, due *sql.Stmt) {
	queues, _ := json.Marshal(slices.Sorted(maps.Keys(r.queues))) // strings always marshal
	poll := time.NewTicker(r.c.opts.Poll)
	defer poll.Stop()
	look := time.NewTicker(r.c.opts.Look)
	defer look.Stop()
	beat := time.NewTicker(r.c.opts.Beat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			_, err := r.c.write.ExecContext(ctx, `UPDATE worker SET beat = ? WHERE id = ?`, stamp(time.Now()), r.c.mark.Name())
			if err != nil && ctx.Err() == nil {
				r.c.opts.Logger.WarnContext(ctx, "heartbeat could not be written", "err", err)
			}
		case <-look.C:
			r.takeOver(ctx)
		case <-poll.C:
			var some bool
			err := due.QueryRowContext(ctx, queues, riverTime(time.Now())).Scan(&some)
			if err != nil && ctx.Err() == nil {
				r.c.opts.Logger.WarnContext(ctx, "due jobs could not be looked for", "err", err)
			}
			if some {
				r.c.wake.all()
			}
		}
	}
}

// attempts lists what is under way.
func (r *runner) attempts(jobs ...int64) []*attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*attempt
	for id, attempts := range r.active {
		if len(jobs) > 0 && !slices.Contains(jobs, id) {
			continue
		}
		for a := range attempts {
			out = append(out, a)
		}
	}
	return out
}

// ended hands on what a job had claimed that ended without a commit. It waits
// for nothing: whoever ends jobs beats, too, or is a person's request.
func (r *runner) ended(keys []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.onEnded != nil && len(keys) > 0 && !r.over {
		r.enders.Go(func() { r.onEnded(keys) })
	}
}

func (r *runner) waitForEnders() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	r.enders.Wait()
}

// ended tells the Work of this process, if there is one, of a job that ended
// outside any attempt.
func (c *Catalog) ended(keys []string) {
	c.mu.Lock()
	r := c.runner
	c.mu.Unlock()
	if r != nil {
		r.ended(keys)
	}
}

// poke makes the attempts of these jobs look at their row at once.
func (c *Catalog) poke(jobs ...int64) {
	c.mu.Lock()
	r := c.runner
	c.mu.Unlock()
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
