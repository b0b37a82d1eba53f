//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// sweep sweeps and answers what was removed, sorted.
func sweep(t *testing.T, c catalog.Catalog, keys ...string) []string {
	t.Helper()
	gone := []string{}
	n, err := c.Sweep(t.Context(), keys, false, func(key string) error { gone = append(gone, key); return nil })
	if err != nil {
		t.Fatalf("Sweep: %v", err)
	}
	if n != len(gone) {
		t.Errorf("Sweep says %d, removed %v", n, gone)
	}
	slices.Sort(gone)
	return gone
}

func wantSwept(t *testing.T, what string, c catalog.Catalog, keys []string, want ...string) {
	t.Helper()
	if got := sweep(t, c, keys...); !slices.Equal(got, want) {
		t.Errorf("%s: swept %v, want %v", what, got, want)
	}
}

func testClaims(t *testing.T, open Open) {
	c := open(t, owner)
	source := []string{"source-one"}
	wantSwept(t, "a key that nobody knows", c, []string{"stray"}, "stray")
	if err := c.Claim(t.Context(), 0, "source-one"); err != nil {
		t.Fatal(err)
	}
	wantSwept(t, "a claimed key", c, source)
	// Two adds of the same bytes at once: each has its own claim.
	if err := c.Claim(t.Context(), 0, "source-one"); err != nil {
		t.Fatal(err)
	}
	add(t, c, "one")
	wantSwept(t, "a source", c, source)
	must(c.Remove(t.Context(), "one"))(t, "Remove")
	wantSwept(t, "a source that a second add has claimed", c, source)
	if err := c.Release(t.Context(), "source-one", "never-claimed"); err != nil {
		t.Fatal(err)
	}
	wantSwept(t, "a released key", c, source, "source-one")
}

func testClaimsOfJobs(t *testing.T, open Open) {
	c := open(t, owner)
	good, bad, stopped := add(t, c, "good"), add(t, c, "bad"), add(t, c, "stopped")
	all := []string{"clean-good", "ledger-clean-good", "raw-good", "raw-bad", "raw-stopped", "source-good"}
	claimed := make(chan struct{}, 9)
	goOn := make(chan struct{})
	stop := start(t, c, 3, does(func(ctx context.Context, run job.Run) error {
		keys := []string{"raw-" + run.RecordID, "clean-" + run.RecordID, "ledger-clean-" + run.RecordID}
		if err := c.Claim(ctx, run.Lease.JobID, keys...); err != nil {
			t.Errorf("Claim: %v", err)
		}
		claimed <- struct{}{}
		switch run.RecordID {
		case "good":
			<-goOn
			return c.Commit(ctx, run.Lease, run.RecordID, version("clean-good"), final)
		case "bad":
			<-goOn
			return errNotAWorkbook
		}
		<-ctx.Done()
		return ctx.Err()
	}))
	for range 3 {
		receive(t, "a claim", claimed)
	}
	wantSwept(t, "what running jobs claimed", c, all)
	close(goOn)
	untilState(t, c, good.JobID, job.Completed)
	untilState(t, c, bad.JobID, job.Failed)
	stop()
	// The stopped job goes on later, so what it wrote stays.
	wantSwept(t, "after the ends", c, all, "raw-bad", "raw-good")
	must(c.Cancel(t.Context(), stopped.JobID))(t, "Cancel")
	wantSwept(t, "after the cancel", c, all, "raw-bad", "raw-good", "raw-stopped")

	for _, id := range []int64{good.JobID, bad.JobID, stopped.JobID} {
		wantCode(t, "a claim for an ended job", c.Claim(t.Context(), id, "k"), fault.Conflict)
	}
	wantCode(t, "a claim for no job", c.Claim(t.Context(), good.JobID+99, "k"), fault.NotFound)
	must(c.Remove(t.Context(), "good"))(t, "Remove")
	wantSwept(t, "after Remove", c, []string{"clean-good", "ledger-clean-good", "source-good", "source-bad"},
		"clean-good", "ledger-clean-good", "source-good")
}

func testClaimsOfTheGone(t *testing.T, open Open) {
	c, gone := open(t, owner), open(t, owner)
	a := add(t, c, "r")
	if err := errors.Join(gone.Claim(t.Context(), 0, "upload"), gone.Claim(t.Context(), a.JobID, "raw")); err != nil {
		t.Fatal(err)
	}
	wantSwept(t, "what others claim", c, []string{"upload", "raw"})
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	wantSwept(t, "the claims of one who is gone", c, []string{"upload", "raw"}, "upload")
	must(c.Cancel(t.Context(), a.JobID))(t, "Cancel")
	wantSwept(t, "the claims of a job that ended", c, []string{"raw"}, "raw")
}

