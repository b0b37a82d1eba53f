package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"

	"golang.org/x/text/language"

	"sheetmill/core/say"
)

// exchange is what is known of one request and its answer, from the first
// handler to the line in the log.
type exchange struct {
	id      string
	lang    say.Lang
	r       *http.Request
	w       *answerWriter
	body    *pacedBody // nil when the request has none
	route   string     // pattern of the route; "" when there is none
	token   string
	caller  Identity
	record  string
	trouble error // what the log tells
	job     int64
}

type exchangeKey struct{}

// exchangeOf is the exchange that a request's context belongs to.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

func (a *API) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{id: requestID(r), lang: languageOf(r.Header.Get("Accept-Language"))}
	rc := http.NewResponseController(w)
	x.w = &answerWriter{ResponseWriter: w, rc: rc, stall: a.limits.StallTimeout}
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	if r.Body != nil && r.Body != http.NoBody {
		x.body = &pacedBody{ReadCloser: r.Body, rc: rc, limits: a.limits, free: a.limits.StallTimeout}
		r.Body = x.body
	}
	x.r = r
	return x
}

// requestIDHeader names a request, both ways.
const requestIDHeader = "X-Request-ID"

// requestID is the client's name for the request where it is harmless in a
// log, and a new one otherwise.
func requestID(r *http.Request) string {
	id := r.Header.Get(requestIDHeader)
	if len(id) > 0 && len(id) <= 64 && plain(id) {
		return id
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	return hex.EncodeToString(random[:])
}

// plain tells that a text is letters, digits, "-", "_" and "." only.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

var spoken = language.NewMatcher([]language.Tag{language.English, language.Chinese})

// languageOf picks the language for an Accept-Language header.
func languageOf(header string) say.Lang {
	const longest = 256 // no browser sends more
	if header == "" || len(header) > longest {
		return say.English
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return say.English
	}
	if _, i, _ := spoken.Match(wanted...); i == 1 {
		return say.Chinese
	}
	return say.English
}
