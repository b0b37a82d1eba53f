package access_test

import (
	"strings"
	"testing"
	"time"

	"sheetmill/core/catalog/postgres/access"
	"sheetmill/core/fault"
)

func TestTokens(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	texts := map[access.Rights]string{}
	ids := map[access.Rights]string{}
	for _, rights := range []access.Rights{access.Read, access.Write, access.Admin} {
		text, token, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: w.ana.name, Name: "for " + string(rights), Rights: rights})
		if err != nil {
			t.Fatal(err)
		}
		texts[rights], ids[rights] = text, token.ID
		who, err := access.Authenticate(ctx, w.srv, text)
		want := access.Identity{Owner: w.ana.name, TokenID: token.ID, Write: rights != access.Read, Admin: rights == access.Admin}
		if err != nil || who != want {
			t.Errorf("%s: %+v, %v", rights, who, err)
		}
		// Neither the text nor the secret is kept.
		secret := text[strings.LastIndex(text, "_")+1:]
		if n := get[int](t, w.admin, `SELECT count(*) FROM sheetmill.token x WHERE x::text LIKE '%' || $1 || '%'`, secret); n != 0 || len(secret) != 52 {
			t.Errorf("the secret %s is kept", secret)
		}
	}
	listed, err := access.Tokens(ctx, w.ana, "")
	if err != nil || len(listed) != 3 || listed[0].LastUsedAt.IsZero() {
		t.Errorf("ana's own list: %+v, %v", listed, err)
	}
	if listed, err := access.Tokens(ctx, w.bob, ""); err != nil || len(listed) != 0 {
		t.Errorf("bob's list: %+v, %v", listed, err)
	}
	if listed, err := access.Tokens(ctx, w.srv, w.ana.name); err != nil || len(listed) != 3 {
		t.Errorf("the server's list: %+v, %v", listed, err)
	}
	if _, _, err := access.CreateToken(ctx, w.ana, access.NewToken{Owner: w.ana.name, Name: "x", Rights: access.Admin}); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("ana makes herself a token: %v", err)
	}
	if _, err := access.Authenticate(ctx, w.ana, texts[access.Read]); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("ana asks for hashes: %v", err)
	}
	if err := access.RevokeToken(ctx, w.ana, ids[access.Read]); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("ana revokes: %v", err)
	}
}

// TestBadTokens: whatever is wrong with a token, the answer is the same.
func TestBadTokens(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	create := func(expires time.Time) (string, string) {
		t.Helper()
		text, token, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: w.ana.name, Name: "x", Rights: access.Write, ExpiresAt: expires})
		if err != nil {
			t.Fatal(err)
		}
		return text, token.ID
	}
	good, id := create(time.Time{})
	expired, _ := create(time.Now().Add(-time.Minute))
	later, _ := create(time.Now().Add(time.Hour))
	revoked, revokedID := create(time.Time{})
	if _, err := access.Authenticate(ctx, w.srv, revoked); err != nil {
		t.Fatal(err)
	}
	if err := access.RevokeToken(ctx, w.srv, revokedID); err != nil {
		t.Fatal(err)
	}
	if err := access.RevokeToken(ctx, w.srv, revokedID); err != nil {
		t.Errorf("revoked twice: %v", err)
	}
	for _, text := range []string{good, later} {
		if _, err := access.Authenticate(ctx, w.srv, text); err != nil {
			t.Errorf("a good token: %v", err)
		}
	}
	said := map[string]bool{}
	for what, text := range map[string]string{
		"revoked": revoked, "expired": expired, "none": "", "no form": "x", "no secret": "shm_" + id, "an empty secret": "shm_" + id + "_",
		"another's secret": "shm_" + id + later[strings.LastIndex(later, "_"):], "unknown": "shm_aaaaaaaaaaaaaaaa_" + strings.Repeat("a", 52),
		"another prefix": "xyz" + good[3:], "more": good + "a", "less": good[:len(good)-1], "a zero byte": good + "\x00", "SQL": "shm_' OR true --_x", "not text": "\xff\xfe",
		"capitals": strings.ToUpper(good),
	} {
		_, err := access.Authenticate(ctx, w.srv, text)
		if !fault.Is(err, fault.NotAllowed) {
			t.Errorf("%s: %v", what, err)
			continue
		}
		said[err.Error()] = true
	}
	if len(said) != 1 {
		t.Errorf("the answers differ: %v", said)
	}
	if err := access.RevokeToken(ctx, w.srv, "none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoking no token: %v", err)
	}
	for _, n := range []access.NewToken{
		{Owner: w.ana.name, Name: "x", Rights: "all"}, {Owner: w.ana.name, Rights: access.Read}, {Owner: w.ana.name, Name: strings.Repeat("x", 101), Rights: access.Read},
	} {
		if _, _, err := access.CreateToken(ctx, w.srv, n); !fault.Is(err, fault.Usage) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	if _, _, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: "nobody", Name: "x", Rights: access.Read}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a token for nobody: %v", err)
	}
}
