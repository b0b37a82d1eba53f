package httpapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/server/httpapi/wire"
)

// described is what the hostile test reads of the OpenAPI document.
type described struct {
	method, path string
	parameters   []parameter
	bodies       []string // media types
	statuses     map[string]bool
}

type parameter struct {
	Name   string `json:"name"`
	In     string `json:"in"`
	Schema struct {
		Enum []string `json:"enum"`
	} `json:"schema"`
}

func describedBy(t *testing.T, document string) []described {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters  []parameter `json:"parameters"`
			RequestBody struct {
				Content map[string]any `json:"content"`
			} `json:"requestBody"`
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil {
		t.Fatal(err)
	}
	var out []described
	for path, methods := range doc.Paths {
		for method, op := range methods {
			d := described{method: strings.ToUpper(method), path: path, parameters: op.Parameters, statuses: map[string]bool{}}
			for kind := range op.RequestBody.Content {
				d.bodies = append(d.bodies, kind)
			}
			slices.Sort(d.bodies)
			for status := range op.Responses {
				d.statuses[status] = true
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b described) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

// hostile makes malformed requests, always the same ones for one seed.
type hostile struct {
	*rand.Rand
	operations []described
	id         string // a record that is there
}

func pick[T any](h *hostile, from ...T) T { return from[h.IntN(len(from))] }

// value is a value that some program, somewhere, would send.
func (h *hostile) value() string {
	return pick(h,
		"", "0", "-1", "1", "99999999999999999999999", "-9223372036854775808", "9223372036854775807", "1e309", "NaN", "Infinity", "0x10", "1.5", "true", "null",
		"undefined", "[]", "{}", "'", `"`, "' OR 1=1--", "1; DROP TABLE dataset", "\"; SELECT pg_sleep(10); --", "${jndi:ldap://x}", "{{7*7}}", "%s%n%d",
		"../../../../etc/passwd", `..\..\windows\win.ini`, "/proc/self/environ", "file:///etc/passwd", "\x00", "a\x00b", "\xff\xfe\xfd", "\xc3\x28", "\r\nX-Injected: 1", "a\nb",
		"\u202E\u0000", strings.Repeat("A", 300), strings.Repeat("长", 5000), strings.Repeat("9", 1000), strings.Repeat("(", 2000), "=cmd|' /C calc'!A0",
		"csv", "parquet", "name", "none", "1,2,3", ",,,", `"a`, "\u0085", "😀", h.id, "li", "bytes=0-", "bytes=99999999999999999999-1", `"*`, "*", "W/*", "W/\"\"",
		"bytes="+strings.Repeat("0-0,", 3000), strings.Repeat(`"x",`, 2000),
	)
}

func (h *hostile) path(op described) string {
	path := op.path
	id := h.value()
	if h.IntN(2) == 0 && op.method != http.MethodDelete {
		id = h.id
	}
	if id == "" || op.method == http.MethodDelete && id == h.id {
		id = "x"
	}
	path = strings.ReplaceAll(path, "{id}", url.PathEscape(id))
	switch h.IntN(12) {
	case 0:
		path += "/" + url.PathEscape(h.value())
	case 1:
		path = strings.Replace(path, "/api", "//api/.", 1)
	case 2:
		path += "/"
	}
	return path
}

func (h *hostile) query(op described) string {
	var q []string
	for _, p := range op.parameters {
		if p.In != "query" || h.IntN(3) == 0 {
			continue
		}
		value := url.QueryEscape(h.value())
		if len(p.Schema.Enum) > 0 && h.IntN(2) == 0 {
			value = pick(h, p.Schema.Enum...)
		}
		q = append(q, p.Name+"="+value)
		if h.IntN(10) == 0 {
			q = append(q, p.Name+"="+value)
		}
	}
	switch h.IntN(10) {
	case 0:
		q = append(q, url.QueryEscape(h.value())+"="+url.QueryEscape(h.value()))
	case 1:
		q = append(q, "%zz", "a;b", "&&&", "=")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + strings.Join(q, "&")
}

func (h *hostile) json() string {
	v := h.value()
	quoted, _ := json.Marshal(v) //nolint:errchkjson // a string
	return pick(h,
		"", "{", "[", "null", "[]", "{}", string(quoted), `{"steps":`, `{"steps":[]}`, `{"steps":{}}`, `{"steps":[null]}`, `{"steps":[{"do":1}]}`,
		`{"steps":[{"do":`+string(quoted)+`}]}`, `{"steps":[{"do":"x","with":`+string(quoted)+`}]}`, `{"steps":[{"do":"x"}],"more":`+string(quoted)+`}`,
		`{"steps":[{"do":"x","with":`+strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000)+`}]}`, strings.Repeat("[", 100_000),
		`{"steps":[{"do":"\ud800"}]}`, "{\"steps\":\"\xff\"}", `{"steps":1e999}`, "<xml/>", "\xEF\xBB\xBF{}", `{"steps":[{"do":"x","do":"y"}]}`, strings.Repeat(" ", 100_000),
	)
}

func (h *hostile) form() string {
	name := h.value()
	return pick(h,
		"", "--B", "--B--", "--B\r\n", "--B\r\n\r\n", "garbage", "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
		"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\""+name+"\"\r\n\r\na,b\r\n--B--\r\n",
		"--B\r\nContent-Disposition: form-data; name=\""+name+"\"\r\n\r\na,b\r\n--B--\r\n",
		"--B\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ\r\n--B--\r\n",
		"--B\r\n"+strings.Repeat("X-H: y\r\n", 3000)+"\r\nx\r\n--B--", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\na,b\r\n1,2",
		"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\na\r\n--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nb\r\n--B--",
	)
}

func (h *hostile) request(base string) *http.Request {
	op := h.operations[h.IntN(len(h.operations))]
	method := op.method
	if h.IntN(15) == 0 {
		method = pick(h, "PUT", "PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND", "get", "X", "POST", "DELETE-ALL")
	}
	var body io.Reader
	kind := ""
	if len(op.bodies) > 0 || h.IntN(20) == 0 {
		switch kind = pick(h, append(op.bodies, "", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=\""+strings.Repeat("b", 80)+"\"", "a/b/c", "application/x-www-form-urlencoded", "text/csv\x80")...); {
		case strings.HasPrefix(kind, "multipart"):
			if h.IntN(3) > 0 {
				kind = "multipart/form-data; boundary=B"
			}
			body = strings.NewReader(h.form())
		case h.IntN(2) == 0:
			body = strings.NewReader(h.json())
		default:
			body = strings.NewReader(h.value())
		}
	}
	target, err := url.Parse(base + h.path(op) + h.query(op))
	if err != nil {
		target, _ = url.Parse(base + "/%20")
	}
	r, err := http.NewRequest(method, target.String(), body)
	if err != nil {
		r, _ = http.NewRequest(http.MethodGet, base+"/x", nil)
	}
	r.Header.Set("Authorization", "Bearer "+liToken)
	if kind != "" {
		r.Header["Content-Type"] = []string{headerValue(kind)}
	}
	for _, name := range []string{"Idempotency-Key", "Range", "If-None-Match", "If-Match", "If-Range", "Accept", "Accept-Language", "X-Request-Id", "Content-Disposition", "Content-Encoding", "Cookie", "Authorization"} {
		if h.IntN(12) == 0 {
			r.Header[name] = []string{headerValue(h.value())}
		}
	}
	return r
}

// headerValue is what Go's client lets through.
func headerValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 127 {
			return '?'
		}
		return r
	}, s[:min(len(s), 8000)])
}

