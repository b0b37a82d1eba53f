package access_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog/postgres/access"
	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"ana": true, "a-b_9": true, strings.Repeat("a", 32): true,
		"": false, "an": false, "Ana": false, "9na": false, "_ana": false, "a na": false, "ana;": false, `a"na`: false, "änna": false, strings.Repeat("a", 33): false, "ana\n": false,
		"postgres": false, "pg_read_all_data": false, "sheetmill": false, "sheetmill_server": false, "public": false, "none": false,
	} {
		if err := access.CheckName(name); (err == nil) != ok || err != nil && !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestUsers(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	addDataset(t, w.ana, "one")
	exec(t, w.ana, `UPDATE sheetmill.river_job SET state = 'running'`)
	users, err := access.Users(ctx, w.srv)
	if err != nil || len(users) != 2 {
		t.Fatalf("%+v, %v", users, err)
	}
	if u := users[0]; u.Name != w.ana.name || u.Datasets != 1 || u.Running != 1 || u.Sessions < 1 || u.LastSeen.IsZero() || u.CreatedAt.IsZero() {
		t.Errorf("%+v", u)
	}
	if u := users[1]; u.Name != w.bob.name || u.Datasets != 0 || !u.LastSeen.IsZero() {
		t.Errorf("%+v", u)
	}
	for name, want := range map[string]fault.Code{w.ana.name: fault.Conflict, w.srv.name: fault.Conflict, "postgres": fault.Usage, "x": fault.Usage} {
		if _, err := access.AddUser(ctx, w.admin, name); !fault.Is(err, want) {
			t.Errorf("adding %s: %v", name, err)
		}
		if _, err := access.AddServer(ctx, w.admin, name); !fault.Is(err, want) {
			t.Errorf("adding the server %s: %v", name, err)
		}
	}
	for what, try := range map[string]func() error{
		"AddUser":      func() error { _, err := access.AddUser(ctx, w.srv, "carl"); return err },
		"AddServer":    func() error { _, err := access.AddServer(ctx, w.ana, "carl"); return err },
		"Rotate":       func() error { _, err := access.Rotate(ctx, w.srv, w.ana.name); return err },
		"RemoveUser":   func() error { return access.RemoveUser(ctx, w.srv, w.bob.name, true) },
		"RemoveServer": func() error { return access.RemoveServer(ctx, w.bob, w.srv.name) },
	} {
		if err := try(); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("%s by one who is no administrator: %v", what, err)
		}
	}
	for _, name := range []string{"nobody", "postgres", "sheetmill_server", `x"; DROP ROLE ` + w.bob.name} {
		if err := access.RemoveUser(ctx, w.admin, name, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("removing %s: %v", name, err)
		}
		if _, err := access.Rotate(ctx, w.admin, name); !fault.Is(err, fault.NotFound) {
			t.Errorf("rotating %s: %v", name, err)
		}
	}
	if err := access.RemoveUser(ctx, w.admin, w.srv.name, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("removing a server as a user: %v", err)
	}
}

func TestRotate(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	held, err := w.ana.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	password, err := access.Rotate(ctx, w.admin, w.ana.name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(ctx, `SELECT 1`); err == nil {
		t.Error("the session goes on after the password was changed")
	}
	if err := ping(ctx, w.as(w.ana.name, w.ana.password)); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("the old password: %v", err)
	}
	if err := ping(ctx, w.as(w.ana.name, password)); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if err := ping(ctx, w.as(w.bob.name, w.bob.password)); err != nil {
		t.Errorf("bob's password: %v", err)
	}
}

func ping(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		err = conn.Close(ctx)
	}
	return err
}

