package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sheetmill/assets"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
)

func TestMain(m *testing.M) {
	say.Register(say.Chinese, assets.Translations())
	goleak.VerifyTestMain(m)
}

// The tokens of the tests, by owner and right.
const (
	liToken    = "li-writes"
	liReads    = "li-reads"
	wangToken  = "wang-writes"
	adminToken = "admin"
)

// desk is a backend over local workspaces, one for each owner.
type desk struct {
	mu      sync.Mutex
	tokens  map[string]Identity
	spaces  map[string]*workspace.Workspace
	homes   map[string]string
	away    error // what Ready and Authenticate answer
	notes   []string
	noteErr error
	asked   int
}

func (d *desk) Authenticate(_ context.Context, token string) (Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.away != nil {
		return Identity{}, d.away
	}
	if i, ok := d.tokens[token]; ok {
		return i, nil
	}
	return Identity{}, fault.New(fault.NotAllowed, say.T("The token is not known, or was revoked."))
}

func (d *desk) Workspace(_ context.Context, owner string) (*workspace.Workspace, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.spaces[owner], nil
}

func (d *desk) Ready(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.away
}

func (d *desk) Note(_ context.Context, owner, action, subject string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.noteErr == nil {
		d.notes = append(d.notes, owner+" "+action+" "+subject)
	}
	return d.noteErr
}

func (d *desk) set(change func(*desk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

// bench is a server that runs for a test.
type bench struct {
	t       testing.TB
	desk    *desk
	commons *commons // instead of desk, where the workspace is shared
	api     *API
	url     string
	log     *lockedBuffer
	stop    func() // stops the server and waits; the test's end does it too
}

type benchOptions struct {
	Options
	serve  ServeOptions
	idle   bool // no workers
	shared bool
	alter  func(*API)
}

func serve(t testing.TB, o benchOptions) *bench {
	t.Helper()
	b := &bench{t: t, log: &lockedBuffer{}, desk: &desk{
		tokens: map[string]Identity{
			liToken: {Owner: "li", Write: true}, liReads: {Owner: "li"},
			wangToken: {Owner: "wang", Write: true}, adminToken: {Owner: "root", Write: true, Admin: true},
		},
		spaces: map[string]*workspace.Workspace{}, homes: map[string]string{},
	}}
	var backend Backend = b.desk
	if o.shared {
		b.commons = newCommons(t, !o.idle)
		backend = b.commons
	}
	for _, owner := range []string{"li", "wang", "root"} {
		if o.shared {
			break
		}
		b.desk.homes[owner] = t.TempDir()
		b.desk.spaces[owner] = openSpace(t, b.desk.homes[owner], !o.idle && owner != "root")
	}
	o.SpoolDir = t.TempDir()
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewJSONHandler(b.log, nil))
	}
	api, err := New(backend, o.Options)
	if err != nil {
		t.Fatal(err)
	}
	if o.alter != nil {
		o.alter(api)
	}
	b.api = api
	ctx, cancel := context.WithCancel(context.Background())
	if o.serve.Addr == "" {
		o.serve.Addr = "127.0.0.1:0"
	}
	ready, served := make(chan net.Addr, 1), make(chan error, 1)
	o.serve.Ready = func(a net.Addr) { ready <- a }
	go func() { served <- Serve(ctx, api, o.serve) }()
	select {
	case addr := <-ready:
		b.url = "http://" + addr.String()
		if o.serve.CertFile != "" {
			b.url = "https://" + addr.String()
		}
	case err := <-served:
		cancel()
		t.Fatal(err)
	}
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := api.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	t.Cleanup(b.stop)
	return b
}

func openSpace(t testing.TB, home string, works bool) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Open(context.Background(), workspace.Config{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	if works {
		ready := make(chan struct{})
		worker.Go(func() {
			if err := ws.Work(ctx, workspace.WorkOptions{Jobs: 1, Ready: ready}); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		<-ready
	}
	t.Cleanup(func() {
		stop()
		worker.Wait()
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	return ws
}

// client is a client with a token.
func (b *bench) client(token string) *client.Client {
	c, err := client.New(b.url, token, client.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.Close)
	return c
}

// people is a small table of 3 rows and 3 columns, with something to clean.
const people = "name,age,drawn\n王芳,47,2026年1月2日\n李雷,N/A,2026-01-03\n\"O'Brien, \"\"Pat\"\"\",５２,2026-01-04\n"

// added adds people and waits until it is ready.
func (b *bench) added(c *client.Client, name string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	a, err := c.Add(ctx, strings.NewReader(people), name, client.AddOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := c.Wait(ctx, a.RecordID, nil)
	if err != nil || s.Status != job.Ready {
		b.t.Fatalf("%v %+v", err, s)
	}
	return a.RecordID
}

// answered is an answer, read.
type answered struct {
	*http.Response
	status int
	body   string
}

// do sends a request with liToken unless it brings a token of its own.
func (b *bench) do(method, path, body string, header ...string) answered {
	b.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, reader)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+liToken)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	answer, err := noRedirects.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answered{answer, answer.StatusCode, string(text)}
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
