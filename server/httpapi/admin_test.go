package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestBoardIsForAdministrators: by a bearer, or by a cookie that no other site
// can use.
func TestBoardIsForAdministrators(t *testing.T) {
	o := benchOptions{idle: true}
	o.Board = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("board " + r.URL.Path)) })
	b := serve(t, o)
	for _, c := range []struct {
		method, path string
		header       []string
		status       int
	}{
		{"GET", "/jobs/", []string{"Authorization", ""}, 401},
		{"GET", "/jobs/", []string{"Authorization", "", "Accept", "text/html,*/*"}, 303},
		{"GET", "/jobs/", []string{"Authorization", "Bearer " + liToken}, 403},
		{"GET", "/jobs/api/jobs", []string{"Authorization", "Bearer nobody"}, 401},
		{"GET", "/jobs/api/jobs", []string{"Authorization", "Bearer " + adminToken}, 200},
		{"GET", "/jobs", []string{"Authorization", "Bearer " + adminToken}, 200},
		{"POST", "/jobs/api/jobs/cancel", []string{"Authorization", "Bearer " + adminToken, "Sec-Fetch-Site", "cross-site"}, 200}, // no browser adds a bearer for another site
		{"GET", "/jobs/login", []string{"Authorization", ""}, 200},
	} {
		if a := b.do(c.method, c.path, "", c.header...); a.status != c.status {
			t.Errorf("%s %s %q: %d %s", c.method, c.path, c.header, a.status, a.body)
		}
	}
	form := func(token string, header ...string) answered {
		return b.do("POST", "/jobs/login", url.Values{"token": {token}}.Encode(),
			append([]string{"Authorization", "", "Content-Type", "application/x-www-form-urlencoded"}, header...)...)
	}
	for _, token := range []string{"", "nobody", liToken, strings.Repeat("x", 1000), "a\x00b"} {
		if a := form(token, "Accept-Language", "zh"); a.status != 403 || len(a.Cookies()) != 0 || !strings.Contains(a.body, "令牌") {
			t.Errorf("%.20q: %d %s", token, a.status, a.body)
		}
	}
	if a := form(adminToken, "Sec-Fetch-Site", "cross-site"); a.status != 403 || len(a.Cookies()) != 0 {
		t.Errorf("a login by another site: %d", a.status)
	}
	if a := form(adminToken, "Origin", "https://evil.example"); a.status != 403 {
		t.Errorf("a login from another origin: %d", a.status)
	}
	in := form(adminToken, "Sec-Fetch-Site", "same-origin")
	if in.status != 303 || len(in.Cookies()) != 1 {
		t.Fatalf("%d %v", in.status, in.Cookies())
	}
	cookie := in.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/jobs" || cookie.MaxAge != 0 {
		t.Errorf("%+v", cookie)
	}
	with := func(method, path string, header ...string) answered {
		return b.do(method, path, "", append([]string{"Authorization", "", "Cookie", cookie.Name + "=" + cookie.Value}, header...)...)
	}
	if a := with("GET", "/jobs/x"); a.status != 200 || a.body != "board /jobs/x" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Errorf("with the cookie: %d %s %s", a.status, a.body, a.Header)
	}
	if a := with("POST", "/jobs/api/x", "Sec-Fetch-Site", "same-origin"); a.status != 200 {
		t.Errorf("its own page posts: %d", a.status)
	}
	if a := with("POST", "/jobs/api/x", "Sec-Fetch-Site", "cross-site"); a.status != 403 {
		t.Errorf("another site posts: %d", a.status)
	}
	if a := with("GET", "/api/v1/me"); a.status != 401 {
		t.Errorf("the cookie opens the API: %d", a.status)
	}
	if a := with("POST", "/jobs/logout", "Sec-Fetch-Site", "same-origin"); a.status != 303 || len(a.Cookies()) != 1 || a.Cookies()[0].MaxAge >= 0 {
		t.Errorf("logout: %d %v", a.status, a.Cookies())
	}
	b.desk.set(func(d *desk) { delete(d.tokens, adminToken) })
	b.api.tokens.known = map[[32]byte]trusted{} // as after trustFor
	if a := with("GET", "/jobs/x"); a.status != 401 {
		t.Errorf("with a revoked token's cookie: %d", a.status)
	}
}
