package schema_test

import (
	"context"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"golang.org/x/sync/errgroup"

	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
	"sheetmill/migrations"
)

func TestMain(m *testing.M) {
	testenv.Main(m)
}

func open(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// TestManyMigrateAtOnce starts the same change from eight processes' worth of
// connections, in two databases of one server, for the roles belong to both.
func TestManyMigrateAtOnce(t *testing.T) {
	urls := []string{testenv.Postgres(t), testenv.Postgres(t)}
	g, ctx := errgroup.WithContext(t.Context())
	for i := range 8 {
		g.Go(func() error { return schema.Migrate(ctx, urls[i%2]) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, url := range urls {
		pool := open(t, url)
		got, err := schema.Read(t.Context(), pool)
		if err != nil || got.Older() || got.Newer() || got.Missing() {
			t.Errorf("%+v, %v", got, err)
		}
		if err := schema.Check(t.Context(), pool); err != nil {
			t.Error(err)
		}
		var twice int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) - count(DISTINCT version_id) FROM sheetmill.goose_db_version`).Scan(&twice); err != nil || twice != 0 {
			t.Errorf("%d migrations ran twice, %v", twice, err)
		}
	}
}

func TestCheckNamesWhatIsToBeDone(t *testing.T) {
	ctx, url := t.Context(), testenv.Postgres(t)
	pool := open(t, url)
	refused := func(hint string) {
		t.Helper()
		err := schema.Check(ctx, pool)
		if !fault.Is(err, fault.Unreachable) || fault.Of(err).Next.String() != hint {
			t.Errorf("%v, and the hint %q", err, fault.Of(err).Next)
		}
	}
	refused("Run sheetmill migrate up.")
	if err := schema.Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO sheetmill.goose_db_version (version_id, is_applied) VALUES (90000, true)`)
	refused("Update Sheetmill on this machine.")
	if err := schema.Migrate(ctx, url); err == nil || !strings.Contains(err.Error(), "newer Sheetmill") {
		t.Errorf("a newer database was migrated: %v", err)
	}
	exec(`DELETE FROM sheetmill.goose_db_version WHERE version_id = 90000`)
	exec(`INSERT INTO sheetmill.river_migration (line, version) VALUES ('main', 90000)`)
	refused("Update Sheetmill on this machine.")
	exec(`DELETE FROM sheetmill.river_migration WHERE version = 90000`)
	exec(`DELETE FROM sheetmill.goose_db_version WHERE version_id = (SELECT max(version_id) FROM sheetmill.goose_db_version)`)
	refused("Run sheetmill migrate up.")
}

// TestDownAndUp takes all of our tables away and makes them again; River's stay.
func TestDownAndUp(t *testing.T) {
	ctx, url := t.Context(), testenv.Postgres(t)
	if err := schema.Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	pool := open(t, url)
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithTableName("sheetmill.goose_db_version"), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	what := func() (tables []string) {
		t.Helper()
		rows, err := pool.Query(ctx, `SELECT relname::text FROM pg_class WHERE relnamespace = 'sheetmill'::regnamespace AND relkind = 'r' ORDER BY 1`)
		if err == nil {
			tables, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil {
			t.Fatal(err)
		}
		return tables
	}
	before := what()
	if _, err := ours.DownTo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if left := what(); !slices.Equal(left, []string{"goose_db_version", "river_job", "river_leader", "river_migration", "river_notification", "river_queue"}) {
		t.Errorf("left are %v", left)
	}
	if err := schema.Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	if after := what(); !slices.Equal(before, after) {
		t.Errorf("there were %v, and are %v", before, after)
	}
}

// TestAStrangerIsRefused: a login that was not let in learns that, not that the
// database is empty; nor does one that may connect but has no rights.
func TestAStrangerIsRefused(t *testing.T) {
	ctx, admin := t.Context(), testenv.Postgres(t)
	if err := schema.Migrate(ctx, admin); err != nil {
		t.Fatal(err)
	}
	pool := open(t, admin)
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(context.WithoutCancel(ctx), sql); err != nil {
			t.Error(err)
		}
	}
	exec(`CREATE ROLE schema_stranger LOGIN PASSWORD 'stranger'`)
	t.Cleanup(func() { exec(`DROP OWNED BY schema_stranger`); exec(`DROP ROLE schema_stranger`) })
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("schema_stranger", "stranger")
	stranger := open(t, u.String())
	for range 2 {
		if err := schema.Check(ctx, stranger); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("a stranger is answered %v", err)
		}
		exec(`GRANT CONNECT ON DATABASE ` + pgx.Identifier{strings.TrimPrefix(u.Path, "/")}.Sanitize() + ` TO schema_stranger`)
	}
	u.User = url.UserPassword("schema_stranger", "wrong")
	if err := schema.Check(ctx, open(t, u.String())); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a wrong password is answered %v", err)
	}
}

func TestMigrateSaysWhatItCannotDo(t *testing.T) {
	if err := schema.Migrate(t.Context(), "postgres://%zz"); !fault.Is(err, fault.Usage) {
		t.Errorf("an address that is none: %v", err)
	}
	if err := schema.Migrate(t.Context(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable"); !fault.Is(err, fault.Unreachable) {
		t.Errorf("a server that is none: %v", err)
	}
}
