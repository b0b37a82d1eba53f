package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/testenv"
)

// patience is for anything the program is to do; a loaded machine is slow.
const patience = 3 * time.Minute

// screen is a screen in memory.
type screen struct{ display string }

func newScreen(t testing.TB) screen {
	t.Helper()
	for _, name := range []string{"Xvfb", "xdotool"} {
		if _, err := exec.LookPath(name); err != nil {
			testenv.Missing(t, "There is no "+name+" for a test of the window; .ci/deps installs it.")
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = x.Process.Kill()
		_ = x.Wait() // killed
	})
	_ = write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb does not tell its display: %v", err)
	}
	return screen{":" + strings.TrimSpace(number)}
}

func (s screen) run(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "DISPLAY="+s.display)
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// picture keeps what the screen shows, where SHEETMILL_PICTURES names a folder.
func (s screen) picture(t testing.TB, name string) {
	t.Helper()
	if dir := os.Getenv("SHEETMILL_PICTURES"); dir != "" {
		time.Sleep(time.Second) // what was told may not be drawn yet
		if out, err := s.run("import", "-window", "root", filepath.Join(dir, name+".png")); err != nil {
			t.Logf("no picture of %s: %s", name, out)
		}
	}
}

var program struct {
	once sync.Once
	path string
	err  error
}

// built builds the program once in a test binary.
func built(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("building and driving the program takes long")
	}
	program.once.Do(func() {
		dir, err := os.MkdirTemp("", "sheetmill-e2e-") //nolint:usetesting // it is every test's
		if err != nil {
			program.err = err
			return
		}
		program.path = filepath.Join(dir, "sheetmill-desktop")
		out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program.path, "sheetmill/app").CombinedOutput()
		if err != nil {
			program.err = fmt.Errorf("build: %w: %s", err, out)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := testenv.Stop(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if program.path != "" {
		_ = os.RemoveAll(filepath.Dir(program.path))
	}
	os.Exit(code)
}

// said is a line of the program's trace.
type said struct {
	Event string          `json:"event"`
	At    int64           `json:"at"` // microseconds since 1970
	What  json.RawMessage `json:"what"`
}

// running is the program on a screen.
type running struct {
	t      testing.TB
	screen screen
	cmd    *exec.Cmd
	trace  string
	errors bytes.Buffer
	ended  chan error
	window string
	from   int // lines of the trace that were looked at
}

// person is a home folder with what the program keeps in it.
type person struct {
	screen screen
	dir    string
	home   string // of the workspace; "" is the platform's place
	bus    string // address of the session's D-Bus; "" is none
	starts int
}

func newPerson(t testing.TB, s screen) *person {
	t.Helper()
	p := &person{screen: s, dir: t.TempDir()}
	for _, name := range []string{"config", "data", "cache", "home"} {
		if err := os.Mkdir(p.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *person) path(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}

func (p *person) command(t testing.TB, args ...string) (*exec.Cmd, string) {
	t.Helper()
	p.starts++
	trace := p.path(fmt.Sprintf("trace%d.jsonl", p.starts))
	c := exec.Command(built(t), args...)
	c.Env = append(os.Environ(), "DISPLAY="+p.screen.display, "HOME="+p.path("home"), "XDG_CONFIG_HOME="+p.path("config"),
		"XDG_DATA_HOME="+p.path("data"), "XDG_CACHE_HOME="+p.path("cache"), "SHEETMILL_HOME="+p.home, "SHEETMILL_TRACE="+trace,
		"SHEETMILL_LANG=en", "LANG=en_US.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1", "DBUS_SESSION_BUS_ADDRESS="+cmp.Or(p.bus, "unix:path=/nonexistent"))
	return c, trace
}

// start starts the program and waits for its window.
func (p *person) start(t testing.TB, args ...string) *running {
	t.Helper()
	r := &running{t: t, screen: p.screen, ended: make(chan error, 1)}
	r.cmd, r.trace = p.command(t, args...)
	r.cmd.Stderr = &r.errors
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			_ = r.cmd.Process.Kill()
			select {
			case err := <-r.ended:
				t.Logf("the program is killed: %v", err)
			case <-time.After(patience):
			}
		}
	})
	r.until("the window", func() bool {
		out, err := p.screen.run("xdotool", "search", "--onlyvisible", "--pid", fmt.Sprint(r.cmd.Process.Pid), "--name", "Sheetmill")
		r.window, _, _ = strings.Cut(out, "\n")
		return err == nil && r.window != ""
	})
	r.focus(r.window)
	return r
}

// focus gives a window the keyboard.
func (r *running) focus(window string) {
	r.t.Helper()
	if out, err := r.screen.run("xdotool", "windowfocus", window); err != nil {
		r.t.Fatalf("focus: %s", out)
	}
}

// root is the window behind all others.
func (s screen) root(t testing.TB) string {
	t.Helper()
	out, err := s.run("xdotool", "search", "--maxdepth", "0", "--name", "")
	if err != nil {
		t.Fatalf("no window behind: %s", out)
	}
	lines := strings.Fields(out)
	return lines[len(lines)-1]
}

// until looks again and again.
func (r *running) until(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		select {
		case err := <-r.ended:
			r.t.Fatalf("waiting for %s, the program ends: %v\n%s", what, err, r.errors.String())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			r.screen.picture(r.t, "stuck")
			r.t.Fatalf("%s does not happen; the last that the program said:\n%s", what, r.last(8))
		}
	}
}

