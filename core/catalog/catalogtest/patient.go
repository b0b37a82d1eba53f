//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// patientWorker waits for something that may be away.
type patientWorker struct {
	worker

	pause func(n int) time.Duration
}

func (w patientWorker) Pause(n int) time.Duration { return w.pause(n) }

var errAway = fault.New(fault.Unreachable, say.T("The bucket is away.")).Hint(say.T("Try again in a moment."))

// testPatientAway lets a job find its target away more often than it has
// attempts. That costs none of them; any other trouble does.
func testPatientAway(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "far")
	const tries = 20
	var tried, asked, first atomic.Int32
	var back atomic.Bool
	w := patientWorker{does(func(ctx context.Context, run job.Run) error {
		switch n := tried.Add(1); {
		case !back.Load():
			run.Report(job.Progress{Stage: "push", Done: 0.5})
			return errAway
		case n%2 == 0:
			return errPassing
		}
		return c.Complete(ctx, run.Lease, final)
	}), func(n int) time.Duration {
		first.CompareAndSwap(0, int32(n))
		asked.Store(int32(n))
		return time.Millisecond
	}}
	stop := start(t, c, 1, w)
	i := until(t, c, a.JobID, "tried often", func(i job.Info) bool { return tried.Load() >= tries && i.State == job.Retrying })
	stop()
	if i.Attempt != 0 || i.Fault == nil || i.Fault.Code != fault.Unreachable || i.Fault.Next.IsZero() || i.NextAt.IsZero() || i.Progress.Done != 0.5 {
		t.Errorf("after %d tries the job is %+v (fault %v)", tried.Load(), i, i.Fault)
	}
	if n := asked.Load(); n < tries-1 {
		t.Errorf("the last pause was asked for after %d in a row, of %d tries", n, tried.Load())
	}
	if cancelled := must(c.Cancel(t.Context(), a.JobID))(t, "Cancel"); cancelled.State != job.Cancelled {
		t.Errorf("cancelled while it waits, the job is %+v", cancelled)
	}
	if again := must(c.Retry(t.Context(), a.JobID))(t, "Retry"); again.State != job.Waiting || again.Fault != nil {
		t.Errorf("after Retry the job is %+v (fault %v)", again, again.Fault)
	}
	back.Store(true)
	tried.Store(1) // the next one fails in passing
	start(t, c, 1, w)
	if i := untilState(t, c, a.JobID, job.Completed); i.Attempt != 2 || i.Progress != final {
		t.Errorf("the job ended as %+v", i)
	}

	// Another job counts its own tries.
	first.Store(0)
	back.Store(false)
	next := add(t, c, "near")
	until(t, c, next.JobID, "away", func(i job.Info) bool { return i.State == job.Retrying })
	back.Store(true)
	untilState(t, c, next.JobID, job.Completed)
	if first.Load() != 1 {
		t.Errorf("the first pause of another job was asked for after %d", first.Load())
	}
}
