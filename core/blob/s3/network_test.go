package s3_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"sheetmill/core/blob"
	"sheetmill/core/blob/s3"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

func wantAway(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Unreachable) || fault.Of(err).Next.IsZero() || fault.Permanent(err) || errors.Is(err, io.EOF) {
		t.Errorf("%s: got %v, want it to be unreachable, with a next step", what, err)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	b := testenv.MinIO(t)
	for what, c := range map[string]struct {
		code   fault.Code
		change func(*s3.Config)
	}{
		"a wrong secret":        {fault.NotAllowed, func(c *s3.Config) { c.SecretKey = "guessed-secret" }},
		"a wrong access key":    {fault.NotAllowed, func(c *s3.Config) { c.AccessKey = "nobody" }},
		"a bucket that is not":  {fault.Unreachable, func(c *s3.Config) { c.Bucket = "no-such-bucket" }},
		"nobody at the address": {fault.Unreachable, func(c *s3.Config) { c.Endpoint = "127.0.0.1:1" }},
		"TLS where there is none": {fault.Unreachable, func(c *s3.Config) {
			c.Secure = true
		}},
		"an address with scheme": {fault.Usage, func(c *s3.Config) { c.Endpoint = "http://" + c.Endpoint }},
		"no bucket":              {fault.Usage, func(c *s3.Config) { c.Bucket = "" }},
		"a prefix without end":   {fault.Usage, func(c *s3.Config) { c.Prefix = "owner/ana" }},
		"a prefix that leads up": {fault.Usage, func(c *s3.Config) { c.Prefix = "../" }},
		"no certificate":         {fault.Usage, func(c *s3.Config) { c.CA = []byte("certainly") }},
		"a folder that is a file": {fault.Unreachable, func(c *s3.Config) {
			c.CacheDir = "/dev/null/cache"
		}},
	} {
		config := config(t, b)
		c.change(&config)
		_, err := s3.Open(t.Context(), config)
		if !fault.Is(err, c.code) || c.code != fault.Usage && fault.Of(err).Next.IsZero() {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTLSWithAnAuthorityOfOurOwn(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGateOver(t, b.Endpoint, true)
	c := config(t, b)
	c.Endpoint, c.Secure = g.addr, true
	_, err := s3.Open(t.Context(), c)
	wantAway(t, "an authority that nobody knows", err)
	c.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate().Raw})
	s := open(t, c)
	for _, size := range []int{10, 11 << 20} {
		key := strings.Repeat("k", size%7+1)
		put(t, s, key, noise(1, size))
		c.CacheDir = t.TempDir()
		if !bytes.Equal(read(t, open(t, c), key), noise(1, size)) {
			t.Error("it came back changed over TLS")
		}
	}
}

func TestADamagedDownloadIsNotKept(t *testing.T) {
	b := testenv.MinIO(t)
	data := noise(1, 700_000)
	put(t, open(t, config(t, b)), "k", data)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	s := open(t, c)
	for what, damage := range map[string]func(*http.Response){
		"a byte":    func(a *http.Response) { a.Body = &flip{a.Body, 400_000} },
		"cut short": func(a *http.Response) { a.Body = short(a.Body, 400_000) },
		"an error":  func(a *http.Response) { a.StatusCode, a.Body = http.StatusBadGateway, short(a.Body, 0) },
	} {
		g.change(nil, func(a *http.Response) {
			if a.Request.Method == http.MethodGet && isObject(a.Request) {
				damage(a)
			}
		})
		_, err := s.Open(t.Context(), "k")
		wantAway(t, what, err)
		if kept, _ := copies(t, c); len(kept) != 0 {
			t.Errorf("%s: kept %v", what, kept)
		}
		if left := unfinished(t, c); len(left) != 0 {
			t.Errorf("%s: left %v", what, left)
		}
	}
	if got := s.Stats().Damaged; got != 1 {
		t.Errorf("%d damaged", got)
	}
	g.change(nil, nil)
	if !bytes.Equal(read(t, s, "k"), data) {
		t.Error("it came back changed")
	}
}

func TestADamagedUploadIsRefused(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	s := open(t, c)
	for key, size := range map[string]int{"small": 300_000, "parts": 11 << 20} {
		g.change(func(r *http.Request) {
			if r.Method == http.MethodPut {
				r.Body = &flip{r.Body, 1000}
			}
		}, nil)
		data := noise(2, size)
		commit := func() error {
			w, err := s.Create(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write(data)
			_, err = w.Commit(t.Context(), key)
			return err
		}
		wantAway(t, key, commit())
		g.change(nil, nil)
		if _, err := s.Stat(t.Context(), key); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is there, damaged: %v", key, err)
		}
		if err := commit(); err != nil {
			t.Errorf("%s again: %v", key, err)
		}
		fresh := config(t, b)
		if !bytes.Equal(read(t, open(t, fresh), key), data) {
			t.Errorf("%s came back changed", key)
		}
	}
}

// TestALostAnswer has the upload arrive and the word of it be lost.
func TestALostAnswer(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	s := open(t, c)
	g.change(nil, func(a *http.Response) {
		if a.Request.Method == http.MethodPut && isObject(a.Request) {
			panic(http.ErrAbortHandler)
		}
	})
	put(t, s, "k", []byte("arrived"))
	if string(read(t, s, "k")) != "arrived" {
		t.Error("it came back changed")
	}
}

// cut is a network that can be cut without a word, as by a pulled cable.
type cut struct {
	*toxiproxy.Proxy

	t *testing.T
}

func newCut(t *testing.T, endpoint string) *cut {
	t.Helper()
	return &cut{testenv.Line(t, endpoint), t}
}

func (c *cut) off() {
	for _, stream := range []string{"upstream", "downstream"} {
		if _, err := c.Toxics.AddToxicJson(strings.NewReader(`{"name":"cut-` + stream + `","type":"timeout","stream":"` + stream + `","attributes":{"timeout":0}}`)); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *cut) on() { c.Toxics.ResetToxics(c.t.Context()) }

func TestTheNetworkIsCut(t *testing.T) {
	b := testenv.MinIO(t)
	data := noise(3, 3<<20)
	put(t, open(t, config(t, b)), "k", data)
	network := newCut(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint, c.Patience, c.CacheLimit = network.Listen, time.Second, -1
	s := open(t, c)
	o, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	large := func(ctx context.Context) error {
		w, err := s.Create(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Abort() }()
		_, _ = w.Write(noise(4, 11<<20))
		_, err = w.Commit(ctx, "large")
		return err
	}
	work := map[string]func(context.Context) error{
		"Stat": func(ctx context.Context) error { _, err := s.Stat(ctx, "k"); return err },
		"Open": func(ctx context.Context) error { _, err := s.Open(ctx, "k"); return err },
		"List": func(ctx context.Context) error {
			for _, err := range s.List(ctx, "") {
				return err
			}
			return nil
		},
		"Remove": func(ctx context.Context) error { return s.Remove(ctx, "none") },
		"Commit": large,
		"Sweep":  func(ctx context.Context) error { _, err := s.SweepUnfinished(ctx, false); return err },
		"Ping":   s.Ping,
		"another Open": func(ctx context.Context) error {
			other, err := s3.Open(ctx, c)
			if err == nil {
				_ = other.Close()
			}
			return err
		},
	}
	network.off()
	for what, try := range work {
		began := time.Now()
		wantAway(t, what, try(t.Context()))
		if took := time.Since(began); took > 20*time.Second { // far more than patience, for slow machines
			t.Errorf("%s took %v", what, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := try(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s after the end of its context: %v", what, err)
		}
		cancel()
	}
	_, err = o.ReadAt(make([]byte, 10), 0)
	wantAway(t, "ReadAt", err)

	network.on()
	for what, try := range work {
		if err := try(t.Context()); err != nil {
			t.Errorf("%s when it is back: %v", what, err)
		}
	}
	p := make([]byte, 10)
	if _, err := o.ReadAt(p, 0); err != nil || !bytes.Equal(p, data[:10]) {
		t.Errorf("ReadAt when it is back: %v", err)
	}
}

// TestSlowIsNotAway has a network that is slow, but moves.
func TestSlowIsNotAway(t *testing.T) {
	b := testenv.MinIO(t)
	network := newCut(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint, c.Patience = network.Listen, 2*time.Second
	s := open(t, c)
	for _, stream := range []string{"upstream", "downstream"} {
		if _, err := network.Toxics.AddToxicJson(strings.NewReader(`{"name":"slow-` + stream + `","type":"bandwidth","stream":"` + stream + `","attributes":{"rate":1000}}`)); err != nil {
			t.Fatal(err)
		}
	}
	data := noise(5, 4<<20) // 4 s each way
	put(t, s, "k", data)
	c.CacheDir = t.TempDir()
	if !bytes.Equal(read(t, open(t, c), "k"), data) {
		t.Error("it came back changed")
	}
}

// TestMinIODiesAndComesBack kills the server at every moment of an object's life.
func TestMinIODiesAndComesBack(t *testing.T) {
	server := testenv.StartMinIO(t)
	c := config(t, server.Bucket(t))
	s := open(t, c)
	data := noise(6, 17<<20)
	begin := func() blob.Writer {
		w, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := begin()
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	_, err := w.Commit(t.Context(), "k")
	wantAway(t, "Commit", err)
	_, err = s.Open(t.Context(), "k")
	wantAway(t, "Open", err)
	wantAway(t, "Ping", s.Ping(t.Context()))
	w = begin() // needs no server
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), "k"); err != nil {
		t.Errorf("when it is back: %v", err)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	c.CacheDir = t.TempDir()
	if !bytes.Equal(read(t, open(t, c), "k"), data) {
		t.Error("what was committed is not whole after a kill")
	}
}