func TestRemoveUser(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	addDataset(t, w.ana, "one")
	addDataset(t, w.bob, "one")
	text, _, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: w.ana.name, Name: "x", Rights: access.Read})
	if err != nil {
		t.Fatal(err)
	}
	if err := access.RemoveUser(ctx, w.admin, w.ana.name, false); !fault.Is(err, fault.Conflict) {
		t.Fatalf("with a record: %v", err)
	}
	exec(t, w.ana, `SELECT 1`) // nothing was ended
	// A server that acts for her meanwhile is waited for, and refused afterwards.
	acting, err := w.srv.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = acting.Rollback(context.WithoutCancel(ctx)) }()
	exec(t, acting, `SET LOCAL ROLE `+pgx.Identifier{w.ana.name}.Sanitize())

	if err := access.RemoveUser(ctx, w.admin, w.ana.name, true); err != nil {
		t.Fatal(err)
	}
	if _, err := acting.Exec(ctx, `INSERT INTO sheetmill.dataset (owner, id, file_name, file_key, file_size, file_hash) VALUES ($1, 'late', 'f', 'k', 1, 'h')`, w.ana.name); err == nil {
		t.Error("a server adds a record for a user who is gone")
	}
	if err := ping(ctx, w.as(w.ana.name, w.ana.password)); err == nil {
		t.Error("she still gets in")
	}
	if _, err := access.Authenticate(ctx, w.srv, text); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("her token: %v", err)
	}
	for table, column := range whose {
		n := get[int](t, w.admin, `SELECT count(*) FROM sheetmill.`+table+` WHERE `+column+` = $1`, w.ana.name)
		if kept := table == "audit" || table == "audit_head"; (n == 0) == kept {
			t.Errorf("%s has %d rows of hers", table, n)
		}
	}
	if n := get[int](t, w.bob, `SELECT count(*) FROM sheetmill.river_job`); n != 1 {
		t.Errorf("bob has %d jobs left", n)
	}
	if get[bool](t, w.admin, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)`, w.ana.name) {
		t.Error("the role is there")
	}
	if report, err := access.VerifyAudit(ctx, w.srv); err != nil || !report.Whole() {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestARefusedRemovalLeavesTheUser: what the role has elsewhere keeps it, and then it works as before.
func TestARefusedRemovalLeavesTheUser(t *testing.T) {
	w := newWorkspace(t)
	exec(t, w.admin, `CREATE TABLE public.hers ()`)
	exec(t, w.admin, `ALTER TABLE public.hers OWNER TO `+pgx.Identifier{w.ana.name}.Sanitize())
	if err := access.RemoveUser(t.Context(), w.admin, w.ana.name, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("a role that owns a table: %v", err)
	}
	if err := ping(t.Context(), w.as(w.ana.name, w.ana.password)); err != nil {
		t.Errorf("she cannot log in any more: %v", err)
	}
	exec(t, w.admin, `DROP TABLE public.hers`)
}

// TestPasswordsAreNotLogged runs a server that logs every statement.
func TestPasswordsAreNotLogged(t *testing.T) {
	server := testenv.StartPostgres(t, "log_statement=all", "logging_collector=on")
	admin := server.Database(t)
	if err := schema.Migrate(t.Context(), admin); err != nil {
		t.Fatal(err)
	}
	pool := connect(t, admin)
	first, err := access.AddUser(t.Context(), pool, "ana")
	if err != nil {
		t.Fatal(err)
	}
	second, err := access.Rotate(t.Context(), pool, "ana")
	if err != nil {
		t.Fatal(err)
	}
	log := get[string](t, pool, `SELECT pg_read_file(pg_current_logfile())`)
	if !strings.Contains(log, "CREATE ROLE") || !strings.Contains(log, "ALTER ROLE") {
		t.Fatal("nothing was logged")
	}
	for _, password := range []string{first, second} {
		if strings.Contains(log, password) {
			t.Error("a password is in the server's log")
		}
	}
}

// TestAnOwnerWhoIsNoSuperuser migrates and administers all the same.
func TestAnOwnerWhoIsNoSuperuser(t *testing.T) {
	server := testenv.StartPostgres(t)
	super := connect(t, server.Database(t))
	ctx := t.Context()
	exec(t, super, `CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'keeper'`)
	exec(t, super, `CREATE DATABASE kept OWNER keeper`)
	u, err := url.Parse(super.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword("keeper", "keeper"), "kept"
	for range 2 {
		if err := schema.Migrate(ctx, u.String()); err != nil {
			t.Fatal(err)
		}
	}
	keeper := connect(t, u.String())
	w := &workspace{url: u.String(), admin: keeper}
	w.ana, w.bob, w.srv = w.login(t, "ana", access.AddUser), w.login(t, "bob", access.AddUser), w.login(t, "srv", access.AddServer)
	addDataset(t, w.ana, "one")
	if got := list[string](t, w.srv, `SELECT owner FROM sheetmill.dataset`); !slices.Equal(got, []string{"ana"}) {
		t.Errorf("a server sees %v", got)
	}
	if n := get[int](t, w.bob, `SELECT count(*) FROM sheetmill.dataset`); n != 0 {
		t.Errorf("bob sees %d records", n)
	}
	if w.ana.password, err = access.Rotate(ctx, keeper, "ana"); err != nil {
		t.Errorf("Rotate: %v", err)
	}
	if err := ping(ctx, w.as("ana", w.ana.password)); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if report, err := access.VerifyAudit(ctx, keeper); err != nil || !report.Whole() || len(report.Chains) != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	for _, name := range []string{"ana", "bob"} {
		if err := access.RemoveUser(ctx, keeper, name, true); err != nil {
			t.Errorf("RemoveUser: %v", err)
		}
	}
	if err := access.RemoveServer(ctx, keeper, "srv"); err != nil {
		t.Errorf("RemoveServer: %v", err)
	}
}
