package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

// base is where the API lives.
const base = "/api/v1"

// operation is what is said of an operation, for the documentation and for
// who may call it.
type operation struct {
	id           string // unique
	method, path string // the path below base
	summary      say.Text
	description  say.Text
	tag          string
	need         right
	status       int   // of success
	refusals     []int // statuses of errors that this operation adds to the usual ones
	// content of the success answer where it is not the JSON of the handler's output.
	content map[string]*huma.MediaType
}

// call is what an operation works on.
type call struct {
	*exchange
	ws *workspace.Workspace
}

// register adds an operation. A handler either answers an output or writes to
// the exchange's writer itself and answers nil.
func register[I, O any](a *API, o operation, handle func(ctx context.Context, c call, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: base + o.path, Tags: []string{o.tag},
		Summary: o.summary.Key, Description: o.description.Key, DefaultStatus: o.status,
		Middlewares: huma.Middlewares{a.admission(o)}, MaxBodyBytes: a.limits.MaxBody,
		BodyReadTimeout: a.limits.StallTimeout, Responses: map[string]*huma.Response{},
		Extensions: map[string]any{shownAt: a.registered},
	}
	a.registered++
	if o.need == mayWrite {
		op.Security = []map[string][]string{{"token": {"write"}}}
	} else {
		op.Security = []map[string][]string{{"token": {}}}
	}
	if o.content != nil {
		op.Responses[strconv.Itoa(o.status)] = &huma.Response{Description: http.StatusText(o.status), Content: o.content}
	}
	a.refusals(&op, o.refusals...)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		x := exchangeOf(ctx)
		ws, err := a.backend.Workspace(ctx, x.caller.Owner)
		var out *O
		if err == nil {
			out, err = handle(ctx, call{x, ws}, in)
		}
		if err == nil {
			return out, nil
		}
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			err = cause // the token was revoked, which is why it failed
		}
		if x.w.status != 0 { // half an answer is out
			x.note(err)
			panic(http.ErrAbortHandler)
		}
		noFile(x.w.Header())
		return nil, err
	})
}

// refusals documents the errors that an operation answers.
func (a *API) refusals(op *huma.Operation, more ...int) {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.Problem](), true, "")
	for _, status := range append([]int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
	}, more...) {
		response := &huma.Response{
			Description: refusalText(status).Key,
			Content:     map[string]*huma.MediaType{wire.ProblemType: {Schema: schema, Example: exampleProblem(status)}},
		}
		header := func(name string, text say.Text) {
			response.Headers = map[string]*huma.Header{name: {Description: text.Key, Schema: &huma.Schema{Type: huma.TypeString}}}
		}
		switch status {
		case http.StatusUnauthorized, http.StatusForbidden:
			header("WWW-Authenticate", say.T("What kind of token is needed."))
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			header("Retry-After", say.T("After how many seconds to try again."))
		}
		op.Responses[strconv.Itoa(status)] = response
	}
}

// admission lets a request to an operation: who asks, may they, not too often,
// and is the query one that can be read.
func (a *API) admission(o operation) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		x := exchangeOf(c.Context())
		x.token = bearer(x.r)
		var err error
		if x.caller, err = a.admit(c.Context(), x.token, o.need); err == nil {
			if err = a.owners.request(x.caller.Owner); err == nil {
				err = checkQuery(c.Operation(), x.r)
			}
		}
		if err != nil {
			a.fail(x, err)
			return
		}
		ctx, end := a.guard(c.Context(), x, o.need)
		defer end()
		next(huma.WithContext(c, ctx))
	}
}

// checkQuery refuses a query that would be read in part only: malformed
// escapes, one parameter twice that is no list, or text that no database takes.
func checkQuery(op *huma.Operation, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return wrongValue("query", say.T("It is malformed."))
	}
	for name, values := range query {
		place := "query." + shortened(name)
		switch {
		case len(values) > 1 && !isList(op, name):
			return wrongValue(place, say.T("It is given more than once."))
		case !sound(name) || slices.ContainsFunc(values, func(v string) bool { return !sound(v) }):
			return wrongValue(place, say.T("It is not text in UTF-8."))
		}
	}
	return nil
}

// isList tells whether a parameter may be given several times.
func isList(op *huma.Operation, name string) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool {
		return p.In == "query" && p.Name == name && p.Schema.Type == huma.TypeArray
	})
}

// sound tells that a text can be stored anywhere.
func sound(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// about notes which record a request is about, and refuses an ID that is none.
func (c call) about(id string) error {
	if len(id) > 64 || !plain(id) {
		return noRecord(id)
	}
	c.record = id
	return nil
}

func noRecord(id string) error {
	return fault.New(fault.NotFound, say.T("There is no record {id}.", "id", shortened(id))).
		Hint(say.T("List the records to see their IDs."))
}
