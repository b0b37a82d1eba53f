package httpapi

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// A revoked token must end within 5 s, on running answers too: an answer of
// the backend counts for trustFor, and a running request asks again every recheck.
const (
	trustFor = 2 * time.Second
	recheck  = time.Second
	// authPatience bounds one question to the backend.
	authPatience = 5 * time.Second
	// blindFor is how long a running request goes on while the backend cannot
	// be asked: nothing can be revoked in a database that is away.
	blindFor = 30 * time.Second
)

// tokens asks the backend whose a token is, and remembers it shortly.
type tokens struct {
	backend Backend
	now     func() time.Time

	mu    sync.Mutex
	known map[[sha256.Size]byte]trusted
}

type trusted struct {
	Identity
	until time.Time
}

// keptTokens bounds the memory; past it everything old goes.
const keptTokens = 4096

func newTokens(b Backend) *tokens {
	return &tokens{backend: b, now: time.Now, known: map[[sha256.Size]byte]trusted{}}
}

func (t *tokens) identify(ctx context.Context, token string) (Identity, error) {
	key := sha256.Sum256([]byte(token)) // tokens themselves stay out of memory that lives
	asked := t.now()
	t.mu.Lock()
	known, ok := t.known[key]
	t.mu.Unlock()
	if ok && asked.Before(known.until) {
		return known.Identity, nil
	}
	ctx, cancel := context.WithTimeout(ctx, authPatience)
	defer cancel()
	identity, err := t.backend.Authenticate(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= keptTokens {
		for k, v := range t.known {
			if asked.After(v.until) {
				delete(t.known, k)
			}
		}
		if len(t.known) >= keptTokens {
			clear(t.known)
		}
	}
	t.known[key] = trusted{identity, asked.Add(trustFor)}
	return identity, nil
}

// longestToken is past any token that was ever given out.
const longestToken = 512

// bearer is the token of a request; "" when it has none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || len(token) > longestToken {
		return ""
	}
	return token
}

// right is what a request needs of its token.
type right int

const (
	mayRead right = iota
	mayWrite
	mayAdmin
)

func (r right) in(i Identity) bool {
	switch r {
	case mayWrite:
		return i.Write
	case mayAdmin:
		return i.Admin
	default:
		return true
	}
}

const challenge = `Bearer realm="sheetmill"`

// admit finds out who asks and refuses who may not.
func (a *API) admit(ctx context.Context, token string, need right) (Identity, error) {
	if token == "" {
		return Identity{}, answerWith(http.StatusUnauthorized, fault.New(fault.NotAllowed, say.T("This needs a token.")).
			Hint(say.T("Send the header: Authorization: Bearer TOKEN"))).with("WWW-Authenticate", challenge)
	}
	identity, err := a.tokens.identify(ctx, token)
	switch {
	case fault.Is(err, fault.NotAllowed):
		return identity, answerWith(http.StatusUnauthorized, fault.New(fault.NotAllowed, say.T("The token is not known, or was revoked.")).
			Hint(say.T("Ask the administrator for a new one.")).Because(err)).with("WWW-Authenticate", challenge+`, error="invalid_token"`)
	case err != nil:
		return identity, err
	case identity.Owner == "": // a backend's mistake must not open the door
		return identity, fault.New(fault.Internal, say.T("The token belongs to nobody."))
	case !need.in(identity):
		return identity, forbidden(need)
	}
	return identity, nil
}

func forbidden(need right) error {
	sentence := say.T("This token may read, but not write.")
	if need == mayAdmin {
		sentence = say.T("This token is not an administrator's.")
	}
	return answerWith(http.StatusForbidden, fault.New(fault.NotAllowed, sentence).
		Hint(say.T("Ask the administrator for another one."))).with("WWW-Authenticate", challenge+`, error="insufficient_scope"`)
}

// guard watches over a running request: when its token is revoked, the context
// ends with the reason, and reading and writing end. The caller must call end.
func (a *API) guard(parent context.Context, x *exchange, need right) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	var (
		mu    sync.Mutex
		over  bool
		asked sync.WaitGroup
		timer *time.Timer
		blind time.Time // since when the backend cannot be asked
	)
	check := func() {
		mu.Lock()
		if over {
			mu.Unlock()
			return
		}
		asked.Add(1)
		mu.Unlock()
		defer asked.Done()
		_, err := a.admit(ctx, x.token, need)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case over:
			return
		case err == nil:
			blind = time.Time{}
		case !fault.Is(err, fault.NotAllowed):
			if blind.IsZero() {
				blind = time.Now()
			}
			if time.Since(blind) < blindFor {
				break
			}
			fallthrough
		default:
			cancel(err)
			if x.body != nil {
				x.body.stop(err)
			}
			x.w.stop(err)
			return
		}
		timer.Reset(recheck)
	}
	mu.Lock()
	timer = time.AfterFunc(recheck, check)
	mu.Unlock()
	return ctx, func() {
		mu.Lock()
		over = true
		timer.Stop()
		mu.Unlock()
		cancel(nil)
		asked.Wait()
	}
}
