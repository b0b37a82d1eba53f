package view_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5"

	"sheetmill/app/view"
	"sheetmill/assets"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/testenv"
)

// toldWell makes sure that a fault is a sentence with a next step, in both languages.
func toldWell(t *testing.T, what string, f *fault.Error, code fault.Code) {
	t.Helper()
	if f == nil {
		t.Fatalf("%s is not told", what)
	}
	zh := assets.Translations()
	if f.Code != code || f.Sentence.IsZero() || f.Next.IsZero() || zh[f.Sentence.Key] == "" || zh[f.Next.Key] == "" {
		t.Errorf("%s is told as %s: %q, %q", what, f.Code, f.Sentence.In(say.English), f.Next.In(say.English))
	}
}

// csv is a dataset as a file.
func (d *desk) csv(r view.Ref) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "out.csv")
	if end := exported(d.t, d, r, view.ExportOptions{Format: "csv", Path: path}); end.Fault != nil {
		d.t.Fatalf("the export ended as %+v", end)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(content)
}

func (d *desk) line(l view.Line) {
	d.t.Helper()
	d.until(string(l), func() bool { return d.Shared().Line == l })
}

// noisy is a CSV of numbers that no packing makes small.
func noisy(rows int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	out := []byte("id,a,b,c,d,e\n")
	for i := range rows {
		out = fmt.Appendf(out, "%d,%.12f,%.12f,%.12f,%.12f,%.12f\n", i, r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64())
	}
	return out
}

