package schema_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
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

// TestAStrangerIsRefused: a role without rights learns that it has none, not
// that the database is empty.
func TestAStrangerIsRefused(t *testing.T) {
	ctx, url := t.Context(), testenv.Postgres(t)
	if err := schema.Migrate(ctx, url); err != nil {
		t.Fatal(err)
	}
	pool := open(t, url)
	if _, err := pool.Exec(ctx, `CREATE ROLE schema_stranger`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = pool.Exec(context.Background(), `DROP ROLE schema_stranger`) })
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, `SET LOCAL ROLE schema_stranger`); err != nil {
		t.Fatal(err)
	}
	if err := schema.Check(ctx, tx); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a stranger is answered %v", err)
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
