package s3

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// tries is how often a request is sent that a server answers with "later", or
// that a connection closed meanwhile has swallowed. It takes about a second; what
// is away for longer is the job's to wait for.
const tries = 3

// sumName is the entry in an object's metadata that holds its SHA-256.
const sumName = "Sha256"

// dial makes a client. It connects with the first request.
func dial(c Config) (*minio.Core, func(), error) {
	transport, err := transportFor(c)
	if err != nil {
		return nil, nil, err
	}
	client, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: c.Secure, Transport: transport,
		Region: c.Region, TrailingHeaders: true, MaxRetries: tries,
	})
	if err != nil {
		return nil, nil, noAddress(c.Endpoint).Because(err)
	}
	return client, transport.CloseIdleConnections, nil
}

func noAddress(endpoint string) *fault.Error {
	return fault.New(fault.Usage, say.T("{endpoint} is no address of an object store.", "endpoint", endpoint)).
		Hint(say.T("Write it as host:port, without http://."))
}

func transportFor(c Config) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: min(5*time.Second, c.Patience)}).DialContext,
		TLSHandshakeTimeout:   c.Patience,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       time.Minute,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true, // an object comes as it is
	}
	if c.Secure {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if len(c.CA) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(c.CA) {
			return nil, fault.New(fault.Usage, say.T("The certificates for the object store cannot be read.")).
				Hint(say.T("They are expected in PEM: -----BEGIN CERTIFICATE-----."))
		}
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		t.TLSClientConfig.RootCAs = roots
	}
	return t, nil
}

// errStalled is why a request was given up that moved no byte for too long.
var errStalled = errors.New("the server neither takes nor gives a byte")

// watch ends a request that does not move.
type watch struct {
	timer    *time.Timer
	patience time.Duration
}

// moved tells that it does.
func (w *watch) moved() { w.timer.Reset(w.patience) }

// pause stops watching until it moves again.
func (w *watch) pause() { w.timer.Stop() }

// reader tells of every byte that is read through it.
func (w *watch) reader(r io.Reader) io.Reader { return &movingReader{r, w} }

type movingReader struct {
	r io.Reader
	w *watch
}

func (m *movingReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if n > 0 {
		m.w.moved()
	}
	return n, err
}

// section is a part of a file on its way up. It can be sent again.
func (w *watch) section(f io.ReaderAt, off, n int64) io.Reader {
	return &movingSection{SectionReader: io.NewSectionReader(f, off, n), w: w}
}

type movingSection struct {
	*io.SectionReader

	w    *watch
	sent int64
}

// Read gives the server more time than patience: up to 4 MiB that were read
// here may still wait in the buffers of a slow line, of 256 KiB a second.
func (m *movingSection) Read(p []byte) (int, error) {
	n, err := m.SectionReader.Read(p)
	if n > 0 {
		m.sent += int64(n)
		m.w.timer.Reset(m.w.patience + time.Duration(min(m.sent, 4<<20))*time.Second/(256<<10))
	}
	return n, err
}

// call does a request and turns its error into a fault.
func (s *Store) call(ctx context.Context, key string, request func(context.Context, *watch) error) error {
	err := watched(ctx, s.config.Patience, request)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return s.troubleOf(key, err)
}

// watched does a request, which ends with the context or when it stalls.
func watched(ctx context.Context, patience time.Duration, request func(context.Context, *watch) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ours, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &watch{patience: patience}
	w.timer = time.AfterFunc(patience, func() { cancel(errStalled) })
	defer w.timer.Stop()
	err := request(ours, w)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(context.Cause(ours), errStalled):
		return errors.Join(errStalled, err)
	}
	return err
}

func headOf(key string, o minio.ObjectInfo) head {
	return head{
		Info: blob.Info{Key: key, Size: o.Size, Modified: o.LastModified.UTC().Truncate(time.Second), SHA256: sumIn(o.UserMetadata)},
		etag: o.ETag,
	}
}

// sumIn is the checksum in an object's metadata, if it looks like one.
func sumIn(metadata minio.StringMap) string {
	sum := metadata[sumName]
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size {
		return ""
	}
	return sum
}
