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

// TestWaysAround tries what would go past the rules: other roles, code of one's
// own, numbers that one chooses, keys of others' objects, locks, large objects.
func TestWaysAround(t *testing.T) {
	w := peopled(t)
	bob, srv := pgx.Identifier{w.bob.name}.Sanitize(), pgx.Identifier{w.srv.name}.Sanitize()
	key := "owner/" + w.bob.name + "/source/one"
	sequence := get[int64](t, w.admin, `SELECT last_value FROM sheetmill.river_job_id_seq`)
	insert := func(columns, values string) string {
		return fmt.Sprintf(`INSERT INTO sheetmill.river_job (kind, max_attempts, queue, %s) VALUES ('sheet_parse', 5, 'sheets', %s)`, columns, values)
	}
	for what, sql := range map[string]string{
		"bob's role":           `SET ROLE ` + bob,
		"the server's role":    `SET ROLE ` + srv,
		"the servers' role":    `SET ROLE sheetmill_server`,
		"the superuser's role": `SET ROLE postgres`,
		"bob's session":        `SET SESSION AUTHORIZATION ` + bob,
		"bob's membership":     fmt.Sprintf(`GRANT %s TO CURRENT_USER`, bob),
		"the group":            `GRANT sheetmill_server TO CURRENT_USER`,
		"bob's password":       fmt.Sprintf(`ALTER ROLE %s PASSWORD 'x'`, bob),
		"more rights":          `ALTER ROLE CURRENT_USER BYPASSRLS`,
		"a role":               `CREATE ROLE other`,

		"a table":              `CREATE TABLE sheetmill.x ()`,
		"a table of public":    `CREATE TABLE public.x ()`,
		"a temporary table":    `CREATE TEMP TABLE x ()`,
		"a temporary function": `CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql RETURN 1`,
		"a function":           `CREATE FUNCTION sheetmill.x() RETURNS int LANGUAGE sql RETURN 1`,
		"a schema":             `CREATE SCHEMA x`,
		"a trigger":            `CREATE TRIGGER x BEFORE INSERT ON sheetmill.dataset EXECUTE FUNCTION sheetmill.note_dataset()`,
		"a policy":             `CREATE POLICY x ON sheetmill.dataset USING (true)`,
		"row security off":     `ALTER TABLE sheetmill.dataset DISABLE ROW LEVEL SECURITY`,
		"triggers off":         `SET session_replication_role = replica`,
		"a file":               `COPY (SELECT 1) TO '/tmp/x'`,
		"a program":            `COPY (SELECT 1) TO PROGRAM 'true'`,
		"reading a file":       `SELECT pg_read_file('/etc/passwd')`,
		"an extension":         `CREATE EXTENSION dblink`,
		"a language":           `DO LANGUAGE plpython3u $$ $$`,

		"a chosen record number": `INSERT INTO sheetmill.dataset (seq, id, file_name, file_key, file_size, file_hash) OVERRIDING SYSTEM VALUE VALUES (99, 'x', 'f', 'k', 1, 'h')`,
		"a date of adding":       `INSERT INTO sheetmill.dataset (created_at, id, file_name, file_key, file_size, file_hash) VALUES ('2001-01-01', 'x', 'f', 'k', 1, 'h')`,
		"bob's source":           fmt.Sprintf(`INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ('x', 'f', '%s', 1, 'h')`, key),
		"bob's clean table":      fmt.Sprintf(`UPDATE sheetmill.dataset SET clean_data_key = '%s'`, key),
		"bob's objects": fmt.Sprintf(`INSERT INTO sheetmill.version (dataset, number, clean_key, keys, row_count, columns, detail)
			SELECT seq, 9, 'c', ARRAY['c', '%s'], 1, '[]', '{}' FROM sheetmill.dataset`, key),
		"a claim on bob's object": fmt.Sprintf(`INSERT INTO sheetmill.claim (key, holder, job) VALUES ('%s', 'h', 0)`, key),
		"a job on bob's file":     insert("args", fmt.Sprintf(`'{"fileKey": "%s"}'`, key)),
		"a job in bob's name":     insert("args", fmt.Sprintf(`'{"owner": "%s"}'`, w.bob.name)),
		"a unique job":            insert("args, unique_key, unique_states", `'{}', 'k', B'11111111'`),
		"a vast job":              insert("args", `jsonb_build_object('x', repeat('x', 2000000))`),
		"a vast note":             `UPDATE sheetmill.river_job SET metadata = jsonb_build_object('x', repeat('x', 2000000))`,
		"vast errors":             `UPDATE sheetmill.river_job SET errors = ARRAY[jsonb_build_object('x', repeat('x', 9000000))]`,
		"a vast name":             `UPDATE sheetmill.dataset SET file_name = repeat('x', 100000)`,
		"a job's arguments":       `UPDATE sheetmill.river_job SET args = '{}'`,
		"a job's number":          `UPDATE sheetmill.river_job SET id = id + 1000`,
		"the numbers of jobs":     `SELECT setval('sheetmill.river_job_id_seq', 1)`,
		"how many jobs there are": `SELECT last_value FROM sheetmill.river_job_id_seq`,

		"the audit log":        `INSERT INTO sheetmill.audit VALUES ('x', 1, now(), 'x', 'x', 'x', 'x', '{}', '', '')`,
		"an entry of hers":     `SELECT sheetmill.append(session_user, 'dataset.removed', 'x', '{}')`,
		"an administrators'":   `SELECT sheetmill.note_administration('user.added', 'x')`,
		"a pause":              `UPDATE sheetmill.river_queue SET paused_at = now()`,
		"a paused queue":       `INSERT INTO sheetmill.river_queue (name, paused_at) VALUES ('default', now())`,
		"a queue's removal":    `DELETE FROM sheetmill.river_queue`,
		"a queue's neglect":    `UPDATE sheetmill.river_queue SET updated_at = '2001-01-01'`,
		"others' connections":  `SELECT * FROM sheetmill.clear_way('0s')`,
		"the server's session": fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'`, w.srv.name),
		"a session lock":       `SELECT pg_advisory_lock(1)`,
		"the sweepers' lock":   `SELECT pg_try_advisory_lock(hashtextextended('sheetmill.sweep', 0))`,
		"a large object":       `SELECT lo_create(0)`,
		"WAL":                  `SELECT pg_logical_emit_message(false, 'x', 'x')`,
	} {
		exec(t, w.srv, `SELECT 1`) // there is a session to be ended
		if _, err := w.ana.Exec(t.Context(), sql); !slices.Contains([]string{"42501", "22023", "428C9", "42704"}, code(err)) {
			t.Errorf("%s: %s: %v", what, sql, err)
		}
	}

	// A number that somebody chooses for a job is not taken.
	if id := get[int64](t, w.ana, insert("id, args", `77, '{}'`)+` RETURNING id`); id <= sequence {
		t.Errorf("a job got the number %d that was chosen for it", id)
	}
	// The group that she is in owns nothing, so that nobody shares rows through it.
	err := pgx.BeginFunc(t.Context(), w.ana, func(tx pgx.Tx) error {
		exec(t, tx, `SET LOCAL ROLE sheetmill_analyst`)
		_, err := tx.Exec(t.Context(), `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ('x', 'f', 'k', 1, 'h')`)
		return err
	})
	if code(err) != "23514" {
		t.Errorf("a record of the group: %v", err)
	}
}

