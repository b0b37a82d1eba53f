//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/job"
)

// wantEnded waits for what Ended is told.
func wantEnded(t *testing.T, what string, ended <-chan []string, want ...string) {
	t.Helper()
	if got := receive(t, "Ended of "+what, ended); !slices.Equal(got, want) {
		t.Errorf("Ended of %s was told %v, want %v", what, got, want)
	}
}

func wantNotEnded(t *testing.T, what string, ended <-chan []string) {
	t.Helper()
	if len(ended) > 0 {
		t.Errorf("Ended was told %v of %s", <-ended, what)
	}
}

func testEnded(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	ended := make(chan []string, 99)
	running, goOn := make(chan struct{}), make(chan struct{})
	opts := catalog.WorkOptions{Jobs: 1, Ended: func(keys []string) {
		// No transaction is open: Sweep can have one, and finds the claims gone.
		if got := sweep(t, c, keys...); !slices.Equal(got, keys) {
			t.Errorf("swept %v of %v", got, keys)
		}
		ended <- keys
	}}
	w := does(func(ctx context.Context, run job.Run) error {
		for _, keys := range [][]string{{"raw-" + run.RecordID}, {"raw-" + run.RecordID, "a-" + run.RecordID}} {
			if run.RecordID == "unclaimed" {
				break
			}
			if err := c.Claim(ctx, run.Lease.JobID, keys...); err != nil {
				return err
			}
		}
		switch run.RecordID {
		case "good":
			return c.Commit(ctx, run.Lease, run.RecordID, version("clean-good"), final)
		case "cancelled", "stopped":
			running <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		case "hopeless":
			return errPassing
		case "retried":
			select {
			case <-goOn:
				return errNotAWorkbook
			default:
				running <- struct{}{}
				<-goOn
				return errPassing
			}
		}
		return errNotAWorkbook
	})
	stop := startWith(t, c, opts, w)

	untilState(t, c, add(t, c, "good").JobID, job.Completed)
	untilState(t, c, add(t, c, "unclaimed").JobID, job.Failed)
	untilState(t, c, add(t, c, "bad").JobID, job.Failed)
	wantEnded(t, "a permanent fault", ended, "a-bad", "raw-bad")
	untilState(t, c, add(t, c, "hopeless").JobID, job.Failed)
	wantEnded(t, "a job without attempts left", ended, "a-hopeless", "raw-hopeless")

	retried := add(t, c, "retried")
	receive(t, "the first attempt", running)
	wantNotEnded(t, "a job that runs", ended)
	close(goOn)
	untilState(t, c, retried.JobID, job.Failed)
	wantEnded(t, "both attempts together", ended, "a-retried", "raw-retried")

	cancelled := add(t, c, "cancelled")
	receive(t, "the start", running)
	must(elsewhere.Cancel(t.Context(), cancelled.JobID))(t, "Cancel")
	wantEnded(t, "a cancel from elsewhere", ended, "a-cancelled", "raw-cancelled")

	stopped := add(t, c, "stopped")
	receive(t, "the start", running)
	stop()
	wantNotEnded(t, "a job that was given back", ended)
	startWith(t, c, opts, commits(c))
	untilState(t, c, stopped.JobID, job.Completed)

	// A job that waits in vain is cancelled where others are worked on.
	waits := must(c.Add(t.Context(), dataset("waits"), job.Request{Kind: "literature_screen", Queue: queue}))(t, "Add")
	if err := elsewhere.Claim(t.Context(), waits.JobID, "raw-waits"); err != nil {
		t.Fatal(err)
	}
	must(c.Cancel(t.Context(), waits.JobID))(t, "Cancel")
	wantEnded(t, "a waiting job", ended, "raw-waits")
	wantNotEnded(t, "anything else", ended)
}

// testEndedAtStop stops Work while Ended is under way: Work waits for it.
func testEndedAtStop(t *testing.T, open Open) {
	c := open(t, owner)
	told, goOn := make(chan struct{}), make(chan struct{})
	swept := false
	stop := startWith(t, c, catalog.WorkOptions{Jobs: 1, Ended: func(keys []string) {
		close(told)
		<-goOn
		swept = slices.Equal(sweep(t, c, keys...), keys)
	}}, does(func(ctx context.Context, run job.Run) error {
		if err := c.Claim(ctx, run.Lease.JobID, "raw"); err != nil {
			return err
		}
		return errNotAWorkbook
	}))
	add(t, c, "bad")
	receive(t, "Ended", told)
	stopped := make(chan struct{})
	go func() { defer close(stopped); stop() }()
	select {
	case <-stopped:
		t.Error("Work did not wait for Ended")
	case <-time.After(300 * time.Millisecond):
	}
	close(goOn)
	receive(t, "the stop", stopped)
	if !swept {
		t.Error("nothing was swept when Work returned")
	}
}
