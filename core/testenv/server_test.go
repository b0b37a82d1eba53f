package testenv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sheetmill/core/testenv"
)

// The test binary started again with this variable set starts servers, tells
// where they are, and waits to be killed.
const victimEnv = "SHEETMILL_TEST_VICTIM"

func TestMain(m *testing.M) { testenv.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

func ask(t *testing.T, c *pgx.Conn, sql string) string {
	t.Helper()
	var out string
	if err := c.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func TestPostgresIsFreshAndChecksPasswords(t *testing.T) {
	one, two := testenv.Postgres(t), testenv.Postgres(t)
	if one == two {
		t.Fatalf("both are %s", one)
	}
	c := connect(t, one)
	if _, err := c.Exec(t.Context(), "CREATE TABLE only_here (n int)"); err != nil {
		t.Fatal(err)
	}
	if ask(t, c, "SELECT to_regclass('only_here')::text || current_setting('is_superuser')") != "only_hereon" {
		t.Error("the first database is not a superuser's")
	}
	if got := ask(t, connect(t, two), "SELECT coalesce(to_regclass('only_here')::text, 'fresh')"); got != "fresh" {
		t.Errorf("the second database has %s", got)
	}
	config, err := pgx.ParseConfig(one)
	if err != nil {
		t.Fatal(err)
	}
	config.Password = "guessed"
	_, err = pgx.ConnectConfig(t.Context(), config)
	if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "28P01" {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestPostgresStartedAgain(t *testing.T) {
	s := testenv.StartPostgres(t, "fsync=on", "synchronous_commit=on")
	url, addr := s.Database(t), s.Addr()
	c := connect(t, url)
	if got := ask(t, c, "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	if _, err := c.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'here' AS v"); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func() error{"Stop": s.Stop, "Kill": s.Kill} {
		if err := errors.Join(end(), end()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := pgx.Connect(t.Context(), url); err == nil {
			t.Fatalf("after %s it answers", name)
		}
		if err := errors.Join(s.Start(), s.Start()); err != nil {
			t.Fatalf("Start after %s: %v", name, err)
		}
		if got := ask(t, connect(t, url), "SELECT v FROM kept"); got != "here" || s.Addr() != addr {
			t.Errorf("after %s: %q at %s", name, got, s.Addr())
		}
	}
}

func client(t *testing.T, b testenv.Bucket) *minio.Client {
	t.Helper()
	c, err := minio.New(b.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), MaxRetries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, b testenv.Bucket, text string) {
	t.Helper()
	if _, err := client(t, b).PutObject(t.Context(), b.Bucket, "k", strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, b testenv.Bucket) (string, error) {
	t.Helper()
	o, err := client(t, b).GetObject(t.Context(), b.Bucket, "k", minio.GetObjectOptions{})
	if err != nil {
		return "", err
	}
	defer func() { _ = o.Close() }()
	text, err := io.ReadAll(o)
	return string(text), err
}

func TestMinIOIsFresh(t *testing.T) {
	one, two := testenv.MinIO(t), testenv.MinIO(t)
	write(t, one, "mine")
	if got, err := read(t, one); got != "mine" || err != nil {
		t.Errorf("it keeps %q, %v", got, err)
	}
	if got, err := read(t, two); minio.ToErrorResponse(err).Code != minio.NoSuchKey {
		t.Errorf("the second bucket has %q, %v", got, err)
	}
	one.SecretKey = "guessed-secret"
	if _, err := read(t, one); minio.ToErrorResponse(err).Code != minio.SignatureDoesNotMatch {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestMinIOStartedAgain(t *testing.T) {
	s := testenv.StartMinIO(t)
	b := s.Bucket(t)
	write(t, b, "kept")
	for name, end := range map[string]func() error{"Stop": s.Stop, "Kill": s.Kill} {
		if err := errors.Join(end(), end()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := read(t, b); err == nil {
			t.Fatalf("after %s it answers %q", name, got)
		}
		if err := errors.Join(s.Start(), s.Start()); err != nil {
			t.Fatalf("Start after %s: %v", name, err)
		}
		if got, err := read(t, b); got != "kept" || err != nil {
			t.Errorf("after %s it keeps %q, %v", name, got, err)
		}
	}
}

func TestStopAndStartAgain(t *testing.T) {
	before := testenv.MinIO(t)
	if err := testenv.Stop(); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, before); minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		t.Errorf("the stopped server answers %q, %v", got, err)
	}
	write(t, testenv.MinIO(t), "anew")
}

func TestServerThatCannotStart(t *testing.T) {
	t.Setenv("SHEETMILL_CI", "1")
	s := watch(func(tb testing.TB) { tb.Helper(); testenv.StartPostgres(tb, "no_such_setting=1") })
	if !s.failed || !strings.Contains(s.said, "no_such_setting") {
		t.Errorf("a wrong setting: %+v", s)
	}
	t.Setenv("SHEETMILL_MINIO", filepath.Join(t.TempDir(), "none"))
	if s := watch(func(tb testing.TB) { tb.Helper(); testenv.MinIO(tb) }); !s.failed || !strings.Contains(s.said, "SHEETMILL_MINIO") {
		t.Errorf("a server that is not there: %+v", s)
	}
}

// TestVictim is no test but what TestNothingIsLeft kills.
func TestVictim(t *testing.T) {
	if os.Getenv(victimEnv) == "" {
		return
	}
	pg, mi := testenv.StartPostgres(t), testenv.StartMinIO(t)
	testenv.Postgres(t)
	testenv.MinIO(t)
	_, _ = fmt.Fprintf(os.Stdout, "\nready %s %s\n", pg.Addr(), mi.Addr())
	if os.Getenv(victimEnv) == "panics" {
		go panic("the end")
	}
	select {} // until killed
}

// TestNothingIsLeft kills a test binary with four servers and looks for their
// processes and folders.
func TestNothingIsLeft(t *testing.T) {
	testenv.Postgres(t) // or this test is skipped
	testenv.MinIO(t)
	for _, how := range []string{"killed", "panics"} {
		tmp, err := os.MkdirTemp("", "smtest") //nolint:usetesting // short, as a socket's path has to be
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(tmp) })
		if err := os.Chmod(tmp, 0o755); err != nil { // PostgreSQL's user goes through it
			t.Fatal(err)
		}
		victim := exec.Command(os.Args[0], "-test.run=^TestVictim$", "-test.v")
		victim.Env = append(os.Environ(), victimEnv+"="+how, "TMPDIR="+tmp)
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		for !strings.Contains(said.String(), "\nready ") {
			if _, err := io.CopyN(&said, out, 1); err != nil {
				t.Fatalf("the victim said %s, %v", said.String(), err)
			}
		}
		if how == "killed" {
			if n := len(processesIn(t, tmp)); n < 4 {
				t.Errorf("%d processes before", n)
			}
			if err := victim.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		// Whoever holds the output open is left over, and reading would never end.
		_, _ = io.Copy(io.Discard, out)
		_ = victim.Wait() // it was killed or panicked
		deadline := time.Now().Add(30 * time.Second)
		for {
			entries, err := os.ReadDir(tmp)
			if err != nil {
				t.Fatal(err)
			}
			left := processesIn(t, tmp)
			if len(left) == 0 && len(entries) == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: left are processes %v and folders %v", how, left, entries)
			}
			time.Sleep(20 * time.Millisecond) // asked again until the deadline
		}
	}
}

// processesIn are the command lines that name a folder.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no /proc to find processes in.")
	}
	var found []string
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")) // it may be gone by now
		if bytes.Contains(line, []byte(dir)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}
