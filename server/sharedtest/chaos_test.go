//go:build unix

package sharedtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/export"
	"sheetmill/core/job"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// chaosSilence stands for the 12 s of programs, so that a freeze that is
// longer takes a test's time.
const chaosSilence = 2500 * time.Millisecond

// chaos is a run of events that befall two workers and what they depend on.
type chaos struct {
	*place

	t       *testing.T
	random  *rand.Rand
	heard   tally
	workers [2]*process
	lines   [2]struct{ database, objects *line }
	caches  [2]string
	died    map[int]time.Time // when each process last went silent
	trouble []span            // when nobody could have taken over anything
}

type span struct{ from, to time.Time }

// TestChaos lets two workers do many jobs while they are killed, frozen and cut
// off, and PostgreSQL and MinIO are stopped and killed. At the end each job has
// ended once, and nothing is lost, doubled or changed.
func TestChaos(t *testing.T) {
	jobs, events := amount(t)
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SHEETMILL_CHAOS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SHEETMILL_CHAOS_SEED=%d SHEETMILL_CHAOS=%d/%d", seed, jobs, events)
	c := &chaos{place: newPlace(t, chaosSilence), t: t, random: rand.New(rand.NewPCG(seed, 1)), died: map[int]time.Time{}}
	for i := range c.workers {
		c.lines[i].database, c.lines[i].objects = newLine(t, c.database.Addr()), newLine(t, c.objects.Addr())
		c.caches[i] = t.TempDir()
		c.start(i)
	}
	owners := []*workspace.Workspace{c.user(t, "ana"), c.user(t, "bob"), c.user(t, "cyd"), c.user(t, "dee")}
	until(t, "both workers", func() bool { return c.heard.of("ready") >= 2 })

	// As many files come with each event as make all of them together.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	next := make(chan int, jobs)
	var adding sync.WaitGroup
	added := make([]workspace.Added, jobs)
	for range 4 {
		adding.Go(func() {
			for n := range next {
				if err := persist(ctx, func() (err error) {
					added[n], err = owners[n%len(owners)].Add(ctx, strings.NewReader(fileNumber(n)), workspace.AddOptions{
						FileName: fmt.Sprintf("lab %d.csv", n), Idempotency: fmt.Sprint("file-", n),
					})
					return err
				}); err != nil {
					t.Errorf("file %d is not added: %v", n, err)
				}
			}
		})
	}
	began := time.Now()
	sent := 0
	for e := range events {
		for ; sent < jobs*(e+1)/events; sent++ {
			next <- sent
		}
		time.Sleep(time.Duration(c.random.IntN(400)) * time.Millisecond) // the pace of the events, not a wait for one
		c.event()
	}
	close(next)
	adding.Wait()
	t.Logf("%d events took %s; %d jobs ended by then", events, time.Since(began).Round(time.Second), c.heard.of("ended completed"))
	for n, a := range added {
		status, err := owners[n%len(owners)].Wait(ctx, a.RecordID, nil)
		if err != nil || status.Status != job.Ready || status.Job == nil || status.Job.State != job.Completed {
			t.Errorf("file %d: %+v, %v", n, status, err)
		}
	}
	t.Logf("all had ended after %s", time.Since(began).Round(time.Second))
	for _, w := range c.workers {
		w.stop()
	}
	c.eachOnce(jobs)
	c.asUnbroken(owners, added)
	t.Logf("all had been compared after %s", time.Since(began).Round(time.Second))
	c.takeovers()
	c.whole(jobs)
	if t.Failed() {
		t.Logf("what workers met last: %s", strings.Join(c.heard.last, "\n"))
	}
}

// amount is how many jobs and events: what everybody's tests have time for, or
// what SHEETMILL_CHAOS says. 1000/60 takes some minutes on two cores.
func amount(t *testing.T) (jobs, events int) {
	t.Helper()
	jobs, events = 400, 30
	if testing.Short() {
		jobs, events = 100, 8
	}
	if text := os.Getenv("SHEETMILL_CHAOS"); text != "" {
		if _, err := fmt.Sscanf(text, "%d/%d", &jobs, &events); err != nil {
			t.Fatalf("SHEETMILL_CHAOS is jobs/events, such as 1000/60: %v", err)
		}
	}
	return jobs, events
}

