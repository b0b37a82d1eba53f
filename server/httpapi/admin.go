package httpapi

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// adminCookie holds an administrator's token in a browser. It is asked about
// like any other token, so revoking the token ends the session.
const adminCookie = "sheetmill_admin"

//go:embed pages
var pages embed.FS

var loginPage = template.Must(template.ParseFS(pages, "pages/login.html"))

// boardPolicy lets the board load what it brings along and nothing else. Its
// widgets set styles from scripts, which takes 'unsafe-inline' for styles.
const boardPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// boardRoutes puts the job board behind an administrator's token: as a bearer
// for programs, or by a form that leaves it in a cookie.
func (a *API) boardRoutes() {
	a.mux.HandleFunc("GET /jobs/login", a.showLogin)
	a.mux.HandleFunc("POST /jobs/login", a.login)
	a.mux.HandleFunc("POST /jobs/logout", a.logout)
	a.mux.HandleFunc("/jobs", a.board)
	a.mux.HandleFunc("/jobs/", a.board)
}

func (a *API) board(_ http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r.Context())
	x.token = bearer(r)
	if x.token == "" {
		x.token = cookieToken(r)
		if err := sameOrigin(r); err != nil {
			a.fail(x, err)
			return
		}
	}
	var err error
	if x.caller, err = a.admit(r.Context(), x.token, mayAdmin); err != nil {
		if fault.Is(err, fault.NotAllowed) && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			http.Redirect(x.w, r, "/jobs/login", http.StatusSeeOther)
			return
		}
		a.fail(x, err)
		return
	}
	x.w.Header().Set("Content-Security-Policy", boardPolicy)
	a.options.Board.ServeHTTP(x.w, r)
}

func cookieToken(r *http.Request) string {
	cookie, err := r.Cookie(adminCookie)
	if err != nil || len(cookie.Value) > longestToken {
		return ""
	}
	return cookie.Value
}

var crossOrigin = http.NewCrossOriginProtection()

// sameOrigin refuses a request that changes something and that another site
// made a browser send.
func sameOrigin(r *http.Request) error {
	if err := crossOrigin.Check(r); err != nil {
		return answerWith(http.StatusForbidden, fault.New(fault.NotAllowed, say.T("The request comes from another site.")).
			Hint(say.T("Open the page itself and try there.")).Because(err))
	}
	return nil
}

func (a *API) showLogin(_ http.ResponseWriter, r *http.Request) {
	a.renderLogin(exchangeOf(r.Context()), http.StatusOK, nil)
}

// login takes an administrator's token from the form.
func (a *API) login(_ http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r.Context())
	if err := sameOrigin(r); err != nil {
		a.fail(x, err)
		return
	}
	r.Body = http.MaxBytesReader(x.w, r.Body, 8<<10)
	if err := r.ParseForm(); err != nil {
		a.fail(x, wrongValue("body", say.T("The form is malformed.")))
		return
	}
	token := strings.TrimSpace(r.PostFormValue("token"))
	if len(token) > longestToken || !sound(token) {
		token = "-"
	}
	var err error
	if x.caller, err = a.admit(r.Context(), token, mayAdmin); err != nil {
		if !fault.Is(err, fault.NotAllowed) {
			a.fail(x, err)
			return
		}
		x.note(err)
		a.renderLogin(x, http.StatusForbidden, fault.Of(err))
		return
	}
	http.SetCookie(x.w, adminSession(r, token, 0))
	http.Redirect(x.w, r, "/jobs/", http.StatusSeeOther)
}

func (a *API) logout(_ http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r.Context())
	if err := sameOrigin(r); err != nil {
		a.fail(x, err)
		return
	}
	http.SetCookie(x.w, adminSession(r, "", -1))
	http.Redirect(x.w, r, "/jobs/login", http.StatusSeeOther)
}

// adminSession is a cookie that no script reads and no other site sends along;
// it ends with the browser.
func adminSession(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure where the server speaks TLS itself; a name on a private network may not
		Name: adminCookie, Value: token, Path: "/jobs", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

func (a *API) renderLogin(x *exchange, status int, trouble *fault.Error) {
	var page bytes.Buffer
	view := struct{ Lang, Title, Label, Button, Trouble string }{
		Lang: string(x.lang), Title: say.T("Sheetmill jobs").In(x.lang), Label: say.T("An administrator's token").In(x.lang),
		Button: say.T("Show the jobs").In(x.lang),
	}
	if trouble != nil {
		view.Trouble = trouble.Sentence.In(x.lang)
	}
	if err := loginPage.Execute(&page, view); err != nil {
		a.fail(x, err)
		return
	}
	h := x.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(page.Bytes()) // the client may be gone
}
