package workspace

import (
	"context"

	"sheetmill/core/job"
)

// Job finds a job of the workspace.
func (w *Workspace) Job(ctx context.Context, id int64) (job.Info, error) {
	return w.catalog.Job(ctx, id)
}

// WaitJob follows a job until it has ended, and calls see, when it is not nil,
// for each time that it looks different.
func (w *Workspace) WaitJob(ctx context.Context, id int64, see func(job.Info)) (job.Info, error) {
	first, err := w.catalog.Job(ctx, id)
	if err != nil {
		return first, err
	}
	// The watcher asks for one thing by its name, one request at a time; the name is the job's record, as
	// changes are told by record.
	var last job.Info
	var lookErr error
	watcher := job.NewWatcher(func(ctx context.Context, recordID string) (job.Status, error) {
		info, err := w.catalog.Job(ctx, id)
		return job.Status{RecordID: recordID, Status: phaseOf(info), Job: &info}, err
	}, job.WatchOptions{Changed: w.catalog.Changed})
	defer watcher.Close()
	for s := range watcher.Watch(ctx, first.RecordID) {
		if s.Job == nil {
			lookErr = s.Error
			continue
		}
		if last = *s.Job; see != nil {
			see(last)
		}
	}
	switch {
	case last.State.Ended():
		return last, nil
	case ctx.Err() != nil:
		return last, context.Cause(ctx)
	case lookErr != nil:
		return last, lookErr
	}
	return w.catalog.Job(ctx, id)
}

// phaseOf tells a watcher when there is no more to see.
func phaseOf(info job.Info) job.Phase {
	if info.State.Ended() {
		return job.Ready
	}
	return job.Processing
}
