//go:build unix

//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// Workspaces is how real processes come to share a workspace.
type Workspaces struct {
	// New makes an empty workspace and answers what a process needs to open it.
	New func(t *testing.T) (place string)
	// Open opens it for an owner, in whichever process.
	Open func(ctx context.Context, place, owner string, timing Timing) (catalog.Catalog, error)
}

// Timing shortens what a test would wait for. Zero fields are as in programs.
type Timing struct {
	Beat    time.Duration `json:"beat"`
	Silence time.Duration `json:"silence"`
	Look    time.Duration `json:"look"`
}

// childEnv holds the order for a process that the suite starts.
const childEnv = "SHEETMILL_CATALOGTEST_CHILD"

// order is what such a process does: it works on jobs until its standard
// input ends, and tells what it does on its standard output.
type order struct {
	Place  string `json:"place"`
	Jobs   int    `json:"jobs"`
	Timing Timing `json:"timing"`
}

// task are the arguments of a job for such a process.
type task struct {
	Takes time.Duration `json:"takes"` // how long it works
	Hang  bool          `json:"hang"`  // work until told to stop
	Deaf  bool          `json:"deaf"`  // then commit all the same, and tell the answer
	Die   bool          `json:"die"`   // claim an object and kill the process
	Gains int           `json:"gains"` // this many attempts come further than those before them, then die
}

// Main is to be called first in TestMain. In a process that the suite has
// started it does that process's work and ends it.
func Main(w Workspaces) {
	raw := os.Getenv(childEnv)
	if raw == "" {
		return
	}
	var o order
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		fail(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	c, err := w.Open(ctx, o.Place, owner, o.Timing)
	if err != nil {
		fail(err)
	}
	reg, err := job.NewRegistry(does(func(ctx context.Context, run job.Run) error { return childWork(ctx, c, run) }))
	if err != nil {
		fail(err)
	}
	ready := make(chan struct{})
	go func() { <-ready; tell("ready") }()
	if err := c.Work(ctx, reg, catalog.WorkOptions{Jobs: o.Jobs, Ready: ready}); err != nil {
		fail(err)
	}
	if err := c.Close(); err != nil {
		fail(err)
	}
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "child:", err)
	os.Exit(1)
}

var telling sync.Mutex

func tell(words ...any) {
	telling.Lock()
	defer telling.Unlock()
	_, _ = fmt.Fprintln(os.Stdout, words...) // a parent that is gone hears nothing
}

func childWork(ctx context.Context, c catalog.Catalog, run job.Run) error {
	var todo task
	if err := json.Unmarshal(run.Args, &todo); err != nil {
		return err
	}
	tell("start", run.RecordID)
	if todo.Die {
		if err := getAsFar(ctx, c, run, min(run.Lease.Attempt, todo.Gains)); err != nil {
			return err
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	if todo.Hang {
		<-ctx.Done()
		if !todo.Deaf {
			return context.Cause(ctx)
		}
		err := c.Commit(context.WithoutCancel(ctx), run.Lease, run.RecordID, version("late"), final)
		tell("late", fault.CodeOf(err), "because", fault.CodeOf(context.Cause(ctx)))
		return errPassing
	}
	time.Sleep(todo.Takes)
	err := c.Commit(ctx, run.Lease, run.RecordID, version("clean-"+run.RecordID), final)
	if err == nil {
		tell("done", run.RecordID)
	}
	return err
}

// child is a process that the suite started.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string
	ended chan error
}

func spawn(t *testing.T, o order) *child {
	t.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.CommandContext(context.Background(), os.Args[0]), lines: make(chan string, 4096), ended: make(chan error, 1)} //nolint:gosec // this very test binary
	c.cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			c.lines <- s.Text()
		}
		close(c.lines)
		c.ended <- c.cmd.Wait()
	}()
	t.Cleanup(func() { c.signal(syscall.SIGKILL); c.drain() })
	return c
}

func (c *child) signal(s syscall.Signal) { _ = c.cmd.Process.Signal(s) } // it may have ended

// drain waits for the end, whoever has heard of it already.
func (c *child) drain() { c.ended <- <-c.ended }

// kill ends the process as a power cut would.
func (c *child) kill(t *testing.T) {
	t.Helper()
	c.signal(syscall.SIGKILL)
	_ = c.wait(t) // it was killed
}

// wait waits for the process's end.
func (c *child) wait(t *testing.T) error {
	t.Helper()
	err := receive(t, "the end of a process", c.ended)
	c.ended <- err // for whoever asks next
	return err
}

