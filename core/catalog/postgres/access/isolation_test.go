package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog/postgres/access"
)

// refused are PostgreSQL's ways to say no: no right, row security, or a
// column that nobody may write.
var refused = []string{"42501", "428C9"}

// notNull ends a change of her own row to no value.
const notNull = "23502"

// whose tells by which column a table's rows are somebody's. A table that comes
// later needs an entry here, and with it a policy: "" says that there is none to see.
var whose = map[string]string{
	"owner": "name", "dataset": "owner", "version": "owner", "dataset_job": "owner", "claim": "owner", "process": "owner",
	"river_job": "owner", "token": "owner", "audit": "chain", "audit_head": "chain",
}

// everyones are tables whose rows all may see: how far the schema is, and which queues there are.
var everyones = []string{"goose_db_version", "river_migration", "river_queue"}

// closed are tables that no analyst has any right to.
var closed = []string{"river_leader", "river_notification"}

func tables(t *testing.T, w *workspace) []string {
	t.Helper()
	return list[string](t, w.admin, `SELECT relname::text FROM pg_class WHERE relnamespace = 'sheetmill'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1`)
}

func columns(t *testing.T, w *workspace, table string) []string {
	t.Helper()
	return list[string](t, w.admin, `
		SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = ('sheetmill.' || $1)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
}

// peopled is a workspace in which ana and bob have a row in every table that can have one.
func peopled(t *testing.T) *workspace {
	t.Helper()
	w := newWorkspace(t)
	for _, l := range []login{w.ana, w.bob} {
		addDataset(t, l, "one")
		addDataset(t, l, "two")
		if _, _, err := access.CreateToken(t.Context(), w.srv, access.NewToken{Owner: l.name, Name: "x", Rights: access.Read}); err != nil {
			t.Fatal(err)
		}
	}
	for table, column := range whose {
		for _, l := range []login{w.ana, w.bob} {
			if get[int](t, w.admin, `SELECT count(*) FROM sheetmill.`+table+` WHERE `+column+` = $1`, l.name) == 0 {
				t.Fatalf("%s has no row in %s; the tests below would show nothing", l.name, table)
			}
		}
	}
	return w
}

// TestEveryTableIsGuarded fails for a table that comes later without a thought
// about whose its rows are.
func TestEveryTableIsGuarded(t *testing.T) {
	w := newWorkspace(t)
	for _, table := range tables(t, w) {
		secured := get[bool](t, w.admin, `SELECT relrowsecurity FROM pg_class WHERE oid = ('sheetmill.' || $1)::regclass`, table)
		rights := list[string](t, w.admin, `
			SELECT DISTINCT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
			WHERE has_table_privilege($1, 'sheetmill.' || $2, p) OR p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege($1, 'sheetmill.' || $2, p)
			ORDER BY 1`, w.ana.name, table)
		switch {
		case slices.Contains(closed, table):
			if len(rights) > 0 {
				t.Errorf("%s: analysts may %v", table, rights)
			}
		case slices.Contains(everyones, table) && !secured:
			if !slices.Equal(rights, []string{"SELECT"}) {
				t.Errorf("%s has no row security, and analysts may %v", table, rights)
			}
		case whose[table] == "" && !slices.Contains(everyones, table):
			t.Errorf("%s is new: say in this test whose its rows are", table)
		case !secured:
			t.Errorf("%s has no row security, and analysts may %v", table, rights)
		}
		for _, never := range []string{"TRUNCATE", "REFERENCES", "TRIGGER"} {
			if slices.Contains(rights, never) {
				t.Errorf("%s: analysts may %s", table, never)
			}
		}
	}
	for _, q := range []string{
		`SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a WHERE pronamespace = 'sheetmill'::regnamespace AND a.grantee = 0`,
		`SELECT count(*) FROM pg_class c, aclexplode(coalesce(relacl, acldefault('r', relowner))) a WHERE relnamespace = 'sheetmill'::regnamespace AND relkind <> 'i' AND a.grantee = 0`,
		`SELECT count(*) FROM pg_namespace n, aclexplode(nspacl) a WHERE nspname IN ('sheetmill', 'public') AND a.grantee = 0`,
		`SELECT count(*) FROM pg_database d, aclexplode(datacl) a WHERE datname = current_database() AND a.grantee = 0`,
		// A function with its owner's rights must not find anybody else's names first.
		`SELECT count(*) FROM pg_proc WHERE pronamespace = 'sheetmill'::regnamespace AND prosecdef AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']`,
	} {
		if n := get[int](t, w.admin, q); n != 0 {
			t.Errorf("%d by %s", n, q)
		}
	}
}

