//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

func testEveryJobOnce(t *testing.T, open Open) {
	var count counter
	first, second := open(t, owner), open(t, owner)
	var jobs []catalog.Added
	for _, id := range ids(40) {
		jobs = append(jobs, add(t, first, id))
	}
	for _, c := range []catalog.Catalog{first, second} {
		start(t, c, 3, does(func(ctx context.Context, run job.Run) error {
			defer count.enter(run.RecordID)()
			return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
		}))
	}
	for _, a := range jobs {
		untilState(t, first, a.JobID, job.Completed)
	}
	for id, n := range count.calls {
		if n != 1 {
			t.Errorf("%s ran %d times", id, n)
		}
	}
	if len(count.calls) != 40 {
		t.Errorf("%d jobs ran, want 40", len(count.calls))
	}
}

func testJobsLimit(t *testing.T, open Open) {
	var count counter
	c := open(t, owner)
	var jobs []catalog.Added
	for _, id := range ids(12) {
		jobs = append(jobs, add(t, c, id))
	}
	start(t, c, 3, does(func(ctx context.Context, run job.Run) error {
		defer count.enter(run.RecordID)()
		time.Sleep(20 * time.Millisecond)
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	for _, a := range jobs {
		untilState(t, c, a.JobID, job.Completed)
	}
	if count.most > 3 || count.most < 2 {
		t.Errorf("at most %d jobs ran at once; 3 were allowed", count.most)
	}
}

func testKindsApart(t *testing.T, open Open) {
	c := open(t, owner)
	other := must(c.Add(t.Context(), dataset("other"), job.Request{Kind: "literature_screen", Queue: queue}))(t, "Add")
	mine := add(t, c, "mine")
	stop := start(t, c, 2, commits(c))
	untilState(t, c, mine.JobID, job.Completed)
	if i := must(c.Job(t.Context(), other.JobID))(t, "Job"); i.State != job.Waiting || i.Attempt != 0 {
		t.Errorf("a job of an unknown kind was touched: %+v", i)
	}
	stop()
	screen := commits(c)
	screen.kind = "literature_screen"
	start(t, c, 2, commits(c), screen)
	untilState(t, c, other.JobID, job.Completed)
}

func testWakesSoon(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	started := make(chan time.Time, 1)
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		started <- time.Now()
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	// The bounds are for a busy machine; what an idle one needs is measured apart.
	for _, tc := range []struct {
		from  catalog.Catalog
		id    string
		bound time.Duration
	}{{c, "here-1", time.Second}, {elsewhere, "there-1", 2 * time.Second}, {c, "here-2", time.Second}} {
		added := time.Now()
		a := add(t, tc.from, tc.id)
		took := receive(t, "the start of "+tc.id, started).Sub(added)
		if took > tc.bound {
			t.Errorf("%s started after %v, want %v at most", tc.id, took, tc.bound)
		}
		untilState(t, c, a.JobID, job.Completed)
	}
}

func testProgress(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	began := time.Now()
	a := add(t, c, "p")
	const steps = 2000
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		for n := range steps {
			run.Report(job.Progress{Stage: "read", Done: float64(n) / steps, Bytes: int64(n), Total: steps, Rows: int64(n)})
			time.Sleep(time.Millisecond)
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	// Every value that can be seen from elsewhere.
	var last job.Progress
	seen := 0
	until(t, elsewhere, a.JobID, "completed", func(i job.Info) bool {
		if i.State == job.Running && i.Progress != last {
			if i.Progress.Done < last.Done || i.Progress.Bytes < last.Bytes {
				t.Errorf("progress fell from %+v to %+v", last, i.Progress)
			}
			last = i.Progress
			seen++
		}
		return i.State == job.Completed
	})
	if seen < 4 {
		t.Errorf("only %d values of progress were seen in 2 s or more", seen)
	}
	if most := 2 + int(4*time.Since(began).Seconds()); seen > most {
		t.Errorf("%d values in %v, want at most four a second", seen, time.Since(began))
	}
	if last.Stage != "read" || last.Total != steps {
		t.Errorf("last progress seen: %+v", last)
	}
}

func testProgressNeverFalls(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "p")
	goOn := make(chan struct{})
	var tries atomic.Int32
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if tries.Add(1) > 1 {
			<-goOn
			return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
		}
		run.Report(job.Progress{Stage: "read", Done: 0.6, Bytes: 600, Total: 1000})
		run.Report(job.Progress{Stage: "clean", Done: 0.2, Bytes: 100, Total: 1000, Rows: 5})
		<-goOn
		run.Report(job.Progress{Stage: "clean", Done: 7, Bytes: 700, Total: 1000})
		<-goOn
		return errPassing
	}))
	until(t, c, a.JobID, "at 0.6", func(i job.Info) bool {
		return i.Progress == job.Progress{Stage: "clean", Done: 0.6, Bytes: 600, Total: 1000, Rows: 5}
	})
	goOn <- struct{}{}
	until(t, c, a.JobID, "at 1", func(i job.Info) bool { return i.Progress.Done == 1 && i.Progress.Bytes == 700 })
	goOn <- struct{}{}
	i := until(t, c, a.JobID, "in its second attempt", func(i job.Info) bool { return i.State == job.Running && i.Attempt == 2 })
	if i.Progress != (job.Progress{}) {
		t.Errorf("the second attempt began with the progress of the first: %+v", i.Progress)
	}
	goOn <- struct{}{}
	untilState(t, c, a.JobID, job.Completed)
}

