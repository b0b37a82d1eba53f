package httpapi

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

const (
	statusTooMany = http.StatusTooManyRequests
	// statusLeft is what the log says of a client that left before its answer.
	statusLeft = 499
)

// answer is a fault with the HTTP status it goes out with, where that is not
// the one of its code, and the headers that belong to it.
type answer struct {
	fault  *fault.Error
	status int
	header http.Header
}

func answerWith(status int, f *fault.Error) *answer { return &answer{fault: f, status: status} }

func (a *answer) Error() string { return a.fault.Error() }

func (a *answer) Unwrap() error { return a.fault }

func (a *answer) with(name, value string) *answer {
	c := *a
	c.header = maps.Clone(a.header)
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return &c
}

func (a *answer) retryAfter(seconds int) *answer { return a.with("Retry-After", strconv.Itoa(seconds)) }

// statusOf is the HTTP status of a fault's code.
func statusOf(code fault.Code) int {
	switch code {
	case fault.Usage:
		return http.StatusBadRequest
	case fault.BadInput:
		return http.StatusUnprocessableEntity
	case fault.Limit:
		return http.StatusRequestEntityTooLarge
	case fault.NotFound:
		return http.StatusNotFound
	case fault.NotAllowed:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unreachable, fault.Cancelled:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// titleOf says in a few words what kind of trouble a code is.
func titleOf(code fault.Code) say.Text {
	switch code {
	case fault.Usage:
		return say.T("The request is wrong")
	case fault.BadInput:
		return say.T("The file cannot be used as it is")
	case fault.Limit:
		return say.T("Over a limit")
	case fault.NotFound:
		return say.T("Not found")
	case fault.NotAllowed:
		return say.T("Not allowed")
	case fault.Conflict:
		return say.T("Something else was first")
	case fault.Unreachable:
		return say.T("Not reachable just now")
	case fault.Cancelled:
		return say.T("Cancelled")
	default:
		return say.T("Internal error")
	}
}

// problemOf is the one mapper from errors to HTTP: status, headers and body.
// Nothing of an internal fault leaves but the ID of its request.
func problemOf(err error, lang say.Lang, requestID string) (*wire.Problem, http.Header) {
	f, header := fault.Of(err), http.Header{}
	p := &wire.Problem{
		Type: "/docs#" + string(f.Code), Title: titleOf(f.Code).In(lang), Status: statusOf(f.Code),
		Code: f.Code, RequestID: requestID,
	}
	if a, ok := errors.AsType[*answer](err); ok {
		p.Status = a.status
		maps.Copy(header, a.header)
	}
	switch f.Code {
	case fault.Unreachable:
		if header.Get("Retry-After") == "" && p.Status == http.StatusServiceUnavailable {
			header.Set("Retry-After", "2")
		}
		p.Detail, p.Hint = outside(f.Sentence).In(lang), outside(f.Next).In(lang)
	case fault.Usage, fault.BadInput, fault.Limit, fault.NotFound, fault.NotAllowed, fault.Conflict, fault.Cancelled:
		p.Detail, p.Hint, p.Place = outside(f.Sentence).In(lang), outside(f.Next).In(lang), f.Place
	default:
		p.Code = fault.Internal
		p.Detail = say.T("Internal error.").In(lang)
		p.Hint = say.T("Try again; if it happens again, report it with the request ID {id}.", "id", requestID).In(lang)
	}
	if i, ok := errors.AsType[*invalid](err); ok {
		p.Errors = i.parts(lang)
	}
	return p, header
}

// outside is a sentence for those who must not know the server's folders.
func outside(t say.Text) say.Text {
	if _, has := t.Args["path"]; !has {
		return t
	}
	pairs := make([]any, 0, 2*len(t.Args))
	for name, value := range t.Args {
		if name == "path" {
			pairs = append(pairs, name, say.T("the server's storage"))
		} else {
			pairs = append(pairs, name, value)
		}
	}
	return say.T(t.Key, pairs...)
}

// troubleOf is why a record is in error, in a language.
func troubleOf(f *fault.Error, lang say.Lang) *wire.Trouble {
	if f == nil {
		return nil
	}
	t := &wire.Trouble{Code: f.Code, Detail: outside(f.Sentence).In(lang), Hint: outside(f.Next).In(lang)}
	if f.Code != fault.Internal && f.Code != fault.Unreachable {
		t.Place = f.Place
	}
	return t
}

// fail answers an error where no other answer has begun. Where one has, the
// connection is broken off, so that nobody takes a part for the whole.
func (a *API) fail(x *exchange, err error) {
	x.note(err)
	if x.w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	p, header := problemOf(err, x.lang, x.id)
	h := x.w.Header()
	noFile(h)
	maps.Copy(h, header)
	h.Set("Content-Type", wire.ProblemType)
	x.w.WriteHeader(p.Status)
	if x.r.Method != http.MethodHead {
		_ = json.NewEncoder(x.w).Encode(p) // the client may be gone, which is not news
	}
}

// noFile takes back the headers of a file that will not be sent.
func noFile(h http.Header) {
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag", "Accept-Ranges"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
}

// note remembers an error for the log.
func (x *exchange) note(err error) {
	if x.trouble == nil {
		x.trouble = err
	}
}

// failing is the log's attribute of what went wrong.
func failing(err error) slog.Attr { return slog.String("error", err.Error()) }
