package e2e

import (
	"context"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// asleep freezes the program as a laptop's lid does, until f returns.
func (r *running) asleep(f func()) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		r.t.Fatal(err)
	}
	f()
	if err := r.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		r.t.Fatal(err)
	}
}

// nap is shorter than the silence after which a worker loses its jobs.
const nap = 3 * time.Second

// A laptop sleeps in the middle of work. After a nap its job goes on; after longer
// another worker has done it, which is seen, and what it did itself is refused. The work on this
// machine goes on, and its end is notified, for nobody looks. SHEETMILL_SLEEP lengthens the long
// sleep, such as to 60s.
func TestSleepInTheMiddleOfWork(t *testing.T) {
	t.Parallel() // it waits more than it works
	const many = 500_000
	ctx := context.Background()
	c := newCommons(t)
	ana, hers := c.user(t, "ana")
	p := newPerson(t, newScreen(t))
	bus := newSession(t)
	p.bus = bus.address
	if err := os.Mkdir(p.path("config", "sheetmill"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := ana.Write(p.path("config", "sheetmill", "connection.json")); err != nil {
		t.Fatal(err)
	}
	r := p.start(t)
	hear(r, "shared", line("online"))
	atWork := func(a workspace.Added) {
		t.Helper()
		watching, stop := context.WithCancel(ctx)
		defer stop()
		for s := range hers.Watch(watching, a.RecordID) {
			if s.Done() {
				t.Fatalf("it is done before the program can fall asleep: %+v", s)
			}
			if s.Job != nil && s.Job.State == job.Running {
				return
			}
		}
	}
	ready := func(name string) func(item) bool {
		return func(i item) bool { return i.Name == name && i.Phase == "ready" && i.Rows > 0 }
	}
	status := func(a workspace.Added) job.Info {
		t.Helper()
		s, err := hers.Status(ctx, a.RecordID, 0)
		if err != nil || s.Status != job.Ready {
			t.Fatalf("%+v, %v", s, err)
		}
		return *s.Job
	}

	short := added(t, hers, "nap.csv", rows(many))
	atWork(short)
	r.asleep(func() { <-time.After(nap) }) // the time is what is tried
	if i := ever(r, "item", ready("nap.csv")); i.Rows != many {
		t.Errorf("after the nap it is %+v", i)
	}
	if info := status(short); info.Attempt != 1 {
		t.Errorf("the nap cost an attempt: %+v", info)
	}

	// So large that it is not done before the night, which makes it long enough to be notified.
	second, _ := p.command(t, p.file(t, "own.csv", rows(8*many)))
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "item", func(i item) bool { return i.Name == "own.csv" && i.Phase == "running" })
	long := added(t, hers, "night.csv", rows(3*many))
	atWork(long)
	r.focus(p.screen.root(t)) // she looks elsewhere
	r.asleep(func() {
		began := time.Now()
		working, stop := context.WithCancel(ctx)
		var server sync.WaitGroup
		server.Go(func() {
			if err := c.Work(working, workspace.WorkOptions{Jobs: 1}); err != nil && working.Err() == nil {
				t.Errorf("the server: %v", err)
			}
		})
		for s := range hers.Watch(ctx, long.RecordID) {
			if s.Done() && s.Status != job.Ready {
				t.Errorf("the server made of it %+v", s)
			}
		}
		if more, err := time.ParseDuration(os.Getenv("SHEETMILL_SLEEP")); err == nil {
			<-time.After(more - time.Since(began))
		}
		stop()
		server.Wait()
	})
	for name, n := range map[string]int64{"night.csv": 3 * many, "own.csv": 8 * many} {
		if i := ever(r, "item", ready(name)); i.Rows != n {
			t.Errorf("after the night %s is %+v", name, i)
		}
	}
	if info := status(long); info.Attempt < 2 {
		t.Errorf("it was not taken over: %+v", info)
	}
	if h, err := hers.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 2 {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	select {
	case n := <-bus.notes:
		if n.app != "org.sheetmill.desktop" || !strings.HasSuffix(n.title, ".csv") || n.text == "" {
			t.Errorf("the notification is %+v", n)
		}
	case <-time.After(patience):
		t.Error("the end of a long job is not notified")
	}
	var last sharedLine
	for _, s := range r.lines() {
		if s.Event == "shared" {
			decode(s, &last)
		}
	}
	if last.Line != "online" {
		r.from = 0
		hear(r, "shared", line("online"))
	}
	p.screen.picture(t, "after-the-night")
	r.focus(r.window)
	press(r, "left", func([]string) bool { return true }, func() { r.keys("ctrl+q") })
	r.end()
}
