package s3_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// gate is a server in front of MinIO that can hold answers back and change
// what passes. The names of hosts stay, so that signatures hold.
type gate struct {
	*httptest.Server

	addr  string
	held  chan struct{} // closed when a download is held back
	asked chan struct{} // gets one for each question about an object, while holding

	mu      sync.Mutex
	open    chan struct{}
	request func(*http.Request)
	answer  func(*http.Response)
}

func newGate(t *testing.T, endpoint string) *gate { t.Helper(); return newGateOver(t, endpoint, false) }

func newGateOver(t *testing.T, endpoint string, secure bool) *gate {
	t.Helper()
	g := &gate{held: make(chan struct{}), asked: make(chan struct{}, 100)}
	transport := &http.Transport{DisableCompression: true}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: endpoint})
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(a *http.Response) error {
			g.mu.Lock()
			change := g.answer
			g.mu.Unlock()
			if change != nil {
				change(a)
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // as a connection that breaks
	}
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		open, change := g.open, g.request
		g.mu.Unlock()
		if open != nil && isObject(r) {
			if r.Method == http.MethodGet {
				g.mu.Lock()
				select {
				case <-g.held:
				default:
					close(g.held)
					for len(g.asked) > 0 {
						<-g.asked
					}
				}
				g.mu.Unlock()
				<-open
			}
			if r.Method == http.MethodHead {
				defer func() { g.asked <- struct{}{} }()
			}
		}
		if change != nil {
			change(r)
		}
		proxy.ServeHTTP(w, r)
	}))
	g.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		g.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		g.StartTLS()
	} else {
		g.Start()
	}
	g.addr = g.Listener.Addr().String()
	t.Cleanup(func() { g.Close(); transport.CloseIdleConnections() })
	return g
}

// isObject tells a request about an object from one about the bucket.
func isObject(r *http.Request) bool { return strings.Count(r.URL.Path, "/") > 1 }

// hold keeps downloads back until release.
func (g *gate) hold(t *testing.T) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.open)
	g.open = nil
}

// change has what passes changed from here on.
func (g *gate) change(request func(*http.Request), answer func(*http.Response)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.request, g.answer = request, answer
}

// flip changes one byte of a stream.
type flip struct {
	io.ReadCloser

	at int
}

func (f *flip) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if f.at >= 0 && f.at < n {
		p[f.at] ^= 0x20
	}
	f.at -= n
	return n, err
}

// short ends a stream before its end.
func short(body io.ReadCloser, n int64) io.ReadCloser {
	b, _ := io.ReadAll(io.LimitReader(body, n))
	_ = body.Close()
	return io.NopCloser(bytes.NewReader(b))
}
