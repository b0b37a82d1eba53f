package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

func problemIn(t *testing.T, a answered) wire.Problem {
	t.Helper()
	var p wire.Problem
	if a.Header.Get("Content-Type") != wire.ProblemType {
		t.Fatalf("%d as %q: %s", a.status, a.Header.Get("Content-Type"), a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != a.status || p.Title == "" || p.Detail == "" || p.Code == "" || p.RequestID != a.Header.Get(requestIDHeader) || p.Type != "/docs#"+string(p.Code) {
		t.Errorf("%+v", p)
	}
	return p
}

// TestErrorsAreProblems, whoever finds them: the routes, huma, or a handler.
func TestErrorsAreProblems(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	const json = "application/json"
	for _, c := range []struct {
		method, path, body string
		header             []string
		status             int
		code               fault.Code
	}{
		{"GET", "/nothing", "", nil, 404, fault.NotFound},
		{"GET", "/api/v1/", "", nil, 404, fault.NotFound},
		{"PUT", "/api/v1/datasets", "", nil, 405, fault.Usage},
		{"BREW", "/api/v1/me", "", nil, 405, fault.Usage},
		{"POST", "/docs", "", nil, 405, fault.Usage},
		{"GET", "/api/v1/me", "", []string{"Authorization", ""}, 401, fault.NotAllowed},
		{"GET", "/api/v1/me", "", []string{"Authorization", "Basic bGk6bGk="}, 401, fault.NotAllowed},
		{"GET", "/api/v1/me", "", []string{"Authorization", "Bearer nobody's"}, 401, fault.NotAllowed},
		{"GET", "/api/v1/me", "", []string{"Authorization", "Bearer " + strings.Repeat("x", 600)}, 401, fault.NotAllowed},
		{"GET", "/api/v1/datasets?limit=1001", "", nil, 400, fault.Usage},
		{"GET", "/api/v1/datasets/none", "", nil, 404, fault.NotFound},
		{"GET", "/api/v1/datasets/%00", "", nil, 404, fault.NotFound},
		{"GET", "/api/v1/datasets/%FF%FE", "", nil, 404, fault.NotFound},
		{"GET", "/api/v1/datasets/..%2F..%2Fetc%2Fpasswd/rows", "", nil, 404, fault.NotFound},
		{"GET", "/api/v1/datasets/'%20OR%201=1--", "", nil, 404, fault.NotFound},
		{"POST", "/api/v1/datasets/none/steps", `{"steps":`, []string{"Content-Type", json}, 400, fault.Usage},
		{"POST", "/api/v1/datasets/none/steps", `{"steps":[]}`, []string{"Content-Type", json}, 400, fault.Usage},
		{"POST", "/api/v1/datasets/none/steps", `{"steps":[{"do":1}],"x":1}`, []string{"Content-Type", json}, 400, fault.Usage},
		{"POST", "/api/v1/datasets/none/steps", "", []string{"Content-Type", json}, 400, fault.Usage},
		{"POST", "/api/v1/datasets/none/steps", "<steps/>", []string{"Content-Type", "text/xml"}, 415, fault.Usage},
		{"POST", "/api/v1/datasets/none/steps", `{"steps":[{"do":"x"}]}`, []string{"Content-Type", json}, 404, fault.NotFound},
		{"POST", "/api/v1/datasets/none/steps", strings.Repeat(" ", 1<<20) + "{}", []string{"Content-Type", json}, 413, fault.Limit},
	} {
		a := b.do(c.method, c.path, c.body, c.header...)
		if p := problemIn(t, a); p.Status != c.status || p.Code != c.code {
			t.Errorf("%s %s %.30s: %d %s: %s", c.method, c.path, c.body, p.Status, p.Code, a.body)
		}
		if c.status == 401 && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: no challenge", c.path)
		}
		if c.status == 405 && a.Header.Get("Allow") == "" {
			t.Errorf("%s: no Allow", c.path)
		}
	}
	p := problemIn(t, b.do("GET", "/api/v1/datasets?limit=x&cursor="+strings.Repeat("y", 300), "", "Accept-Language", "zh-CN,zh;q=0.9"))
	if !strings.Contains(p.Detail, "必须是整数") || len(p.Errors) != 2 || p.Errors[0].Place != "query.limit" || p.Errors[1].Message != "最多 200 个字符。" {
		t.Errorf("in Chinese: %+v", p)
	}
	for language, want := range map[string]string{"zh": "没有", "zh-Hant-TW": "没有", "fr, zh;q=0.5, en;q=0.1": "没有", "en": "There", "": "There", "xx": "There", strings.Repeat("zh,", 200): "There", "\x01;;": "There"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := languageOf(language); (got == say.Chinese) != (want == "没有") {
			t.Errorf("%s: %q is %s", r.URL, language, got)
		}
	}
}

// TestWhatIsInsideStaysInside: of an internal fault only the request's ID
// leaves, and the log has the rest.
func TestWhatIsInsideStaysInside(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	secret := errors.New("SELECT token FROM access at /srv/secret: connection refused")
	for name, c := range map[string]struct {
		err    error
		status int
		want   string
	}{
		"an error of no kind":     {secret, 500, "Internal error."},
		"an internal fault":       {fault.New(fault.Internal, say.T("Sentence with {x}.", "x", secret)).At("/srv/secret").Because(secret), 500, "Internal error."},
		"a database that is away": {fault.New(fault.Unreachable, say.T("PostgreSQL cannot be reached.")).At("/srv/secret").Because(secret), 503, "PostgreSQL cannot be reached."},
		"a disk that is full":     {fault.New(fault.Unreachable, say.T("The disk that holds {path} is full.", "path", "/srv/secret")).Because(secret), 503, "The disk that holds the server's storage is full."},
	} {
		b.desk.set(func(d *desk) { d.away = c.err })
		for _, path := range []string{"/api/v1/me", "/readyz"} {
			a := b.do("GET", path, "", "X-Request-Id", "my-request.1")
			p := problemIn(t, a)
			if p.Status != c.status || p.Detail != c.want || strings.Contains(a.body, "secret") || strings.Contains(a.body, "SELECT") || p.RequestID != "my-request.1" {
				t.Errorf("%s: %s", name, a.body)
			}
		}
		if c.status == 503 && b.do("GET", "/readyz", "").Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
	}
	if !strings.Contains(b.log.String(), "connection refused") {
		t.Error("the log does not have the cause")
	}
	b.desk.set(func(d *desk) { d.away = nil })
	if a := b.do("GET", "/readyz", "", "Authorization", ""); a.status != 200 {
		t.Errorf("ready: %d", a.status)
	}
	b.desk.set(func(d *desk) { d.tokens["nobody"] = Identity{} })
	if a := b.do("GET", "/api/v1/me", "", "Authorization", "Bearer nobody"); a.status != 500 {
		t.Errorf("a token of nobody: %d", a.status)
	}
	for _, id := range []string{"a\tb", "x y", strings.Repeat("i", 65), "日"} {
		if got := b.do("GET", "/healthz", "", requestIDHeader, id).Header.Get(requestIDHeader); got == id {
			t.Errorf("the request ID %q is taken", id)
		}
	}
}

// panicking is a backend with a bug.
type panicking struct{ desk }

func (p *panicking) Workspace(context.Context, string) (*workspace.Workspace, error) {
	panic("a bug at /srv/secret")
}

// TestPanicsAreAnswered and logged, and the server goes on.
func TestPanicsAreAnswered(t *testing.T) {
	b := serve(t, benchOptions{idle: true, alter: func(a *API) {
		broken := &panicking{desk{tokens: map[string]Identity{liToken: {Owner: "li"}}}}
		a.backend, a.tokens = broken, newTokens(broken)
	}})
	for range 2 {
		a := b.do("GET", "/api/v1/me", "")
		if p := problemIn(t, a); p.Status != 500 || p.Detail != "Internal error." || strings.Contains(a.body, "secret") {
			t.Errorf("%s", a.body)
		}
	}
	if log := b.log.String(); !strings.Contains(log, "a bug at /srv/secret") || !strings.Contains(log, "problem_test.go") {
		t.Error("the log has neither the panic nor its stack")
	}
}

// TestHeadersLogAndMetrics: what is sent with every answer, and kept of it.
func TestHeadersLogAndMetrics(t *testing.T) {
	o := benchOptions{}
	registry := prometheus.NewRegistry()
	o.Metrics = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	o.alter = func(a *API) { registry.MustRegister(a.Collectors()...) }
	b := serve(t, o)
	id := b.added(b.client(liToken), "secret name.csv")
	b.do("GET", "/api/v1/datasets/"+id+"/rows", "")
	b.do("MAKE-UP", "/api/v1/datasets/"+id+"/rows", "")
	a := b.do("GET", "/metrics", "", "Authorization", "")
	for _, want := range []string{
		`sheetmill_http_request_seconds_count{method="GET",route="/api/v1/datasets/{id}/rows",status="200"} 1`,
		`sheetmill_http_request_seconds_count{method="POST",route="/api/v1/datasets",status="202"} 1`,
		`sheetmill_http_request_seconds_count{method="other",route="none",status="405"} 1`,
		"sheetmill_http_requests_running 1", "sheetmill_http_event_streams 0",
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("/metrics has no %s:\n%s", want, a.body)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": ""} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if docs := b.do("GET", "/docs", "", "Authorization", ""); strings.Contains(docs.Header.Get("Content-Security-Policy"), "unsafe") || docs.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("/docs: %s", docs.Header.Get("Content-Security-Policy"))
	}
	b.stop()
	log := b.log.String()
	for _, want := range []string{`"owner":"li"`, `"recordId":"` + id + `"`, `"jobId":1`, `"route":"GET /api/v1/datasets/{id}/rows"`, `"status":200`, `"received":`, `"requestId":"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s", want)
		}
	}
	if strings.Contains(log, "secret name") || strings.Contains(log, liToken) {
		t.Error("the log tells file names or tokens")
	}
}
