package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/catalog/postgres/access"
	"sheetmill/core/fault"
)

func actions(t *testing.T, db access.DB, f access.Filter) []string {
	t.Helper()
	entries, err := access.Audit(t.Context(), db, f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range slices.Backward(entries) {
		out = append(out, e.Action+" "+e.Subject)
	}
	return out
}

func verify(t *testing.T, db access.DB, noted ...access.Head) access.Report {
	t.Helper()
	report, err := access.VerifyAudit(t.Context(), db, noted...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAuditTellsWhoDidWhat(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	start := time.Now().Add(-time.Minute)
	seq := addDataset(t, w.ana, "one")
	if err := commit(t, w.ana, seq, 2); err != nil {
		t.Fatal(err)
	}
	exec(t, w.ana, `UPDATE sheetmill.dataset SET head = 1 WHERE seq = $1`, seq)
	exec(t, w.ana, `UPDATE sheetmill.dataset SET updated_at = now() WHERE seq = $1`, seq)
	if err := access.Note(ctx, w.ana, "export.made", "one", map[string]any{"format": "csv", "名": "一 \" \\ 😀", "n": 1e300}); err != nil {
		t.Fatal(err)
	}
	addDataset(t, w.ana, "two")
	exec(t, w.ana, `UPDATE sheetmill.dataset SET expires_at = now() - interval '1 second' WHERE id = 'two'`)
	exec(t, w.srv, `DELETE FROM sheetmill.dataset WHERE id = 'two'`)
	err := pgx.BeginFunc(ctx, w.srv, func(tx pgx.Tx) error { // as a request does
		exec(t, tx, `SET LOCAL ROLE `+pgx.Identifier{w.ana.name}.Sanitize())
		exec(t, tx, `DELETE FROM sheetmill.dataset WHERE id = 'one'`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dataset.added one", "version.committed one", "version.committed one", "version.chosen one", "export.made one",
		"dataset.added two", "version.committed two", "dataset.expired two", "dataset.removed one",
	}
	if got := actions(t, w.ana, access.Filter{}); !slices.Equal(got, want) {
		t.Errorf("ana's chain:\n%s", strings.Join(got, "\n"))
	}
	entries, err := access.Audit(ctx, w.srv, access.Filter{Chain: w.ana.name, Action: "dataset.", Since: start, Until: time.Now().Add(time.Hour), Limit: 2})
	if err != nil || len(entries) != 2 {
		t.Fatalf("%+v, %v", entries, err)
	}
	if e := entries[0]; e.Login != w.srv.name || e.Role != w.ana.name || e.Action != "dataset.removed" || e.N != 9 || !strings.Contains(string(e.Detail), "one.xlsx") {
		t.Errorf("a request's removal: %+v", e)
	}
	if e := entries[1]; e.Login != w.srv.name || e.Role != w.srv.name || e.Chain != w.ana.name {
		t.Errorf("a server's removal: %+v", e)
	}
	if got := actions(t, w.srv, access.Filter{Chain: w.ana.name, Until: start}); len(got) != 0 {
		t.Errorf("before it began: %v", got)
	}
	if got := actions(t, w.bob, access.Filter{}); len(got) != 0 {
		t.Errorf("bob sees %v", got)
	}

	_, token, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: w.ana.name, Name: "x", Rights: access.Read})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := access.RevokeToken(ctx, w.srv, token.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := access.Note(ctx, w.srv, "queue.paused", "sheets", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := access.Rotate(ctx, w.admin, w.bob.name); err != nil {
		t.Fatal(err)
	}
	want = []string{
		"user.added " + w.ana.name, "user.added " + w.bob.name, "server.added " + w.srv.name,
		"token.created " + token.ID, "token.revoked " + token.ID, "queue.paused sheets", "user.rotated " + w.bob.name,
	}
	if got := actions(t, w.srv, access.Filter{Chain: access.Administration}); !slices.Equal(got, want) {
		t.Errorf("the administrators' chain:\n%s", strings.Join(got, "\n"))
	}
	if r := verify(t, w.srv); !r.Whole() || r.Entries != 16 || len(r.Chains) != 2 || r.Chains[0].Chain != w.ana.name || r.Chains[0].Entries != 9 {
		t.Errorf("%+v", r)
	}
	if r := verify(t, w.ana); !r.Whole() || r.Entries != 9 {
		t.Errorf("by ana: %+v", r)
	}
}

func TestNotesCannotPose(t *testing.T) {
	w := newWorkspace(t)
	for _, action := range []string{"dataset.added", "version.committed", "user.added", "server.added", "token.created", "", "x", "x.y.z", "X.y", "x.y\n", strings.Repeat("x", 40) + ".y"} {
		if err := access.Note(t.Context(), w.ana, action, "s", nil); !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", action, err)
		}
	}
	if err := access.Note(t.Context(), w.ana, "export.made", strings.Repeat("x", 301), nil); !fault.Is(err, fault.Usage) {
		t.Errorf("a long subject: %v", err)
	}
	if err := access.Note(t.Context(), w.ana, "export.made", "s", strings.Repeat("x", 9000)); !fault.Is(err, fault.Usage) {
		t.Errorf("a long detail: %v", err)
	}
	if n := get[int](t, w.admin, `SELECT count(*) FROM sheetmill.audit WHERE chain = $1`, w.ana.name); n != 0 {
		t.Errorf("%d entries were written", n)
	}
}

// TestChainsDoNotWaitForEachOther: an open transaction of ana's, which has made
// its entries already, holds up neither bob nor the administrators.
func TestChainsDoNotWaitForEachOther(t *testing.T) {
	w := newWorkspace(t)
	ctx := t.Context()
	open, err := w.ana.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Rollback(context.WithoutCancel(ctx)) }()
	exec(t, open, `SET CONSTRAINTS ALL IMMEDIATE`)
	exec(t, open, `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ('open', 'f', 'k', 1, 'h')`)
	exec(t, open, `SELECT sheetmill.note('export.made', 'x')`)

	addDataset(t, w.bob, "one")
	if _, token, err := access.CreateToken(ctx, w.srv, access.NewToken{Owner: w.ana.name, Name: "x", Rights: access.Read}); err != nil {
		t.Error(err)
	} else if err := access.RevokeToken(ctx, w.srv, token.ID); err != nil {
		t.Error(err)
	}
	if r := verify(t, w.srv); !r.Whole() {
		t.Errorf("%+v", r)
	}
	if err := open.Commit(ctx); err != nil {
		t.Error(err)
	}
	if r := verify(t, w.srv); !r.Whole() || len(r.Chains) != 3 {
		t.Errorf("%+v", r)
	}
}

// TestChainsUnderWay: entries are written from many sessions at once while the log is verified.
func TestChainsUnderWay(t *testing.T) {
	w := newWorkspace(t)
	const writers, each = 6, 25
	var all sync.WaitGroup
	for i := range writers {
		l := w.ana
		if i%2 == 1 {
			l = w.bob
		}
		all.Go(func() {
			for j := range each {
				err := pgx.BeginFunc(t.Context(), l, func(tx pgx.Tx) error {
					if _, err := tx.Exec(t.Context(), `INSERT INTO sheetmill.dataset (id, file_name, file_key, file_size, file_hash) VALUES ($1, 'f', 'k', 1, 'h')`, fmt.Sprintf("%d-%d", i, j)); err != nil {
						return err
					}
					_, err := tx.Exec(t.Context(), `DELETE FROM sheetmill.dataset WHERE id = $1`, fmt.Sprintf("%d-%d", i, j-1))
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for under := true; under; {
		select {
		case <-done:
			under = false
		default:
		}
		if r := verify(t, w.srv); !r.Whole() {
			t.Fatalf("%+v", r)
		}
	}
	if r := verify(t, w.srv); r.Entries != writers*(2*each-1)+3 {
		t.Errorf("%d entries", r.Entries)
	}
}

// TestTamperingIsFound changes the log as only a superuser can who switches the triggers off.
func TestTamperingIsFound(t *testing.T) {
	for what, c := range map[string]struct {
		sql  []string
		n    int64
		why  string
		head bool // found by a head noted before, and not without
	}{
		"an actor":   {[]string{`UPDATE sheetmill.audit SET login = 'bob' WHERE n = 3`}, 3, "Entry 3 was changed.", false},
		"a role":     {[]string{`UPDATE sheetmill.audit SET role = 'bob' WHERE n = 3`}, 3, "Entry 3 was changed.", false},
		"an action":  {[]string{`UPDATE sheetmill.audit SET action = 'x.y' WHERE n = 1`}, 1, "Entry 1 was changed.", false},
		"a subject":  {[]string{`UPDATE sheetmill.audit SET subject = 'x' WHERE n = 6`}, 6, "Entry 6 was changed.", false},
		"a time":     {[]string{`UPDATE sheetmill.audit SET at = at + interval '1 microsecond' WHERE n = 2`}, 2, "Entry 2 was changed.", false},
		"a detail":   {[]string{`UPDATE sheetmill.audit SET detail = detail || '{"x": 1}' WHERE n = 2`}, 2, "Entry 2 was changed.", false},
		"a previous": {[]string{`UPDATE sheetmill.audit SET previous = '' WHERE n = 2`}, 2, "Entry 2 was changed.", false},
		"a hash":     {[]string{`UPDATE sheetmill.audit SET hash = sha256('x') WHERE n = 2`}, 2, "Entry 2 was changed.", false},
		"a letter moved between fields": {[]string{`UPDATE sheetmill.audit SET action = action || left(subject, 1), subject = substr(subject, 2) WHERE n = 2`}, 2,
			"Entry 2 was changed.", false},
		"one with a hash that fits": {[]string{`UPDATE sheetmill.audit SET subject = 'x' WHERE n = 2`, rehash(2)}, 3, "Entry 3 does not follow the one before it.", false},
		"the last with a hash that fits": {[]string{`UPDATE sheetmill.audit SET subject = 'x' WHERE n = 6`, rehash(6)}, 6,
			"Entry 6 was not written by Sheetmill.", false},
		"the first removed": {[]string{`DELETE FROM sheetmill.audit WHERE n = 1`}, 1, "Entry 1 is missing.", false},
		"one removed":       {[]string{`DELETE FROM sheetmill.audit WHERE n = 4`}, 4, "Entry 4 is missing.", false},
		"one removed, renumbered": {[]string{`DELETE FROM sheetmill.audit WHERE n = 4`, `UPDATE sheetmill.audit SET n = 4 WHERE n = 5`, `UPDATE sheetmill.audit SET n = 5 WHERE n = 6`}, 4,
			"Entry 4 was changed.", false},
		"two exchanged": {[]string{`UPDATE sheetmill.audit SET n = 99 WHERE n = 3`, `UPDATE sheetmill.audit SET n = 3 WHERE n = 4`, `UPDATE sheetmill.audit SET n = 4 WHERE n = 99`}, 3,
			"Entry 3 was changed.", false},
		"the last removed":           {[]string{`DELETE FROM sheetmill.audit WHERE n = 6`}, 6, "The chain ends before entry 6, which was written.", false},
		"all removed":                {[]string{`DELETE FROM sheetmill.audit`}, 1, "The chain ends before entry 1, which was written.", false},
		"one added":                  {[]string{`INSERT INTO sheetmill.audit SELECT chain, 7, at, login, role, action, subject, detail, hash, '' FROM sheetmill.audit WHERE n = 6`, rehash(7)}, 7, "Entry 7 was not written by Sheetmill.", false},
		"the end forgotten":          {[]string{`DELETE FROM sheetmill.audit_head`}, 6, "Entry 6 was not written by Sheetmill.", false},
		"the last, and the end fits": {[]string{`DELETE FROM sheetmill.audit WHERE n = 6`, end}, 6, "The chain ends before entry 6, which was noted.", true},
		"a whole chain made anew": {[]string{
			`UPDATE sheetmill.audit SET login = 'bob'`, rehash(1), rehash(2), rehash(3), rehash(4), rehash(5), rehash(6), end}, 6, "Entry 6 is not the one that was noted.", true},
		"a chain away, and its end": {[]string{`DELETE FROM sheetmill.audit`, `DELETE FROM sheetmill.audit_head`}, 1, "The chain is not there any more.", true},
	} {
		t.Run(what, func(t *testing.T) {
			w := tampered(t)
			was := verify(t, w.admin).Chains
			noted := was[slices.IndexFunc(was, func(c access.Chain) bool { return c.Chain == w.ana.name })].Head
			if noted.N != 6 {
				t.Fatalf("%+v", was)
			}
			if r := verify(t, w.admin, noted); !r.Whole() {
				t.Fatalf("as written: %+v", r)
			}
			if _, err := w.admin.Exec(t.Context(), `UPDATE sheetmill.audit SET n = n`); err == nil {
				t.Error("the owner of the table may change entries while the triggers are on")
			}
			err := pgx.BeginFunc(t.Context(), w.admin, func(tx pgx.Tx) error {
				exec(t, tx, `SET LOCAL session_replication_role = replica`)
				// Nothing but ana's chain is touched.
				exec(t, tx, `CREATE TEMP TABLE rest ON COMMIT DROP AS TABLE sheetmill.audit`)
				exec(t, tx, `DELETE FROM rest WHERE chain = $1`, w.ana.name)
				exec(t, tx, `CREATE TEMP TABLE ends ON COMMIT DROP AS TABLE sheetmill.audit_head`)
				exec(t, tx, `DELETE FROM ends WHERE chain = $1`, w.ana.name)
				exec(t, tx, `DELETE FROM sheetmill.audit WHERE chain <> $1`, w.ana.name)
				exec(t, tx, `DELETE FROM sheetmill.audit_head WHERE chain <> $1`, w.ana.name)
				for _, sql := range c.sql {
					exec(t, tx, sql)
				}
				exec(t, tx, `INSERT INTO sheetmill.audit TABLE rest`)
				exec(t, tx, `INSERT INTO sheetmill.audit_head TABLE ends`)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			r := verify(t, w.admin)
			if c.head {
				if !r.Whole() {
					t.Errorf("found without a head: %+v", r)
				}
				r = verify(t, w.admin, noted)
			}
			for _, chain := range r.Chains {
				switch {
				case chain.Chain != w.ana.name:
					if chain.Broken != nil {
						t.Errorf("%s is called broken: %+v", chain.Chain, chain.Broken)
					}
				case chain.Broken == nil || chain.Broken.N != c.n || chain.Broken.Why.String() != c.why:
					t.Errorf("found %+v, not %q at %d", chain.Broken, c.why, c.n)
				}
			}
			if r.Whole() {
				t.Error("the log is called whole")
			}
		})
	}
}

// rehash gives an entry the hash that fits its text, as only who reads the code can.
func rehash(n int) string {
	return fmt.Sprintf(`UPDATE sheetmill.audit e SET previous = p.hash, hash = sha256(sheetmill.audit_text(e.chain, e.n::text, (extract(epoch FROM e.at) * 1000000)::bigint::text,
		e.login, e.role, e.action, e.subject, e.detail::text, encode(p.hash, 'hex')))
		FROM (SELECT coalesce((SELECT hash FROM sheetmill.audit WHERE n = %d), '') AS hash) p WHERE e.n = %d`, n-1, n)
}

const end = `UPDATE sheetmill.audit_head SET (n, hash) = (SELECT n, hash FROM sheetmill.audit ORDER BY n DESC LIMIT 1)`

// tampered is a workspace in which ana has a chain of six entries.
func tampered(t *testing.T) *workspace {
	t.Helper()
	w := newWorkspace(t)
	addDataset(t, w.ana, "one")
	addDataset(t, w.ana, "two")
	addDataset(t, w.bob, "one")
	for _, what := range []string{"a", "b"} {
		if err := access.Note(t.Context(), w.ana, "export.made", what, nil); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestHeads(t *testing.T) {
	h := access.Head{Chain: "ana", N: 3, Hash: strings.Repeat("ab", 32)}
	if got, err := access.ParseHead(h.String()); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{"", "ana", "ana:3", ":3:" + h.Hash, "ana:0:" + h.Hash, "ana:x:" + h.Hash, "ana:3:ab", "ana:3:" + strings.Repeat("zz", 32), h.String() + ":x"} {
		if _, err := access.ParseHead(s); !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