// fileNumber is the n-th file.
func fileNumber(n int) string {
	var b strings.Builder
	b.WriteString("id,姓名,value,drawn\n")
	for row := range 5 + n%20 {
		fmt.Fprintf(&b, "%d,王芳 %d,%d.5,2026-01-%02d\n", n*1000+row, n, row*7, 1+row%28)
	}
	return b.String()
}

// start starts a worker, in place of one that was there.
func (c *chaos) start(i int) {
	o := c.worker(c.t)
	o.Jobs, o.CacheDir = 2, c.caches[i]
	o.Database = strings.Replace(o.Database, c.database.Addr(), c.lines[i].database.Listen, 1)
	o.Objects.Endpoint = c.lines[i].objects.Listen
	c.workers[i] = spawn(c.t, o, c.heard.hear)
}

// event is one that may happen.
func (c *chaos) event() {
	i := c.random.IntN(2)
	w, lines := c.workers[i], c.lines[i]
	short := time.Duration(100+c.random.IntN(700)) * time.Millisecond
	long := chaosSilence + chaosSilence/4 + time.Duration(c.random.IntN(800))*time.Millisecond
	switch n := c.random.IntN(100); {
	case n < 22: // the worker is killed, and another starts
		c.died[w.pid()] = time.Now()
		w.kill()
		c.start(i)
	case n < 40: // it freezes for a moment
		w.signal(syscall.SIGSTOP)
		time.Sleep(short)
		w.signal(syscall.SIGCONT)
	case n < 52: // it freezes for so long that its jobs are taken over
		c.died[w.pid()] = time.Now()
		w.signal(syscall.SIGSTOP)
		time.Sleep(long)
		w.signal(syscall.SIGCONT)
	case n < 78: // its network fails
		line := lines.database
		if c.random.IntN(2) == 0 {
			line = lines.objects
		}
		how := []string{"down", "reset_peer", "timeout"}[c.random.IntN(3)]
		wait := short
		if c.random.IntN(4) == 0 {
			wait = long
		}
		if line == lines.database {
			c.died[w.pid()] = time.Now()
		}
		line.cut(c.t, how)
		time.Sleep(wait)
		line.mend(c.t, how)
	case n < 90:
		c.away(c.database.Server, short)
	default:
		c.away(c.objects.Server, short)
	}
}

// away takes a service away for a while.
func (c *chaos) away(s *testenv.Server, wait time.Duration) {
	began := time.Now()
	end := s.Stop
	if c.random.IntN(2) == 0 {
		end = s.Kill
	}
	if err := end(); err != nil {
		c.t.Error(err)
	}
	time.Sleep(wait)
	if err := s.Start(); err != nil {
		c.t.Error(err)
	}
	if s == c.database.Server {
		c.trouble = append(c.trouble, span{began, time.Now()})
	}
}

// eachOnce: every job ended once, with one version of its record.
func (c *chaos) eachOnce(jobs int) {
	c.t.Helper()
	for what, sql := range map[string]string{
		"records":                        `SELECT count(*) FROM sheetmill.dataset`,
		"jobs":                           `SELECT count(*) FROM sheetmill.river_job`,
		"completed jobs":                 `SELECT count(*) FROM sheetmill.river_job WHERE state = 'completed' AND finalized_at IS NOT NULL`,
		"versions":                       `SELECT count(*) FROM sheetmill.version`,
		"records with their one version": `SELECT count(*) FROM sheetmill.dataset d WHERE head = 1 AND 1 = (SELECT count(*) FROM sheetmill.version v WHERE v.dataset = d.seq)`,
	} {
		if n := asks[int](c.t, c.place, sql); n != jobs {
			c.t.Errorf("there are %d %s for %d files", n, what, jobs)
		}
	}
	if n := c.heard.of("ended completed"); n > jobs {
		c.t.Errorf("workers ended %d jobs of %d", n, jobs)
	}
}