func testChanged(t *testing.T, open Open) {
	c := open(t, owner)
	first, end := c.Changed("")
	second, endSecond := c.Changed("")
	defer endSecond()
	a := add(t, c, "n")
	goOn := make(chan struct{})
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		run.Report(job.Progress{Stage: "read", Done: 0.5})
		<-goOn
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	receive(t, "the first sign", first)
	receive(t, "the first sign, second listener", second)
	end()
	for len(first) > 0 {
		<-first
	}
	close(goOn)
	untilState(t, c, a.JobID, job.Completed)
	receive(t, "the sign of the end", second)
	time.Sleep(20 * time.Millisecond)
	if len(first) > 0 {
		t.Error("a listener heard something after it had ended")
	}
}

var errNotAWorkbook = fault.New(fault.BadInput, say.T("{file} is not a workbook.", "file", "检验.xlsx")).
	Hint(say.T("Save it as .xlsx and try again.")).At("检验.xlsx: xl/workbook.xml")

func testPermanentFault(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	a := add(t, c, "bad")
	var tries atomic.Int32
	stop := start(t, c, 1, does(func(context.Context, job.Run) error {
		tries.Add(1)
		return errNotAWorkbook.Because(errors.New("zip: not a valid zip file"))
	}))
	untilState(t, c, a.JobID, job.Failed)
	stop()
	i := must(elsewhere.Job(t.Context(), a.JobID))(t, "Job")
	if f := i.Fault; f == nil || f.Code != fault.BadInput || f.Sentence.String() != errNotAWorkbook.Sentence.String() ||
		f.Next.String() != errNotAWorkbook.Next.String() || f.Place != errNotAWorkbook.Place || !strings.Contains(f.Error(), "zip: not a valid") {
		t.Errorf("the fault came back as %v", i.Fault)
	}
	if tries.Load() != 1 || i.Attempt != 1 || i.EndedAt.IsZero() {
		t.Errorf("a permanent fault was tried %d times: %+v", tries.Load(), i)
	}
	if d := must(c.Dataset(t.Context(), "bad"))(t, "Dataset"); d.Head != 0 || d.TotalRows != nil {
		t.Errorf("a failed job left its mark on the record: %+v", d)
	}
}

func testTransientFault(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "flaky")
	goOn, seen := make(chan struct{}), make(chan job.Info, 2)
	var tries atomic.Int32
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if tries.Add(1) == 1 {
			return fault.New(fault.Unreachable, say.T("The bucket is away.")).Because(errPassing)
		}
		i, err := c.Job(ctx, run.Lease.JobID)
		if err != nil {
			return err
		}
		seen <- i
		<-goOn
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	second := receive(t, "the second attempt", seen)
	if second.State != job.Running || second.Attempt != 2 || second.Fault == nil || second.Fault.Code != fault.Unreachable {
		t.Errorf("during the second attempt the job is %+v", second)
	}
	close(goOn)
	i := untilState(t, c, a.JobID, job.Completed)
	if i.Fault != nil || i.Attempt != 2 {
		t.Errorf("the completed job is %+v", i)
	}
}

func testAttemptsRunOut(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "hopeless")
	var tries atomic.Int32
	var retrying atomic.Bool
	start(t, c, 1, does(func(context.Context, job.Run) error { tries.Add(1); return errPassing }))
	i := until(t, c, a.JobID, "failed", func(i job.Info) bool {
		if i.State == job.Retrying {
			retrying.Store(true)
			if i.Fault == nil || i.NextAt.IsZero() {
				t.Errorf("a retrying job is %+v", i)
			}
		}
		return i.State == job.Failed
	})
	if int(tries.Load()) != i.MaxAttempts || i.Attempt != i.MaxAttempts {
		t.Errorf("tried %d times, at attempt %d of %d", tries.Load(), i.Attempt, i.MaxAttempts)
	}
	if !retrying.Load() {
		t.Error("the job was never seen retrying")
	}
	if i.Fault == nil || !strings.Contains(i.Fault.Error(), errPassing.Error()) {
		t.Errorf("its fault is %v", i.Fault)
	}
}

func testPanic(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "panics")
	var tries atomic.Int32
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if tries.Add(1) == 1 {
			panic("index out of range, for the test")
		}
		i, err := c.Job(ctx, run.Lease.JobID)
		if err != nil || i.Fault == nil || i.Fault.Code != fault.Internal || !strings.Contains(i.Fault.Error(), "for the test") {
			t.Errorf("after a panic the job is %+v, %v", i, err)
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	untilState(t, c, a.JobID, job.Completed)
}

