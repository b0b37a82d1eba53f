package e2e

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"sheetmill/core/fault"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// commons is a shared workspace of one test on real services.
type commons struct{ *workspace.Server }

func newCommons(t *testing.T) *commons {
	t.Helper()
	ctx := context.Background()
	bucket, admin := testenv.MinIO(t), testenv.Postgres(t)
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

// user makes an analyst, and opens the workspace as that one.
func (c *commons) user(t *testing.T, who string) (workspace.Connection, *workspace.Workspace) {
	t.Helper()
	conn, err := c.AddUser(context.Background(), who+"-"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.RemoveUser(context.Background(), conn.Owner, true); err != nil {
			t.Error(err)
		}
	})
	ws, err := workspace.OpenShared(context.Background(), workspace.Config{CacheDir: t.TempDir()}, conn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn, ws
}

func added(t *testing.T, ws *workspace.Workspace, name string, content []byte) workspace.Added {
	t.Helper()
	a, err := ws.Add(context.Background(), strings.NewReader(string(content)), workspace.AddOptions{FileName: name})
	if err != nil {
		t.Fatal(err)
	}
	return a
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

// connection writes a connection file into a person's home.
func (p *person) connection(t *testing.T, name string, c workspace.Connection) {
	t.Helper()
	if err := c.Write(p.path("home", name)); err != nil {
		t.Fatal(err)
	}
}

// sharedLine is what the trace tells of the shared workspace.
type sharedLine struct {
	Line, Owner      string
	Fault            *fault.Error
	Pushing, Pulling int
	SecretsInFile    bool
}

func line(is string) func(sharedLine) bool { return func(s sharedLine) bool { return s.Line == is } }

// settings opens the settings and goes to a button of the connection: of six from the last one
// backwards, the sixth imports and the fifth tests.
func (r *running) settings(button int) {
	r.t.Helper()
	press(r, "dialog", dialog("Settings"), func() { r.keys("ctrl+comma") })
	for range button {
		r.keys("shift+Tab")
	}
	r.keys("space")
}

const importButton, testButton = 6, 5

// imports takes the file of that number in the home over, as a person does without a mouse, and
// answers what the window says.
func (r *running) imports(number int) (answer string) {
	r.t.Helper()
	answer = press(r, "answer", func(s string) bool { return s != "" }, func() {
		r.settings(importButton)
		r.keys(strconv.Itoa(number), "Return") // goes to the name, and takes it
	})
	return answer
}

// An analyst imports the connection file that she was given, after some that do not work,
// and works with the shared workspace; nothing of another analyst's is seen. She loses the network,
// gets it back, and goes on at another machine.
func TestSharedOnRealServices(t *testing.T) {
	t.Parallel() // it waits more than it works
	c := newCommons(t)
	ana, hers := c.user(t, "ana")
	_, his := c.user(t, "bob")
	added(t, hers, "ana.csv", rows(3))
	added(t, his, "bob.csv", rows(4))
	far, proxies := lines(t, ana)

	p := newPerson(t, newScreen(t))
	p.connection(t, "1.json", far)
	wrong := far
	wrong.Database = strings.Replace(far.Database, ana.Owner+":", ana.Owner+":x", 1)
	p.connection(t, "2.json", wrong)
	wrong = far
	wrong.Objects.Bucket = "no-bucket"
	p.connection(t, "3.json", wrong)
	r := p.start(t)
	hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
	for number, want := range map[int]string{2: "does not accept this name and password", 3: "no-bucket"} {
		if got := r.imports(number); !strings.Contains(got, want) {
			t.Errorf("connection %d is answered with %q", number, got)
		}
		p.screen.picture(t, "import-refused")
		r.keys("Escape")
	}
	cut(proxies)
	if got := r.imports(1); !strings.Contains(got, "is kept, but cannot be reached now") {
		t.Errorf("a connection to what is away is answered with %q", got)
	}
	p.screen.picture(t, "import-kept")
	hear(r, "shared", line("offline"))
	mended(t, proxies)
	if s := hear(r, "shared", line("online")); s.Owner != ana.Owner || !s.SecretsInFile {
		t.Errorf("online it is %+v", s)
	}
	p.screen.picture(t, "imported")
	r.keys("Escape")
	if got := r.tests(4); !strings.HasPrefix(strings.Join(got, ""), "✓") || strings.Contains(strings.Join(got, ""), "✗") {
		t.Errorf("the test of a good connection says %q", got)
	}
	r.keys("Escape")

	ever(r, "item", func(i item) bool { return i.Name == "ana.csv" && i.Phase == "ready" && i.Rows == 3 }) // by the worker in the program
	second, _ := p.command(t, p.file(t, "own.csv", rows(500)))
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "open", func(item) bool { return true })
	ever(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == 500 })
	cut(proxies)
	away := hear(r, "shared", line("offline"))
	if away.Fault == nil {
		t.Error("it is not told why it is offline")
	}
	press(r, "shared", func(s sharedLine) bool { return s.Line == "offline" && s.Pushing == 1 }, func() { r.menu(3) })
	ever(r, "item", func(i item) bool { return i.Name == "own.csv" && i.Transfer == "waiting" && i.TransferFault != nil })
	p.screen.picture(t, "offline")
	if got := strings.Join(r.tests(3), " "); !strings.Contains(got, "✗ Database") || !strings.Contains(got, "✗ Object store") {
		t.Errorf("the test of a connection to what is away says %q", got)
	}
	p.screen.picture(t, "test-away")
	r.keys("Escape")
	mended(t, proxies)
	ever(r, "item", func(i item) bool { return i.Name == "own.csv" && i.Transfer == "done" && i.TransferFault == nil })
	ever(r, "item", func(i item) bool {
		return i.Place == "shared" && i.Name == "own.csv" && i.Phase == "ready" && i.Rows == 500
	})
	p.screen.picture(t, "pushed")
	r.keys("ctrl+q")
	r.end()

	p2 := newPerson(t, newScreen(t)) // another machine of hers
	p2.connection(t, "1.json", ana)
	r2 := p2.start(t)
	hear(r2, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
	if got := r2.imports(1); !strings.Contains(got, "imported") {
		t.Errorf("the import says %q", got)
	}
	r2.keys("Escape")
	ever(r2, "item", func(i item) bool { return i.Place == "shared" && i.Name == "own.csv" && i.Phase == "ready" })
	press(r2, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == 500 }, r2.first)
	press(r2, "item", func(i item) bool { return i.Place == "local" && i.Name == "own.csv" }, func() { r2.menu(3) })
	ever(r2, "item", func(i item) bool {
		return i.Place == "local" && i.Name == "own.csv" && i.Phase == "ready" && i.Rows == 500
	})
	p2.screen.picture(t, "pulled")
	r2.keys("ctrl+q")
	r2.end()
	for _, said := range append(r.lines(), r2.lines()...) {
		if strings.Contains(string(said.What), "bob") {
			t.Errorf("the program speaks of bob: %s %s", said.Event, said.What)
		}
	}
}

// tests presses the test button and hears so many parts of the connection told, after "Testing...".
func (r *running) tests(parts int) (answers []string) {
	r.t.Helper()
	press(r, "answer", func(string) bool { return true }, func() { r.settings(testButton) })
	for range parts {
		answers = append(answers, hear(r, "answer", func(string) bool { return true }))
	}
	return answers
}

// menu opens the menu of the dataset that is chosen in the library and takes one of its lines.
func (r *running) menu(line int) {
	r.t.Helper()
	r.keys("ctrl+l", "ctrl+m")
	for range line {
		r.keys("Down")
	}
	r.keys("Return")
}

func cut(proxies []*toxiproxy.Proxy) {
	for _, p := range proxies {
		p.Stop()
	}
}

func mended(t *testing.T, proxies []*toxiproxy.Proxy) {
	t.Helper()
	for _, p := range proxies {
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
}
