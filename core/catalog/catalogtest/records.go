//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

func testRecords(t *testing.T, open Open) {
	c := open(t, owner)
	if c.Owner() != owner {
		t.Errorf("Owner() = %q", c.Owner())
	}
	before := time.Now().Add(-time.Millisecond)
	d := dataset("r-1")
	d.FileName = "检验 'lab' \"x\".xlsx"
	d.ExpiresAt = time.Date(2031, 2, 3, 4, 5, 6, 789e6, time.FixedZone("east", 8*3600))
	a := must(c.Add(t.Context(), d, job.Request{Kind: kind, Queue: queue, Args: request{Sheet: 2}}))(t, "Add")
	if a.RecordID != "r-1" || a.JobID == 0 {
		t.Fatalf("Added = %+v", a)
	}
	got := must(c.Dataset(t.Context(), "r-1"))(t, "Dataset")
	if got.CreatedAt.Before(before.Truncate(time.Millisecond)) || got.CreatedAt.After(time.Now()) || !got.CreatedAt.Equal(got.UpdatedAt) {
		t.Errorf("created %v, updated %v", got.CreatedAt, got.UpdatedAt)
	}
	if got.CreatedAt.Location() != time.UTC || got.ExpiresAt.Location() != time.UTC {
		t.Error("times are not UTC")
	}
	want := catalog.Dataset{ID: "r-1", Owner: owner, FileName: d.FileName, FileKey: "source-r-1", FileSize: 10,
		FileHash: "abc", Columns: got.Columns, CreatedAt: got.CreatedAt, UpdatedAt: got.UpdatedAt, ExpiresAt: d.ExpiresAt.UTC()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Dataset (-want +got):\n%s", diff)
	}
	if len(got.Columns) != 0 {
		t.Errorf("a new record has columns: %v", got.Columns)
	}

	i := must(c.Job(t.Context(), a.JobID))(t, "Job")
	if i.State != job.Waiting || i.Attempt != 0 || i.MaxAttempts < 2 || i.Kind != kind || i.RecordID != "r-1" ||
		i.Fault != nil || i.CreatedAt.Before(before.Truncate(time.Second)) || !i.StartedAt.IsZero() || !i.EndedAt.IsZero() || !i.NextAt.IsZero() {
		t.Errorf("a new job is %+v", i)
	}
	var args request
	if err := json.Unmarshal(i.Args, &args); err != nil || args.Sheet != 2 {
		t.Errorf("Args = %s (%v)", i.Args, err)
	}
	latest := must(c.LatestJob(t.Context(), "r-1"))(t, "LatestJob")
	if diff := cmp.Diff(i, latest); diff != "" {
		t.Errorf("LatestJob differs from Job:\n%s", diff)
	}

	_, err := c.Dataset(t.Context(), "nobody")
	wantCode(t, "Dataset of an unknown ID", err, fault.NotFound)
	_, err = c.Job(t.Context(), a.JobID+1000)
	wantCode(t, "Job of an unknown ID", err, fault.NotFound)
	_, err = c.LatestJob(t.Context(), "nobody")
	wantCode(t, "LatestJob of an unknown record", err, fault.NotFound)
	_, err = c.Cancel(t.Context(), a.JobID+1000)
	wantCode(t, "Cancel of an unknown job", err, fault.NotFound)
	_, err = c.Retry(t.Context(), a.JobID+1000)
	wantCode(t, "Retry of an unknown job", err, fault.NotFound)

	// Another process sees it at once.
	again := must(open(t, owner).Dataset(t.Context(), "r-1"))(t, "Dataset, elsewhere")
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("elsewhere (-here +there):\n%s", diff)
	}
}

func testFind(t *testing.T, open Open) {
	c := open(t, owner)
	for _, id := range []string{"abcd1111", "abcd2222", "abc%_xyz", "zzz", "abcd"} {
		add(t, c, id)
	}
	add(t, open(t, "bob"), "wxyz9999")
	for _, tc := range []struct {
		prefix, want string
		code         fault.Code
	}{
		{prefix: "abcd1", want: "abcd1111"},
		{prefix: "abcd1111", want: "abcd1111"},
		{prefix: "abcd", want: "abcd"}, // a whole ID wins
		{prefix: "zzz", want: "zzz"},   // however short
		{prefix: "abc%", want: "abc%_xyz"},
		{prefix: "abc", code: fault.Usage}, // too short
		{prefix: "", code: fault.Usage},
		{prefix: "abcdX", code: fault.NotFound},
		{prefix: "____", code: fault.NotFound},
		{prefix: "%%%%", code: fault.NotFound},
		{prefix: "wxyz", code: fault.NotFound}, // another's
	} {
		got, err := c.Find(t.Context(), tc.prefix)
		if tc.code != "" {
			wantCode(t, "Find("+tc.prefix+")", err, tc.code)
		} else if err != nil || got.ID != tc.want {
			t.Errorf("Find(%q) = %q, %v; want %q", tc.prefix, got.ID, err, tc.want)
		}
	}
	if _, err := c.Remove(t.Context(), "abcd"); err != nil {
		t.Fatal(err)
	}
	_, err := c.Find(t.Context(), "abcd")
	wantCode(t, "Find of two", err, fault.Usage)
}

