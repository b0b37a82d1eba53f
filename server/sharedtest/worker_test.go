//go:build unix

package sharedtest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"sheetmill/core/job"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// childEnv holds the order for a worker process, which is this test binary again.
const childEnv = "SHEETMILL_SHAREDTEST_CHILD"

type order struct {
	Database string            `json:"database"`
	Objects  workspace.Objects `json:"objects"`
	CacheDir string            `json:"cacheDir"`
	Silence  time.Duration     `json:"silence"`
	Jobs     int               `json:"jobs"`
	Freeze   bool              `json:"freeze"` // stop at the first commit, as by SIGSTOP
	Hang     bool              `json:"hang"`   // never end the first job
}

// worker is the order for a worker process of a place, with a cache of its own.
func (p *place) worker(t testing.TB) order {
	t.Helper()
	return order{Database: p.config.Database, Objects: p.config.Objects, CacheDir: t.TempDir(), Silence: p.config.Silence, Jobs: 1}
}

// childMain is a worker process's life; it returns in any other. It works until
// its standard input ends and tells what happens in lines of JSON.
func childMain() {
	raw := os.Getenv(childEnv)
	if raw == "" {
		return
	}
	var o order
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		childFail(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	logger := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if o.Freeze || o.Hang {
		if err := workAlone(ctx, o, logger); err != nil {
			childFail(err)
		}
		os.Exit(0)
	}
	config := workspace.ServerConfig{Database: o.Database, Objects: o.Objects, CacheDir: o.CacheDir, Silence: o.Silence, Logger: logger}
	var s *workspace.Server
	if err := persist(ctx, func() (err error) { s, err = workspace.OpenServer(ctx, config); return err }); err != nil {
		childFail(err)
	}
	if err := persist(ctx, func() error {
		ready := make(chan struct{})
		go func() {
			<-ready
			logger.Info("ready")
		}()
		return s.Work(ctx, workspace.WorkOptions{Jobs: o.Jobs, Ready: ready, Observer: teller{logger}})
	}); err != nil && ctx.Err() == nil {
		childFail(err)
	}
	if err := s.Close(); err != nil {
		childFail(err)
	}
	os.Exit(0)
}

func childFail(err error) {
	fmt.Fprintln(os.Stderr, "worker process:", err)
	os.Exit(1)
}

// teller tells the parent what a worker does.
type teller struct{ logger *slog.Logger }

func (t teller) Started(string, time.Duration) { t.logger.Info("started") }
func (t teller) TakenOver(string)              {}
func (t teller) Refused(string)                { t.logger.Info("refused") }
func (t teller) Ended(_ string, left job.State, _ time.Duration, _ job.Progress) {
	t.logger.Info("ended " + string(left))
}

// said is a line of a worker.
type said struct {
	Msg    string    `json:"msg"`
	Worker string    `json:"worker"` // whose job was taken over
	Err    string    `json:"err"`
	Time   time.Time `json:"time"`
}

// pid is the process of the worker that a line names.
func (s said) pid() int {
	number, _, _ := strings.Cut(s.Worker, "-")
	pid, _ := strconv.Atoi(number) // a name of ours
	return pid
}

// process is a worker process.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan struct{}
}

// spawn starts a worker whose lines go to hear.
func spawn(t testing.TB, o order, hear func(said)) *process {
	t.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.CommandContext(context.Background(), os.Args[0]), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	p.cmd.Stderr = os.Stderr
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var s said
			if json.Unmarshal(lines.Bytes(), &s) == nil {
				hear(s)
			}
		}
		_ = p.cmd.Wait() // how it ended its own lines say
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) } // it may have ended

// kill ends the process as a loss of power would, and returns when it is gone.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// stop ends the process in its own good way.
func (p *process) stop() {
	_ = p.stdin.Close()
	<-p.ended
}

// line is a network to one service, of one worker.
type line struct{ *toxiproxy.Proxy }

func newLine(t testing.TB, to string) *line {
	t.Helper()
	return &line{testenv.Line(t, to)}
}

// cut makes the network fail in one of three ways: nobody answers, connections
// are reset, or all that is sent is lost without a word.
func (l *line) cut(t testing.TB, how string) {
	t.Helper()
	if how == "down" {
		l.Stop()
		return
	}
	for _, stream := range []string{"upstream", "downstream"} {
		toxic := fmt.Sprintf(`{"name":"%s","type":"%s","stream":"%[1]s","attributes":{"timeout":0}}`, stream, how)
		if _, err := l.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Error(err)
		}
	}
}

func (l *line) mend(t testing.TB, how string) {
	t.Helper()
	if how != "down" {
		l.Toxics.ResetToxics(context.Background())
		return
	}
	if err := l.Start(); err != nil {
		t.Error(err)
	}
}

// tally counts what workers say.
type tally struct {
	mu    sync.Mutex
	count map[string]int
	taken []said
	last  []string // troubles, for a person who looks at a failure
}

func (c *tally) hear(s said) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[s.Msg]++
	switch {
	case s.Msg == "job taken over":
		c.taken = append(c.taken, s)
	case s.Err != "":
		c.last = append(c.last, s.Msg+": "+s.Err)
		c.last = c.last[max(0, len(c.last)-30):]
	}
}

func (c *tally) of(msg string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[msg]
}
