package access

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Administration is the chain of what administrators do; every owner has one
// by the owner's name.
const Administration = "sheetmill"

// Entry is one entry of the audit log.
type Entry struct {
	Chain   string          `json:"chain"`
	N       int64           `json:"n"` // 1, 2, ... within the chain
	At      time.Time       `json:"at"`
	Login   string          `json:"login"` // the role that logged in
	Role    string          `json:"role"`  // the role it acted as
	Action  string          `json:"action"`
	Subject string          `json:"subject"` // a record's ID, a user's name, a token's ID
	Detail  json.RawMessage `json:"detail"`
}

// Filter chooses entries; what is zero chooses all.
type Filter struct {
	Chain   string
	Action  string // such as "dataset.added", or "dataset." for all that begin so
	Subject string
	Since   time.Time
	Until   time.Time // not including
	Limit   int       // 200 when 0
}

const defaultEntries = 200

// Audit lists entries, newest first. An analyst sees her own chain, a server all.
func Audit(ctx context.Context, db DB, f Filter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = defaultEntries
	}
	rows, err := db.Query(ctx, `
		SELECT chain, n, at, login, role, action, subject, detail FROM sheetmill.audit
		WHERE ($1 = '' OR chain = $1) AND starts_with(action, $2) AND ($3 = '' OR subject = $3)
			AND at >= coalesce($4, '-infinity'::timestamptz) AND at < coalesce($5, 'infinity'::timestamptz)
		ORDER BY at DESC, chain, n DESC LIMIT $6`,
		f.Chain, f.Action, f.Subject, orNull(f.Since), orNull(f.Until), f.Limit)
	if err != nil {
		return nil, trouble(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
		var detail []byte
		err = row.Scan(&e.Chain, &e.N, &e.At, &e.Login, &e.Role, &e.Action, &e.Subject, &detail)
		e.At, e.Detail = e.At.UTC(), detail
		return e, err
	})
	return out, trouble(err)
}

// Note writes an entry to the chain of the role that db has, such as
// "export.made". What the database notes by itself cannot be noted so: fault.Usage.
func Note(ctx context.Context, db DB, action, subject string, detail any) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, `SELECT sheetmill.note($1, $2, $3)`, action, subject, b)
	if hasCode(err, invalidParameter) {
		return fault.New(fault.Usage, say.T("{action} is not for the audit log.", "action", action)).Because(err)
	}
	return trouble(err)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