// TestAnAnalystSeesOnlyHerOwn asks for every row of every table, in each way to read.
func TestAnAnalystSeesOnlyHerOwn(t *testing.T) {
	w := peopled(t)
	for table, column := range whose {
		if table == "process" {
			continue // its rows are seen, some columns not; below
		}
		own := get[int](t, w.admin, `SELECT count(*) FROM sheetmill.`+table+` WHERE `+column+` = $1`, w.ana.name)
		if n := get[int](t, w.ana, `SELECT count(*) FROM sheetmill.`+table); n != own {
			t.Errorf("%s: ana sees %d rows of which %d are hers", table, n, own)
		}
		if n := get[int](t, w.ana, `SELECT count(*) FROM sheetmill.`+table+` WHERE `+column+` = $1`, w.bob.name); n != 0 {
			t.Errorf("%s: ana sees %d of bob's rows", table, n)
		}
		if all := get[int](t, w.srv, `SELECT count(*) FROM sheetmill.`+table); all < 2*own {
			t.Errorf("%s: a server sees %d rows, not everyone's", table, all)
		}
		copied := "*"
		if table == "token" {
			copied = "id, owner, name"
		}
		var out strings.Builder
		if err := copyOut(t.Context(), w.ana, `COPY (SELECT `+copied+` FROM sheetmill.`+table+`) TO STDOUT`, &out); err != nil || strings.Count(out.String(), "\n") != own || strings.Contains(out.String(), w.bob.name) {
			t.Errorf("%s: COPY gives %q, %v", table, out.String(), err)
		}
	}
	if n := get[int](t, w.ana, `SELECT count(*) FROM (SELECT id, beat, works FROM sheetmill.process) p`); n != 2 {
		t.Errorf("ana sees the life of %d processes, not of both", n)
	}
	for _, column := range []string{"owner", "host", "pid", "*"} {
		if _, err := w.ana.Exec(t.Context(), `SELECT `+column+` FROM sheetmill.process`); code(err) != "42501" {
			t.Errorf("process.%s: %v", column, err)
		}
	}
	if _, err := w.ana.Exec(t.Context(), `SELECT hash FROM sheetmill.token`); code(err) != "42501" {
		t.Errorf("token.hash: %v", err)
	}
	for _, table := range closed {
		if _, err := w.ana.Exec(t.Context(), `SELECT 1 FROM sheetmill.`+table); code(err) != "42501" {
			t.Errorf("%s: %v", table, err)
		}
	}
}

func copyOut(ctx context.Context, l login, sql string, out *strings.Builder) error {
	conn, err := l.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().PgConn().CopyTo(ctx, out, sql)
	return err
}

