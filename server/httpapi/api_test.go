package httpapi

import (
	"testing"
)

func TestSmoke(t *testing.T) {
	b := serve(t, benchOptions{})
	c := b.client(liToken)
	id := b.added(c, "people.csv")
	for _, p := range []string{"", "/status", "/rows", "/profile", "/ledger", "/versions", "/export", "/events"} {
		a := b.do("GET", "/api/v1/datasets/"+id+p, "")
		t.Log(p, a.Status, a.Header, a.body)
	}
	t.Log(b.log.String())
}