// The network goes while a push is sending and a job over there is at work, and comes back.
func TestTheNetworkIsCutInTheMiddle(t *testing.T) {
	t.Parallel() // it waits far more than it works
	c := newCommons(t)
	ana, proxies := lines(t, c.user(t, "ana"))
	d := start(t, t.TempDir())
	d.connect(t, ana)
	d.AddBytes(view.Local, "own.csv", noisy(20_000))
	own := d.find(view.Local, "own.csv", isReady)
	want := d.csv(own.Ref)

	slow := `{"name":"slow","type":"bandwidth","stream":"upstream","attributes":{"rate":400}}` // KB/s
	if _, err := proxies[1].Toxics.AddToxicJson(strings.NewReader(slow)); err != nil {
		t.Fatal(err)
	}
	d.Push(own.Ref)
	sending := d.find(view.Local, "own.csv", func(i view.Item) bool { return i.Transfer == view.Pushing && i.TransferDone > 0 })
	if s := d.Shared(); s.Pushing != 1 || s.Line != view.Online {
		t.Errorf("while it sends: %+v, %+v", s, sending)
	}
	d.AddBytes(view.Shared, "there.csv", []byte(patients(2000)))
	cut(t, proxies)
	d.line(view.Offline)
	toldWell(t, "the absence", d.Shared().Fault, fault.Unreachable)
	waits := d.find(view.Local, "own.csv", func(i view.Item) bool { return i.Transfer == view.TransferWaits })
	toldWell(t, "the push that waits", waits.TransferFault, fault.Unreachable)
	d.AddBytes(view.Local, "meanwhile.csv", []byte(patients(10)))
	d.find(view.Local, "meanwhile.csv", isReady)

	proxies[1].Toxics.ResetToxics(context.Background())
	for _, p := range proxies {
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	d.line(view.Online) // by itself
	d.find(view.Local, "own.csv", func(i view.Item) bool { return i.Transfer == view.TransferDone && i.TransferFault == nil })
	if got := d.csv(d.find(view.Shared, "own.csv", isReady).Ref); got != want {
		t.Errorf("over there it reads %d bytes, here %d", len(got), len(want))
	}
	d.retried("there.csv")
	if got := d.find(view.Shared, "there.csv", isReady); got.Rows != 2000 {
		t.Errorf("what was being added is %+v", got)
	}
}

// retried tries again what could not be copied while the other side was away.
func (d *desk) retried(name string) {
	d.t.Helper()
	i := d.item(name, func(i view.Item) bool { return i.Phase.Ended() })
	if i.Phase == view.Broken {
		toldWell(d.t, "what could not be added", i.Fault, fault.Unreachable)
		if !i.CanRetry() {
			d.t.Errorf("it cannot be tried again: %+v", i)
		}
		d.Retry(i.Ref)
	}
}

func cut(t *testing.T, proxies []*toxiproxy.Proxy) {
	t.Helper()
	for _, p := range proxies {
		p.Stop()
	}
}

// PostgreSQL crashes while a job is at work, and is started again.
func TestPostgreSQLIsRestarted(t *testing.T) {
	t.Parallel()
	server := testenv.StartPostgres(t)
	c := commonsIn(t, server.Database(t), testenv.MinIO(t))
	d := start(t, t.TempDir())
	d.connect(t, c.user(t, "ana"))
	d.AddBytes(view.Shared, "before.csv", []byte(patients(300)))
	before := d.find(view.Shared, "before.csv", isReady)
	want := d.csv(before.Ref)
	open := d.table(before.Ref, tableReady)
	d.AddBytes(view.Shared, "during.csv", []byte(patients(60_000)))
	d.find(view.Shared, "during.csv", func(i view.Item) bool { return i.Phase == view.Running })
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	d.line(view.Offline)
	toldWell(t, "the absence", d.Shared().Fault, fault.Unreachable)
	if cell := d.cell(open, 290, 0); cell.Text != "P291" { // the table that is open is here
		t.Errorf("while it is away, a cell of the open table is %+v", cell)
	}
	toldWell(t, "an export", exported(t, d, before.Ref, view.ExportOptions{Format: "csv", Path: filepath.Join(t.TempDir(), "x.csv")}).Fault, fault.Unreachable)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	d.line(view.Online) // by itself
	if got := d.find(view.Shared, "during.csv", isReady); got.Rows != 60_000 {
		t.Errorf("the job that was at work made %+v", got)
	}
	if got := d.csv(before.Ref); got != want {
		t.Errorf("afterwards it reads %d bytes, not %d", len(got), len(want))
	}
	if n := len(d.Items()); n != 2 {
		t.Errorf("there are %d datasets: %+v", n, d.Items())
	}
}

// The role's password expires while the client is online, and is prolonged.
func TestAPasswordExpiresMeanwhile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testenv.Postgres(t)
	c := commonsIn(t, database, testenv.MinIO(t))
	ana := c.user(t, "ana")
	d := start(t, t.TempDir())
	d.connect(t, ana)
	d.AddBytes(view.Shared, "lab.csv", []byte(patients(20)))
	lab := d.find(view.Shared, "lab.csv", isReady)
	admin, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	until := func(when string) {
		t.Helper()
		for _, statement := range []string{
			"ALTER ROLE " + pgx.Identifier{ana.Owner}.Sanitize() + " VALID UNTIL '" + when + "'",
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + ana.Owner + "'",
		} {
			if _, err := admin.Exec(ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	until("2001-01-01")
	d.line(view.Refused)
	toldWell(t, "the refusal", d.Shared().Fault, fault.NotAllowed)
	until("infinity")
	d.line(view.Online) // by itself
	if again := d.find(view.Shared, "lab.csv", isReady); again.Ref != lab.Ref || again.Rows != 20 {
		t.Errorf("afterwards it is %+v", again)
	}
}

// A connection to what is away is kept, and comes to life when it is back.
func TestImportWhileItIsAway(t *testing.T) {
	t.Parallel()
	c := newCommons(t)
	ana, proxies := lines(t, c.user(t, "ana"))
	cut(t, proxies)
	d := start(t, t.TempDir())
	kept, err := d.imports(t, ana)
	if !kept {
		t.Errorf("it is not kept")
	}
	toldWell(t, "the absence", fault.Of(err), fault.Unreachable)
	d.until("offline", func() bool { s := d.Shared(); return s.Line == view.Offline && s.Fault != nil && s.Owner == ana.Owner })
	for _, p := range proxies {
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	d.line(view.Online) // by itself

	wrong := ana // is refused, and does not take the place of the good one
	wrong.Objects.SecretKey = "wrong-wrong-wrong"
	cut(t, proxies[:1]) // though the database cannot even be asked
	if kept, err := d.imports(t, wrong); kept || !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a wrong key is answered with %v, %v", kept, err)
	}
	if err := proxies[0].Start(); err != nil {
		t.Fatal(err)
	}
	d.line(view.Online)
}

// A shared workspace of another version is refused, with what to do.
func TestAnotherVersion(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testenv.Postgres(t)
	c := commonsIn(t, database, testenv.MinIO(t))
	ana := c.user(t, "ana")
	admin, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, "INSERT INTO sheetmill.goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	d := start(t, t.TempDir())
	kept, err := d.imports(t, ana)
	if kept {
		t.Error("it is kept")
	}
	toldWell(t, "the other version", fault.Of(err), fault.Unreachable)
}
