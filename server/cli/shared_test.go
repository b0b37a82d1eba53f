//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/testenv"
)

// team is a shared workspace as an administrator has it: a real PostgreSQL, a
// real MinIO, a file of settings, and an analyst.
type team struct {
	t        *testing.T
	folder   string
	settings string // file
	owner    string
	database string
}

func newTeam(t *testing.T) *team {
	t.Helper()
	bucket := testenv.MinIO(t)
	g := &team{t: t, folder: t.TempDir(), database: testenv.Postgres(t), owner: "li-" + strings.ToLower(rand.Text()[:8])}
	g.settings = filepath.Join(g.folder, "admin.json")
	b, err := json.Marshal(map[string]any{
		"database": g.database, "endpoint": bucket.Endpoint, "bucket": bucket.Bucket, "access-key": bucket.AccessKey,
		"secret-key": bucket.SecretKey, "secure": false, "cache-dir": filepath.Join(g.folder, "cache"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(g.settings, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

// ready is a team with its tables, its bucket and its analyst.
func (g *team) ready() *team {
	g.t.Helper()
	g.admin("migrate", "up")
	g.admin("user", "add", g.owner, "-o", g.connection())
	g.t.Cleanup(func() { g.admin("user", "rm", g.owner, "--with-data") })
	return g
}

func (g *team) connection() string { return filepath.Join(g.folder, "li.connection.json") }

// command is the program, with the team's settings and a local workspace of its own.
func (g *team) command(args ...string) *exec.Cmd {
	cmd := sheetmill(context.Background(), filepath.Join(g.folder, "home"), args...)
	cmd.Env = append(cmd.Env, "SHEETMILL_CONFIG="+g.settings, "XDG_CACHE_HOME="+filepath.Join(g.folder, "xdg"))
	return cmd
}

func (g *team) admin(args ...string) string {
	g.t.Helper()
	return string(run(g.t, g.command(args...)))
}

// token makes one and answers its text and ID.
func (g *team) token(rights string) (text, id string) {
	g.t.Helper()
	var made struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(g.admin("token", "create", g.owner, "--rights", rights, "--json")), &made); err != nil {
		g.t.Fatal(err)
	}
	return made.Token, made.ID
}

// daemon is a server or worker that runs.
type daemon struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	log     *bytes.Buffer // whole once it has ended
	reading sync.WaitGroup
	ended   bool
}

// start starts a server or worker and waits until it says that it is ready.
func (g *team) start(args ...string) *daemon {
	g.t.Helper()
	d := &daemon{t: g.t, cmd: g.command(args...), log: &bytes.Buffer{}}
	out, err := d.cmd.StderrPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	ready := make(chan string, 1)
	d.reading.Go(func() {
		lines := bufio.NewScanner(io.TeeReader(out, d.log))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line struct {
				Msg     string `json:"msg"`
				Address string `json:"address"`
			}
			if json.Unmarshal(lines.Bytes(), &line) == nil && strings.HasPrefix(line.Msg, "ready") {
				ready <- line.Address
			}
		}
		close(ready)
	})
	g.t.Cleanup(func() {
		if !d.ended {
			d.stop()
		}
	})
	select {
	case address, ok := <-ready:
		if !ok {
			d.ended = true
			_ = d.cmd.Wait()
			g.t.Fatalf("%v ended: %s", args, d.log)
		}
		d.address = address
	case <-time.After(time.Minute):
		g.t.Fatalf("%v is not ready", args)
	}
	return d
}

// stop ends it softly, and answers its log.
func (d *daemon) stop() string {
	d.t.Helper()
	d.ended = true
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	hung := time.AfterFunc(time.Minute, func() { _ = d.cmd.Process.Kill() })
	defer hung.Stop()
	d.reading.Wait()
	if err := d.cmd.Wait(); err != nil {
		d.t.Errorf("after SIGTERM: %v\n%s", err, d.log)
	}
	return d.log.String()
}

// get asks a server and answers the status and the body.
func (d *daemon) get(path, token string) (int, string) {
	d.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+d.address+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

// status is what a command must end with, and what it said.
func status(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}