// TestAnAnalystChangesOnlyHerOwn writes to every column of every table, deletes
// every row and locks it, without a condition and with one that names bob's rows.
// Whatever is not refused must leave bob's rows as they are.
func TestAnAnalystChangesOnlyHerOwn(t *testing.T) {
	w := peopled(t)
	tried, denied := 0, 0
	for _, table := range tables(t, w) {
		column := whose[table]
		others := func() []string { // what is not ana's, to the letter
			if column == "" {
				return list[string](t, w.admin, `SELECT x::text FROM sheetmill.`+table+` x ORDER BY 1`)
			}
			return list[string](t, w.admin, `SELECT x::text FROM sheetmill.`+table+` x WHERE `+column+` <> $1 ORDER BY 1`, w.ana.name)
		}
		before := others()
		attack := func(sql string, mayTouchAll bool) {
			t.Helper()
			tried++
			tx, err := w.ana.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			tag, err := tx.Exec(t.Context(), sql)
			if err != nil {
				// Another error than a refusal would hide whether it is refused.
				if !slices.Contains(refused, code(err)) && code(err) != notNull {
					t.Errorf("%s: %v", sql, err)
				}
				denied++
				return
			}
			own := int64(0)
			if column != "" {
				own = get[int64](t, w.admin, `SELECT count(*) FROM sheetmill.`+table+` WHERE `+column+` = $1`, w.ana.name)
			}
			if tag.RowsAffected() > own && !mayTouchAll {
				t.Errorf("%s: touched %d rows, and %d are hers", sql, tag.RowsAffected(), own)
			}
			if err := tx.Commit(t.Context()); err != nil && !slices.Contains(refused, code(err)) {
				t.Errorf("%s: %v", sql, err)
			}
		}
		for _, c := range columns(t, w, table) {
			attack(`UPDATE sheetmill.`+table+` SET `+c+` = `+c, table == "river_queue" && c == "updated_at")
			attack(`UPDATE sheetmill.`+table+` SET `+c+` = DEFAULT`, table == "river_queue" && c == "updated_at")
			if column != "" {
				attack(fmt.Sprintf(`UPDATE sheetmill.%s SET %s = '%s' WHERE %s = '%s'`, table, column, w.bob.name, column, w.ana.name), false)
				attack(fmt.Sprintf(`UPDATE sheetmill.%s SET %s = %s WHERE %s = '%s'`, table, c, c, column, w.bob.name), false)
			}
		}
		attack(`TRUNCATE sheetmill.`+table+` CASCADE`, false)
		attack(`SELECT 1 FROM sheetmill.`+table+` FOR UPDATE`, table == "river_queue")
		attack(`SELECT 1 FROM sheetmill.`+table+` FOR KEY SHARE`, table == "river_queue")
		if column != "" {
			names := strings.Join(columns(t, w, table), ", ")
			attack(fmt.Sprintf(`INSERT INTO sheetmill.%s (%s) VALUES ('%s')`, table, column, w.bob.name), false)
			attack(fmt.Sprintf(`INSERT INTO sheetmill.%s (%s) SELECT %s FROM sheetmill.%s`, table, names, names, table), false)
			attack(fmt.Sprintf(`DELETE FROM sheetmill.%s WHERE %s = '%s'`, table, column, w.bob.name), false)
		}
		// Last, for it takes ana's own.
		attack(`DELETE FROM sheetmill.`+table, false)
		if after := others(); table != "river_queue" && !slices.Equal(before, after) {
			t.Errorf("%s: what is not ana's was\n%s\nand is\n%s", table, strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	}
	t.Logf("%d attempts, %d refused, the rest touched her own rows only", tried, denied)
	if err := copyIn(t.Context(), w.ana, `COPY sheetmill.dataset (id, owner, file_name, file_key, file_size, file_hash) FROM STDIN`); err == nil {
		t.Error("COPY FROM goes past row security")
	}
}

func copyIn(ctx context.Context, l login, sql string) error {
	conn, err := l.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().PgConn().CopyFrom(ctx, strings.NewReader(""), sql)
	return err
}

// TestNothingTellsOfAnothers tries what answers differently when a guess at
// another's row is right.
func TestNothingTellsOfAnothers(t *testing.T) {
	w := peopled(t)
	seq := get[int64](t, w.admin, `SELECT seq FROM sheetmill.dataset WHERE owner = $1 LIMIT 1`, w.bob.name)
	job := get[int64](t, w.admin, `SELECT job FROM sheetmill.dataset_job WHERE owner = $1 LIMIT 1`, w.bob.name)
	mine := get[int64](t, w.admin, `SELECT seq FROM sheetmill.dataset WHERE owner = $1 LIMIT 1`, w.ana.name)
	const nowhere = 1 << 40
	alike := func(what string, try func(id int64) error, right int64) {
		t.Helper()
		hit, miss := try(right), try(nowhere)
		if code(hit) == "" || code(miss) == "" || strings.ReplaceAll(hit.Error(), fmt.Sprint(right), "#") != strings.ReplaceAll(miss.Error(), fmt.Sprint(int64(nowhere)), "#") {
			t.Errorf("%s: a right guess is answered %v, a wrong one %v", what, hit, miss)
		}
	}
	do := func(sql string, args ...any) error { _, err := w.ana.Exec(t.Context(), sql, args...); return err }
	alike("a version of another's record", func(id int64) error {
		return do(`INSERT INTO sheetmill.version (dataset, number, clean_key, keys, row_count, columns, detail) VALUES ($1, 1, 'c', '{}', 1, '[]', '{}')`, id)
	}, seq)
	alike("another's job for a record", func(id int64) error {
		return do(`INSERT INTO sheetmill.dataset_job (job, dataset) VALUES ($1, $2)`, id, mine)
	}, job)
	alike("another's record for a job", func(id int64) error {
		return do(`INSERT INTO sheetmill.dataset_job (job, dataset) VALUES ((SELECT max(id) FROM sheetmill.river_job), $1)`, id)
	}, seq)
	alike("a claim for another's job", func(id int64) error {
		return do(`INSERT INTO sheetmill.claim (key, holder, job) VALUES ('k', 'h', $1)`, id)
	}, job)

	// A record may have the ID that another's has, and the same name of a request.
	exec(t, w.bob, `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash, idempotency) VALUES ('three', 'f', 'k', 1, 'h', 'once')`)
	exec(t, w.ana, `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash, idempotency) VALUES ('three', 'f', 'k', 1, 'h', 'once')`)

	// No statistics are kept of texts, in no table that both have rows in, but of which kinds of jobs and queues there are.
	kept := list[string](t, w.admin, `
		SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
		WHERE relnamespace = 'sheetmill'::regnamespace AND relkind = 'r' AND relrowsecurity AND attnum > 0 AND NOT attisdropped AND attstattarget IS DISTINCT FROM 0
			AND (SELECT typcategory IN ('S', 'A', 'U') AND typname NOT IN ('uuid') FROM pg_type WHERE pg_type.oid = atttypid)
			AND has_column_privilege($1, attrelid, attnum, 'SELECT') ORDER BY 1`, w.ana.name)
	if want := []string{"sheetmill.process.id", "sheetmill.river_job.kind", "sheetmill.river_job.queue", "sheetmill.river_queue.metadata", "sheetmill.river_queue.name"}; !slices.Equal(kept, want) {
		t.Errorf("statistics are kept of %v", kept)
	}
	// What the planner estimates for bob is what it estimates for nobody.
	exec(t, w.admin, `ANALYZE`)
	for _, q := range []string{
		`SELECT * FROM sheetmill.dataset WHERE owner = '%s'`, `SELECT * FROM sheetmill.river_job WHERE owner = '%s'`,
		`SELECT * FROM sheetmill.claim WHERE owner = '%s'`, `SELECT * FROM sheetmill.version WHERE owner = '%s'`, `SELECT * FROM sheetmill.audit WHERE chain = '%s'`,
		`SELECT id FROM sheetmill.token WHERE owner = '%s'`,
	} {
		plan := func(name string) string {
			return strings.ReplaceAll(strings.Join(list[string](t, w.ana, `EXPLAIN `+fmt.Sprintf(q, name)), "\n"), name, "#")
		}
		if his, nobodys := plan(w.bob.name), plan("nobody"); his != nobodys {
			t.Errorf("estimates tell of bob:\n%s\n%s", his, nobodys)
		}
	}
	if n := get[int](t, w.ana, `SELECT count(*) FROM pg_stats WHERE schemaname = 'sheetmill' AND tablename NOT IN ('goose_db_version', 'river_migration')`); n != 0 {
		t.Errorf("pg_stats shows %d columns", n)
	}
	if q := list[string](t, w.ana, `SELECT DISTINCT query FROM pg_stat_activity WHERE usename <> session_user AND query <> ''`); len(q) > 1 || len(q) == 1 && q[0] != "<insufficient privilege>" {
		t.Errorf("texts of others' queries: %q", q)
	}
}

// TestAServerIsNoAnalyst: it works everyone's rows under its own role, and is
// one analyst and no more while it has her role.
func TestAServerIsNoAnalyst(t *testing.T) {
	w := peopled(t)
	for _, l := range []login{w.ana, w.bob} {
		if get[bool](t, w.admin, `SELECT pg_has_role($1::name, $2::name, 'USAGE')`, w.srv.name, l.name) || !get[bool](t, w.admin, `SELECT pg_has_role($1::name, $2::name, 'MEMBER')`, w.srv.name, l.name) {
			t.Errorf("a server has %s's rights without her role, or cannot take it", l.name)
		}
		err := pgx.BeginFunc(t.Context(), w.srv, func(tx pgx.Tx) error {
			exec(t, tx, `SET LOCAL ROLE `+pgx.Identifier{l.name}.Sanitize())
			if got := list[string](t, tx, `SELECT DISTINCT owner FROM sheetmill.dataset`); !slices.Equal(got, []string{l.name}) {
				t.Errorf("as %s a server sees the records of %v", l.name, got)
			}
			exec(t, tx, `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ('by-server', 'f', 'k', 1, 'h')`)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if got := get[string](t, w.admin, `SELECT owner FROM sheetmill.dataset WHERE id = 'by-server' ORDER BY seq DESC LIMIT 1`); got != l.name {
			t.Errorf("what a server added as %s is %s's", l.name, got)
		}
	}
	if tag := exec(t, w.srv, `UPDATE sheetmill.dataset SET updated_at = now()`); tag.RowsAffected() != 6 {
		t.Errorf("a server changed %d rows, not everyone's", tag.RowsAffected())
	}
	for _, sql := range []string{
		`DELETE FROM sheetmill.audit`, `UPDATE sheetmill.audit SET login = 'x'`, `UPDATE sheetmill.audit_head SET n = 0`, `INSERT INTO sheetmill.audit_head VALUES ('x', 1, '')`,
		`SELECT sheetmill.append('sheetmill', 'user.added', 'x', '{}')`, `SELECT sheetmill.note_administration('user.added', 'x')`, `SELECT sheetmill.note('user.added', 'x')`,
		`UPDATE sheetmill.token SET hash = hash`, `UPDATE sheetmill.token SET rights = 'admin'`, `UPDATE sheetmill.token SET owner = 'x'`,
		`CREATE TABLE sheetmill.x ()`, `CREATE SCHEMA x`, `SET ROLE postgres`, `ALTER TABLE sheetmill.dataset DISABLE ROW LEVEL SECURITY`,
	} {
		if _, err := w.srv.Exec(t.Context(), sql); code(err) != "42501" && code(err) != "22023" {
			t.Errorf("a server may %s: %v", sql, err)
		}
	}
}

// TestAPageUsesTheIndex: row security costs a page of records nothing.
func TestAPageUsesTheIndex(t *testing.T) {
	w := newWorkspace(t)
	exec(t, w.admin, `
		INSERT INTO sheetmill.dataset (owner, id, file_name, file_key, file_size, file_hash, created_at)
		SELECT CASE WHEN i % 10 = 0 THEN $1 ELSE 'other' || i % 50 END, 'id' || i, 'f', 'k', 1, 'h', now() - i * interval '1 minute' FROM generate_series(1, 20000) i`, w.ana.name)
	exec(t, w.admin, `ANALYZE sheetmill.dataset`)
	plan := func(l login, sql string) string {
		return strings.Join(list[string](t, l, `EXPLAIN (COSTS OFF) `+sql), "\n")
	}
	for _, sql := range []string{
		`SELECT * FROM sheetmill.dataset ORDER BY created_at DESC, seq DESC LIMIT 50`,
		fmt.Sprintf(`SELECT id, file_name FROM sheetmill.dataset WHERE owner = '%s' ORDER BY created_at DESC, seq DESC LIMIT 50`, w.ana.name),
	} {
		if p := plan(w.ana, sql); !strings.Contains(p, "dataset_newest") || strings.Contains(p, "Sort") {
			t.Errorf("%s\n%s", sql, p)
		}
	}
	if p := plan(w.ana, fmt.Sprintf(`SELECT file_name FROM sheetmill.dataset WHERE owner = '%s' AND id = 'id10'`, w.ana.name)); !strings.Contains(p, "dataset_owner_id_key") {
		t.Errorf("one record:\n%s", p)
	}
	if p := plan(w.ana, `SELECT id FROM sheetmill.river_job WHERE state = 'available' AND queue = 'sheets' ORDER BY priority, scheduled_at, id LIMIT 5`); !strings.Contains(p, "river_job_in_turn") {
		t.Errorf("the fetch:\n%s", p)
	}
}
