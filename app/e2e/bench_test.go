package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/synth"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// The table of the benchmarks: that of the goals.
const (
	millionRows    = 1_000_000
	millionColumns = 150
	smallRows      = 200
)

// drawn is what the window tells of a picture of the grid that is on the screen.
type drawn struct {
	Row, Rows, Column, Columns int
	Whole                      bool
}

// beats are the longest times, in microseconds, for which the window's thread was deaf.
type beats struct{ Wall, CPU int64 }

// cacheFolder keeps what takes long to make for the next run: SHEETMILL_BENCH_CACHE, or one among the user's caches.
func cacheFolder(b *testing.B) string {
	b.Helper()
	cache := os.Getenv("SHEETMILL_BENCH_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			b.Fatal(err)
		}
		cache = filepath.Join(dir, "sheetmill-bench")
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		b.Fatal(err)
	}
	return cache
}

// roomFor skips a benchmark that would fill the disk.
func roomFor(b *testing.B, folder string) {
	b.Helper()
	const need = 6 << 30
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil || disk.Bavail*uint64(disk.Bsize) < need {
		testenv.Missing(b, "There is no room for huge files in "+folder+": 6 GiB are needed.")
	}
}

// million is the folder of a workspace with the large table, milled once.
func million(b *testing.B) string {
	b.Helper()
	home := filepath.Join(cacheFolder(b), fmt.Sprintf("%dx%d", millionRows, millionColumns))
	mark := filepath.Join(home, "whole")
	if _, err := os.Stat(mark); err == nil {
		return home
	}
	if err := os.RemoveAll(home); err != nil { // of a run that was cut short
		b.Fatal(err)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		b.Fatal(err)
	}
	roomFor(b, home)
	mill(b, home)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	return home
}

// mill makes the large table, and a small one, which is to be open before it.
func mill(b *testing.B, home string) {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home})
	if err != nil {
		b.Fatal(err)
	}
	defer ws.Close()
	worked := make(chan error, 1)
	go func() { worked <- ws.Work(ctx, workspace.WorkOptions{}) }()
	for _, rows := range []int{millionRows, smallRows} {
		out, in := io.Pipe()
		go func() {
			in.CloseWithError(synth.CSV(in, synth.CSVOptions{Rows: rows, Cols: millionColumns}))
		}()
		added, err := ws.Add(ctx, out, workspace.AddOptions{FileName: strconv.Itoa(rows) + ".csv"})
		if err != nil {
			b.Fatal(err)
		}
		if status, err := ws.Wait(ctx, added.RecordID, nil); err != nil || status.Status != job.Ready {
			b.Fatal(status, err)
		}
	}
	stop()
	if err := <-worked; err != nil && !errors.Is(err, context.Canceled) && !fault.Is(err, fault.Cancelled) {
		b.Fatal(err)
	}
}

// cost is what a process has taken.
type cost struct {
	at  time.Time
	cpu time.Duration // of all threads, those of the software driver too
	ui  time.Duration // of the drawing thread and the software driver's
}

func (r *running) cost() cost {
	c := cost{at: time.Now()}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	if err != nil {
		r.t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, f := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(f)
		if err != nil {
			r.t.Fatal(err)
		}
		c.cpu += time.Duration(n) * 10 * time.Millisecond
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", r.cmd.Process.Pid))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, task := range tasks {
		name, _ := os.ReadFile(filepath.Join(task, "comm")) // a thread may have ended
		if filepath.Base(task) != strconv.Itoa(r.cmd.Process.Pid) && !strings.HasPrefix(string(name), "llvmpipe") {
			continue
		}
		sched, _ := os.ReadFile(filepath.Join(task, "schedstat"))
		first, _, _ := strings.Cut(string(sched), " ")
		n, _ := strconv.ParseInt(first, 10, 64)
		c.ui += time.Duration(n)
	}
	return c
}

// memory is the process's resident memory and the most that it was, in MiB.
func (r *running) memory() (now, most float64) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		r.t.Fatal(err)
	}
	defer file.Close()
	for s := bufio.NewScanner(file); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) < 2 {
			continue
		}
		n, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = n / 1024
		case "VmHWM:":
			most = n / 1024
		}
	}
	return now, most
}

// deaf is the longest that the window's thread was deaf, by the clock and by its own work, from here on.
func (r *running) deaf(from int) (worst beats) {
	for _, line := range r.lines()[from:] {
		var x beats
		if line.Event == "beats" && decode(line, &x) {
			worst = beats{max(worst.Wall, x.Wall), max(worst.CPU, x.CPU)}
		}
	}
	return worst
}

// whole waits for a whole picture and tells when it was on the screen.
func (r *running) whole(is func(drawn) bool) (drawn, time.Time) {
	r.t.Helper()
	d := hear(r, "drawn", func(d drawn) bool { return d.Whole && is(d) })
	return d, time.UnixMicro(r.lines()[r.from-1].At)
}

