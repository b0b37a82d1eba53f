package httpapi

import (
	"strings"
	"testing"

	"sheetmill/core/report"
)

// TestReport: the page comes with its own policy, in the language of the
// request, and to nobody but its owner.
func TestReport(t *testing.T) {
	b := serve(t, benchOptions{})
	id := b.added(b.client(liToken), "people.csv")
	path := "/api/v1/datasets/" + id + "/report"
	for _, one := range []struct{ query, lang, media, holds string }{
		{"", "en", "text/html; charset=utf-8", `<html lang="en"`},
		{"?format=html", "zh-CN", "text/html; charset=utf-8", `<html lang="zh-Hans"`},
		{"?format=md", "zh-CN", "text/markdown; charset=utf-8", "## 更改了什么，为什么"},
		{"?format=json", "en", "application/json", `"schema": "` + report.Schema + `"`},
	} {
		a := b.do("GET", path+one.query, "", "Accept-Language", one.lang)
		if a.status != 200 || a.Header.Get("Content-Type") != one.media || !strings.Contains(a.body, one.holds) {
			t.Errorf("%s in %s: %d, %s, %.300s", one.query, one.lang, a.status, a.Header, a.body)
		}
		policy := a.Header.Get("Content-Security-Policy")
		if page := strings.HasPrefix(one.media, "text/html"); page != strings.HasPrefix(policy, report.Policy()) || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy is %s", one.query, policy)
		}
	}
	if a := b.do("GET", path+"?format=pdf", ""); a.status != 422 && a.status != 400 {
		t.Errorf("pdf answers %d", a.status)
	}
	if a := b.do("GET", path, "", "Authorization", "Bearer "+wangToken); a.status != 404 {
		t.Errorf("another owner gets %d", a.status)
	}
}