func testLists(t *testing.T, open Open) {
	c := open(t, owner)
	if got, err := c.Datasets(t.Context(), 0); err != nil || len(got) != 0 {
		t.Errorf("an empty workspace lists %v, %v", got, err)
	}
	base := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, id := range []string{"one", "two", "three"} {
		d := dataset(id)
		if i > 0 {
			d.ExpiresAt = base.Add(time.Duration(i) * time.Hour)
		}
		must(c.Add(t.Context(), d, job.Request{Kind: kind, Queue: queue}))(t, "Add")
	}
	names := func(limit int) (out []string) {
		for _, d := range must(c.Datasets(t.Context(), limit))(t, "Datasets") {
			out = append(out, d.ID)
		}
		return out
	}
	if got := names(0); !slices.Equal(got, []string{"three", "two", "one"}) {
		t.Errorf("Datasets: %v", got)
	}
	if got := names(2); !slices.Equal(got, []string{"three", "two"}) {
		t.Errorf("Datasets, 2: %v", got)
	}
	for at, want := range map[time.Duration][]string{0: nil, time.Hour: {"two"}, 90 * time.Minute: {"two"}, 2 * time.Hour: {"two", "three"}} {
		if got := must(c.Expired(t.Context(), base.Add(at)))(t, "Expired"); !slices.Equal(got, want) {
			t.Errorf("Expired after %v: %v, want %v", at, got, want)
		}
	}
}

