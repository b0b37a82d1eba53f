//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// testIdempotency adds under one name again, also from many places at once.
func testIdempotency(t *testing.T, open Open) {
	c := open(t, owner)
	named := func(id, name string) catalog.NewDataset {
		d := dataset(id)
		d.FileName, d.Idempotency = "lab.xlsx", name
		return d
	}
	want := job.Request{Kind: kind, Queue: queue}
	first := must(c.Add(t.Context(), named("one", "k1"), want))(t, "Add")
	again := must(c.Add(t.Context(), named("two", "k1"), want))(t, "Add again")
	if !again.Again || again.RecordID != "one" || again.JobID != first.JobID || first.Again {
		t.Errorf("the second answer is %+v, the first %+v", again, first)
	}
	other := named("three", "k1")
	other.FileHash = "of other bytes"
	_, err := c.Add(t.Context(), other, want)
	wantCode(t, "the key of another file", err, fault.Conflict)
	must(c.Add(t.Context(), named("four", "k2"), want))(t, "Add under another key")
	must(open(t, "bob").Add(t.Context(), named("five", "k1"), want))(t, "Add of another owner")

	var mu sync.Mutex
	fresh := map[string]int{}
	var wg sync.WaitGroup
	for _, id := range ids(8) {
		c := open(t, owner)
		wg.Go(func() {
			a, err := c.Add(t.Context(), named(id, "at-once"), want)
			if err != nil {
				t.Errorf("Add at once: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			fresh[a.RecordID]++
		})
	}
	wg.Wait()
	if len(fresh) != 1 {
		t.Errorf("eight requests of one name made %v", fresh)
	}
	if all := must(c.Datasets(t.Context(), 0))(t, "Datasets"); len(all) != 3 {
		t.Errorf("there are %d records, want 3", len(all))
	}
}

// testFurtherJobs does jobs that publish nothing.
func testFurtherJobs(t *testing.T, open Open) {
	c := open(t, owner)
	first := add(t, c, "r")
	_, err := c.Enqueue(t.Context(), "none", job.Request{Kind: "publish", Queue: queue})
	wantCode(t, "a job for no record", err, fault.NotFound)
	_, err = c.Enqueue(t.Context(), "r", job.Request{Kind: "pub.lish", Queue: queue})
	wantCode(t, "a bad kind", err, fault.Usage)
	_, err = c.Enqueue(t.Context(), "r", job.Request{Kind: "publish", Queue: queue, Priority: 9})
	wantCode(t, "a bad priority", err, fault.Usage)
	id := must(c.Enqueue(t.Context(), "r", job.Request{Kind: "publish", Queue: queue}))(t, "Enqueue")
	if l := must(c.LatestJob(t.Context(), "r"))(t, "LatestJob"); l.ID != id || l.Kind != "publish" {
		t.Errorf("the newest job is %+v", l)
	}
	owners := make(chan string, 2)
	publish := worker{kind: "publish", work: func(ctx context.Context, run job.Run) error {
		owners <- run.Owner
		late := run.Lease
		late.Attempt--
		wantCode(t, "a late Complete", c.Complete(ctx, late, final), fault.Conflict)
		return c.Complete(ctx, run.Lease, final)
	}}
	start(t, c, 1, publish)
	if i := untilState(t, c, id, job.Completed); i.Progress != final {
		t.Errorf("the job ended with %+v", i.Progress)
	}
	if who := receive(t, "the attempt", owners); who != owner {
		t.Errorf("the job is %s's", who)
	}
	if d := must(c.Dataset(t.Context(), "r"))(t, "Dataset"); d.Head != 0 || d.TotalRows != nil {
		t.Errorf("the job published %+v", d)
	}
	untilState(t, c, first.JobID, job.Waiting)
	must(c.Remove(t.Context(), "r"))(t, "Remove")
	_, err = c.Job(t.Context(), id)
	wantCode(t, "a job of a removed record", err, fault.NotFound)
}

// testPriority fetches by priority, then by age.
func testPriority(t *testing.T, open Open) {
	c := open(t, owner)
	add(t, c, "r")
	must(c.Cancel(t.Context(), must(c.LatestJob(t.Context(), "r"))(t, "LatestJob").ID))(t, "Cancel")
	for _, p := range []int{4, 0, 1, 3, 1} {
		must(c.Enqueue(t.Context(), "r", job.Request{Kind: kind, Queue: queue, Priority: p, Args: request{Sheet: p}}))(t, "Enqueue")
	}
	order := make(chan string, 5)
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		order <- string(run.Args)
		return c.Complete(ctx, run.Lease, final)
	}))
	var got []string
	for range 5 {
		got = append(got, receive(t, "a job", order))
	}
	squeezed := make([]string, len(got))
	for i, g := range got {
		squeezed[i] = string(slices.DeleteFunc([]byte(g), func(b byte) bool { return b == ' ' }))
	}
	want := []string{`{"sheet":1}`, `{"sheet":1}`, `{"sheet":0}`, `{"sheet":3}`, `{"sheet":4}`}
	if !slices.Equal(squeezed, want) {
		t.Errorf("fetched in the order %v, want %v", squeezed, want)
	}
}

// testReleasedClaim adds what is claimed no more.
func testReleasedClaim(t *testing.T, open Open) {
	c := open(t, owner)
	if err := c.Claim(t.Context(), 0, "source-r"); err != nil {
		t.Fatal(err)
	}
	if err := c.Release(t.Context(), "source-r"); err != nil {
		t.Fatal(err)
	}
	add(t, c, "r") // nothing is claimed: the caller knows that the object is there
}
