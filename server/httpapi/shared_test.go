package httpapi

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// commons is a backend over a shared workspace: PostgreSQL and MinIO, as a
// server has it. The tests' tokens stand for real ones.
type commons struct {
	server *workspace.Server
	mu     sync.Mutex
	tokens map[string]string
	ids    map[string]string // of the tokens, to revoke them
}

func (c *commons) Authenticate(ctx context.Context, token string) (Identity, error) {
	c.mu.Lock()
	if text, ok := c.tokens[token]; ok {
		token = text
	}
	c.mu.Unlock()
	i, err := c.server.Authenticate(ctx, token)
	return Identity{Owner: i.Owner, Write: i.Write, Admin: i.Admin}, err
}

func (c *commons) Workspace(_ context.Context, owner string) (*workspace.Workspace, error) {
	return c.server.For(owner), nil
}

func (c *commons) Ready(ctx context.Context) error { return c.server.Ready(ctx) }

func (c *commons) Note(ctx context.Context, owner, action, subject string) error {
	return c.server.Note(ctx, owner, action, subject, nil)
}

// newCommons makes a shared workspace with two analysts and their tokens.
func newCommons(t testing.TB, works bool) *commons {
	t.Helper()
	ctx := context.Background()
	bucket, admin := testenv.MinIO(t), testenv.Postgres(t)
	if err := workspace.Migrate(ctx, admin); err != nil {
		t.Fatal(err)
	}
	config := workspace.ServerConfig{
		Database: admin, CacheDir: t.TempDir(),
		Objects: workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}
	if err := workspace.SetUpBucket(ctx, config.Objects); err != nil {
		t.Fatal(err)
	}
	s, err := workspace.OpenServer(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &commons{server: s, tokens: map[string]string{}, ids: map[string]string{}}
	c.analyst(t, "li", liToken, liReads)
	c.analyst(t, "wang", wangToken, "")
	if works {
		c.work(t)
	}
	return c
}

// analyst makes one with a token to write and perhaps one to read.
func (c *commons) analyst(t testing.TB, called, writes, reads string) {
	t.Helper()
	ctx := context.Background()
	owner := called + "-" + strings.ToLower(rand.Text()[:8]) // the roles are the database server's, which other tests use
	if _, err := c.server.AddUser(ctx, owner); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.server.RemoveUser(ctx, owner, true); err != nil {
			t.Error(err)
		}
	})
	for name, rights := range map[string]workspace.Rights{writes: workspace.RightsWrite, reads: workspace.RightsRead} {
		if name == "" {
			continue
		}
		text, token, err := c.server.CreateToken(ctx, workspace.NewToken{Owner: owner, Name: name, Rights: rights})
		if err != nil {
			t.Fatal(err)
		}
		c.tokens[name], c.ids[name] = text, token.ID
	}
}

func (c *commons) work(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	ready := make(chan struct{})
	worker.Go(func() {
		if err := c.server.Work(ctx, workspace.WorkOptions{Jobs: 1, Ready: ready}); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); worker.Wait() })
	<-ready
}

// inBothModes runs a test over local workspaces and over a shared one.
func inBothModes(t *testing.T, run func(t *testing.T, o benchOptions)) {
	t.Helper()
	t.Run("local", func(t *testing.T) { run(t, benchOptions{}) })
	t.Run("shared", func(t *testing.T) { run(t, benchOptions{shared: true}) })
}

// TestARealTokenIsRevoked: within 5 s its stream ends and it opens nothing, and
// what was exported is in the audit log, whose chain is whole.
func TestARealTokenIsRevoked(t *testing.T) {
	b := serve(t, benchOptions{shared: true, idle: true})
	id := waiting(t, b)
	l := b.listen(liReads, id)
	l.until("data: ")
	began := time.Now()
	if err := b.commons.server.RevokeToken(t.Context(), b.commons.ids[liReads]); err != nil {
		t.Fatal(err)
	}
	if line, _ := l.until("event: end"); line == "" {
		t.Error("the stream does not end")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	if a := b.do("GET", "/api/v1/me", "", "Authorization", "Bearer "+liReads); a.status != 401 {
		t.Errorf("it still opens: %d", a.status)
	}
	if a := b.do("GET", "/readyz", ""); a.status != 200 {
		t.Errorf("ready: %s", a.body)
	}
	b.commons.work(t)
	if _, err := b.client(liToken).Wait(within(t), id, nil); err != nil {
		t.Fatal(err)
	}
	if a := b.do("GET", "/api/v1/datasets/"+id+"/export", ""); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	entries, err := b.commons.server.Audit(t.Context(), workspace.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	noted := 0
	for _, e := range entries {
		if e.Action == "export.made" && strings.HasPrefix(e.Subject, id) {
			noted++
		}
	}
	if report, err := b.commons.server.VerifyAudit(t.Context()); noted != 1 || err != nil {
		t.Errorf("%d notes, %+v %v", noted, report, err)
	}
}

// TestAbsentServices: with PostgreSQL away readyz names it, requests are 503
// problems without a word of the inside, and all is well when it is back.
func TestAbsentServices(t *testing.T) {
	db := testenv.StartPostgres(t)
	bucket := testenv.MinIO(t)
	ctx := context.Background()
	config := workspace.ServerConfig{
		Database: db.Database(t), CacheDir: t.TempDir(),
		Objects: workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}
	if err := errors.Join(workspace.Migrate(ctx, config.Database), workspace.SetUpBucket(ctx, config.Objects)); err != nil {
		t.Fatal(err)
	}
	s, err := workspace.OpenServer(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &commons{server: s, tokens: map[string]string{}, ids: map[string]string{}}
	c.analyst(t, "li", liToken, "")
	b := serve(t, benchOptions{idle: true, alter: func(a *API) { a.backend, a.tokens = c, newTokens(c) }})
	id := waiting(t, b)
	if err := db.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/readyz", "/api/v1/datasets", "/api/v1/datasets/" + id} {
		a := b.do("GET", path, "")
		if p := problemIn(t, a); p.Status != 503 || p.Code != fault.Unreachable || a.Header.Get("Retry-After") == "" || strings.Contains(a.body, "127.0.0.1") || strings.Contains(a.body, "dial") {
			t.Errorf("%s: %s", path, a.body)
		}
		if path == "/readyz" && !strings.Contains(a.body, "PostgreSQL") {
			t.Errorf("it does not name what is away: %s", a.body)
		}
	}
	if a := b.do("GET", "/healthz", ""); a.status != 200 {
		t.Errorf("the process lives, and says %d", a.status)
	}
	if err := db.Start(); err != nil {
		t.Fatal(err)
	}
	if d, err := b.client(liToken).Dataset(within(t), id); err != nil || d.ID != id {
		t.Errorf("afterwards: %+v %v", d, err)
	}
}
