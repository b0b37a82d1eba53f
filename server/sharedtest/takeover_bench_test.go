//go:build unix

package sharedtest_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// BenchmarkTakeover lets workers with the timings of programs die, freeze and
// be cut off in the middle of a job, and measures until another has taken the job over.
func BenchmarkTakeover(b *testing.B) {
	const each = 5
	for b.Loop() {
		p := newPlace(b, 0, durable)
		ana := p.user(b, "ana")
		var mu sync.Mutex
		died, taken := map[int]time.Time{}, map[int]time.Time{}
		type victim struct {
			*process

			line *line
			how  string
		}
		var victims []victim
		for n := range 3 * each {
			heard := &tally{}
			l := newLine(b, p.database.Addr())
			o := p.worker(b)
			o.Hang, o.Database = true, strings.Replace(o.Database, p.database.Addr(), l.Listen, 1)
			v := victim{line: l, how: []string{"kill", "stop", "cut"}[n%3]}
			v.process = spawn(b, o, heard.hear)
			victims = append(victims, v)
			until(b, "a worker", func() bool { return heard.of("ready") == 1 })
			if _, err := ana.Add(b.Context(), strings.NewReader(fileNumber(n)), workspace.AddOptions{FileName: "lab.csv"}); err != nil {
				b.Fatal(err)
			}
			until(b, "its job", func() bool { return heard.of("hanging") == 1 })
		}
		hear := func(s said) {
			mu.Lock()
			defer mu.Unlock()
			if s.Msg == "job taken over" {
				taken[s.pid()] = s.Time
			}
		}
		survivor := spawn(b, p.worker(b), hear)
		for _, v := range victims {
			time.Sleep(370 * time.Millisecond) // at another moment between two signs of life
			mu.Lock()
			died[v.pid()] = time.Now()
			mu.Unlock()
			switch v.how {
			case "kill":
				v.kill()
			case "stop":
				v.signal(syscall.SIGSTOP)
			default:
				v.line.cut(b, "timeout")
			}
		}
		until(b, "all takeovers", func() bool { mu.Lock(); defer mu.Unlock(); return len(taken) == len(victims) })
		var all []time.Duration
		by := map[string][]time.Duration{}
		for _, v := range victims {
			took := taken[v.pid()].Sub(died[v.pid()])
			all = append(all, took)
			by[v.how] = append(by[v.how], took)
		}
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2].Seconds(), "p50-s")
		b.ReportMetric(all[(len(all)*95+99)/100-1].Seconds(), "p95-s")
		for how, took := range by {
			b.ReportMetric(slices.Max(took).Seconds(), how+"-worst-s")
		}
		survivor.stop()
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkTwoWorkers mills 40 reference workbooks with one worker process, with two,
// and both once more the other way round, so that a machine that slows down weighs on both.
// Each may use one processor; PostgreSQL and MinIO share the machine with them.
func BenchmarkTwoWorkers(b *testing.B) {
	const books = 40
	for b.Loop() {
		// One place for both: services of a measure that is over would cost the next one time.
		p := newPlace(b, 0, durable)
		ana := p.user(b, "ana")
		took := map[int]time.Duration{} // by workers
		for i, count := range []int{1, 2, 2, 1} {
			if err := p.Pause(b.Context(), "sheets", true); err != nil {
				b.Fatal(err)
			}
			var added []workspace.Added
			for n := range books {
				var book bytes.Buffer
				if err := synth.Reference(&book, synth.ReferenceOptions{Rows: 3339, Cols: 151, Seed: uint64(i*books + n + 1)}); err != nil {
					b.Fatal(err)
				}
				a, err := ana.Add(b.Context(), &book, workspace.AddOptions{FileName: fmt.Sprint(i*books+n, ".xlsx")})
				if err != nil {
					b.Fatal(err)
				}
				added = append(added, a)
			}
			var workers []*process
			heard := &tally{}
			b.Setenv("GOMAXPROCS", "1")
			for range count {
				workers = append(workers, spawn(b, p.worker(b), heard.hear))
			}
			if err := os.Unsetenv("GOMAXPROCS"); err != nil {
				b.Fatal(err)
			}
			until(b, "the workers", func() bool { return heard.of("ready") == len(workers) })
			began := time.Now()
			if err := p.Pause(b.Context(), "sheets", false); err != nil {
				b.Fatal(err)
			}
			for _, a := range added {
				if s, err := ana.Wait(b.Context(), a.RecordID, nil); err != nil || s.Status != job.Ready {
					b.Fatalf("%+v, %v", s, err)
				}
			}
			took[count] += time.Since(began)
			for _, w := range workers {
				w.stop()
			}
		}
		b.ReportMetric(2*books/took[1].Seconds(), "one-books/s")
		b.ReportMetric(2*books/took[2].Seconds(), "two-books/s")
		b.ReportMetric(took[1].Seconds()/took[2].Seconds(), "ratio")
	}
	b.ReportMetric(0, "ns/op")
}
