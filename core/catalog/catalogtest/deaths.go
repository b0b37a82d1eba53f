//go:build unix

//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// getAsFar claims an object and works until so many steps of a twentieth can
// be seen in the row.
func getAsFar(ctx context.Context, c catalog.Catalog, run job.Run, steps int) error {
	if err := c.Claim(ctx, run.Lease.JobID, "raw"); err != nil {
		return err
	}
	done := float64(steps) / 20
	run.Report(job.Progress{Stage: "read", Done: done})
	for {
		i, err := c.Job(ctx, run.Lease.JobID)
		if err != nil || i.Progress.Done >= done {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// testDiesEveryTime lets a job kill each of its workers. The first come
// further each time; those deaths are not held against it, all others are.
func testDiesEveryTime(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	const gains = 3
	const want = gains + catalog.MaxDeaths
	a := addTask(t, c, "poison", task{Die: true, Gains: gains})
	for deaths := range want {
		victim := spawn(t, order{Place: place, Jobs: 1})
		if err := victim.wait(t); err == nil {
			t.Fatalf("worker %d survived", deaths+1)
		}
	}
	if i := must(c.Job(t.Context(), a.JobID))(t, "Job"); i.State != job.Running || i.Attempt != want {
		t.Fatalf("after %d deaths, the last not seen yet, the job is %+v", want, i)
	}
	ended := make(chan []string, 9)
	startWith(t, c, catalog.WorkOptions{Jobs: 1, Ended: func(keys []string) { ended <- keys }}, commits(c))
	i := untilState(t, c, a.JobID, job.Failed)
	if i.Fault == nil || i.Fault.Code != fault.Internal || !strings.Contains(i.Fault.Error(), fmt.Sprintf("died %d times", want)) {
		t.Errorf("after %d deaths the fault is %v", want, i.Fault)
	}
	if keys := receive(t, "Ended", ended); !slices.Equal(keys, []string{"raw"}) {
		t.Errorf("Ended was told %v", keys)
	}
	// A person who tries again gets as many deaths again.
	must(c.Retry(t.Context(), a.JobID))(t, "Retry")
	untilState(t, c, a.JobID, job.Completed)
}

// testKilledManyTimes kills the workers of two jobs more often than a job may
// fail: one completes, the other has all its attempts still.
func testKilledManyTimes(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	good, bad := addTask(t, c, "good", task{Hang: true}), addTask(t, c, "bad", task{Hang: true})
	most := must(c.Job(t.Context(), good.JobID))(t, "Job").MaxAttempts
	kills := most + 2
	for range kills {
		victim := spawn(t, order{Place: place, Jobs: 2})
		victim.says(t, "start")
		victim.says(t, "start")
		victim.kill(t)
	}
	tries := 0
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		if run.RecordID == "bad" {
			tries++
			return errPassing
		}
		return c.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	if i := untilState(t, c, good.JobID, job.Completed); i.Attempt != kills+1 || i.Fault != nil {
		t.Errorf("after %d kills the job completed as %+v", kills, i)
	}
	i := untilState(t, c, bad.JobID, job.Failed)
	if tries != most || i.Attempt != kills+most || i.MaxAttempts != kills+most || !strings.Contains(i.Fault.Error(), errPassing.Error()) {
		t.Errorf("after %d kills the job was tried %d times, want %d: %+v (fault %v)", kills, tries, most, i, i.Fault)
	}
}
