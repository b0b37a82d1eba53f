package workspace

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// WorkOptions say how this process works on jobs.
type WorkOptions struct {
	// Jobs is how many run at once; 0 is one per two processors, at least 1.
	Jobs int
	// Memory is what they may take together, in bytes; 0 is no limit. One may take
	// JobMemory, so that this bounds Jobs too. Less than that is refused.
	Memory int64
	// Ready is closed, when set, once the workers fetch.
	Ready chan<- struct{}
	// Trouble, when set, is told of what keeps a running job from ending.
	Trouble func(error)
	// Observer, when set, hears of what is done, for metrics.
	Observer Observer
}

// JobMemory is what a worker may take for one job, in bytes.
const JobMemory = 256 << 20

// jobsAtOnce is how many jobs may run at once.
func (o WorkOptions) jobsAtOnce() (int, error) {
	jobs := o.Jobs
	if jobs <= 0 {
		jobs = max(1, runtime.GOMAXPROCS(0)/2)
	}
	if o.Memory <= 0 {
		return jobs, nil
	}
	if o.Memory < JobMemory {
		return 0, fault.New(fault.Usage, say.T("The memory for jobs is {bytes} bytes, but one job may take {need}.", "bytes", o.Memory, "need", JobMemory)).
			Hint(say.T("Allow at least 256 MiB for each job that is to run at once."))
	}
	return int(min(int64(jobs), o.Memory/JobMemory)), nil
}

// sweepEvery is how often a working process looks for what nobody refers to.
const sweepEvery = 10 * time.Minute

// sweepPatience bounds the removal of what a job that ended badly had derived.
const sweepPatience = 10 * time.Second

// Work runs the workspace's jobs in this process until ctx ends, and meanwhile
// removes expired records and orphaned objects. It returns when all has stopped.
func (w *Workspace) Work(ctx context.Context, o WorkOptions) error {
	jobs, err := o.jobsAtOnce()
	if err != nil {
		return err
	}
	var sweeper sync.WaitGroup
	defer sweeper.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sweeper.Go(func() {
		tidy(ctx, w.config.Logger, func(ctx context.Context) error {
			_, err := w.Sweep(ctx, false)
			return err
		})
	})
	return w.catalog.Work(ctx, w.jobs, catalog.WorkOptions{
		Jobs: jobs, Ready: o.Ready, Trouble: o.Trouble, Observer: o.Observer,
		Ended: func(keys []string) { w.sweepEnded(ctx, keys) },
	})
}

// sweepEnded removes what a job that ended badly had derived. It is done also
// when the work is being stopped.
func (w *Workspace) sweepEnded(ctx context.Context, keys []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepPatience)
	defer cancel()
	if err := w.sweep(ctx, keys); err != nil {
		w.config.Logger.WarnContext(ctx, "what an ended job left stays until the next sweep", slog.Any("error", err))
	}
}

// tidy sweeps now and then until ctx ends.
func tidy(ctx context.Context, logger *slog.Logger, sweep func(context.Context) error) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := sweep(ctx); err != nil && ctx.Err() == nil {
			logger.WarnContext(ctx, "sweep failed", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Swept counts what a sweep removed.
type Swept struct {
	Expired    int `json:"expired"`    // records past their time
	Objects    int `json:"objects"`    // objects that nothing refers to
	Unfinished int `json:"unfinished"` // files of writers that are gone
}

// Sweep removes expired records, objects that nothing refers to, and what dead
// writers left. With dryRun it only counts.
func (w *Workspace) Sweep(ctx context.Context, dryRun bool) (Swept, error) {
	s, err := w.sweepOwn(ctx, dryRun, time.Now())
	if err == nil {
		s.Unfinished, err = w.store.SweepUnfinished(ctx, dryRun)
	}
	return s, err
}

// sweepOwn sweeps the owner's records and objects. What writers left
// unfinished is no owner's.
func (w *Workspace) sweepOwn(ctx context.Context, dryRun bool, now time.Time) (Swept, error) {
	var s Swept
	expired, err := w.catalog.Expired(ctx, now)
	if err != nil {
		return s, err
	}
	for _, id := range expired {
		if !dryRun {
			if err := w.Remove(ctx, id); err != nil && !fault.Is(err, fault.NotFound) {
				return s, err
			}
		}
		s.Expired++
	}
	var objects []blob.Info
	for info, err := range w.store.List(ctx, w.store.Prefix()) {
		if err != nil {
			return s, err
		}
		objects = append(objects, info)
	}
	keys, err := w.unreserved(ctx, objects, now)
	if err != nil {
		return s, err
	}
	s.Objects, err = w.catalog.Sweep(ctx, keys, dryRun, w.removeObject(ctx))
	return s, err
}

// Status tells how a record stands (BRIEF R8): by the record alone when it has
// a clean table, by its job otherwise. jobID 0 takes the newest job. An
// unknown record is fault.NotFound.
func (w *Workspace) Status(ctx context.Context, id string, jobID int64) (job.Status, error) {
	d, err := w.catalog.Dataset(ctx, id)
	if err != nil {
		return job.Status{}, err
	}
	var info job.Info
	if jobID > 0 {
		info, err = w.catalog.Job(ctx, jobID)
		if err == nil && info.RecordID != id {
			return job.Status{}, notItsJob(jobID)
		}
	} else {
		info, err = w.catalog.LatestJob(ctx, id)
	}
	ready := d.TotalRows != nil
	switch {
	case fault.Is(err, fault.NotFound) && (jobID == 0 || ready):
		return job.StatusOf(id, ready, nil), nil
	case fault.Is(err, fault.NotFound):
		return job.Status{}, notItsJob(jobID)
	case err != nil:
		return job.Status{}, err
	}
	return job.StatusOf(id, ready, &info), nil
}

func notItsJob(id int64) error {
	return fault.New(fault.NotFound, say.T("The record has no job {id}.", "id", id)).
		Hint(say.T("Ask without a job to hear of the newest one."))
}

// Watch follows a record until it is ready or has failed; the channel is
// closed then, or when ctx ends. However many watch a record, one request at a
// time asks for it (BRIEF R9).
func (w *Workspace) Watch(ctx context.Context, id string) <-chan job.Status {
	return w.watcher.Watch(ctx, id)
}

// Wait watches a record until it is ready or has failed, and calls see, when
// it is not nil, for each status on the way.
func (w *Workspace) Wait(ctx context.Context, id string, see func(job.Status)) (job.Status, error) {
	var last job.Status
	for last = range w.Watch(ctx, id) {
		if see != nil {
			see(last)
		}
	}
	if ctx.Err() != nil && !last.Done() {
		return last, context.Cause(ctx)
	}
	if !last.Done() { // the watch ended without an answer: ask for the reason
		return w.Status(ctx, id, 0)
	}
	return last, nil
}

// newWatcher makes the watcher that Watch shares; a job that moves in this
// process wakes it, the clock does otherwise.
func (w *Workspace) newWatcher() *job.Watcher {
	return job.NewWatcher(func(ctx context.Context, id string) (job.Status, error) { return w.Status(ctx, id, 0) },
		job.WatchOptions{Changed: w.catalog.Changed})
}