// says waits for a line that starts so and answers it.
func (c *child) says(t *testing.T, start string) string {
	t.Helper()
	for {
		line, ok := receive1(t, start, c.lines)
		if !ok {
			t.Fatalf("the process ended before it said %q", start)
		}
		if strings.HasPrefix(line, start) {
			return line
		}
	}
}

func receive1(t *testing.T, what string, ch <-chan string) (string, bool) {
	t.Helper()
	select {
	case v, ok := <-ch:
		return v, ok
	case <-time.After(patience):
		t.Fatalf("no %q in time", what)
		return "", false
	}
}

// RunProcesses runs the part of the suite that takes processes which die and
// freeze. The test binary's TestMain must call [Main].
func RunProcesses(t *testing.T, w Workspaces) {
	for _, part := range []struct {
		name string
		test func(t *testing.T, w Workspaces)
	}{
		{"OpenAtOnce", testOpenAtOnce},
		{"EveryJobOnce", testProcessesEveryJobOnce},
		{"KilledAtRandom", testKilledAtRandom},
		{"TakenOverAtOnce", testTakenOverAtOnce},
		{"FrozenThenBack", testFrozen},
		{"DiesEveryTime", testDiesEveryTime},
		{"KilledManyTimes", testKilledManyTimes},
		{"CancelledThenKilled", testCancelledThenKilled},
		{"SweepAfterKill", testSweepAfterKill},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, w) })
	}
}