func testAnswerWithoutCommit(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "lazy")
	var tries atomic.Int32
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if tries.Add(1) == 1 {
			return nil
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	i := untilState(t, c, a.JobID, job.Completed)
	if i.Attempt != 2 {
		t.Errorf("a worker that forgot its commit completed the job in attempt %d", i.Attempt)
	}
}

func testCancelWaiting(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "w")
	i := must(c.Cancel(t.Context(), a.JobID))(t, "Cancel")
	if i.State != job.Cancelled || i.EndedAt.IsZero() || i.Fault == nil || i.Fault.Code != fault.Cancelled {
		t.Errorf("the cancelled job is %+v", i)
	}
	ran := make(chan struct{}, 1)
	start(t, c, 1, does(func(context.Context, job.Run) error { ran <- struct{}{}; return errPassing }))
	time.Sleep(600 * time.Millisecond)
	if len(ran) > 0 {
		t.Error("a cancelled job ran")
	}
}

func testCancelRunning(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	for name, by := range map[string]catalog.Catalog{"here": c, "there": elsewhere} {
		t.Run(name, func(t *testing.T) {
			a := add(t, c, name)
			running, cause := make(chan struct{}), make(chan error, 1)
			stop := start(t, c, 1, does(func(ctx context.Context, _ job.Run) error {
				close(running)
				<-ctx.Done()
				cause <- context.Cause(ctx)
				return ctx.Err()
			}))
			defer stop()
			receive(t, "the start", running)
			at := time.Now()
			if i := must(by.Cancel(t.Context(), a.JobID))(t, "Cancel"); i.State.Ended() && i.State != job.Cancelled {
				t.Errorf("Cancel answered %+v", i)
			}
			if got := receive(t, "the end", cause); !errors.Is(got, job.ErrCancelled) {
				t.Errorf("the context ended because of %v", got)
			}
			if took := time.Since(at); took > time.Second {
				t.Errorf("cancel took %v", took)
			}
			i := untilState(t, c, a.JobID, job.Cancelled)
			if i.Fault == nil || i.Fault.Code != fault.Cancelled || i.EndedAt.IsZero() {
				t.Errorf("the cancelled job is %+v", i)
			}
		})
	}
}

func testCancelEnded(t *testing.T, open Open) {
	c := open(t, owner)
	good, bad := add(t, c, "good"), add(t, c, "bad")
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if run.RecordID == "bad" {
			return errNotAWorkbook
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	for id, s := range map[int64]job.State{good.JobID: job.Completed, bad.JobID: job.Failed} {
		before := untilState(t, c, id, s)
		after := must(c.Cancel(t.Context(), id))(t, "Cancel")
		if after.State != s || !after.EndedAt.Equal(before.EndedAt) {
			t.Errorf("Cancel changed an ended job from %+v to %+v", before, after)
		}
	}
}

func testCancelThenCommit(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "c")
	running, cancelled, answer := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		close(running)
		<-cancelled
		err := c.Commit(context.WithoutCancel(ctx), run.Lease, run.RecordID, version("k"), final)
		answer <- err
		return err
	}))
	receive(t, "the start", running)
	must(c.Cancel(t.Context(), a.JobID))(t, "Cancel")
	close(cancelled)
	wantCode(t, "Commit after Cancel", receive(t, "the commit", answer), fault.Cancelled)
	untilState(t, c, a.JobID, job.Cancelled)
	if d := must(c.Dataset(t.Context(), "c"))(t, "Dataset"); d.Head != 0 {
		t.Error("a cancelled job completed")
	}
}

func testRetry(t *testing.T, open Open) {
	c := open(t, owner)
	failed, cancelled := add(t, c, "failed"), add(t, c, "cancelled")
	must(c.Cancel(t.Context(), cancelled.JobID))(t, "Cancel")
	var good atomic.Bool
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if !good.Load() {
			return errPassing
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	was := untilState(t, c, failed.JobID, job.Failed)
	// Still failing: it has all its attempts again.
	i := must(c.Retry(t.Context(), failed.JobID))(t, "Retry")
	if i.State != job.Waiting || i.Attempt != 0 || i.MaxAttempts != was.MaxAttempts || i.Fault != nil || !i.EndedAt.IsZero() {
		t.Errorf("after Retry the job is %+v", i)
	}
	i = until(t, c, failed.JobID, "failed again", func(i job.Info) bool { return i.State == job.Failed })
	if i.Attempt != i.MaxAttempts || i.MaxAttempts != was.MaxAttempts {
		t.Errorf("failed again after %d of %d", i.Attempt, i.MaxAttempts)
	}
	good.Store(true)
	for _, id := range []int64{failed.JobID, cancelled.JobID} {
		must(c.Retry(t.Context(), id))(t, "Retry")
		if i := untilState(t, c, id, job.Completed); i.Attempt != 1 || i.Fault != nil {
			t.Errorf("after Retry the job completed as %+v", i)
		}
	}
	before := must(c.Job(t.Context(), failed.JobID))(t, "Job")
	if after := must(c.Retry(t.Context(), failed.JobID))(t, "Retry"); after.State != job.Completed || after.Attempt != before.Attempt {
		t.Errorf("Retry changed a completed job to %+v", after)
	}
}
