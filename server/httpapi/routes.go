package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// The groups of operations in the documentation.
const (
	tagDatasets = "Datasets"
	tagJobs     = "Jobs"
	tagTables   = "Tables"
	tagEdits    = "Edits"
	tagAccess   = "Access"
	tagHealth   = "Health"
)

// operations registers what the API does, in the order of the documentation.
func (a *API) operations() {
	a.addDataset()
	a.listDatasets()
	a.getDataset()
	a.deleteDataset()
	a.getStatus()
	a.watchDataset()
	a.cancelJob()
	a.retryJob()
	a.getJob()
	a.getRows()
	a.getProfile()
	a.getReport()
	a.getLedger()
	a.whereFrom()
	a.getVersions()
	a.exportTable()
	a.cleanAgain()
	a.edits()
	a.me()
	a.health()
}

type stepsInput struct {
	OneRecord
	Body wire.Steps
}

// edits registers the operations that recipes will fill.
func (a *API) edits() {
	o := operation{
		method: http.MethodPost, tag: tagEdits, need: mayWrite, status: http.StatusAccepted,
		refusals: []int{http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusNotImplemented},
	}
	later := func(ctx context.Context, c call, id string) error {
		if _, err := c.dataset(ctx, id); err != nil {
			return err
		}
		return notYet(say.T("Tables cannot be edited over HTTP yet."))
	}
	steps, undo, redo := o, o, o
	steps.id, steps.path = "applySteps", "/datasets/{id}/steps"
	steps.summary = say.T("Apply steps to the clean table")
	steps.description = say.T("Makes a new version of the table from the steps. This comes with recipes; this version answers 501.")
	register(a, steps, func(ctx context.Context, c call, in *stepsInput) (*statusOutput, error) {
		return nil, later(ctx, c, in.ID)
	})
	undo.id, undo.path = "undo", "/datasets/{id}/undo"
	undo.summary = say.T("Go back to the version before")
	undo.description = say.T("Moves the head to the version before. This comes with recipes; this version answers 501.")
	register(a, undo, func(ctx context.Context, c call, in *OneRecord) (*statusOutput, error) {
		return nil, later(ctx, c, in.ID)
	})
	redo.id, redo.path = "redo", "/datasets/{id}/redo"
	redo.summary = say.T("Go forward to the version undone")
	redo.description = say.T("Moves the head to the version that was undone. This comes with recipes; this version answers 501.")
	register(a, redo, func(ctx context.Context, c call, in *OneRecord) (*statusOutput, error) {
		return nil, later(ctx, c, in.ID)
	})
}

type readyOutput struct{ Body wire.Ready }

// health registers what supervisors and load balancers ask. It needs no token.
func (a *API) health() {
	alive := huma.Operation{
		OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", Tags: []string{tagHealth},
		Summary:     say.T("Does the process live?").Key,
		Description: say.T("Answers as long as the process does. It asks nothing else.").Key,
		Responses:   map[string]*huma.Response{},
	}
	ready := huma.Operation{
		OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Tags: []string{tagHealth},
		Summary:     say.T("Can the server work?").Key,
		Description: say.T("Answers 503 with the name of what is away, or while the server stops.").Key,
		Responses:   map[string]*huma.Response{},
	}
	a.refusals(&alive)
	a.refusals(&ready)
	for _, status := range []string{"400", "401", "429"} {
		delete(alive.Responses, status)
		delete(ready.Responses, status)
	}
	delete(alive.Responses, "503")
	huma.Register(a.huma, alive, func(context.Context, *struct{}) (*readyOutput, error) {
		return &readyOutput{wire.Ready{Status: "ok"}}, nil
	})
	huma.Register(a.huma, ready, func(ctx context.Context, _ *struct{}) (*readyOutput, error) {
		if a.draining() {
			return nil, stoppingFault()
		}
		ctx, cancel := context.WithTimeout(ctx, authPatience)
		defer cancel()
		if err := a.backend.Ready(ctx); err != nil {
			return nil, err
		}
		return &readyOutput{wire.Ready{Status: "ok"}}, nil
	})
}

// plainRoutes are the routes that are no operations of the API.
func (a *API) plainRoutes() {
	a.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/docs", http.StatusFound)
	})
	a.mux.HandleFunc("GET /openapi.json", a.serveSpec)
	a.mux.HandleFunc("GET /docs", servePage("docs.html"))
	a.mux.HandleFunc("GET /docs/docs.js", servePage("docs.js"))
	a.mux.HandleFunc("GET /docs/docs.css", servePage("docs.css"))
	if a.options.Metrics != nil {
		a.mux.Handle("GET /metrics", a.options.Metrics)
	}
	if a.options.Board != nil {
		a.boardRoutes()
	}
}