func (r *running) skip() { r.from = len(r.lines()) }

// kill ends the program at once.
func (r *running) kill() {
	r.t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	r.ended <- <-r.ended // for whoever looks next
}

// add hands a file over by a second start of the program, and tells when.
func (p *person) add(b *testing.B, path string) time.Time {
	b.Helper()
	second, _ := p.command(b, path)
	began := time.Now()
	if out, err := second.CombinedOutput(); err != nil {
		b.Fatalf("the second start: %v\n%s", err, out)
	}
	return began
}

func (r *running) do(args ...string) {
	r.t.Helper()
	if out, err := r.screen.run("xdotool", args...); err != nil {
		r.t.Fatalf("xdotool %v: %s", args, out)
	}
}

// Where the entries of the library and the grid's scroll bar are in a window of 1280 x 800.
const (
	entryX, firstEntryY, entryPitch = 140, 110, 56
	barX, barTop, barBottom         = 944, 190, 760
)

// BenchmarkMillion opens a table of 1,000,000 rows and 150 columns in the real program and
// goes about in it. A person's goals: it opens within 1 s, a page scrolls in 30 ms, all of it takes 350 MiB, and
// the window is never deaf for 100 ms.
func BenchmarkMillion(b *testing.B) {
	home := million(b)
	s := newScreen(b)
	p := newPerson(b, s)
	p.home = home
	r := p.start(b)
	hear(r, "item", func(i item) bool { return i.Rows == millionRows })
	entry := func(i int) time.Time {
		r.do("mousemove", "--window", r.window, strconv.Itoa(entryX), strconv.Itoa(firstEntryY+i*entryPitch))
		r.skip()
		clicked := time.Now()
		r.do("click", "1")
		return clicked
	}
	open := func(i, rows int) (clicked, shown time.Time) {
		clicked = entry(i)
		hear(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == rows })
		_, shown = r.whole(func(drawn) bool { return true })
		return clicked, shown
	}
	open(0, smallRows)
	first := len(r.lines())
	rss := func(b *testing.B) {
		b.Helper()
		now, _ := r.memory()
		b.ReportMetric(now, "MiB")
	}

	b.Run("open", func(b *testing.B) {
		var wall, cpu time.Duration
		for n := 0; b.Loop(); n++ {
			if n > 0 {
				open(0, smallRows)
			}
			before := r.cost()
			clicked, shown := open(1, millionRows)
			wall, cpu = wall+shown.Sub(clicked), cpu+r.cost().cpu-before.cpu
			hear(r, "table", func(g grid) bool { return g.Described })
		}
		b.ReportMetric(ms(wall)/float64(b.N), "ms/open")
		b.ReportMetric(ms(cpu)/float64(b.N), "cpu-ms/open")
		rss(b)
	})
	b.Run("page", func(b *testing.B) { // a key is held down
		const pages = 60
		r.click(cellX, cellY)
		var spent cost
		n := 0
		for b.Loop() {
			r.skip()
			from, before := r.from, r.cost()
			r.do("key", "--repeat", strconv.Itoa(pages), "--repeat-delay", "33", "Next")
			last := -1
			for _, line := range r.lines()[from:] {
				var d drawn
				if line.Event == "drawn" && decode(line, &d) && d.Row != last {
					last, n = d.Row, n+1
				}
			}
			after := r.cost()
			spent.cpu, spent.ui = spent.cpu+after.cpu-before.cpu, spent.ui+after.ui-before.ui
		}
		b.ReportMetric(ms(spent.cpu)/float64(n), "cpu-ms/page")
		b.ReportMetric(ms(spent.ui)/float64(n), "ui-cpu-ms/page")
		b.ReportMetric(float64(n)/float64(b.N*pages), "pages/key")
		rss(b)
	})
	b.Run("drag", func(b *testing.B) { // of the scroll bar, to anywhere
		random := rand.New(rand.NewPCG(1, 2))
		r.do("mousemove", "--window", r.window, strconv.Itoa(barX), strconv.Itoa(barTop), "mousedown", "1")
		var wall time.Duration
		before := r.cost()
		last := -1
		for b.Loop() {
			r.skip()
			y := barTop + random.IntN(barBottom-barTop)
			moved := time.Now()
			r.do("mousemove", "--window", r.window, strconv.Itoa(barX), strconv.Itoa(y))
			d, at := r.whole(func(d drawn) bool { return d.Row != last })
			last, wall = d.Row, wall+at.Sub(moved)
		}
		after := r.cost()
		r.do("mouseup", "1")
		b.ReportMetric(ms(after.cpu-before.cpu)/float64(b.N), "cpu-ms/place")
		b.ReportMetric(ms(wall)/float64(b.N), "ms/place")
		rss(b)
	})
	b.Run("end", func(b *testing.B) { // to the last cell and back
		var wall time.Duration
		before := r.cost()
		r.click(cellX, cellY)
		for b.Loop() {
			r.skip()
			pressed := time.Now()
			r.do("key", "ctrl+End")
			_, at := r.whole(func(d drawn) bool { return d.Row+d.Rows == millionRows && d.Column+d.Columns == millionColumns })
			wall += at.Sub(pressed)
			r.do("key", "ctrl+Home")
			r.whole(func(d drawn) bool { return d.Row == 0 && d.Column == 0 })
		}
		after := r.cost()
		b.ReportMetric(ms(after.cpu-before.cpu)/float64(2*b.N), "cpu-ms/leap")
		b.ReportMetric(ms(wall)/float64(b.N), "ms/leap")
		rss(b)
	})
	b.Run("sort", func(b *testing.B) {
		var wall time.Duration
		for i := 0; b.Loop(); i++ { // the first cell is chosen; a click here could be the second of two
			r.skip()
			pressed := time.Now()
			r.do("key", "ctrl+shift+s") // ascending, descending, not at all
			hear(r, "table", func(g grid) bool { return !g.Busy && len(g.Sort) == min(1, (i+1)%3) })
			_, at := r.whole(func(drawn) bool { return true })
			wall += at.Sub(pressed)
		}
		b.ReportMetric(ms(wall)/float64(b.N), "ms/sort")
		rss(b)
	})
	b.Run("filter", func(b *testing.B) {
		var wall time.Duration
		for b.Loop() {
			r.click(cellX, cellY)
			r.keys("ctrl+shift+l")
			r.types("2")
			r.skip()
			pressed := time.Now()
			r.do("key", "Return")
			hear(r, "table", func(g grid) bool { return !g.Busy && len(g.Filters) == 1 })
			_, at := r.whole(func(drawn) bool { return true })
			wall += at.Sub(pressed)
			r.keys("ctrl+shift+x")
			hear(r, "table", func(g grid) bool { return !g.Busy && len(g.Filters) == 0 })
		}
		b.ReportMetric(ms(wall)/float64(b.N), "ms/filter")
		rss(b)
	})
	worst := r.deaf(first)
	_, most := r.memory()
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(worst.Wall)/1000, "ms-deaf")
		b.ReportMetric(float64(worst.CPU)/1000, "cpu-ms-deaf")
		b.ReportMetric(most, "MiB-most")
	})
	r.keys("ctrl+q")
	r.end()
}

