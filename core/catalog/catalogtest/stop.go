//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

func testSoftStop(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "s")
	var tries atomic.Int32
	running, cause := make(chan job.Lease, 9), make(chan error, 9)
	w := does(func(ctx context.Context, run job.Run) error {
		running <- run.Lease
		if tries.Add(1) == 3 {
			return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
		}
		run.Report(job.Progress{Stage: "read", Done: 0.3})
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return errPassing // whatever it says, the stop is why
	})
	var last job.Lease
	for range 2 {
		stop := start(t, c, 1, w)
		lease := receive(t, "the start", running)
		if lease.Attempt <= last.Attempt {
			t.Errorf("lease %+v does not come after %+v", lease, last)
		}
		last = lease
		stop()
		if got := receive(t, "the end", cause); !errors.Is(got, job.ErrStopping) {
			t.Errorf("the context ended because of %v", got)
		}
		i := must(c.Job(t.Context(), a.JobID))(t, "Job")
		if i.State != job.Waiting || i.Attempt != 0 || i.Fault != nil {
			t.Errorf("after a soft stop the job is %+v", i)
		}
		wantCode(t, "a commit after the stop", c.Commit(t.Context(), lease, "s", version("late"), final), fault.Conflict)
	}
	fresh := must(c.Job(t.Context(), add(t, c, "fresh").JobID))(t, "Job")
	start(t, c, 1, w)
	i := untilState(t, c, a.JobID, job.Completed)
	if i.Attempt != 1 || i.MaxAttempts != fresh.MaxAttempts {
		t.Errorf("two soft stops cost attempts: %+v", i)
	}
}

func testDeafWorker(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	a := add(t, c, "deaf")
	running, goOn, late := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	stop := start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		close(running)
		<-goOn // does not listen to ctx
		err := c.Commit(context.WithoutCancel(ctx), run.Lease, run.RecordID, version("late"), final)
		late <- err
		return err
	}))
	receive(t, "the start", running)
	stopped := make(chan struct{})
	go func() { defer close(stopped); stop() }()
	// After the grace its job is another's.
	start(t, elsewhere, 1, commits(elsewhere))
	untilState(t, elsewhere, a.JobID, job.Completed)
	close(goOn)
	wantCode(t, "the deaf worker's commit", receive(t, "the late commit", late), fault.Conflict)
	receive(t, "the stop", stopped)
	if d := must(c.Dataset(t.Context(), "deaf"))(t, "Dataset"); d.CleanDataKey != "clean-deaf" || d.Head != 1 {
		t.Errorf("the record is %+v", d)
	}
}

func testSecondWork(t *testing.T, open Open) {
	c := open(t, owner)
	stop := start(t, c, 1, commits(c))
	reg, err := job.NewRegistry(commits(c))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a second Work at the same time", c.Work(t.Context(), reg, catalog.WorkOptions{Jobs: 1}), fault.Usage)
	stop()
	none, err := job.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Work on nothing", c.Work(t.Context(), none, catalog.WorkOptions{Jobs: 1}), fault.Usage)

	// A Work whose context has ended already comes and goes.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error, 1)
	go func() { done <- c.Work(ctx, reg, catalog.WorkOptions{Jobs: 1}) }()
	select {
	case err := <-done:
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Work: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("Work did not return")
	}
}
