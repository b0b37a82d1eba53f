package access

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Rotate gives a user or a server a new password and ends its sessions. A
// server that acts for a user keeps its own. The administrator's DB must not be a
// transaction: sessions would be ended before the new password is the one.
func Rotate(ctx context.Context, admin DB, name string) (password string, err error) {
	if err := isOurs(ctx, admin, name, analysts, servers); err != nil {
		return "", err
	}
	password = randomText(32)
	kept, err := verifier(password)
	if err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, admin, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `ALTER ROLE `+pgx.Identifier{name}.Sanitize()+` PASSWORD '`+kept+`'`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT sheetmill.note_administration('user.rotated', $1)`, name)
		return err
	})
	if err == nil {
		err = endSessions(ctx, admin, name)
	}
	return password, trouble(err)
}

// RemoveUser ends a user's tokens and sessions and removes the role. While the
// user has records it is fault.Conflict, unless withData: then the rows go too, and the
// objects below owner/NAME/ are the caller's to remove afterwards. The audit
// log keeps the user's chain; a later user of the same name goes on with it, and can read it.
func RemoveUser(ctx context.Context, admin DB, name string, withData bool) error {
	if err := isOurs(ctx, admin, name, analysts); err != nil {
		return err
	}
	if err := ownsNothing(ctx, admin, name, withData); err != nil {
		return err
	}
	role := pgx.Identifier{name}.Sanitize()
	if _, err := admin.Exec(ctx, `ALTER ROLE `+role+` NOLOGIN`); err != nil {
		return trouble(err)
	}
	err := endSessions(ctx, admin, name)
	if err == nil {
		err = pgx.BeginFunc(ctx, admin, func(tx pgx.Tx) error { return removeUser(ctx, tx, name, role, withData) })
	}
	if err != nil {
		// Half removed is worse than not: whoever was refused may be needed to try again.
		_, back := admin.Exec(context.WithoutCancel(ctx), `ALTER ROLE `+role+` LOGIN`)
		return errors.Join(trouble(err), trouble(back))
	}
	return nil
}

func removeUser(ctx context.Context, tx pgx.Tx, name, role string, withData bool) error {
	for _, s := range []string{
		// A server may be adding a record for this user. It is waited for, or comes after the role is gone and is refused.
		`SET LOCAL lock_timeout = '15s'`,
		`LOCK TABLE sheetmill.dataset IN SHARE ROW EXCLUSIVE MODE`,
	} {
		if _, err := tx.Exec(ctx, s); err != nil {
			return err
		}
	}
	if err := ownsNothing(ctx, tx, name, withData); err != nil {
		return err
	}
	for _, table := range []string{"river_job", "dataset", "claim", "process", "token"} {
		if _, err := tx.Exec(ctx, `DELETE FROM sheetmill.`+table+` WHERE owner = $1`, name); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sheetmill.owner WHERE name = $1`, name); err != nil {
		return err
	}
	return dropRole(ctx, tx, name, role)
}

// RemoveServer ends a server's sessions and removes its role.
func RemoveServer(ctx context.Context, admin DB, name string) error {
	if err := isOurs(ctx, admin, name, servers); err != nil {
		return err
	}
	role := pgx.Identifier{name}.Sanitize()
	if _, err := admin.Exec(ctx, `ALTER ROLE `+role+` NOLOGIN`); err != nil {
		return trouble(err)
	}
	if err := endSessions(ctx, admin, name); err != nil {
		return trouble(err)
	}
	return trouble(pgx.BeginFunc(ctx, admin, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT sheetmill.note_administration('server.removed', $1)`, name); err != nil {
			return err
		}
		return dropRole(ctx, tx, name, role)
	}))
}

func dropRole(ctx context.Context, tx pgx.Tx, name, role string) error {
	var database string
	if err := tx.QueryRow(ctx, `SELECT quote_ident(current_database())`).Scan(&database); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `REVOKE ALL ON DATABASE `+database+` FROM `+role); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DROP ROLE `+role)
	if hasCode(err, dependentObjects) {
		return fault.New(fault.Conflict, say.T("{name} has something else on this database server, and is kept.", "name", name)).
			Hint(say.T("Take that away first; the database's own message names it.")).Because(err)
	}
	return err
}

// isOurs refuses a name whose role we did not make.
func isOurs(ctx context.Context, db DB, name string, groups ...string) error {
	var ours bool
	err := db.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
			WHERE r.rolname = $1 AND g.rolname = ANY($2))`, name, groups).Scan(&ours)
	if err == nil && !ours {
		return noUser(name)
	}
	return trouble(err)
}

func ownsNothing(ctx context.Context, db DB, name string, withData bool) error {
	if withData {
		return nil
	}
	var n int64
	if err := db.QueryRow(ctx, `SELECT count(*) FROM sheetmill.dataset WHERE owner = $1`, name).Scan(&n); err != nil {
		return trouble(err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, say.T("{name} still has {n} records.", "name", name, "n", n)).
			Hint(say.T("Remove them first, or remove the user with its data."))
	}
	return nil
}

// endSessions ends a login's sessions and waits until they are gone.
func endSessions(ctx context.Context, admin DB, name string) error {
	var super bool
	if err := admin.QueryRow(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&super); err != nil {
		return err
	}
	if !super { // who is none needs the role's rights for it
		if _, err := admin.Exec(ctx, `GRANT `+pgx.Identifier{name}.Sanitize()+` TO CURRENT_USER`); err != nil {
			return err
		}
	}
	// A session that ends by itself just then is refused as none: what counts is who is there afterwards.
	if _, err := admin.Exec(ctx, `
		WITH sessions AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid())
		SELECT pg_terminate_backend(pid, 10000) FROM sessions`, name); err != nil {
		return err
	}
	var left int
	err := admin.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()`, name).Scan(&left)
	if err == nil && left > 0 {
		return fault.New(fault.Unreachable, say.T("{n} sessions of {name} did not end.", "n", left, "name", name)).
			Hint(say.T("Try again in a moment."))
	}
	return err
}

func noUser(name string) error {
	return fault.New(fault.NotFound, say.T("There is no user {name}.", "name", name)).Hint(say.T("List them with sheetmill user ls."))
}
