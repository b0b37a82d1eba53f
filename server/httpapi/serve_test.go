package httpapi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/server/client"
)

// authority makes certificates for tests.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.key = a.newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.file = a.write("ca.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func (a *authority) write(name, kind string, der []byte) string {
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// pair writes a certificate and its key.
func (a *authority) pair(name string, serial int64) (cert, key string) {
	a.t.Helper()
	k := a.newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &k.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.write(name+".pem", "CERTIFICATE", der), a.write(name+".key", "EC PRIVATE KEY", keyDER)
}

// transport trusts the authority and shows a certificate, if it is given one.
func (a *authority) transport(cert, key string) *http.Transport {
	a.t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	c := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			a.t.Fatal(err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	t := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}
	a.t.Cleanup(t.CloseIdleConnections)
	return t
}

// TestTLS: HTTP/2 with a client's certificate, and no way without one or with old TLS.
func TestTLS(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.pair("server", 2)
	clientCert, clientKey := a.pair("client", 3)
	b := serve(t, benchOptions{serve: ServeOptions{CertFile: cert, KeyFile: key, ClientCAFile: a.file}})
	c, err := client.New(b.url, liToken, client.Options{Transport: a.transport(clientCert, clientKey)})
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t)
	added, err := c.Add(ctx, strings.NewReader(people), "people.csv", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Ready {
		t.Errorf("%+v %v", s, err)
	}
	if n, err := c.Export(ctx, added.RecordID, "xlsx", io.Discard, client.ExportOptions{}); err != nil || n.Size == 0 {
		t.Errorf("%+v %v", n, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: a.transport(clientCert, clientKey)}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.ProtoMajor != 2 || answer.TLS.Version < tls.VersionTLS12 {
		t.Errorf("%s over TLS %x", answer.Proto, answer.TLS.Version)
	}
	if answer, err := (&http.Client{Transport: a.transport("", "")}).Do(r); err == nil {
		answer.Body.Close()
		t.Error("without a certificate it is let in")
	}
	old := a.transport(clientCert, clientKey)
	old.TLSClientConfig.MinVersion, old.TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if answer, err := (&http.Client{Transport: old}).Do(r); err == nil {
		answer.Body.Close()
		t.Error("old TLS is spoken")
	}
}

// TestARenewedCertificateIsUsed without a restart; half a renewal is not.
func TestARenewedCertificateIsUsed(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.pair("server", 2)
	p := &keyPair{certFile: cert, keyFile: key}
	serial := func() int64 {
		t.Helper()
		c, err := p.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.SerialNumber.Int64()
	}
	if n := serial(); n != 2 {
		t.Errorf("serial %d", n)
	}
	a.pair("server", 4)
	for i, path := range []string{cert, key} {
		if err := os.Chtimes(path, time.Now(), time.Now().Add(time.Duration(i+1)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	p.looked = time.Time{}
	if n := serial(); n != 4 {
		t.Errorf("after the renewal: serial %d", n)
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.looked = time.Time{}
	if n := serial(); n != 4 {
		t.Errorf("half a renewal: serial %d", n)
	}
}

// TestServeRefusesByName what it cannot serve with.
func TestServeRefusesByName(t *testing.T) {
	api, err := New(&desk{}, Options{SpoolDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		o    ServeOptions
		code fault.Code
	}{
		"a port that is taken": {ServeOptions{Addr: taken.Addr().String()}, fault.Unreachable},
		"no certificate there": {ServeOptions{CertFile: "none.pem", KeyFile: "none.key"}, fault.Usage},
		"no key":               {ServeOptions{CertFile: "none.pem"}, fault.Usage},
		"clients without TLS":  {ServeOptions{ClientCAFile: "none.pem"}, fault.Usage},
	} {
		if err := Serve(t.Context(), api, c.o); !fault.Is(err, c.code) || fault.Of(err).Next.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(&desk{}, Options{SpoolDir: filepath.Join(t.TempDir(), "none")}); !fault.Is(err, fault.Unreachable) {
		t.Errorf("no folder for exports: %v", err)
	}
}

// TestASoftStopLetsRequestsEnd, and breaks off what takes longer than the grace.
func TestASoftStopLetsRequestsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		grace time.Duration
		ends  bool
	}{"within the grace": {time.Minute, true}, "past the grace": {200 * time.Millisecond, false}} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, benchOptions{idle: true, serve: ServeOptions{Grace: c.grace}})
			reader, writer := io.Pipe()
			status := make(chan int, 1)
			go func() {
				answer, err := post(t, b, "text/csv", reader)
				if err != nil {
					status <- 0
					return
				}
				answer.Body.Close()
				status <- answer.StatusCode
			}()
			if _, err := writer.Write([]byte("a,b\n1,2\n")); err != nil {
				t.Fatal(err)
			}
			for u := 0; u == 0; { // until its handler runs
				b.api.owners.mu.Lock()
				if li := b.api.owners.by["li"]; li != nil {
					u = li.uploads
				}
				b.api.owners.mu.Unlock()
			}
			stopped := make(chan struct{})
			go func() { defer close(stopped); b.stop() }()
			<-b.api.stopping
			if c.ends {
				if err := writer.Close(); err != nil {
					t.Error(err)
				}
			}
			<-stopped
			writer.CloseWithError(errors.New("the test is over"))
			if got := <-status; c.ends != (got == 202) {
				t.Errorf("the upload: %d", got)
			}
			if _, err := client.New(b.url, liToken, client.Options{}); err != nil {
				t.Error(err)
			}
			if conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", strings.TrimPrefix(b.url, "http://")); err == nil {
				conn.Close()
				t.Error("it still listens")
			}
			list, err := b.desk.spaces["li"].Datasets(context.Background(), 0)
			if err != nil || len(list) != map[bool]int{true: 1, false: 0}[c.ends] {
				t.Errorf("%d records, %v", len(list), err)
			}
		})
	}
}

// TestReadyTellsOfTheStop, so that a load balancer sends no more.
func TestReadyTellsOfTheStop(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	b.api.Drain()
	a := b.do("GET", "/readyz", "", "Accept-Language", "zh")
	if p := problemIn(t, a); p.Status != 503 || p.Detail != "服务器正在停止。" {
		t.Errorf("%+v", p)
	}
	if a := b.do("GET", "/healthz", ""); a.status != 200 || a.body != fmt.Sprintln(`{"status":"ok"}`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}
