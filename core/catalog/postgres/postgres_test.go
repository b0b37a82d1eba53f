package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/catalogtest"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/testenv"
)

// analysts are the roles of these tests; a server of ours may act for each.
var analysts = []string{"ana", "bob", "cy"}

const password = "of-a-test"

// shared makes an empty workspace and answers its URL for a superuser.
func shared(tb testing.TB) string {
	tb.Helper()
	return prepare(tb, testenv.Postgres(tb))
}

func prepare(tb testing.TB, admin string) string {
	tb.Helper()
	ctx := context.Background()
	if err := schema.Migrate(ctx, admin); err != nil {
		tb.Fatalf("Migrate: %v", err)
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	role := func(name, in string) {
		tb.Helper()
		// Roles are the server's, so an earlier test may have made them.
		if _, err := conn.Exec(ctx, `CREATE ROLE `+name+` LOGIN PASSWORD '`+password+`' IN ROLE `+in); err != nil && !strings.Contains(err.Error(), "42710") {
			tb.Fatal(err)
		}
		if _, err := conn.Exec(ctx, `GRANT CONNECT ON DATABASE `+pgx.Identifier{conn.Config().Database}.Sanitize()+` TO `+name); err != nil {
			tb.Fatal(err)
		}
	}
	role("srv", "sheetmill_server")
	for _, name := range analysts {
		role(name, "sheetmill_analyst")
		if _, err := conn.Exec(ctx, `GRANT `+name+` TO sheetmill_server`); err != nil {
			tb.Fatal(err)
		}
		if _, err := conn.Exec(ctx, `INSERT INTO sheetmill.owner (name) VALUES ($1)`, name); err != nil {
			tb.Fatal(err)
		}
	}
	return admin
}

// as is the URL for another role.
func as(admin, role string) string {
	u, err := url.Parse(admin)
	if err != nil {
		panic(err)
	}
	u.User = url.UserPassword(role, password)
	return u.String()
}

// quick has short retries and is otherwise what programs use.
func quick() postgres.Options {
	var o postgres.Options
	o.Backoff = func(int) time.Duration { return 30 * time.Millisecond }
	o.Poll = 20 * time.Millisecond
	return o
}

func open(tb testing.TB, admin, owner string) *postgres.Catalog {
	tb.Helper()
	c, err := postgres.Open(context.Background(), as(admin, owner), quick())
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return c
}

func openServer(tb testing.TB, admin string) *postgres.Server {
	tb.Helper()
	s, err := postgres.OpenServer(context.Background(), as(admin, "srv"), quick())
	if err != nil {
		tb.Fatalf("OpenServer: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// TestContract runs the suite as analysts who log in themselves.
func TestContract(t *testing.T) {
	places := map[*testing.T]string{}
	catalogtest.Run(t, func(t *testing.T, owner string) catalog.Catalog {
		t.Helper()
		if places[t] == "" {
			places[t] = shared(t)
		}
		return open(t, places[t], owner)
	})
}

// onServer is an owner's catalog on a server of its own, which goes with it.
type onServer struct {
	*postgres.Catalog
	server *postgres.Server
}

func (c onServer) Close() error { return c.server.Close() }

// TestContractOnServer runs the suite as a server acts for analysts.
func TestContractOnServer(t *testing.T) {
	places := map[*testing.T]string{}
	catalogtest.Run(t, func(t *testing.T, owner string) catalog.Catalog {
		t.Helper()
		if places[t] == "" {
			places[t] = shared(t)
		}
		s := openServer(t, places[t])
		return onServer{s.For(owner), s}
	})
}