func testAddWholeOrNothing(t *testing.T, open Open) {
	c := open(t, owner)
	first := add(t, c, "same")
	_, err := c.Add(t.Context(), dataset("same"), job.Request{Kind: kind, Queue: queue})
	wantCode(t, "Add of an ID that is taken", err, fault.Conflict)
	if i := must(c.LatestJob(t.Context(), "same"))(t, "LatestJob"); i.ID != first.JobID {
		t.Errorf("a refused Add left job %d", i.ID)
	}
	for what, r := range map[string]job.Request{
		"a colon":     {Kind: "sheet:parse"},
		"a dot":       {Kind: "sheet.parse"},
		"nothing":     {Kind: ""},
		"bad args":    {Kind: kind, Args: func() {}},
		"a bare list": {Kind: kind, Args: []int{1}},
	} {
		_, err := c.Add(t.Context(), dataset("refused"), r)
		wantCode(t, "Add with "+what, err, fault.Usage)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Add(ctx, dataset("refused"), job.Request{Kind: kind, Queue: queue}); !errors.Is(err, context.Canceled) {
		t.Errorf("Add after the end of its context: %v", err)
	}
	_, err = c.Dataset(t.Context(), "refused")
	wantCode(t, "the record of a refused Add", err, fault.NotFound)
}

func testOwners(t *testing.T, open Open) {
	ana, bob := open(t, "ana"), open(t, "bob")
	a := add(t, ana, "ana-1")
	wants := func(what string, err error) {
		t.Helper()
		wantCode(t, "bob: "+what, err, fault.NotFound)
	}
	_, err := bob.Dataset(t.Context(), "ana-1")
	wants("Dataset", err)
	_, err = bob.Find(t.Context(), "ana-1")
	wants("Find", err)
	_, err = bob.Versions(t.Context(), "ana-1")
	wants("Versions", err)
	_, err = bob.Version(t.Context(), "ana-1", 0)
	wants("Version", err)
	_, err = bob.Job(t.Context(), a.JobID)
	wants("Job", err)
	_, err = bob.LatestJob(t.Context(), "ana-1")
	wants("LatestJob", err)
	_, err = bob.Cancel(t.Context(), a.JobID)
	wants("Cancel", err)
	_, err = bob.Retry(t.Context(), a.JobID)
	wants("Retry", err)
	_, err = bob.Remove(t.Context(), "ana-1")
	wants("Remove", err)
	wants("Claim", bob.Claim(t.Context(), a.JobID, "k"))
	if ds := must(bob.Datasets(t.Context(), 0))(t, "Datasets"); len(ds) != 0 {
		t.Errorf("bob lists %v", ds)
	}

	// Bob's workers leave Ana's job alone, and Bob's hold on it counts for nothing.
	ran := make(chan string, 10)
	start(t, bob, 2, does(func(ctx context.Context, run job.Run) error {
		ran <- run.RecordID
		return bob.Commit(ctx, run.Lease, run.RecordID, version("k"), final)
	}))
	b := add(t, bob, "bob-1")
	untilState(t, bob, b.JobID, job.Completed)
	time.Sleep(600 * time.Millisecond) // more than two polls
	if i := must(ana.Job(t.Context(), a.JobID))(t, "Job"); i.State != job.Waiting || i.Attempt != 0 {
		t.Errorf("bob's worker touched ana's job: %+v", i)
	}
	if len(ran) != 1 || <-ran != "bob-1" {
		t.Error("bob's worker ran something else than bob's job")
	}

	leases := make(chan job.Lease, 1)
	start(t, ana, 1, does(func(ctx context.Context, run job.Run) error {
		leases <- run.Lease
		<-ctx.Done()
		return ctx.Err()
	}))
	lease := receive(t, "ana's job", leases)
	if err := bob.Commit(t.Context(), lease, "ana-1", version("k"), final); err == nil {
		t.Error("bob committed ana's job")
	}
	if i := must(ana.Job(t.Context(), a.JobID))(t, "Job"); i.State != job.Running {
		t.Errorf("after bob's commit ana's job is %s", i.State)
	}
}

func testVersions(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "v")
	if vs := must(c.Versions(t.Context(), "v"))(t, "Versions"); len(vs) != 0 {
		t.Errorf("a new record has versions %v", vs)
	}
	_, err := c.Version(t.Context(), "v", 0)
	wantCode(t, "the head of a new record", err, fault.NotFound)
	_, err = c.Versions(t.Context(), "nobody")
	wantCode(t, "Versions of an unknown record", err, fault.NotFound)

	before := must(c.Dataset(t.Context(), "v"))(t, "Dataset")
	time.Sleep(2 * time.Millisecond)
	start(t, c, 1, commits(c))
	i := untilState(t, c, a.JobID, job.Completed)
	if i.Progress != final || i.Fault != nil || i.EndedAt.IsZero() || i.StartedAt.IsZero() || i.Attempt != 1 || i.EndedAt.Before(i.StartedAt) {
		t.Errorf("the completed job is %+v", i)
	}
	d := must(c.Dataset(t.Context(), "v"))(t, "Dataset")
	want := version("clean-v")
	if d.Head != 1 || d.CleanDataKey != "clean-v" || d.TotalRows == nil || *d.TotalRows != 3 || d.TotalCols == nil || *d.TotalCols != 2 ||
		!slices.Equal(d.Columns, want.Columns) || !d.UpdatedAt.After(before.UpdatedAt) || !d.CreatedAt.Equal(before.CreatedAt) {
		t.Errorf("after the commit the record is %+v", d)
	}
	vs := must(c.Versions(t.Context(), "v"))(t, "Versions")
	if len(vs) != 1 {
		t.Fatalf("Versions: %+v", vs)
	}
	want.Number, want.CreatedAt = 1, vs[0].CreatedAt
	if diff := cmp.Diff(want, vs[0]); diff != "" {
		t.Errorf("Version (-want +got):\n%s", diff)
	}
	for _, n := range []int{0, 1} {
		got := must(c.Version(t.Context(), "v", n))(t, "Version")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Version %d (-want +got):\n%s", n, diff)
		}
	}
	_, err = c.Version(t.Context(), "v", 2)
	wantCode(t, "Version 2", err, fault.NotFound)
}

func testFence(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "f")
	refused := func(what string, lease job.Lease) {
		t.Helper()
		wantCode(t, "Commit "+what, c.Commit(t.Context(), lease, "f", version("late"), final), fault.Conflict)
		d := must(c.Dataset(t.Context(), "f"))(t, "Dataset")
		if d.Head > 1 || d.CleanDataKey == "late" {
			t.Errorf("a refused commit %s changed the record: %+v", what, d)
		}
	}
	refused("of a waiting job", job.Lease{JobID: a.JobID, Attempt: 0, Worker: "x"})
	refused("of no job", job.Lease{JobID: a.JobID + 99, Attempt: 1, Worker: "x"})

	first := make(chan job.Lease, 9)
	tries := 0
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		tries++
		first <- run.Lease
		if tries == 1 {
			return errPassing
		}
		wantCode(t, "Commit of the first attempt during the second", c.Commit(ctx, job.Lease{JobID: run.Lease.JobID,
			Attempt: run.Lease.Attempt - 1, Worker: run.Lease.Worker}, "f", version("late"), final), fault.Conflict)
		wantCode(t, "Commit by another worker", c.Commit(ctx, job.Lease{JobID: run.Lease.JobID,
			Attempt: run.Lease.Attempt, Worker: "another"}, "f", version("late"), final), fault.Conflict)
		return c.Commit(ctx, run.Lease, "f", version("good"), final)
	}))
	untilState(t, c, a.JobID, job.Completed)
	old, newest := receive(t, "the first attempt", first), receive(t, "the second attempt", first)
	refused("under the first lease", old)
	refused("twice", newest)
	if vs := must(c.Versions(t.Context(), "f"))(t, "Versions"); len(vs) != 1 || vs[0].CleanKey != "good" {
		t.Errorf("versions: %+v", vs)
	}
}

