// Package httpapi is the HTTP API under /api/v1, with its documentation, its
// health, and the doors to metrics and the job board. It knows neither
// PostgreSQL nor MinIO nor SQLite: it works on the workspaces that a [Backend]
// hands it, each that of one owner.
//
//	api, err := httpapi.New(backend, httpapi.Options{Version: version, Logger: logger})
//	defer api.Close()
//	registry.MustRegister(api.Collectors()...)
//	err = httpapi.Serve(ctx, api, httpapi.ServeOptions{Addr: ":8080"})
//
// # How a request goes
//
//	outer:  request id, panics, pace of body and answer, access log, metrics
//	routes: one table, so that an unknown path or method is a problem answer too
//	inner:  token -> owner, right, rate -> the owner's workspace -> core/workspace
//
// Every error is a core/fault and leaves through one mapper, [problemOf], as
// application/problem+json in the language of Accept-Language.
package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"sheetmill/core/workspace"
)

// Identity is whose token asks, and what it may do.
type Identity struct {
	Owner string
	Write bool // may add, change and delete
	Admin bool // may see the job board
}

// Backend is what the API serves. Its methods may be called from many
// goroutines, and answer soon after their context ends.
type Backend interface {
	// Authenticate tells whose token it is; fault.NotAllowed when nobody's, or
	// revoked. The API asks again within 2 s, also while an answer streams.
	Authenticate(ctx context.Context, token string) (Identity, error)
	// Workspace is that owner's. It is shared: the API does not close it.
	Workspace(ctx context.Context, owner string) (*workspace.Workspace, error)
	// Ready is nil when work can be done, and a fault that names what is away otherwise.
	Ready(ctx context.Context) error
	// Note writes into the audit log: this owner did this to that. What cannot
	// be noted is not done.
	Note(ctx context.Context, owner, action, subject string) error
}

// Options say how the API serves. The zero value is usable.
type Options struct {
	// Version of the program, as the documentation tells it.
	Version string
	Limits  Limits
	// SpoolDir is where exports are written before they are sent, in a folder
	// that is removed at Close; the system's temporary folder when "".
	SpoolDir string
	// Metrics, when set, answers /metrics.
	Metrics http.Handler
	// Board, when set, answers everything under /jobs, for administrators only.
	Board http.Handler
	// Logger gets the access log and what went wrong inside; nil drops it.
	Logger *slog.Logger
}

// API serves HTTP. Build it with [New]; Close it when no request runs any more.
type API struct {
	backend    Backend
	options    Options
	logger     *slog.Logger
	limits     Limits
	mux        *http.ServeMux
	huma       huma.API
	tokens     *tokens
	owners     *owners
	exports    *spool
	metrics    *metrics
	spec       *document
	registered int           // operations
	stopping   chan struct{} // closed by Drain
	drain      sync.Once
	beat       time.Duration // between heartbeats of an event stream
}

// New makes the API of a backend. It fails when it cannot make its spool.
func New(backend Backend, o Options) (*API, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	a := &API{
		backend: backend, options: o, logger: o.Logger, limits: o.Limits.orDefault(), mux: http.NewServeMux(),
		metrics: newMetrics(), stopping: make(chan struct{}), beat: heartbeat,
	}
	a.tokens, a.owners = newTokens(backend), newOwners(a.limits)
	exports, err := newSpool(o.SpoolDir, a.limits.SpoolBytes, a.limits.Exports)
	if err != nil {
		return nil, err
	}
	a.exports = exports
	speakProblems()
	a.huma = humago.New(a.mux, config(o.Version))
	a.operations()
	a.plainRoutes()
	if a.spec, err = a.describe(); err != nil {
		return nil, errors.Join(err, exports.close())
	}
	return a, nil
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.outer(w, r) }

// Drain tells that the server is about to stop: /readyz says so, and event
// streams end with an event that says why. It may be called twice.
func (a *API) Drain() { a.drain.Do(func() { close(a.stopping) }) }

// Close removes the spooled exports and waits for what writes them.
func (a *API) Close() error {
	a.Drain()
	return a.exports.close()
}

// Collectors are the API's metrics, for the caller to register.
func (a *API) Collectors() []prometheus.Collector { return a.metrics.collectors() }

func (a *API) draining() bool {
	select {
	case <-a.stopping:
		return true
	default:
		return false
	}
}
