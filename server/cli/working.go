package cli

import (
	"context"
	"errors"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// working works on the workspace's jobs while use runs, whose context ends
// early when the workspace itself is in trouble. It answers that trouble.
func (a *app) working(ctx context.Context, ws *workspace.Workspace, jobs int, use func(ctx context.Context)) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var worker sync.WaitGroup
	var workErr error
	worker.Go(func() {
		workErr = ws.Work(work, workspace.WorkOptions{Jobs: max(1, jobs), Trouble: stop})
		stop(workErr)
	})
	use(work)
	stop(nil)
	worker.Wait()
	if ctx.Err() != nil {
		return nil // the caller tells of an interrupt
	}
	if cause := context.Cause(work); !errors.Is(cause, context.Canceled) {
		return cause
	}
	if errors.Is(workErr, context.Canceled) {
		return nil
	}
	return workErr
}

// await waits until a record is ready or has failed. A job that waits for its
// next attempt because a disk or database refuses is not waited for: the person
// who runs the command must act first.
func (a *app) await(ctx context.Context, ws *workspace.Workspace, id string, see func(job.Status)) (job.Status, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	before := -1 // attempts when the waiting began: what failed earlier is tried again
	return ws.Wait(ctx, id, func(s job.Status) {
		see(s)
		if s.Job == nil {
			return
		}
		if before < 0 {
			before = s.Job.Attempt
		}
		later := s.Job.State == job.Retrying && time.Until(s.Job.NextAt) > 0 // not taken over just now
		if later && s.Job.Attempt > before && fault.Is(s.Job.Fault, fault.Unreachable) {
			stop(s.Job.Fault)
		}
	})
}