func testCommitOfAnotherRecord(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "mine")
	must(c.Cancel(t.Context(), add(t, c, "other").JobID))(t, "Cancel")
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		wantCode(t, "Commit to another record", c.Commit(ctx, run.Lease, "other", version("x"), final), fault.Conflict)
		return c.Commit(ctx, run.Lease, "mine", version("x"), final)
	}))
	untilState(t, c, a.JobID, job.Completed)
	if d := must(c.Dataset(t.Context(), "other"))(t, "Dataset"); d.Head != 0 {
		t.Errorf("the other record was changed: %+v", d)
	}
}

func testRemove(t *testing.T, open Open) {
	c := open(t, owner)
	a := add(t, c, "gone")
	stop := start(t, c, 1, commits(c))
	untilState(t, c, a.JobID, job.Completed)
	stop()
	waiting := add(t, c, "waits")
	keys := must(c.Remove(t.Context(), "gone"))(t, "Remove")
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"clean-gone", "ledger-clean-gone", "source-gone"}) {
		t.Errorf("Remove answered %v", keys)
	}
	if keys := must(c.Remove(t.Context(), "waits"))(t, "Remove"); !slices.Equal(keys, []string{"source-waits"}) {
		t.Errorf("Remove answered %v", keys)
	}
	for _, id := range []string{"gone", "waits"} {
		_, err := c.Dataset(t.Context(), id)
		wantCode(t, "Dataset", err, fault.NotFound)
		_, err = c.Versions(t.Context(), id)
		wantCode(t, "Versions", err, fault.NotFound)
		_, err = c.LatestJob(t.Context(), id)
		wantCode(t, "LatestJob", err, fault.NotFound)
		_, err = c.Remove(t.Context(), id)
		wantCode(t, "Remove again", err, fault.NotFound)
	}
	for _, id := range []int64{a.JobID, waiting.JobID} {
		_, err := c.Job(t.Context(), id)
		wantCode(t, "Job", err, fault.NotFound)
	}
}

func testRemoveWhileRunning(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	add(t, c, "busy")
	running, ended, late := make(chan struct{}), make(chan error, 1), make(chan error, 1)
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		close(running)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		late <- c.Commit(context.WithoutCancel(ctx), run.Lease, run.RecordID, version("late"), final)
		return context.Cause(ctx)
	}))
	receive(t, "the start", running)
	must(elsewhere.Remove(t.Context(), "busy"))(t, "Remove")
	at := time.Now()
	if cause := receive(t, "the end of the attempt", ended); !errors.Is(cause, job.ErrCancelled) {
		t.Errorf("the attempt ended because of %v", cause)
	}
	if took := time.Since(at); took > time.Second {
		t.Errorf("the attempt was told after %v", took)
	}
	wantCode(t, "the commit after Remove", receive(t, "the late commit", late), fault.Conflict)
	_, err := c.Dataset(t.Context(), "busy")
	wantCode(t, "Dataset", err, fault.NotFound)
}

func testContextEnds(t *testing.T, open Open) {
	c := open(t, owner)
	add(t, c, "x")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(job.ErrCancelled)
	_, err := c.Datasets(ctx, 0)
	if !errors.Is(err, job.ErrCancelled) {
		t.Errorf("Datasets answered %v, want the context's cause", err)
	}
	if err := c.Claim(ctx, 0, "k"); !errors.Is(err, job.ErrCancelled) {
		t.Errorf("Claim answered %v, want the context's cause", err)
	}
}

func testManyAtOnce(t *testing.T, open Open) {
	cats := []catalog.Catalog{open(t, owner), open(t, owner), open(t, owner)}
	var wg sync.WaitGroup
	for i, id := range ids(60) {
		wg.Go(func() {
			c := cats[i%len(cats)]
			if _, err := c.Add(t.Context(), dataset(id), job.Request{Kind: kind, Queue: queue}); err != nil {
				t.Errorf("Add(%s): %v", id, err)
			}
			if _, err := c.Dataset(t.Context(), id); err != nil {
				t.Errorf("Dataset(%s): %v", id, err)
			}
		})
	}
	wg.Wait()
	if n := len(must(cats[0].Datasets(t.Context(), 0))(t, "Datasets")); n != 60 {
		t.Errorf("%d records, want 60", n)
	}
}
