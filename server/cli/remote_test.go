//go:build unix

package cli

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample writes a small messy file.
func sample(t *testing.T, path string) {
	t.Helper()
	text := "Lab report;;\nid;value;taken\n1;4,5;2024-01-02\n2;n/a;2024-01-03\n3;6,25;2024-01-04\n4;7,0;2024-01-05\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// milledOnce is what mill --json prints.
type milledOnce struct {
	Files []struct {
		RecordID string   `json:"recordId"`
		Status   string   `json:"status"`
		Outputs  []string `json:"outputs"`
	} `json:"files"`
}

// TestMillOnAServer: the same tables as at home, one by a server that was
// restarted, the work done by a worker alone.
func TestMillOnAServer(t *testing.T) {
	g := newTeam(t).ready()
	reference, csv := filepath.Join(g.folder, "ref.xlsx"), filepath.Join(g.folder, "lab.csv")
	writeReference(t, reference, 7)
	sample(t, csv)
	local, remote := filepath.Join(g.folder, "local"), filepath.Join(g.folder, "remote")
	run(t, g.command("mill", reference, csv, "-o", local, "--format", "parquet,csv"))
	serve := func() *daemon { return g.start("serve", "--addr", "127.0.0.1:0", "--work=false") }
	d, w := serve(), g.start("worker", "--metrics-addr", "127.0.0.1:0")
	token, _ := g.token("write")
	secret := filepath.Join(g.folder, "token")
	if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if log := d.stop(); strings.Contains(log, token) {
		t.Error("the log holds the token")
	}
	d = serve()
	out := run(t, g.command("mill", "--server", "http://"+d.address, "--token-file", secret, reference, csv, "-o", remote, "--format", "parquet,csv", "--json"))
	var done milledOnce
	if err := json.Unmarshal(out, &done); err != nil || len(done.Files) != 2 || len(done.Files[0].Outputs) != 2 {
		t.Fatalf("%v %s", err, out)
	}
	for _, name := range []string{"ref.parquet", "ref.csv", "lab.parquet", "lab.csv"} {
		if hashFile(t, filepath.Join(local, name)) != hashFile(t, filepath.Join(remote, name)) {
			t.Errorf("%s is another at the server", name)
		}
	}
	// What a person sees is the same, but for the record's number.
	cmd := g.command("mill", "--server", "http://"+d.address, csv)
	cmd.Env = append(cmd.Env, "SHEETMILL_TOKEN="+token)
	if a, b := withoutRecord(run(t, cmd)), withoutRecord(run(t, g.command("mill", csv))); a != b {
		t.Errorf("the server's report\n%s\nis not\n%s", a, b)
	}
	if code, page := w.get("/metrics", ""); code != http.StatusOK || !strings.Contains(page, `left="completed"} 3`) || !strings.Contains(page, "sheetmill_job_rows_total") {
		t.Errorf("%d %s", code, page)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := w.get(path, ""); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	bad := filepath.Join(g.folder, "bad.xlsx")
	if err := os.WriteFile(bad, []byte("PK\x03\x04 no workbook"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := status(t, g.command("mill", "--server", "http://"+d.address, "--token-file", secret, bad)); code != exitBadInput || !strings.Contains(said, "bad.xlsx") {
		t.Errorf("a bad file: %d %s", code, said)
	}
	if code, _, said := status(t, g.command("mill", "--server", "http://"+d.address, csv)); code != exitNotAllowed || !strings.Contains(said, "SHEETMILL_TOKEN") {
		t.Errorf("without a token: %d %s", code, said)
	}
	if out := string(run(t, g.command("ls", "--connection", g.connection()))); strings.Count(out, "ref.xlsx") != 1 || strings.Count(out, "lab.csv") != 2 {
		t.Errorf("%s", out)
	}
	if out := string(run(t, g.command("preview", done.Files[1].RecordID, "--connection", g.connection()))); !strings.Contains(out, "6.25") {
		t.Errorf("%s", out)
	}
	reportsFromAServer(t, g, []string{"--server", "http://" + d.address, "--token-file", secret}, done.Files[1].RecordID, csv)
	d.stop()
	w.stop()
	if out := g.admin("doctor", "--shared", "--json"); !strings.Contains(out, `"clean": true`) {
		t.Error(out)
	}
}

// reportsFromAServer: the report of a record there, and of a file that goes
// there, tell what the report made at home tells.
func reportsFromAServer(t *testing.T, g *team, at []string, id, csv string) {
	t.Helper()
	report := func(arg string, more ...string) string {
		return string(run(t, g.command(append(append([]string{"report", arg}, more...), at...)...)))
	}
	home := string(run(t, g.command("report", csv, "--format", "md")))
	there := report(id, "--format", "md")
	if !strings.Contains(there, id) || strings.Replace(there, " · "+id, "", 1) != home {
		t.Errorf("the server's report\n%s\nis not\n%s", there, home)
	}
	page := filepath.Join(g.folder, "page.html")
	report(csv, "-o", page, "--lang", "zh")
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), `<html lang="zh-Hans"`) {
		t.Errorf("%.200s %v", html, err)
	}
	if code, _, said := status(t, g.command(append([]string{"report", "nosuchrecord"}, at...)...)); code != exitNotFound {
		t.Errorf("no such record: %d %s", code, said)
	}
}

// withoutRecord drops the line that names the record.
func withoutRecord(report []byte) string {
	var kept []string
	for line := range strings.SplitSeq(string(report), "\n") {
		if !strings.HasPrefix(line, "  record ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// TestPushAndPull: what was milled at home is in the shared workspace, and
// comes from there to another home, as the same table.
func TestPushAndPull(t *testing.T) {
	g := newTeam(t).ready()
	csv := filepath.Join(g.folder, "lab.csv")
	sample(t, csv)
	var done milledOnce
	if err := json.Unmarshal(run(t, g.command("mill", csv, "--json")), &done); err != nil {
		t.Fatal(err)
	}
	id := done.Files[0].RecordID
	if out := string(run(t, g.command("push", id, "--to", g.connection(), "--wait=false"))); !strings.Contains(out, "sheetmill wait") {
		t.Errorf("%s", out)
	}
	run(t, g.command("wait")) // the next process that works goes on with it
	if out := string(run(t, g.command("push", id[:6], "--to", g.connection()))); !strings.Contains(out, "Pushed "+id) {
		t.Errorf("%s", out)
	}
	if out := string(run(t, g.command("ls", "--connection", g.connection()))); !strings.Contains(out, id) {
		t.Errorf("%s", out)
	}
	other := g.command("pull", id[:6], "--json")
	other.Env = append(other.Env, "SHEETMILL_HOME="+filepath.Join(g.folder, "other"), "SHEETMILL_CONNECTION="+g.connection())
	if out := string(run(t, other)); !strings.Contains(out, `"state": "done"`) {
		t.Errorf("%s", out)
	}
	here, there := filepath.Join(g.folder, "a.parquet"), filepath.Join(g.folder, "b.parquet")
	run(t, g.command("export", id, "-o", here))
	cmd := g.command("export", id, "-o", there)
	cmd.Env = append(cmd.Env, "SHEETMILL_HOME="+filepath.Join(g.folder, "other"))
	run(t, cmd)
	if hashFile(t, here) != hashFile(t, there) {
		t.Error("the tables differ")
	}
	if code, _, said := status(t, g.command("push", id, "--to", filepath.Join(g.folder, "nowhere"))); code != exitNotFound {
		t.Errorf("without a connection file: %d %s", code, said)
	}
}
