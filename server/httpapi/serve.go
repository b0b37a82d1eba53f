package httpapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// ServeOptions say where and how to serve.
type ServeOptions struct {
	// Addr is host and port, such as 127.0.0.1:8080; port 0 takes a free one.
	Addr string
	// Listener, when set, is served instead of Addr. Serve closes it.
	Listener net.Listener
	// CertFile and KeyFile turn TLS on: 1.2 or newer, with HTTP/2. A renewed pair
	// is read again without a restart.
	CertFile, KeyFile string
	// ClientCAFile, when set, lets in only clients with a certificate of this authority.
	ClientCAFile string
	// Grace is how long requests may go on after a stop; 20 s when 0.
	Grace time.Duration
	// Ready, when set, is told the address once connections are accepted.
	Ready func(net.Addr)
}

// Serve serves the API until ctx ends. Then it stops softly: no new
// connection, event streams end with an event that says so, and requests may
// end within the grace; what is left is broken off. It returns when every
// handler has returned, nil after a stop that was asked for.
func Serve(ctx context.Context, api *API, o ServeOptions) error {
	if o.Grace == 0 {
		o.Grace = 20 * time.Second
	}
	secure, err := tlsConfig(o)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, o)
	if err != nil {
		return err
	}
	var handlers sync.WaitGroup
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handlers.Add(1)
			defer handlers.Done()
			api.ServeHTTP(w, r)
		}),
		// A header has its time; bodies and answers have the pace of pace.go,
		// for a fixed time would end long uploads and event streams.
		ReadHeaderTimeout: api.limits.HeaderTimeout,
		IdleTimeout:       api.limits.IdleTimeout,
		MaxHeaderBytes:    api.limits.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(api.logger.Handler(), slog.LevelDebug),
		TLSConfig:         secure,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 250, SendPingTimeout: api.limits.IdleTimeout, PingTimeout: 15 * time.Second,
			WriteByteTimeout: 2 * api.limits.StallTimeout,
		},
	}
	served := make(chan error, 1)
	go func() {
		if secure != nil {
			served <- server.ServeTLS(listener, "", "")
		} else {
			served <- server.Serve(listener)
		}
	}()
	if o.Ready != nil {
		o.Ready(listener.Addr())
	}
	select {
	case err = <-served: // it did not stop because it was asked to
		_ = server.Close()
	case <-ctx.Done():
		err = stop(ctx, api, server, o.Grace)
		if late := <-served; err == nil && !errors.Is(late, http.ErrServerClosed) {
			err = late
		}
	}
	handlers.Wait()
	return err
}

// stop lets requests end, and breaks off those that do not.
func stop(ctx context.Context, api *API, server *http.Server, grace time.Duration) error {
	api.Drain()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		api.logger.WarnContext(ctx, "requests were broken off at the end of the grace", slog.Duration("grace", grace))
		if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("close the server: %w", err)
		}
	}
	return nil
}

func listen(ctx context.Context, o ServeOptions) (net.Listener, error) {
	if o.Listener != nil {
		return o.Listener, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return nil, fault.New(fault.Unreachable, say.T("The server cannot listen on {address}.", "address", o.Addr)).
			Hint(say.T("Is another program there already? Choose another address or port.")).Because(err)
	}
	return listener, nil
}

// tlsConfig is nil when no certificate is named.
func tlsConfig(o ServeOptions) (*tls.Config, error) {
	if o.CertFile == "" && o.KeyFile == "" {
		if o.ClientCAFile != "" {
			return nil, fault.New(fault.Usage, say.T("Clients can show a certificate over TLS only.")).
				Hint(say.T("Name the server's own certificate and key too."))
		}
		return nil, nil
	}
	pair := &keyPair{certFile: o.CertFile, keyFile: o.KeyFile}
	if _, err := pair.get(nil); err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get, NextProtos: []string{"h2", "http/1.1"}}
	if o.ClientCAFile != "" {
		pool, err := authorities(o.ClientCAFile)
		if err != nil {
			return nil, err
		}
		c.ClientCAs, c.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	return c, nil
}
