package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Rights are what a token lets its bearer do.
type Rights string

// The rights. Each includes those before it.
const (
	Read  Rights = "read"
	Write Rights = "write"
	Admin Rights = "admin" // the workspace's own affairs: job dashboard, queues, metrics
)

// Token is what is known of a token; its secret is not.
type Token struct {
	ID         string    `json:"id"`
	Owner      string    `json:"owner"`
	Name       string    `json:"name"`
	Rights     Rights    `json:"rights"`
	CreatedAt  time.Time `json:"createdAt"`
	ExpiresAt  time.Time `json:"expiresAt,omitzero"`  // zero: never
	LastUsedAt time.Time `json:"lastUsedAt,omitzero"` // to the minute; zero: never
	RevokedAt  time.Time `json:"revokedAt,omitzero"`  // zero: not revoked
}

// NewToken is what a token starts with.
type NewToken struct {
	Owner     string // whose rows it acts on
	Name      string // what a person calls it
	Rights    Rights
	ExpiresAt time.Time // zero: never
}

// Identity is who a request comes from.
type Identity struct {
	Owner   string
	TokenID string
	Write   bool // may change what is the owner's
	Admin   bool // may see and steer the workspace itself
}

// A token's text is what it is, its number and its secret. Scanners for leaked secrets find it by its form.
const tokenPrefix = "shm"

var tokenForm = regexp.MustCompile(`^` + tokenPrefix + `_([a-z2-7]{16})_([a-z2-7]{52})$`)

const maxTokenName = 100

var base = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base.EncodeToString(b)
}

// CreateToken makes a token and answers its text, which cannot be had again.
func CreateToken(ctx context.Context, db DB, n NewToken) (text string, t Token, err error) {
	switch n.Rights {
	case Read, Write, Admin:
	default:
		return "", Token{}, fault.New(fault.Usage, say.T("{rights} are no rights that a token can have.", "rights", string(n.Rights))).
			Hint(say.T("Choose one of read, write and admin."))
	}
	if n.Name == "" || len(n.Name) > maxTokenName {
		return "", Token{}, fault.New(fault.Usage, say.T("A token needs a name of 1 to {n} bytes.", "n", maxTokenName)).
			Hint(say.T("Name it after what will use it, such as nightly-import."))
	}
	var expires any
	if !n.ExpiresAt.IsZero() {
		expires = n.ExpiresAt
	}
	t = Token{ID: randomText(10), Owner: n.Owner, Name: n.Name, Rights: n.Rights, ExpiresAt: n.ExpiresAt.UTC()}
	secret := randomText(sha256.Size)
	hash := sha256.Sum256([]byte(secret))
	err = db.QueryRow(ctx, `
		INSERT INTO sheetmill.token (id, owner, name, rights, hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at`,
		t.ID, t.Owner, t.Name, t.Rights, hash[:], expires).Scan(&t.CreatedAt)
	if hasCode(err, foreignKeyViolation) {
		return "", Token{}, noUser(n.Owner)
	}
	if err != nil {
		return "", Token{}, trouble(err)
	}
	t.CreatedAt = t.CreatedAt.UTC()
	return strings.Join([]string{tokenPrefix, t.ID, secret}, "_"), t, nil
}

// Authenticate tells who a token's bearer is. It asks the database each time, so a
// revoked token ends at once. Whatever is wrong with a token is one and the same
// fault.NotAllowed.
func Authenticate(ctx context.Context, db DB, text string) (Identity, error) {
	// What has not the form of a token is asked for like one that there is not.
	var id, secret string
	if m := tokenForm.FindStringSubmatch(text); m != nil {
		id, secret = m[1], m[2]
	}
	sum := sha256.Sum256([]byte(secret))
	var owner string
	var rights Rights
	var hash []byte
	var over, note bool
	err := db.QueryRow(ctx, `
		SELECT owner, rights, hash, revoked_at IS NOT NULL OR coalesce(expires_at <= now(), false), coalesce(last_used_at < now() - interval '1 minute', true)
		FROM sheetmill.token WHERE id = $1`, id).Scan(&owner, &rights, &hash, &over, &note)
	if errors.Is(err, pgx.ErrNoRows) {
		hash = make([]byte, sha256.Size) // compared all the same, so that it takes as long
		over = true
	} else if err != nil {
		return Identity{}, trouble(err)
	}
	same := subtle.ConstantTimeCompare(sum[:], hash) == 1
	if !same || over {
		return Identity{}, fault.New(fault.NotAllowed, say.T("The token is not valid.")).
			Hint(say.T("Ask whoever runs the workspace for a new one: sheetmill token create."))
	}
	if note {
		// When it was used is worth no failure, such as that of a database that can only be read.
		_, _ = db.Exec(ctx, `UPDATE sheetmill.token SET last_used_at = now() WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)`, id)
	}
	return Identity{Owner: owner, TokenID: id, Write: rights != Read, Admin: rights == Admin}, nil
}

// Tokens lists an owner's tokens, or all for "", newest first. An analyst sees her own.
func Tokens(ctx context.Context, db DB, owner string) ([]Token, error) {
	rows, err := db.Query(ctx, `
		SELECT id, owner, name, rights, created_at, expires_at, last_used_at, revoked_at FROM sheetmill.token
		WHERE $1 = '' OR owner = $1 ORDER BY created_at DESC, id`, owner)
	if err != nil {
		return nil, trouble(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Token, err error) {
		var expires, used, revoked *time.Time
		err = row.Scan(&t.ID, &t.Owner, &t.Name, &t.Rights, &t.CreatedAt, &expires, &used, &revoked)
		t.CreatedAt, t.ExpiresAt, t.LastUsedAt, t.RevokedAt = t.CreatedAt.UTC(), orZero(expires), orZero(used), orZero(revoked)
		return t, err
	})
	return out, trouble(err)
}

// RevokeToken ends a token. To end one twice is no fault.
func RevokeToken(ctx context.Context, db DB, id string) error {
	tag, err := db.Exec(ctx, `UPDATE sheetmill.token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, say.T("There is no token {id}.", "id", id)).
			Hint(say.T("List the tokens with sheetmill token ls."))
	}
	return trouble(err)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
