package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/board"
	"sheetmill/server/config"
	"sheetmill/server/httpapi"
	"sheetmill/server/metrics"
)

// boardPath is where the job board is, and boardSchema where River's tables are.
const (
	boardPath   = "/jobs"
	boardSchema = "sheetmill"
)

// serve is the API, and a worker, in one process.
func (a *app) serve() *cobra.Command {
	var show bool
	c := &cobra.Command{
		Use:     "serve",
		GroupID: groupShared,
		Short:   a.tr("Serve the HTTP API of a shared workspace, and work on its jobs"),
		Long: a.tr("Serves the API of a shared workspace and works on its jobs, until SIGTERM or SIGINT: then it takes no more,\n" +
			"gives its jobs back and lets requests end. It logs \"ready on ADDRESS\" once it listens and its workers\nfetch. Settings come from flags, then SHEETMILL_NAME in the environment, then the file of --config."),
		Example: "  sheetmill serve --config /etc/sheetmill/settings.json\n  sheetmill serve --print-config",
		Args:    usage(cobra.NoArgs),
	}
	load := a.settings(c, needsAll, config.Shared, config.Serving, config.Working, config.Logging)
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := load()
		if err != nil {
			return err
		}
		if show {
			return a.printSettings(settings)
		}
		return a.serveUntil(c.Context(), settings)
	}
	c.Flags().BoolVar(&show, "print-config", false, a.tr("print the settings, secrets hidden, and end"))
	return c
}

// worker works without an API.
func (a *app) worker() *cobra.Command {
	var show bool
	c := &cobra.Command{
		Use:     "worker",
		GroupID: groupShared,
		Short:   a.tr("Work on a shared workspace's jobs; run as many as wanted"),
		Args:    usage(cobra.NoArgs),
	}
	load := a.settings(c, needsAll, config.Shared, config.Working, config.Metrics, config.Logging)
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := load()
		if err != nil {
			return err
		}
		if show {
			return a.printSettings(settings)
		}
		return a.workUntil(c.Context(), settings)
	}
	c.Flags().BoolVar(&show, "print-config", false, a.tr("print the settings, secrets hidden, and end"))
	return c
}

// backend is a shared workspace as the API knows it.
type backend struct{ server *workspace.Server }

func (b backend) Authenticate(ctx context.Context, token string) (httpapi.Identity, error) {
	i, err := b.server.Authenticate(ctx, token)
	return httpapi.Identity{Owner: i.Owner, Write: i.Write, Admin: i.Admin}, err
}

func (b backend) Workspace(_ context.Context, owner string) (*workspace.Workspace, error) {
	return b.server.For(owner), nil
}

func (b backend) Ready(ctx context.Context) error { return b.server.Ready(ctx) }

func (b backend) Note(ctx context.Context, owner, action, subject string) error {
	return b.server.Note(ctx, owner, action, subject, nil)
}

// serveUntil serves until ctx ends.
func (a *app) serveUntil(ctx context.Context, c config.Config) (err error) {
	logger := a.logger(c)
	server, err := workspace.OpenServer(ctx, c.Server(logger))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }() //nolint:contextcheck // a close has its own patience
	figures := metrics.New(server)
	options := httpapi.Options{Version: a.Version, Limits: c.Limits, SpoolDir: c.SpoolDir, Metrics: figures.Handler(), Logger: logger}
	if c.Board {
		jobs, err := board.New(ctx, c.Database, boardSchema, boardPath, logger)
		if err != nil {
			return err
		}
		defer func() { _ = jobs.Close() }() // it never fails
		options.Board = jobs
	}
	api, err := httpapi.New(backend{server}, options) //nolint:contextcheck // each request brings its own
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, api.Close()) }()
	if err := figures.Register(api.Collectors()...); err != nil {
		return err
	}
	p := &process{app: a, logger: logger, server: server, figures: figures, config: c}
	return p.run(ctx, c.Work, func(ctx context.Context, ready func(net.Addr)) error {
		return httpapi.Serve(ctx, api, httpapi.ServeOptions{
			Addr: c.Addr, CertFile: c.CertFile, KeyFile: c.KeyFile, ClientCAFile: c.CAFile, Grace: c.Grace, Ready: ready,
		})
	})
}

