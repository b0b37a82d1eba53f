//go:build unix

package cli

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// TestServe: the API and its doors, from an empty database to a soft stop.
func TestServe(t *testing.T) {
	g := newTeam(t).ready()
	if info, err := os.Stat(g.connection()); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	socket := filepath.Join(t.TempDir(), "notify")
	system, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer system.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	d := g.start("serve", "--addr", "127.0.0.1:0", "--log-level", "debug")
	said := make([]byte, 64)
	if err := system.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := system.Read(said); string(said[:n]) != "READY=1" {
		t.Errorf("systemd hears %q %v", said[:n], err)
	}
	writes, id := g.token("write")
	admins, _ := g.token("admin")
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json"} {
		if code, body := d.get(path, ""); code != 200 {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	for token, want := range map[string]int{"": 401, writes: 403, admins: 200} {
		if code, body := d.get("/jobs/", token); code != want {
			t.Errorf("/jobs/ is %d, not %d: %s", code, want, body)
		}
	}
	code, page := d.get("/metrics", admins)
	if code != 200 || !strings.Contains(page, "sheetmill_database_up 1") || !strings.Contains(page, "sheetmill_http_request_seconds") {
		t.Errorf("metrics: %d %s", code, page)
	}
	if code, body := d.get("/api/v1/me", writes); code != 200 || !strings.Contains(body, g.owner) {
		t.Errorf("%d %s", code, body)
	}
	began := time.Now()
	g.admin("token", "revoke", id)
	for code := 200; code != 401; code, _ = d.get("/api/v1/me", writes) {
		if time.Since(began) > 5*time.Second {
			t.Fatal("a revoked token still opens")
		}
		time.Sleep(50 * time.Millisecond)
	}
	log := d.stop()
	if !strings.Contains(log, `"msg":"stopped"`) || strings.Contains(log, admins) {
		t.Errorf("the log: %s", log)
	}
	if out := g.admin("audit", "verify"); !strings.Contains(out, "The audit log is whole") {
		t.Error(out)
	}
	for command, want := range map[string]string{
		"user ls": g.owner, "token ls": id, "audit ls": "token.revoked", "queue pause": "sheets", "queue resume": "sheets", "doctor --shared": "clean",
		"migrate status": "up to date",
	} {
		if out := g.admin(strings.Fields(command)...); !strings.Contains(out, want) {
			t.Errorf("%s: %s", command, out)
		}
	}
}

// TestServersOwnLogin: what server add writes starts a server, whose role reaches no further than it must.
func TestServersOwnLogin(t *testing.T) {
	g := newTeam(t).ready()
	name := "mill" + g.owner[3:]
	login := filepath.Join(g.folder, "server.json")
	g.admin("server", "add", name, "-o", login)
	d := g.start("serve", "--addr", "127.0.0.1:0", "--config", login)
	admins, _ := g.token("admin")
	if code, body := d.get("/readyz", ""); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	if code, body := d.get("/jobs/api/states", admins); code != 200 {
		t.Errorf("the board: %d %s", code, body)
	}
	d.stop()
	g.admin("server", "rm", name)
	if code, _, said := status(t, g.command("worker", "--config", login)); code != exitNotAllowed {
		t.Errorf("a removed login: %d %s", code, said)
	}
}

// TestWrongSettingsAreNamed, all at once, with where they stand, and no secret is shown.
func TestWrongSettingsAreNamed(t *testing.T) {
	g := newTeam(t)
	cmd := g.command("serve", "--jobs", "many", "--memory=lots")
	cmd.Env = append(cmd.Env, "SHEETMILL_DATABSE=postgres://a:geheim@b/c", "SHEETMILL_LOG_LEVEL=loud")
	code, _, said := status(t, cmd)
	for _, want := range []string{"--jobs", "--memory", "SHEETMILL_DATABSE", "SHEETMILL_LOG_LEVEL"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not named: %s", want, said)
		}
	}
	if code != exitUsage || strings.Contains(said, "geheim") {
		t.Errorf("%d %s", code, said)
	}
	cmd = g.command("serve", "--print-config", "--admin-database", "postgres://r:geheim@h/d", "--admin-secret-key=geheim")
	if code, out, said := status(t, cmd); code != 0 || strings.Contains(out+said, "geheim") || !strings.Contains(out, "--admin-database") || !strings.Contains(out, g.settings) {
		t.Errorf("%d %s%s", code, out, said)
	}
}

// TestSchemaOlderOrNewer: no server starts on it, and says why.
func TestSchemaOlderOrNewer(t *testing.T) {
	g := newTeam(t)
	refused := func(why string) {
		t.Helper()
		for _, command := range []string{"serve", "worker"} {
			if code, _, said := status(t, g.command(command)); code != exitUnreachable || !strings.Contains(said, why) {
				t.Errorf("%s: %d %s", command, code, said)
			}
		}
	}
	refused("holds no shared workspace yet")
	g.admin("migrate", "up")
	conn, err := pgx.Connect(t.Context(), g.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for sql, why := range map[string]string{
		`UPDATE sheetmill.goose_db_version SET is_applied = false WHERE version_id = (SELECT max(version_id) FROM sheetmill.goose_db_version)`: "of an older Sheetmill",
		`INSERT INTO sheetmill.goose_db_version (version_id, is_applied) VALUES (99999, true)`:                                                 "of a newer Sheetmill",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		refused(why)
		if _, err := conn.Exec(t.Context(), `UPDATE sheetmill.goose_db_version SET is_applied = true; DELETE FROM sheetmill.goose_db_version WHERE version_id = 99999`); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := workspace.Schema(t.Context(), g.database); err != nil || s.Older() || s.Newer() {
		t.Errorf("%+v %v", s, err)
	}
}

// TestAStoppedWorkerGivesItsJobBack: the attempt costs nothing, and another
// worker does the job.
func TestAStoppedWorkerGivesItsJobBack(t *testing.T) {
	g := newTeam(t).ready()
	file := filepath.Join(g.folder, "large.xlsx")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(synth.Reference(f, synth.ReferenceOptions{Rows: 20_000, Cols: 100, Seed: 1}), f.Close()); err != nil {
		t.Fatal(err)
	}
	var added struct {
		RecordID string `json:"recordId"`
	}
	if err := json.Unmarshal(run(t, g.command("add", file, "--connection", g.connection(), "--json")), &added); err != nil {
		t.Fatal(err)
	}
	standing := func() (s struct {
		Status   string  `json:"status"`
		Progress float64 `json:"progress"`
		Job      struct {
			State   string `json:"state"`
			Attempt int    `json:"attempt"`
		} `json:"job"`
	}) {
		t.Helper()
		if err := json.Unmarshal(run(t, g.command("status", added.RecordID, "--connection", g.connection(), "--json")), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := g.start("worker")
	for deadline := time.Now().Add(time.Minute); standing().Job.State != "running"; {
		if time.Now().After(deadline) {
			t.Fatal("the job does not start")
		}
	}
	log := first.stop()
	s := standing()
	if s.Status == "ready" {
		t.Fatal("the job was done before the stop: the file is too small for this machine")
	}
	if s.Status != "processing" || s.Job.State != "waiting" || s.Job.Attempt != 0 {
		t.Errorf("after the stop: %+v", s)
	}
	if !strings.Contains(log, added.RecordID) {
		t.Errorf("the log does not name the record: %s", log)
	}
	second := g.start("worker")
	for deadline := time.Now().Add(time.Minute); standing().Status != "ready"; {
		if time.Now().After(deadline) {
			t.Fatalf("it is not done: %+v", standing())
		}
	}
	second.stop()
}
