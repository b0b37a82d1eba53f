package httpapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// outer is around every request: it names it, paces it, survives its panics,
// logs it and counts it.
func (a *API) outer(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	x := a.newExchange(w, r)
	h := x.w.Header()
	h.Set(requestIDHeader, x.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	a.metrics.began()
	aborted := true
	defer func() { //nolint:contextcheck // the exchange holds the request with its context
		if x.body != nil {
			x.body.finish()
		}
		x.w.finish()
		a.ended(x, aborted, time.Since(began))
	}()
	aborted = a.guarded(x) //nolint:contextcheck // as above
	if aborted {
		panic(http.ErrAbortHandler) // net/http breaks the connection off and says nothing
	}
}

// guarded runs the routes and turns a panic into a problem answer. It tells
// whether the connection must be broken off, because half an answer is out.
func (a *API) guarded(x *exchange) (abort bool) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			abort = true
			return
		}
		err, ok := p.(error)
		if !ok || !gone(x.r.Context()) {
			err = fault.New(fault.Internal, say.T("The request cannot be answered.")).Because(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		if x.w.status != 0 {
			x.note(err)
			abort = true
			return
		}
		a.fail(x, err)
	}()
	a.route(x)
	return false
}

// route finds who answers. What no route has is a problem answer too: 404, or
// 405 with the methods that the path knows.
func (a *API) route(x *exchange) {
	handler, pattern := a.mux.Handler(x.r)
	if pattern != "" {
		x.route = pattern
		a.mux.ServeHTTP(x.w, x.r)
		return
	}
	probe := &headerOnly{header: http.Header{}}
	handler.ServeHTTP(probe, x.r)
	switch probe.status {
	case http.StatusMethodNotAllowed:
		allow := probe.header.Get("Allow")
		a.fail(x, answerWith(http.StatusMethodNotAllowed, fault.New(fault.Usage, say.T("This path does not know the method {method}.", "method", shortened(x.r.Method))).
			Hint(say.T("It knows {methods}.", "methods", allow))).with("Allow", allow))
	case http.StatusNotFound:
		a.fail(x, fault.New(fault.NotFound, say.T("There is nothing at this path.")).Hint(say.T("See /docs for what there is.")))
	default:
		a.fail(x, fault.New(fault.Usage, say.T("The request's target is malformed.")))
	}
}

// headerOnly takes an answer's status and header, and drops its body.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header { return h.header }

func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }

func (h *headerOnly) WriteHeader(status int) { h.status = status }

// ended writes the line of the access log, and counts. No query and no file
// name is in it: they may tell of patients.
func (a *API) ended(x *exchange, aborted bool, took time.Duration) {
	ctx, status := x.r.Context(), x.w.status
	if status == 0 {
		status = http.StatusOK
	}
	if gone(ctx) && (aborted || x.trouble != nil) {
		status = statusLeft
	}
	received := int64(0)
	if x.body != nil {
		received = x.body.bytes
	}
	a.metrics.ended(x.route, x.r.Method, status, took, received, x.w.bytes)
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("requestId", x.id), slog.String("method", shortened(x.r.Method)), slog.String("route", x.route),
		slog.Int("status", status), slog.Int64("bytes", x.w.bytes), slog.Int64("received", received),
		slog.Duration("took", took), slog.String("remote", x.r.RemoteAddr),
	}
	if x.caller.Owner != "" {
		attrs = append(attrs, slog.String("owner", x.caller.Owner))
	}
	if x.record != "" {
		attrs = append(attrs, slog.String("recordId", x.record))
	}
	if x.job != 0 {
		attrs = append(attrs, slog.Int64("jobId", x.job))
	}
	if x.trouble != nil {
		attrs = append(attrs, failing(x.trouble))
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
	}
	a.logger.LogAttrs(ctx, level, "request", attrs...)
}
