//go:build unix

// Package sharedtest tries the shared workspace as a whole: several worker
// processes, a real PostgreSQL and a real MinIO, and all that may befall them.
package sharedtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"sheetmill/core/fault"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

func TestMain(m *testing.M) {
	childMain()
	// toxiproxy leaves one behind where a connection was cut while it carried data.
	testenv.Main(m, goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"))
}

// patience is how long something that must happen may take on a busy machine.
const patience = time.Minute

// place is a shared workspace of one test, on services of its own.
type place struct {
	*workspace.Server

	config   workspace.ServerConfig // as a server logs in
	admin    string                 // the database for a superuser
	database *testenv.PostgresServer
	objects  *testenv.MinIOServer
}

// newPlace makes a workspace whose workers are given up after this silence; 0
// is as in programs.
func newPlace(t testing.TB, silence time.Duration, settings ...string) *place {
	t.Helper()
	p := &place{database: testenv.StartPostgres(t, settings...), objects: testenv.StartMinIO(t)}
	bucket := p.objects.Bucket(t)
	p.admin = p.database.Database(t)
	ctx := context.Background()
	p.config = workspace.ServerConfig{
		Database: p.admin, CacheDir: t.TempDir(), Silence: silence,
		Objects: workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}
	if err := errors.Join(workspace.Migrate(ctx, p.admin), workspace.SetUpBucket(ctx, p.config.Objects)); err != nil {
		t.Fatal(err)
	}
	first := open(t, p.config) // as the administrator
	login, err := first.AddServer(ctx, "server-"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		t.Fatal(err)
	}
	p.config.Database, p.config.Objects = login.Database, login.Objects
	p.config.Administrator = workspace.Administrator{Database: p.admin, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey}
	p.Server = open(t, p.config)
	return p
}

func open(t testing.TB, c workspace.ServerConfig) *workspace.Server {
	t.Helper()
	s, err := workspace.OpenServer(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// user makes an analyst and answers the workspace that the server lends for her.
func (p *place) user(t testing.TB, name string) *workspace.Workspace {
	t.Helper()
	connection, err := p.AddUser(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return p.For(connection.Owner)
}

// asks reads one value past all rules.
func asks[T any](t testing.TB, p *place, sql string, args ...any) (value T) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, p.admin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// serve works everyone's jobs in this process until the test ends.
func serve(t testing.TB, s *workspace.Server, o workspace.WorkOptions) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	o.Ready = ready
	var worker sync.WaitGroup
	worker.Go(func() {
		if err := s.Work(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); worker.Wait() })
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("the worker does not start")
	}
}

// until waits for something that must come.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not come", what)
		}
	}
}

// persist does something until it is done, whatever is away meanwhile.
func persist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || !fault.Is(err, fault.Unreachable) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