// TestRowSecurityCannotBeTurnedOff: the setting makes a query fail that it would have filtered.
func TestRowSecurityCannotBeTurnedOff(t *testing.T) {
	w := peopled(t)
	err := pgx.BeginFunc(t.Context(), w.ana, func(tx pgx.Tx) error {
		exec(t, tx, `SET LOCAL row_security = off`)
		_, err := tx.Exec(t.Context(), `TABLE sheetmill.dataset`)
		return err
	})
	if code(err) != "42501" {
		t.Errorf("without row security: %v", err)
	}
}

// TestClearWay ends the session of an analyst who holds everybody up, and no other.
func TestClearWay(t *testing.T) {
	w := newWorkspace(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	hold, err := w.ana.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback(context.WithoutCancel(ctx)) }()
	exec(t, hold, `LOCK TABLE sheetmill.dataset IN ACCESS EXCLUSIVE MODE`) // this cannot be denied to who may delete
	bystander, err := w.bob.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bystander.Rollback(context.WithoutCancel(ctx)) }()
	exec(t, bystander, `SELECT 1`)
	waiting := make(chan error, 1)
	go func() {
		_, err := w.srv.Exec(ctx, `SELECT count(*) FROM sheetmill.dataset`)
		waiting <- err
	}()
	var ended []string
	for len(ended) == 0 && ctx.Err() == nil {
		ended = list[string](t, w.srv, `SELECT role::text FROM sheetmill.clear_way('0s')`)
	}
	if !slices.Equal(ended, []string{w.ana.name}) {
		t.Errorf("sessions of %v were ended", ended)
	}
	if err := <-waiting; err != nil {
		t.Errorf("who waited: %v", err)
	}
	exec(t, bystander, `SELECT 1`)
	if _, err := hold.Exec(ctx, `SELECT 1`); err == nil {
		t.Error("the session that held the lock goes on")
	}
}

// TestWorkspacesOfOneServerStayApart: roles are the database server's, and yet no
// login of one workspace gets into another.
func TestWorkspacesOfOneServerStayApart(t *testing.T) {
	one, two := newWorkspace(t), newWorkspace(t)
	for _, l := range []login{one.ana, one.srv} {
		conn, err := pgx.Connect(t.Context(), two.as(l.name, l.password))
		if err == nil {
			_ = conn.Close(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s gets into another workspace: %v", l.name, err)
		}
	}
	if users, err := access.Users(t.Context(), two.admin); err != nil || len(users) != 2 {
		t.Errorf("users %v, %v", users, err)
	}
}
