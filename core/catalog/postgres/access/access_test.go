package access_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sheetmill/core/catalog/postgres/access"
	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// workspace is a migrated database with two analysts and a server, each with a
// login of its own. Their names are new in every test, for roles are the server's.
type workspace struct {
	url           string
	admin         *pgxpool.Pool // a superuser's
	ana, bob, srv login
}

type login struct {
	name, password string
	*pgxpool.Pool
}

var made atomic.Int64

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := &workspace{url: testenv.Postgres(t)}
	if err := schema.Migrate(t.Context(), w.url); err != nil {
		t.Fatal(err)
	}
	w.admin = connect(t, w.url)
	n := made.Add(1)
	w.ana = w.login(t, fmt.Sprintf("ana_%d", n), access.AddUser)
	w.bob = w.login(t, fmt.Sprintf("bob-%d", n), access.AddUser)
	w.srv = w.login(t, fmt.Sprintf("srv_%d", n), access.AddServer)
	return w
}

func (w *workspace) login(t *testing.T, name string, add func(context.Context, access.DB, string) (string, error)) login {
	t.Helper()
	password, err := add(t.Context(), w.admin, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		if err := errors.Join(access.RemoveUser(ctx, w.admin, name, true), access.RemoveServer(ctx, w.admin, name)); err != nil && !strings.Contains(err.Error(), "There is no user") {
			t.Errorf("%s is left: %v", name, err)
		}
	})
	return login{name, password, connect(t, w.as(name, password))}
}

// as is the database's address for a login.
func (w *workspace) as(name, password string) string {
	u, err := url.Parse(w.url)
	if err != nil {
		panic(err)
	}
	u.User = url.UserPassword(name, password)
	return u.String()
}

func connect(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, db access.DB, sql string, args ...any) pgconn.CommandTag {
	t.Helper()
	tag, err := db.Exec(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return tag
}

func get[T any](t *testing.T, db access.DB, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := db.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func list[T any](t *testing.T, db access.DB, sql string, args ...any) []T {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// code is the PostgreSQL code of an error: "" for none, "?" for another's.
func code(err error) string {
	if err == nil {
		return ""
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return "?"
}

// addDataset adds a record with a version, a job and a claim, as its owner does.
func addDataset(t *testing.T, l login, id string) (seq int64) {
	t.Helper()
	var job int64
	err := pgx.BeginFunc(t.Context(), l, func(tx pgx.Tx) error {
		prefix := "owner/" + l.name + "/"
		err := tx.QueryRow(t.Context(), `
			INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ($1, $1 || '.xlsx', $2, 10, 'abc') RETURNING seq`,
			id, prefix+"source/"+id).Scan(&seq)
		if err != nil {
			return err
		}
		err = tx.QueryRow(t.Context(), `
			INSERT INTO sheetmill.river_job (kind, args, max_attempts, queue) VALUES ('sheet_parse', jsonb_build_object('owner', $1::text, 'fileKey', $2::text), 5, 'sheets')
			RETURNING id`, l.name, prefix+"source/"+id).Scan(&job)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `INSERT INTO sheetmill.dataset_job (job, dataset) VALUES ($1, $2)`, job, seq); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `INSERT INTO sheetmill.claim (key, holder, job) VALUES ($1, 'p-' || $2, $3)`, prefix+"raw/"+id, l.name, job); err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `
			INSERT INTO sheetmill.process (id, host, pid, works) VALUES ('p-' || $1::text, 'desk', 7, true) ON CONFLICT (id) DO UPDATE SET beat = now()`, l.name)
		return err
	})
	if err == nil {
		err = commit(t, l, seq, 1)
	}
	if err != nil {
		t.Fatalf("%s adds %s: %v", l.name, id, err)
	}
	return seq
}

func commit(t *testing.T, l login, seq int64, number int) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), l, func(tx pgx.Tx) error {
		key := "owner/" + l.name + "/clean/x"
		if _, err := tx.Exec(t.Context(), `
			INSERT INTO sheetmill.version (dataset, number, clean_key, keys, row_count, columns, detail) VALUES ($1, $2, $3, ARRAY[$3], 3, '[]', '{}')`, seq, number, key); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE sheetmill.dataset SET head = $2, clean_data_key = $3, updated_at = now() WHERE seq = $1`, seq, number, key)
		return err
	})
}