// asUnbroken compares what came out with what a mill makes of the same bytes
// where nothing befalls it: a local workspace for every tenth, and for all of them what
// the file itself says.
func (c *chaos) asUnbroken(owners []*workspace.Workspace, added []workspace.Added) {
	c.t.Helper()
	local, err := workspace.Open(c.t.Context(), workspace.Config{Home: c.t.TempDir()})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(c.t.Context())
	ready := make(chan struct{})
	var worker sync.WaitGroup
	worker.Go(func() {
		if err := local.Work(ctx, workspace.WorkOptions{Jobs: 2, Ready: ready}); err != nil && !errors.Is(err, context.Canceled) {
			c.t.Error(err)
		}
	})
	defer func() {
		stop()
		worker.Wait()
		if err := local.Close(); err != nil {
			c.t.Error(err)
		}
	}()
	<-ready
	for n, a := range added {
		text, err := textOf(ctx, owners[n%len(owners)], a.RecordID)
		if err != nil || text != strings.ReplaceAll(fileNumber(n), "\n", "\r\n") {
			c.t.Errorf("file %d came out as %q, %v", n, text, err)
		}
		if n%10 != 0 {
			continue
		}
		calm, err := local.Add(ctx, strings.NewReader(fileNumber(n)), workspace.AddOptions{FileName: fmt.Sprintf("lab %d.csv", n)})
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := local.Wait(ctx, calm.RecordID, nil); err != nil {
			c.t.Fatal(err)
		}
		if unbroken, err := textOf(ctx, local, calm.RecordID); err != nil || unbroken != text {
			c.t.Errorf("file %d came out as %q, of an unbroken mill as %q, %v", n, text, unbroken, err)
		}
	}
}

// textOf is a record's clean table as text.
func textOf(ctx context.Context, w *workspace.Workspace, id string) (string, error) {
	var out bytes.Buffer
	err := w.Export(ctx, id, export.CSV, &out, export.Options{})
	return out.String(), err
}

// takeovers measures from a worker's last moment to the taking over of its jobs.
// A worker that died while the database was away, or shortly before, is left out: it
// could not be judged.
func (c *chaos) takeovers() {
	c.t.Helper()
	var took []time.Duration
	for _, s := range c.heard.taken {
		died, known := c.died[s.pid()]
		judged := !slices.ContainsFunc(c.trouble, func(away span) bool {
			return away.to.Add(chaosSilence).After(died) && away.from.Before(s.Time)
		})
		if known && judged && s.Time.After(died) {
			took = append(took, s.Time.Sub(died))
		}
	}
	slices.Sort(took)
	if len(took) > 0 {
		p95 := took[(len(took)*95+99)/100-1]
		c.t.Logf("%d jobs taken over, %d measured: median %s, p95 %s, worst %s, at a silence of %s",
			len(c.heard.taken), len(took), took[len(took)/2], p95, took[len(took)-1], chaosSilence)
		// 15 s at 12 s of silence; what the machine is late by does not shrink with the silence.
		if limit := chaosSilence + chaosSilence/4 + 2*time.Second; p95 > limit {
			c.t.Errorf("the takeovers' p95 is %s, over %s", p95, limit)
		}
	}
	c.t.Logf("%d late commits refused; %d attempts began", c.heard.of("refused"), c.heard.of("started"))
}

// whole: the doctor finds nothing once the sweeper has been, and the audit log's chain is unbroken.
func (c *chaos) whole(jobs int) {
	c.t.Helper()
	swept, err := c.Sweep(c.t.Context(), false)
	if err != nil {
		c.t.Error(err)
	}
	c.t.Logf("the sweeper removed %+v", swept)
	health, err := c.Doctor(c.t.Context(), "", workspace.DoctorOptions{})
	if err != nil || !health.Clean() || health.Records != jobs {
		c.t.Errorf("the doctor says %+v, %v", health, err)
	}
	audit, err := c.VerifyAudit(c.t.Context())
	if err != nil || !audit.Whole() || audit.Entries == 0 {
		c.t.Errorf("the audit log: %+v, %v", audit, err)
	}
}