func (w Workspaces) open(t *testing.T, place string, timing Timing) catalog.Catalog {
	t.Helper()
	c, err := w.Open(t.Context(), place, owner, timing)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func addTask(t *testing.T, c catalog.Catalog, id string, todo task) catalog.Added {
	t.Helper()
	return must(c.Add(t.Context(), dataset(id), job.Request{Kind: kind, Queue: queue, Args: todo}))(t, "Add")
}

func testOpenAtOnce(t *testing.T, w Workspaces) {
	place := w.New(t)
	var children []*child
	for range 4 {
		children = append(children, spawn(t, order{Place: place, Jobs: 1}))
	}
	for _, c := range children {
		c.says(t, "ready")
		_ = c.stdin.Close()
		if err := c.wait(t); err != nil {
			t.Errorf("a process that opened at once with others ended with %v", err)
		}
	}
}

func testProcessesEveryJobOnce(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	const n = 200
	for _, id := range ids(n) {
		addTask(t, c, id, task{})
	}
	one, two := spawn(t, order{Place: place, Jobs: 3}), spawn(t, order{Place: place, Jobs: 3})
	began := map[string]int{}
	by := map[*child]int{}
	for done := 0; done < n; {
		var line string
		var who *child
		select {
		case line = <-one.lines:
			who = one
		case line = <-two.lines:
			who = two
		case <-time.After(patience):
			t.Fatalf("%d of %d jobs done", done, n)
		}
		word, id, _ := strings.Cut(line, " ")
		switch word {
		case "start":
			began[id]++
		case "done":
			done++
			by[who]++
		}
	}
	for id, times := range began {
		if times != 1 {
			t.Errorf("%s ran %d times", id, times)
		}
		if vs := must(c.Versions(t.Context(), id))(t, "Versions"); len(vs) != 1 {
			t.Errorf("%s has %d versions", id, len(vs))
		}
	}
	if len(began) != n || by[one] == 0 || by[two] == 0 {
		t.Errorf("%d jobs ran; one process did %d, the other %d", len(began), by[one], by[two])
	}
}

func testKilledAtRandom(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	var jobs []catalog.Added
	for _, id := range ids(60) {
		jobs = append(jobs, addTask(t, c, id, task{Takes: 30 * time.Millisecond}))
	}
	o := order{Place: place, Jobs: 2, Timing: Timing{Look: 200 * time.Millisecond}}
	children := []*child{spawn(t, o), spawn(t, o)}
	for range 6 {
		i := rand.IntN(len(children)) //nolint:gosec // any of them
		children[i].says(t, "start")
		time.Sleep(rand.N(60 * time.Millisecond)) //nolint:gosec // any moment
		children[i].kill(t)
		children[i] = spawn(t, o)
	}
	again := 0
	for _, a := range jobs {
		i := untilState(t, c, a.JobID, job.Completed)
		again += i.Attempt - 1
		if vs := must(c.Versions(t.Context(), a.RecordID))(t, "Versions"); len(vs) != 1 {
			t.Errorf("%s has %d versions", a.RecordID, len(vs))
		}
	}
	t.Logf("six kills cost %d attempts", again)
}

func testTakenOverAtOnce(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	a := addTask(t, c, "r", task{Hang: true})
	victim := spawn(t, order{Place: place, Jobs: 1})
	victim.says(t, "start")
	start(t, c, 1, commits(c))
	time.Sleep(1500 * time.Millisecond)
	if i := must(c.Job(t.Context(), a.JobID))(t, "Job"); i.State != job.Running || i.Attempt != 1 {
		t.Fatalf("a living worker's job was taken: %+v", i)
	}
	victim.kill(t)
	at := time.Now()
	i := untilState(t, c, a.JobID, job.Completed)
	took := time.Since(at)
	t.Logf("taken over and done %v after the kill", took)
	if took > 5*time.Second || i.Attempt != 2 || i.Fault != nil {
		t.Errorf("after %v the job is %+v", took, i)
	}
}

func testFrozen(t *testing.T, w Workspaces) {
	place := w.New(t)
	short := Timing{Beat: 200 * time.Millisecond, Silence: time.Second, Look: 200 * time.Millisecond}
	c := w.open(t, place, short)
	a := addTask(t, c, "r", task{Hang: true, Deaf: true})
	frozen := spawn(t, order{Place: place, Jobs: 1, Timing: short})
	frozen.says(t, "start")
	var once sync.Once
	running, goOn := make(chan struct{}), make(chan struct{})
	start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		once.Do(func() { close(running) })
		<-goOn
		return c.Commit(ctx, run.Lease, run.RecordID, version("good"), final)
	}))
	time.Sleep(2 * short.Silence)
	if i := must(c.Job(t.Context(), a.JobID))(t, "Job"); i.Attempt != 1 {
		t.Fatalf("a living worker's job was taken: %+v", i)
	}
	frozen.signal(syscall.SIGSTOP)
	at := time.Now()
	receive(t, "the takeover", running)
	t.Logf("taken over %v after the freeze, with a silence of %v", time.Since(at), short.Silence)
	frozen.signal(syscall.SIGCONT)
	if line := frozen.says(t, "late"); line != "late conflict because conflict" {
		t.Errorf("the late worker heard %q", line)
	}
	// It has answered an error to its runner; that must not touch the second attempt.
	time.Sleep(500 * time.Millisecond)
	if i := must(c.Job(t.Context(), a.JobID))(t, "Job"); i.State != job.Running || i.Attempt != 2 {
		t.Errorf("the late worker changed the job to %+v", i)
	}
	close(goOn)
	untilState(t, c, a.JobID, job.Completed)
	if d := must(c.Dataset(t.Context(), "r"))(t, "Dataset"); d.CleanDataKey != "good" || d.Head != 1 {
		t.Errorf("the record is %+v", d)
	}
	// Back among the living, it works on.
	b := addTask(t, c, "next", task{Takes: time.Millisecond})
	untilState(t, c, b.JobID, job.Completed)
}

func testCancelledThenKilled(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	a := addTask(t, c, "r", task{Hang: true})
	victim := spawn(t, order{Place: place, Jobs: 1})
	victim.says(t, "start")
	victim.signal(syscall.SIGSTOP) // so that it cannot hear of the cancel
	must(c.Cancel(t.Context(), a.JobID))(t, "Cancel")
	victim.kill(t)
	start(t, c, 1, commits(c))
	if i := untilState(t, c, a.JobID, job.Cancelled); i.Attempt != 1 {
		t.Errorf("a cancelled job was tried again: %+v", i)
	}
}

func testSweepAfterKill(t *testing.T, w Workspaces) {
	place := w.New(t)
	c := w.open(t, place, Timing{})
	a := addTask(t, c, "r", task{Hang: true})
	victim := spawn(t, order{Place: place, Jobs: 1})
	victim.says(t, "start")
	if err := c.Claim(t.Context(), a.JobID, "raw"); err != nil {
		t.Fatal(err)
	}
	victim.kill(t)
	// The job will go on somewhere; its checkpoint must be there then.
	wantSwept(t, "before the takeover", c, []string{"raw"})
	start(t, c, 1, commits(c))
	untilState(t, c, a.JobID, job.Completed)
	wantSwept(t, "after the job", c, []string{"raw", "clean-r"}, "raw")
}
