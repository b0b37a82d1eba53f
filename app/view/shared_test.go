package view_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// commons is a shared workspace of one test on real services.
type commons struct{ *workspace.Server }

func newCommons(t *testing.T) *commons {
	t.Helper()
	return commonsIn(t, testenv.Postgres(t), testenv.MinIO(t))
}

func commonsIn(t *testing.T, admin string, bucket testenv.Bucket) *commons {
	t.Helper()
	ctx := context.Background()
	if err := workspace.Migrate(ctx, admin); err != nil {
		t.Fatal(err)
	}
	config := workspace.ServerConfig{
		Database: admin, CacheDir: t.TempDir(),
		Objects:       workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
		Administrator: workspace.Administrator{Database: admin, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}
	if err := workspace.SetUpBucket(ctx, config.Objects); err != nil {
		t.Fatal(err)
	}
	server, err := workspace.OpenServer(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &commons{server}
}

// user makes an analyst; roles are the database server's, so each has a name of its own.
func (c *commons) user(t *testing.T, what string) workspace.Connection {
	t.Helper()
	conn, err := c.AddUser(context.Background(), what+"-"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.RemoveUser(context.Background(), conn.Owner, true); err != nil && !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	return conn
}

// lines puts a connection behind two lines that can be cut.
func lines(t *testing.T, c workspace.Connection) (workspace.Connection, []*toxiproxy.Proxy) {
	t.Helper()
	u, err := url.Parse(c.Database)
	if err != nil {
		t.Fatal(err)
	}
	database, objects := testenv.Line(t, u.Host), testenv.Line(t, c.Objects.Endpoint)
	u.Host = database.Listen
	c.Database, c.Objects.Endpoint = u.String(), objects.Listen
	return c, []*toxiproxy.Proxy{database, objects}
}

// file writes a connection as an analyst gets it.
func file(t *testing.T, c workspace.Connection) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "connection.json")
	if err := c.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func (d *desk) imports(t *testing.T, c workspace.Connection) (kept bool, err error) {
	t.Helper()
	type answer struct {
		kept bool
		err  error
	}
	a := asked(t, func(done func(answer)) {
		d.ImportConnection(file(t, c), func(kept bool, err error) { done(answer{kept, err}) })
	})
	return a.kept, a.err
}

func (d *desk) connect(t *testing.T, c workspace.Connection) {
	t.Helper()
	if kept, err := d.imports(t, c); err != nil || !kept {
		t.Fatalf("the import: %v, %v", kept, err)
	}
	d.until("online", func() bool { return d.Shared().Line == view.Online })
}

func (d *desk) find(p view.Place, name string, is func(view.Item) bool) view.Item {
	d.t.Helper()
	var found view.Item
	d.until(name+" in "+string(p), func() bool {
		for _, i := range d.Items() {
			if i.Place == p && i.Name == name && is(i) {
				found = i
				return true
			}
		}
		return false
	})
	return found
}

// Two analysts, one of whom loses the network in the middle of a push.
func TestSharedWorkspace(t *testing.T) {
	c := newCommons(t)
	ana, bob := c.user(t, "ana"), c.user(t, "bob")
	far, proxies := lines(t, ana)
	a := start(t, t.TempDir())
	if s := a.Shared(); s.Line != view.NoConnection {
		t.Errorf("before the import it is %+v", s)
	}
	a.connect(t, far)
	if s := a.Shared(); s.Owner != ana.Owner || s.SecretsInFile || strings.Contains(s.Where, ana.Objects.SecretKey) {
		t.Errorf("it stands as %+v", s)
	}
	b := start(t, t.TempDir())
	b.connect(t, bob)

	// Each adds there; neither sees the other's.
	a.AddBytes(view.Shared, "ana.csv", []byte(patients(300)))
	b.AddBytes(view.Shared, "bob.csv", []byte(patients(200)))
	a.find(view.Shared, "ana.csv", isReady)
	item := b.find(view.Shared, "bob.csv", isReady)
	for who, d := range map[string]*desk{"ana": a, "bob": b} {
		for _, i := range d.Items() {
			if !strings.HasPrefix(i.Name, who) {
				t.Errorf("%s sees %+v", who, i)
			}
		}
	}
	tbl := b.table(item.Ref, tableReady)
	if cell := b.cell(tbl, 199, 0); cell.Text != "P200" {
		t.Errorf("the last cell is %+v", cell)
	}

	// A push waits out the absence of the network.
	a.AddBytes(view.Local, "ana-own.csv", []byte(patients(500)))
	own := a.find(view.Local, "ana-own.csv", isReady)
	for _, p := range proxies {
		p.Stop()
	}
	a.Reconnect()
	a.until("offline", func() bool { s := a.Shared(); return s.Line == view.Offline && s.Fault != nil })
	a.Push(own.Ref)
	a.find(view.Local, "ana-own.csv", func(i view.Item) bool { return i.Transfer == view.TransferWaits && i.TransferFault != nil })
	if s := a.Shared(); s.Pushing != 1 {
		t.Errorf("while it is away: %+v", s)
	}
	for _, p := range proxies {
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	a.Reconnect()
	a.until("online again", func() bool { return a.Shared().Line == view.Online })
	a.find(view.Local, "ana-own.csv", func(i view.Item) bool { return i.Transfer == view.TransferDone && i.TransferFault == nil })
	pushed := a.find(view.Shared, "ana-own.csv", isReady)
	if pushed.Rows != 500 {
		t.Errorf("over there it is %+v", pushed)
	}
	// And back on another machine of hers.
	second := start(t, t.TempDir())
	second.connect(t, ana)
	second.Pull(second.find(view.Shared, "ana-own.csv", isReady).Ref)
	if got := second.find(view.Local, "ana-own.csv", isReady); got.Rows != 500 {
		t.Errorf("pulled it is %+v", got)
	}
}

func TestAnExpiredPassword(t *testing.T) {
	c := newCommons(t)
	ana := c.user(t, "ana")
	home := t.TempDir()
	d := start(t, home)
	d.connect(t, ana)
	d.quit()
	renewed, err := c.RotateUser(context.Background(), ana.Owner)
	if err != nil {
		t.Fatal(err)
	}
	d = start(t, home)
	d.until("the refusal", func() bool { return d.Shared().Line == view.Refused })
	if s := d.Shared(); s.Fault == nil || s.Fault.Code != fault.NotAllowed || s.Fault.Next.IsZero() {
		t.Errorf("it stands as %+v", s)
	}
	d.AddBytes(view.Local, "lab.csv", []byte(patients(10))) // which needs nobody
	d.find(view.Local, "lab.csv", isReady)
	checks := asked(t, func(done func([]view.Check)) { d.TestConnection("", done) })
	if n := len(checks); n < 3 || checks[0].Fault != nil || checks[1].Fault == nil || checks[1].Name != view.CheckDatabase {
		t.Errorf("the test says %+v", checks)
	}
	if kept, err := d.imports(t, ana); kept || !fault.Is(err, fault.NotAllowed) {
		t.Errorf("the old file is answered with %v, %v", kept, err)
	}
	d.connect(t, renewed)
	checks = asked(t, func(done func([]view.Check)) { d.TestConnection("", done) })
	for _, x := range checks {
		if x.Fault != nil {
			t.Errorf("%s: %v", x.Name, x.Fault)
		}
	}
	if err := asked(t, func(done func(error)) { d.ForgetConnection(done) }); err != nil {
		t.Fatal(err)
	}
	d.until("it is forgotten", func() bool { return d.Shared().Line == view.NoConnection })
}

func TestATestOfAConnectionNamesWhatFails(t *testing.T) {
	c := newCommons(t)
	ana := c.user(t, "ana")
	d := start(t, t.TempDir())
	test := func(c workspace.Connection) map[string]*fault.Error {
		out := map[string]*fault.Error{}
		for _, x := range asked(t, func(done func([]view.Check)) { d.TestConnection(file(t, c), done) }) {
			out[x.Name] = x.Fault
		}
		return out
	}
	if got := test(ana); len(got) != 4 || got[view.CheckDatabase] != nil || got[view.CheckObjects] != nil || got[view.CheckWhole] != nil {
		t.Errorf("a good one: %v", got)
	}
	bad := ana
	bad.Objects.SecretKey = "wrong-wrong-wrong"
	if got := test(bad); got[view.CheckDatabase] != nil || got[view.CheckObjects] == nil {
		t.Errorf("a wrong key: %v", got)
	}
	bad = ana
	bad.Database = strings.Replace(bad.Database, ":"+port(t, ana.Database), ":1", 1)
	if got := test(bad); got[view.CheckDatabase] == nil || got[view.CheckDatabase].Code != fault.Unreachable || got[view.CheckObjects] != nil {
		t.Errorf("no database: %v", got)
	}
	checks := asked(t, func(done func([]view.Check)) { d.TestConnection(filepath.Join(t.TempDir(), "none.json"), done) })
	if len(checks) != 1 || checks[0].Name != view.CheckFile || checks[0].Fault.Code != fault.NotFound {
		t.Errorf("no file: %+v", checks)
	}
}

func port(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}