// raw are requests that Go's client would not send, by themselves.
func (h *hostile) raw() string {
	auth := "Host: x\r\nAuthorization: Bearer " + liToken + "\r\n"
	post := "POST /api/v1/datasets HTTP/1.1\r\n" + auth
	return pick(h,
		"", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "OPTIONS * HTTP/1.1\r\n"+auth+"\r\n",
		"GET "+h.value()+" HTTP/1.1\r\n"+auth+"\r\n", "GET http://other.example/api/v1/me HTTP/1.1\r\n"+auth+"\r\n", "CONNECT other.example:443 HTTP/1.1\r\n"+auth+"\r\n",
		post+"Content-Length: 100\r\n\r\nabc", post+"Content-Length: -1\r\n\r\n", post+"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", post+"Content-Length: 99999999999999999999\r\n\r\n",
		post+"Transfer-Encoding: chunked\r\n\r\n5\r\nab", post+"Transfer-Encoding: chunked\r\n\r\nzz\r\n", post+"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", post+"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
		post+"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", post+"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 500\r\n\r\n"+h.form(), post+"Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n",
		"GET /api/v1/me HTTP/1.1\r\n"+auth+"X: "+strings.Repeat("y", 100_000)+"\r\n\r\n", "GET /api/v1/me HTTP/1.1\r\n"+auth+" folded: x\r\n\r\n", "GET /api/v1/me HTTP/1.1\r\n"+auth+"Bad Name: x\r\n\r\n", "GET /api/v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /api/v1/datasets/"+h.id+"/events HTTP/1.1\r\n"+auth+"Connection: close\r\n\r\n", "GET /jobs/ HTTP/1.1\r\nHost: x\r\nCookie: sheetmill_admin="+strings.Repeat("z", 2000)+"\r\n\r\n", "GET /api/v1/me HTTP/1.0\r\n\r\n", "get /api/v1/me http/1.1\r\n\r\n",
	)
}