// lines are those of the trace that are whole.
func (r *running) lines() []said {
	content, err := os.ReadFile(r.trace)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	var out []said
	decoder := json.NewDecoder(bytes.NewReader(content[:bytes.LastIndexByte(content, '\n')+1]))
	for {
		var s said
		if err := decoder.Decode(&s); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, s)
	}
}

func (r *running) last(n int) string {
	lines := slices.DeleteFunc(r.lines(), func(s said) bool { return s.Event == "beats" || s.Event == "drawn" })
	var b strings.Builder
	for _, s := range lines[max(0, len(lines)-n):] {
		fmt.Fprintf(&b, "%s %.600s\n", s.Event, s.What)
	}
	return b.String()
}

// hear waits until the program says something of which is holds, after what was heard before.
func hear[T any](r *running, event string, is func(T) bool) (heard T) {
	r.t.Helper()
	r.until(event, func() bool { return heardOf(r, event, is, &heard) })
	return heard
}

// ever waits until the program says something of which is holds, or finds that it did.
func ever[T any](r *running, event string, is func(T) bool) T {
	r.t.Helper()
	at := r.from
	r.from = 0
	heard := hear(r, event, is)
	r.from = max(r.from, at)
	return heard
}

func heardOf[T any](r *running, event string, is func(T) bool, heard *T) bool {
	lines := r.lines()
	for i := r.from; i < len(lines); i++ {
		var what T
		if lines[i].Event != event || json.Unmarshal(lines[i].What, &what) != nil || !is(what) {
			continue
		}
		*heard, r.from = what, i+1
		return true
	}
	return false
}

// press presses keys, again where that came to nothing: a key may come before the
// window is drawn. Escape closes what a try has left open.
func press[T any](r *running, event string, is func(T) bool, do func()) (heard T) {
	r.t.Helper()
	for range 8 {
		do()
		deadline := time.Now().Add(patience / 8)
		for time.Now().Before(deadline) {
			if heardOf(r, event, is, &heard) {
				return heard
			}
			select {
			case err := <-r.ended:
				r.t.Fatalf("the program ends: %v\n%s", err, r.errors.String())
			case <-time.After(50 * time.Millisecond):
			}
		}
		r.keys("Escape")
	}
	r.screen.picture(r.t, "stuck")
	r.t.Fatalf("no %s comes of it; the last that the program said:\n%s", event, r.last(8))
	return heard
}

func (r *running) keys(keys ...string) {
	r.t.Helper()
	if out, err := r.screen.run("xdotool", append([]string{"key", "--delay", "100"}, keys...)...); err != nil {
		r.t.Fatalf("keys: %s", out)
	}
}

func (r *running) types(text string) {
	r.t.Helper()
	if out, err := r.screen.run("xdotool", "type", "--delay", "50", text); err != nil {
		r.t.Fatalf("type: %s", out)
	}
}

func (r *running) click(x, y int) {
	r.t.Helper()
	if out, err := r.screen.run("xdotool", "mousemove", "--window", r.window, fmt.Sprint(x), fmt.Sprint(y), "click", "1"); err != nil {
		r.t.Fatalf("click: %s", out)
	}
}

// end waits for the program's own end, which must be a good one that leaves nothing running.
func (r *running) end() {
	r.t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- nil
		if err != nil {
			r.t.Errorf("the program ends with %v\n%s", err, r.errors.String())
		}
		r.from = 0
		var left []string
		if !heardOf(r, "left", func([]string) bool { return true }, &left) || len(left) > 0 {
			r.t.Errorf("goroutines are left at the end:\n%s", strings.Join(left, "\n\n"))
		}
	case <-time.After(patience):
		_ = r.cmd.Process.Signal(syscall.SIGQUIT) // which tells where every goroutine is
		err := <-r.ended
		r.t.Fatalf("the program does not end by itself: %v\n%s", err, r.errors.String())
	}
}

// decode reads what a line tells.
func decode(s said, into any) bool { return json.Unmarshal(s.What, into) == nil }