// BenchmarkProgress mills a table in the program itself while the window shows its first rows and its bar, and
// then while it shows the large table: what part of a processor drawing that takes (the goal is a tenth), how long the
// window is deaf (100 ms), and how much memory the whole takes.
func BenchmarkProgress(b *testing.B) {
	home := million(b)
	for _, large := range []bool{false, true} {
		b.Run(map[bool]string{false: "glance", true: "large"}[large], func(b *testing.B) {
			s := newScreen(b)
			var ui, cpu, wall time.Duration
			var most float64
			var worst beats
			for b.Loop() {
				p := newPerson(b, s)
				if large {
					p.home = home
				}
				r := p.start(b)
				hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
				p.add(b, work(b))
				hear(r, "item", func(i item) bool { return i.Name == "work.csv" && i.Phase == "running" })
				if large {
					r.do("mousemove", "--window", r.window, strconv.Itoa(entryX), strconv.Itoa(firstEntryY+2*entryPitch), "click", "1")
					hear(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == millionRows && g.Described })
				}
				from, before := len(r.lines()), r.cost()
				done := hear(r, "item", func(i item) bool { return i.Name == "work.csv" && i.Phase == "ready" })
				after := r.cost()
				ui, cpu, wall = ui+after.ui-before.ui, cpu+after.cpu-before.cpu, wall+after.at.Sub(before.at)
				deaf := r.deaf(from)
				worst = beats{max(worst.Wall, deaf.Wall), max(worst.CPU, deaf.CPU)}
				_, now := r.memory()
				most = max(most, now)
				r.kill()
				if large {
					forget(b, home, done.Name)
				}
			}
			b.ReportMetric(100*ui.Seconds()/wall.Seconds(), "%-of-a-core")
			b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/job") // of all there is, the job itself above all
			b.ReportMetric(float64(worst.Wall)/1000, "ms-deaf")
			b.ReportMetric(float64(worst.CPU)/1000, "cpu-ms-deaf")
			b.ReportMetric(most, "MiB-most")
		})
	}
}

// work writes a file that was never milled before: what was is not milled again.
func work(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "work.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := synth.CSV(file, synth.CSVOptions{Rows: 100_000, Cols: millionColumns, Seed: uint64(time.Now().UnixNano())}); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// forget removes what a run added to the workspace that is kept.
func forget(b *testing.B, home, name string) {
	b.Helper()
	ctx := context.Background()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home})
	if err != nil {
		b.Fatal(err)
	}
	defer ws.Close()
	list, err := ws.Datasets(ctx, 0)
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range list {
		if d.FileName != name {
			continue
		}
		if err := ws.Remove(ctx, d.ID); err != nil {
			b.Fatal(err)
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