// workUntil works until ctx ends.
func (a *app) workUntil(ctx context.Context, c config.Config) (err error) {
	logger := a.logger(c)
	server, err := workspace.OpenServer(ctx, c.Server(logger))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }() //nolint:contextcheck // a close has its own patience
	p := &process{app: a, logger: logger, server: server, figures: metrics.New(server), config: c}
	if c.MetricsAddr == "" {
		return p.run(ctx, true, nil)
	}
	return p.run(ctx, true, p.serveFigures)
}

// process is a server or worker while it runs.
type process struct {
	*app

	logger  *slog.Logger
	server  *workspace.Server
	figures *metrics.Metrics
	config  config.Config
}

// run works, listens where listen is given, and tells when both do. When one
// ends the other is stopped; it returns when both have ended.
func (p *process) run(ctx context.Context, works bool, listen func(context.Context, func(net.Addr)) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var parts sync.WaitGroup
	var listenErr, workErr error
	listening, working := make(chan net.Addr, 1), make(chan struct{})
	if listen != nil {
		parts.Go(func() {
			listenErr = listen(ctx, func(addr net.Addr) { listening <- addr })
			stop(errPartEnded)
		})
	} else {
		close(listening)
	}
	if works {
		parts.Go(func() {
			workErr = p.server.Work(ctx, workspace.WorkOptions{
				Jobs: p.config.Jobs, Memory: p.config.Memory, Ready: working, Observer: p.figures.Observer(),
				Trouble: func(err error) { p.logger.WarnContext(ctx, "a job cannot end", slog.Any("error", err)) },
			})
			stop(errPartEnded)
		})
	} else {
		close(working)
	}
	p.tellReady(ctx, listening, working)
	<-ctx.Done()
	notifySystem(p.Getenv, "STOPPING=1")
	p.logger.InfoContext(ctx, "stopping: no more is taken, jobs are given back")
	parts.Wait()
	for _, err := range []error{listenErr, workErr} {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	p.logger.InfoContext(ctx, "stopped")
	return nil
}

// errPartEnded stops the other part of a process.
var errPartEnded = errors.New("a part of the process has ended")

// tellReady says once that all parts are ready.
func (p *process) tellReady(ctx context.Context, listening <-chan net.Addr, working <-chan struct{}) {
	var addr net.Addr
	select {
	case addr = <-listening:
	case <-ctx.Done():
		return
	}
	select {
	case <-working:
	case <-ctx.Done():
		return
	}
	sentence, attrs := "ready", []any{}
	if addr != nil {
		sentence, attrs = "ready on "+addr.String(), []any{slog.String("address", addr.String())}
	}
	p.logger.InfoContext(ctx, sentence, attrs...)
	notifySystem(p.Getenv, "READY=1")
}

// serveFigures answers a worker's /metrics, /healthz and /readyz.
func (p *process) serveFigures(ctx context.Context, ready func(net.Addr)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.config.MetricsAddr)
	if err != nil {
		return fault.New(fault.Unreachable, say.T("The server cannot listen on {address}.", "address", p.config.MetricsAddr)).
			Hint(say.T("Is another program there already? Choose another address or port.")).Because(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.figures.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := p.server.Ready(r.Context()); err != nil {
			http.Error(w, fault.Of(err).Sentence.String(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	const patience = 10 * time.Second
	server := &http.Server{Handler: mux, ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ready(listener.Addr())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err = server.Shutdown(ending)
	if late := <-served; err == nil && !errors.Is(late, http.ErrServerClosed) {
		err = late
	}
	return err
}