// TestTenThousandMalformedRequests: none is answered with a failure of ours,
// none learns what is inside, and the server goes on.
func TestTenThousandMalformedRequests(t *testing.T) { inBothModes(t, malformedRequests) }

func malformedRequests(t *testing.T, o benchOptions) {
	t.Helper()
	const senders = 4
	requests := 10_000
	if o.shared { // the same code up to the database
		requests = 2_000
	}
	o.Limits = Limits{RequestsPerSecond: 1e9, Burst: 1e9, MaxUpload: 1 << 20, Uploads: senders, Streams: senders}
	o.Board = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	o.Logger = slog.New(slog.DiscardHandler)
	b := serve(t, o)
	id := b.added(b.client(liToken), "people.csv")
	document := b.do("GET", "/openapi.json", "").body
	leaks := []string{"goroutine ", ".go:", "runtime error", "panic", "SELECT ", "INSERT ", "SQLSTATE", "sqlite", "SQL logic", "river", "127.0.0.1", t.TempDir(), "/tmp/", "Internal error."}
	var statuses [600]atomic.Int64
	var all sync.WaitGroup
	for sender := range senders {
		h := &hostile{Rand: rand.New(rand.NewPCG(1, uint64(sender))), operations: describedBy(t, document), id: id}
		transport := &http.Transport{MaxIdleConnsPerHost: 1}
		c := &http.Client{Transport: transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		all.Go(func() {
			defer transport.CloseIdleConnections()
			for i := range requests / senders {
				if i%20 == 0 {
					checkRaw(t, b, h.raw(), leaks, &statuses)
					continue
				}
				r := h.request(b.url)
				answer, err := c.Do(r)
				if err != nil {
					if strings.Contains(err.Error(), "invalid") || strings.Contains(err.Error(), "malformed") { // the client's own refusal
						continue
					}
					t.Errorf("%s %.200s: %v", r.Method, r.URL, err)
					continue
				}
				body, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil {
					t.Errorf("%s %.200s: %v", r.Method, r.URL, err)
				}
				statuses[answer.StatusCode].Add(1)
				check(t, fmt.Sprintf("%s %.300s %.200q", r.Method, r.URL, r.Header), answer, body, leaks)
			}
		})
	}
	all.Wait()
	var seen []string
	for status := range statuses {
		if n := statuses[status].Load(); n > 0 {
			seen = append(seen, fmt.Sprintf("%d: %d", status, n))
		}
	}
	t.Log(strings.Join(seen, ", "))
	if n := int64(requests); statuses[400].Load() < n/10 || statuses[404].Load() < n/10 || statuses[200].Load() < n/100 {
		t.Error("the requests do not reach far")
	}
	if a := b.do("GET", "/api/v1/datasets/"+id+"/rows", ""); a.status != 200 || !strings.Contains(a.body, "王芳") {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
}

func check(t *testing.T, what string, answer *http.Response, body []byte, leaks []string) {
	t.Helper()
	status := answer.StatusCode
	if status >= 500 && status != 501 && status != 503 {
		t.Errorf("%s: %d %.500s", what, status, body)
	}
	if status == http.StatusExpectationFailed || status == http.StatusRequestHeaderFieldsTooLarge {
		return // net/http answers these itself, before any handler
	}
	if status >= 400 && answer.Request.Method != http.MethodHead {
		var p wire.Problem
		if kind := answer.Header.Get("Content-Type"); kind != wire.ProblemType || json.Unmarshal(body, &p) != nil || p.Status != status || p.Detail == "" {
			t.Errorf("%s: %d as %s: %.300s", what, status, kind, body)
		}
	}
	if answer.Header.Get("X-Injected") != "" || answer.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: a header was injected: %s", what, answer.Header)
	}
	if status >= 400 {
		sent, _ := url.PathUnescape(strings.ReplaceAll(answer.Request.URL.String(), "+", " "))
		for _, leak := range leaks {
			if bytes.Contains(body, []byte(leak)) && !strings.Contains(sent, leak) && !strings.Contains(what, leak) {
				t.Errorf("%s: %d tells %q: %.500s", what, status, leak, body)
			}
		}
	}
}

// checkRaw sends bytes, and reads what comes until the server is done with them.
func checkRaw(t *testing.T, b *bench, request string, leaks []string, statuses *[600]atomic.Int64) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, request) // refused halfway is as good
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return // it said nothing, which is an answer to garbage
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	statuses[answer.StatusCode].Add(1)
	if answer.StatusCode == http.StatusInternalServerError || answer.StatusCode == http.StatusBadGateway {
		t.Errorf("%.200q: %d %.300s", request, answer.StatusCode, body)
	}
	for _, leak := range leaks {
		if answer.StatusCode >= 400 && bytes.Contains(body, []byte(leak)) && !strings.Contains(request, leak) {
			t.Errorf("%.200q tells %q: %.300s", request, leak, body)
		}
	}
}
