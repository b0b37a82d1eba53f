// Package catalogtest is the suite that every implementation of
// [catalog.Catalog] must pass. An implementation's own test is a few lines:
//
//	func TestContract(t *testing.T) {
//		catalogtest.Run(t, func(t *testing.T, owner string) catalog.Catalog {
//			return openWorkspaceOf(t, owner)
//		})
//	}
//
// What takes a process to die or to freeze is tested with real processes, by
// [RunProcesses].
//
//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// Open opens the workspace that belongs to t. Called again with the same t it
// opens the same workspace as another process would. A catalog is closed when t
// ends. Retries must come within about 50 ms; all else is as in programs.
type Open func(t *testing.T, owner string) catalog.Catalog

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, part := range []struct {
		name string
		test func(t *testing.T, open Open)
	}{
		{"Records", testRecords},
		{"Find", testFind},
		{"Lists", testLists},
		{"AddIsWholeOrNothing", testAddWholeOrNothing},
		{"OwnersAreApart", testOwners},
		{"Versions", testVersions},
		{"CommitIsFenced", testFence},
		{"CommitOfAnotherRecord", testCommitOfAnotherRecord},
		{"Remove", testRemove},
		{"RemoveWhileRunning", testRemoveWhileRunning},
		{"EveryJobOnce", testEveryJobOnce},
		{"JobsLimit", testJobsLimit},
		{"KindsApart", testKindsApart},
		{"WakesSoon", testWakesSoon},
		{"Progress", testProgress},
		{"ProgressNeverFalls", testProgressNeverFalls},
		{"Changed", testChanged},
		{"PermanentFault", testPermanentFault},
		{"TransientFault", testTransientFault},
		{"AttemptsRunOut", testAttemptsRunOut},
		{"Panic", testPanic},
		{"AnswerWithoutCommit", testAnswerWithoutCommit},
		{"CancelWaiting", testCancelWaiting},
		{"CancelRunning", testCancelRunning},
		{"CancelEnded", testCancelEnded},
		{"CancelThenCommit", testCancelThenCommit},
		{"Retry", testRetry},
		{"SoftStop", testSoftStop},
		{"SoftStopOfADeafWorker", testDeafWorker},
		{"SecondWork", testSecondWork},
		{"Claims", testClaims},
		{"ClaimsOfJobs", testClaimsOfJobs},
		{"ClaimsOfTheGone", testClaimsOfTheGone},
		{"EndedTellsClaims", testEnded},
		{"EndedOutlivesTheStop", testEndedAtStop},
		{"SweepDryRun", testSweepDryRun},
		{"SweepOfMany", testSweepMany},
		{"SweepStopsAtAFault", testSweepFault},
		{"SweepAndClaimRace", testSweepRace},
		{"Check", testCheck},
		{"ContextEnds", testContextEnds},
		{"ManyAtOnce", testManyAtOnce},
		{"Idempotency", testIdempotency},
		{"FurtherJobs", testFurtherJobs},
		{"Priority", testPriority},
		{"ReleasedClaim", testReleasedClaim},
		{"Import", testImport},
		{"ImportIsWholeOrNothing", testImportWholeOrNothing},
		{"ImportClaims", testImportClaims},
		{"PatientWorkerIsAway", testPatientAway},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, open) })
	}
}

const (
	owner = "ana"
	kind  = "sheet_parse"
	queue = "sheets"
)

// patience is how long something that must happen may take on a busy machine.
const patience = 20 * time.Second

// worker is a job.Worker made of a function.
type worker struct {
	kind string
	work func(ctx context.Context, run job.Run) error
}

func (w worker) Kind() string                                { return w.kind }
func (w worker) Queue() string                               { return queue }
func (w worker) Work(ctx context.Context, run job.Run) error { return w.work(ctx, run) }
func does(work func(context.Context, job.Run) error) worker  { return worker{kind: kind, work: work} }
func commits(c catalog.Catalog) worker {
	return does(func(ctx context.Context, run job.Run) error {
		return c.Commit(ctx, run.Lease, run.RecordID, version("clean-"+run.RecordID), final)
	})
}

var final = job.Progress{Stage: "store", Done: 1, Bytes: 10, Total: 10, Rows: 3}

func version(key string) catalog.Version {
	return catalog.Version{
		CleanKey: key, Keys: []string{key, "ledger-" + key}, Rows: 3,
		Columns: []catalog.Column{{Name: "id", Type: "integer"}, {Name: "说明", Type: "string"}},
		Detail:  json.RawMessage(`{"ledger":{"cells":7}}`),
	}
}

func dataset(id string) catalog.NewDataset {
	return catalog.NewDataset{ID: id, FileName: id + ".xlsx", FileKey: "source-" + id, FileSize: 10, FileHash: "abc"}
}

type request struct {
	Sheet int `json:"sheet"`
}

func add(t *testing.T, c catalog.Catalog, id string) catalog.Added {
	t.Helper()
	a, err := c.Add(t.Context(), dataset(id), job.Request{Kind: kind, Queue: queue, Args: request{Sheet: 2}})
	if err != nil {
		t.Fatalf("Add(%s): %v", id, err)
	}
	return a
}

// start runs Work until stop is called or the test ends.
func start(t *testing.T, c catalog.Catalog, jobs int, workers ...job.Worker) (stop func()) {
	t.Helper()
	return startWith(t, c, catalog.WorkOptions{Jobs: jobs}, workers...)
}

// startWith is start with more options.
func startWith(t *testing.T, c catalog.Catalog, opts catalog.WorkOptions, workers ...job.Worker) (stop func()) {
	t.Helper()
	reg, err := job.NewRegistry(workers...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	done := make(chan error, 1)
	opts.Ready, opts.Grace = ready, time.Second
	go func() { done <- c.Work(ctx, reg, opts) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("Work did not start: %v", err)
	case <-time.After(patience):
		t.Fatal("Work was not ready in time")
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("Work: %v", err)
				}
			case <-time.After(patience):
				t.Error("Work did not stop in time")
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// until waits for a job to be as wanted and answers it.
func until(t *testing.T, c catalog.Catalog, id int64, what string, ok func(job.Info) bool) job.Info {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		info, err := c.Job(t.Context(), id)
		if err != nil {
			t.Fatalf("Job(%d): %v", id, err)
		}
		if ok(info) {
			return info
		}
		if time.Now().After(end) {
			t.Fatalf("job %d is not %s in time: %+v (fault %v)", id, what, info, info.Fault)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func untilState(t *testing.T, c catalog.Catalog, id int64, s job.State) job.Info {
	t.Helper()
	return until(t, c, id, string(s), func(i job.Info) bool { return i.State == s })
}

func wantCode(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: got %v (code %q), want code %q", what, err, fault.CodeOf(err), code)
	}
}

func must[T any](v T, err error) func(t *testing.T, what string) T {
	return func(t *testing.T, what string) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return v
	}
}

// receive waits for a value that must come.
func receive[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not happen in time", what)
		panic("unreachable")
	}
}

var errPassing = errors.New("the bucket is away")

// counter counts calls of a worker by record.
type counter struct {
	mu    sync.Mutex
	calls map[string]int
	now   atomic.Int32
	most  int32
}

func (c *counter) enter(record string) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[record]++
	c.most = max(c.most, c.now.Add(1))
	return func() { c.now.Add(-1) }
}

func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("rec%04d", i)
	}
	return out
}
