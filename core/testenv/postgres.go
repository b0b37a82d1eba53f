package testenv

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// Postgres is the URL of a fresh empty database for a superuser, in a real
// PostgreSQL that is started once in a test binary. Roles are the server's: a test
// that makes some gives them names of its own.
func Postgres(tb testing.TB) string {
	tb.Helper()
	programs := findPostgres(tb)
	s, err := oncePerBinary("postgres", func() (*Server, any, error) {
		s, err := newPostgres(programs, nil)
		if err != nil {
			return nil, nil, err
		}
		return s.Server, s, nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s.(*PostgresServer).Database(tb) //nolint:forcetypeassert // made above
}

// PostgresServer is a PostgreSQL that one test has for itself.
type PostgresServer struct {
	*Server
	programs  string
	password  string
	databases atomic.Int64
}

// StartPostgres starts a PostgreSQL for this test alone, for it to stop, kill
// and start again. Settings are those of postgresql.conf, such as "fsync=on": without
// that one nothing waits for the disk, which is what a test wants and a benchmark may not.
func StartPostgres(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()
	s, err := newPostgres(findPostgres(tb), settings)
	if err != nil {
		tb.Fatal(err)
	}
	ownServer(tb, s.Server)
	return s
}

// Database makes an empty database, which goes with the test, and answers its
// URL for a superuser.
func (s *PostgresServer) Database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	if err := s.sql("CREATE DATABASE " + name); err != nil {
		tb.Fatalf("create a database: %v", err)
	}
	tb.Cleanup(func() { _ = s.sql("DROP DATABASE " + name + " WITH (FORCE)") }) // the server may be gone first
	u := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", s.password), Host: s.addr, Path: name, RawQuery: "sslmode=disable"}
	return u.String()
}

// sql runs a statement through the server's socket, which only its owner and root reach.
func (s *PostgresServer) sql(statement string) error {
	_, port, _ := strings.Cut(s.addr, ":")
	c := command(filepath.Join(s.programs, "psql"), []string{"-X", "-q", "-w", "-h", s.dir, "-p", port, "-U", "postgres", "-d", "postgres",
		"-v", "ON_ERROR_STOP=1", "-c", statement}, nil, s.dir, nil)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", statement, err, out)
	}
	return nil
}

func newPostgres(programs string, settings []string) (*PostgresServer, error) {
	owner, err := unprivileged("postgres", "nobody")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL refuses root, and there is no other user for it: %w", err)
	}
	p := &PostgresServer{programs: programs, password: rand.Text()}
	p.Server, err = first(func(port int) (*Server, error) {
		// A socket's path has 107 letters at most, so the folder's name is short.
		dir, err := os.MkdirTemp("", "smpg")
		if err != nil {
			return nil, err
		}
		s := postgresIn(dir, port, programs, settings, owner)
		if err := initdb(dir, programs, p.password, owner); err != nil {
			_ = os.RemoveAll(dir)
			return nil, err
		}
		return s, nil
	})
	return p, err
}

func postgresIn(dir string, port int, programs string, settings []string, owner *account) *Server {
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")
	args := []string{"-D", data, "-p", strconv.Itoa(port), "-k", dir, "-h", "127.0.0.1"}
	for _, set := range slices.Concat([]string{"max_connections=300", "fsync=off", "shared_buffers=64MB"}, settings) {
		args = append(args, "-c", set)
	}
	return &Server{
		name: "PostgreSQL", dir: dir, addr: fmt.Sprintf("127.0.0.1:%d", port), log: log,
		soft: syscall.SIGINT,  // "fast": sessions are ended
		hard: syscall.SIGQUIT, // "immediate": as a crash, but nothing of the server stays behind
		start: func() (*process, error) {
			return launch(filepath.Join(programs, "postgres"), args, nil, dir, log, owner, "QUIT")
		},
		ready: func(p *process) (bool, error) {
			// The first line of this file is the server's process, the last its state.
			b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
			lines := strings.Fields(string(b))
			return err == nil && len(lines) > 0 && lines[0] == strconv.Itoa(p.pid()) && lines[len(lines)-1] == "ready", nil
		},
	}
}

// initdb makes the files of a server whose local socket trusts everybody who
// reaches it and whose port asks for passwords.
func initdb(dir, programs, password string, owner *account) error {
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	if owner != nil {
		for _, path := range []string{dir, secret} {
			if err := os.Chown(path, int(owner.uid), int(owner.gid)); err != nil {
				return err
			}
		}
	}
	locale := "C.UTF-8" // orders by code point, everywhere alike
	if runtime.GOOS == "darwin" {
		locale = "C" // macOS has no other like it
	}
	c := command(filepath.Join(programs, "initdb"), []string{"-D", filepath.Join(dir, "data"), "-U", "postgres", "--pwfile", secret, "-E", "UTF8",
		"--locale=" + locale, "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions"}, nil, dir, owner)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return os.Remove(secret)
}

// findPostgres is the folder of the server's programs. Debian keeps them out of PATH.
func findPostgres(tb testing.TB) string {
	tb.Helper()
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.SortFunc(versions, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, versions...) {
		if has(dir, "initdb") && has(dir, "postgres") && has(dir, "psql") {
			return dir
		}
	}
	Missing(tb, "PostgreSQL's programs initdb, postgres and psql are not on this machine; .ci/deps installs them.")
	return ""
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))) // a folder that is no number comes last
	return n
}

func has(dir, program string) bool {
	_, err := exec.LookPath(filepath.Join(dir, program))
	return err == nil
}
