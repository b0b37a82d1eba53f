package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// meter shows how jobs come on: a bar each on a terminal, a line per stage
// elsewhere, nothing with --json.
type meter interface {
	// track starts showing a job and answers what to call with each status.
	track(name string) func(job.Status)
	// wait ends the showing.
	wait()
}

func (a *app) newMeter(ctx context.Context) meter {
	if a.json {
		return silent{}
	}
	if f, ok := a.Stderr.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return &bars{app: a, all: mpb.NewWithContext(ctx, mpb.WithOutput(f), mpb.WithWidth(28), mpb.WithRefreshRate(120*time.Millisecond))}
	}
	return &lines{app: a, out: a.Stderr}
}

type silent struct{}

func (silent) track(string) func(job.Status) { return func(job.Status) {} }
func (silent) wait()                         {}

// bars draws with mpb.
type bars struct {
	app *app
	all *mpb.Progress
}

// barSteps is how finely a bar's share of 100 % is drawn.
const barSteps = 1000

func (b *bars) track(name string) func(job.Status) {
	var mu sync.Mutex
	stage, rows := b.app.tr("waiting"), int64(0)
	shown := terminal.FillRight(terminal.Truncate(oneLine(name), 24, "…"), 24)
	bar := b.all.AddBar(barSteps,
		mpb.PrependDecorators(decor.Name(shown+" ")),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Any(func(decor.Statistics) string {
			mu.Lock()
			defer mu.Unlock()
			if rows == 0 {
				return "  " + stage
			}
			return "  " + stage + "  " + b.app.tr("rows: {n}", "n", count(rows))
		})))
	return func(s job.Status) {
		mu.Lock()
		stage = b.app.stageName(s)
		if s.Job != nil {
			rows = max(rows, s.Job.Progress.Rows)
		}
		mu.Unlock()
		bar.SetCurrent(int64(s.Progress * barSteps / 100))
		if s.Done() {
			if s.Error != nil {
				bar.Abort(false)
			} else {
				bar.SetCurrent(barSteps)
			}
		}
	}
}

func (b *bars) wait() { b.all.Shutdown() }

// lines prints a line when a stage begins and when the job ends.
type lines struct {
	app *app
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) track(name string) func(job.Status) {
	last := ""
	return func(s job.Status) {
		l.mu.Lock()
		defer l.mu.Unlock()
		stage := l.app.stageName(s)
		if stage == last {
			return
		}
		last = stage
		_, _ = fmt.Fprintf(l.out, "%s: %3.0f%% %s\n", oneLine(name), s.Progress, stage)
	}
}

func (l *lines) wait() {}

// stageName says what a job is doing, in the language of this run.
func (a *app) stageName(s job.Status) string {
	switch {
	case s.Error != nil:
		return a.tr("failed")
	case s.Done():
		return a.tr("ready")
	}
	switch s.Stage {
	case "read":
		return a.tr("reading")
	case "clean":
		return a.tr("cleaning")
	case "profile":
		return a.tr("profiling")
	case "store":
		return a.tr("storing")
	case workspace.StageCopy:
		return a.tr("copying")
	case workspace.StageAgree:
		return a.tr("comparing")
	case stageAway:
		return a.tr("waiting for the network")
	}
	return a.tr("waiting")
}