func testSweepDryRun(t *testing.T, open Open) {
	c, gone := open(t, owner), open(t, owner)
	add(t, c, "r")
	if err := errors.Join(c.Claim(t.Context(), 0, "mine"), gone.Claim(t.Context(), 0, "stale"), gone.Close()); err != nil {
		t.Fatal(err)
	}
	n, err := c.Sweep(t.Context(), []string{"source-r", "mine", "stale", "stray"}, true, func(key string) error {
		t.Errorf("a dry run removed %s", key)
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("the dry run counted %d, %v; want 2", n, err)
	}
}

// testSweepMany sweeps more than one turn's worth, slowly, with what is needed
// in between, while another process adds.
func testSweepMany(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	var keys, want []string
	for i := range 700 {
		key := fmt.Sprintf("stray-%04d", i)
		if i%100 == 50 {
			add(t, c, key)
			key = "source-" + key
		} else {
			want = append(want, key)
		}
		keys = append(keys, key)
	}
	var wg sync.WaitGroup
	var slowest time.Duration
	wg.Go(func() {
		for _, id := range ids(10) {
			began := time.Now()
			if _, err := elsewhere.Add(t.Context(), dataset(id), job.Request{Kind: kind, Queue: queue}); err != nil {
				t.Errorf("Add during a sweep: %v", err)
			}
			slowest = max(slowest, time.Since(began))
			time.Sleep(10 * time.Millisecond)
		}
	})
	got := []string{}
	n, err := c.Sweep(t.Context(), keys, false, func(key string) error {
		time.Sleep(200 * time.Microsecond)
		got = append(got, key)
		return nil
	})
	wg.Wait()
	if err != nil || n != len(want) || !slices.Equal(got, want) {
		t.Errorf("swept %d of %d, %v", n, len(want), err)
	}
	if slowest > 3*time.Second {
		t.Errorf("an Add waited %v for the sweep", slowest)
	}
}

func testSweepFault(t *testing.T, open Open) {
	c := open(t, owner)
	away := fault.New(fault.Unreachable, say.T("The bucket is away."))
	var tried []string
	n, err := c.Sweep(t.Context(), []string{"a", "b", "c"}, false, func(key string) error {
		tried = append(tried, key)
		if key == "b" {
			return away
		}
		return nil
	})
	wantCode(t, "Sweep", err, fault.Unreachable)
	if n != 1 || !slices.Equal(tried, []string{"a", "b"}) {
		t.Errorf("swept %d, tried %v", n, tried)
	}
	wantSwept(t, "the second time", c, []string{"b", "c"}, "b", "c")
}

// testSweepRace plays an adder (claim, write, add) against a sweeper, many
// times; an object must never be gone when its record is there.
func testSweepRace(t *testing.T, open Open) {
	adder, sweeper := open(t, owner), open(t, owner)
	var mu sync.Mutex
	objects := map[string]bool{}
	const key = "source-x" // every add is of the same bytes
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
			_, err := sweeper.Sweep(t.Context(), []string{key}, false, func(k string) error {
				time.Sleep(2 * time.Millisecond) // long enough to be overtaken, if it could be
				mu.Lock()
				defer mu.Unlock()
				delete(objects, k)
				return nil
			})
			if err != nil {
				t.Errorf("Sweep: %v", err)
				return
			}
		}
	})
	for i, id := range ids(60) {
		if err := adder.Claim(t.Context(), 0, key); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		objects[key] = true
		mu.Unlock()
		if i%3 == 0 {
			time.Sleep(4 * time.Millisecond)
		}
		d := dataset(id)
		d.FileKey = key
		must(adder.Add(t.Context(), d, job.Request{Kind: kind, Queue: queue}))(t, "Add")
		mu.Lock()
		there := objects[key]
		mu.Unlock()
		if !there {
			t.Fatalf("record %s has lost its object", id)
		}
		must(adder.Remove(t.Context(), id))(t, "Remove")
	}
	close(done)
	wg.Wait()
}

func testCheck(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "waits")
	b := add(t, c, "done")
	must(c.Cancel(t.Context(), a.JobID))(t, "Cancel")
	start(t, c, 1, commits(c))
	untilState(t, c, b.JobID, job.Completed)
	if alone := must(c.Check(t.Context()))(t, "Check"); len(alone) != 0 {
		t.Errorf("Check of a sound workspace: %v", alone)
	}
}
