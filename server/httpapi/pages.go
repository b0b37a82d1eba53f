package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"time"

	"sheetmill/core/say"
)

// docsPolicy: the page loads its own script and style and asks this server.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageTypes are the media types of the files of the documentation.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
}

// servePage serves a built-in file.
func servePage(name string) http.HandlerFunc {
	body, err := pages.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // it was built in, so only a build whose tests failed gets here
	}
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", docsPolicy)
		serveBytes(w, r, pageTypes[path.Ext(name)], body)
	}
}

// serveSpec serves the OpenAPI document in the language of ?lang= or of the request.
func (a *API) serveSpec(w http.ResponseWriter, r *http.Request) {
	lang := exchangeOf(r.Context()).lang
	if asked := r.URL.Query().Get("lang"); asked != "" {
		lang = say.LangOf(asked)
	}
	w.Header().Set("Vary", "Accept-Language")
	serveBytes(w, r, "application/openapi+json", a.spec.in(lang))
}

func serveBytes(w http.ResponseWriter, r *http.Request, mediaType string, body []byte) {
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Cache-Control", "no-cache")
	r.Header.Del("Range") // small files go whole
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
