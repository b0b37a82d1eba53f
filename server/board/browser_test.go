package board_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/testenv"
)

// look says how to look at a page.
type look struct {
	Width, Height int           // of the window; 1280 x 900 when 0
	Wait          time.Duration // for what scripts load; 4 s when 0
	// Picture, when set, is the file a screenshot goes to.
	Picture string
	// Lang is the browser's language, such as zh-CN; en-US when "".
	Lang string
}

// page is a page after its scripts have run.
type page struct {
	DOM     string   // as HTML
	Console string   // what the page's scripts and its policy complained of
	Outside []string // hosts off this machine that were asked for
}

// browse opens a page in headless Chromium. Whatever it wants of another machine goes to a proxy
// that notes it and refuses.
func browse(t *testing.T, url string, o look) page {
	t.Helper()
	program := chromium(t)
	if o.Width == 0 {
		o.Width, o.Height = 1280, 900
	}
	if o.Wait == 0 {
		o.Wait = 4 * time.Second
	}
	if o.Lang == "" {
		o.Lang = "en-US"
	}
	outside := noteOutside(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	profile := t.TempDir()
	args := []string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-default-apps", "--disable-domain-reliability", "--disable-client-side-phishing-detection", "--no-pings",
		"--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter,Translate,InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater",
		"--enable-logging=stderr", "--v=0",
		"--user-data-dir=" + profile, "--lang=" + o.Lang, "--accept-lang=" + o.Lang, "--proxy-server=" + outside.addr,
		"--window-size=" + strconv.Itoa(o.Width) + "," + strconv.Itoa(o.Height),
		"--virtual-time-budget=" + strconv.FormatInt(o.Wait.Milliseconds(), 10),
	}
	var seen page
	run := func(mode ...string) string {
		c := exec.CommandContext(ctx, program, append(append(slices.Clone(args), mode...), url)...)
		c.Env = append(os.Environ(), "HOME="+profile, "LANGUAGE="+o.Lang)
		c.WaitDelay = 5 * time.Second
		log, err := os.CreateTemp(profile, "log")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = log.Close() }()
		c.Stderr = log
		out, err := c.Output()
		said, _ := os.ReadFile(log.Name())
		for line := range strings.Lines(string(said)) {
			if strings.Contains(line, ":CONSOLE:") {
				seen.Console += line
			}
		}
		if err != nil {
			t.Fatalf("chromium: %v\n%s", err, said)
		}
		return string(out)
	}
	seen.DOM = run("--dump-dom")
	if o.Picture != "" {
		run("--screenshot=" + o.Picture)
	}
	seen.Outside = outside.hosts()
	return seen
}

// chromium finds the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	testenv.Missing(t, "There is no Chromium to open the page in.")
	return ""
}

// browsersOwn are hosts that Chromium asks for itself, whatever page is open.
var browsersOwn = []string{
	"accounts.google.com", "android.clients.google.com", "clients2.google.com", "content-autofill.googleapis.com",
	"optimizationguide-pa.googleapis.com", "redirector.gvt1.com", "update.googleapis.com",
}

// proxy refuses everything, and remembers for whom.
type proxy struct {
	addr string
	mu   sync.Mutex
	seen []string
}

func noteOutside(t *testing.T) *proxy {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: listener.Addr().String()}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, _ := strings.Cut(r.Host, ":"); !slices.Contains(browsersOwn, host) {
			p.mu.Lock()
			p.seen = append(p.seen, r.Host)
			p.mu.Unlock()
		}
		w.WriteHeader(http.StatusBadGateway)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

func (p *proxy) hosts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}
