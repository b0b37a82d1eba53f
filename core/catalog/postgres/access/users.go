package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// User is an analyst as an administrator sees her.
type User struct {
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	Datasets  int64     `json:"datasets"`
	Running   int64     `json:"running"`           // jobs that run now
	Tokens    int64     `json:"tokens"`            // that are valid
	Sessions  int64     `json:"sessions"`          // of her own login, to any database of the server
	LastSeen  time.Time `json:"lastSeen,omitzero"` // by a token, a process of her own or a session; zero: never
}

// Users lists the analysts, by name, for servers and administrators.
func Users(ctx context.Context, db DB) ([]User, error) {
	rows, err := db.Query(ctx, `
		SELECT o.name, o.created_at,
			(SELECT count(*) FROM sheetmill.dataset d WHERE d.owner = o.name),
			(SELECT count(*) FROM sheetmill.river_job j WHERE j.owner = o.name AND j.state = 'running'),
			t.valid, s.open,
			greatest(t.used, s.since, (SELECT max(p.beat) FROM sheetmill.process p WHERE p.owner = o.name))
		FROM sheetmill.owner o
		CROSS JOIN LATERAL (
			SELECT count(*) FILTER (WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())) AS valid, max(last_used_at) AS used
			FROM sheetmill.token WHERE owner = o.name) t
		CROSS JOIN LATERAL (
			SELECT count(*) AS open, CASE WHEN count(*) > 0 THEN now() END AS since FROM pg_stat_activity WHERE usename = o.name) s
		ORDER BY o.name`)
	if err != nil {
		return nil, trouble(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u User, err error) {
		var seen *time.Time
		err = row.Scan(&u.Name, &u.CreatedAt, &u.Datasets, &u.Running, &u.Tokens, &u.Sessions, &seen)
		u.CreatedAt, u.LastSeen = u.CreatedAt.UTC(), orZero(seen)
		return u, err
	})
	return out, trouble(err)
}
