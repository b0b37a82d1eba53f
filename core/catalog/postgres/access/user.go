package access

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// The groups that the migrations make.
const (
	analysts = "sheetmill_analyst"
	servers  = "sheetmill_server"
)

// userConnections is how many connections an analyst may have at once.
const userConnections = 20

// settings are defaults of a login, which it may change for itself. No schema
// but the database's own is searched, so that no table can pose as another.
var settings = map[string][]string{
	analysts: {
		"search_path = pg_catalog",
		"statement_timeout = '10min'",
		"idle_in_transaction_session_timeout = '1min'",
		"lock_timeout = '1min'",
	},
	servers: {
		"search_path = pg_catalog",
		"idle_in_transaction_session_timeout = '10min'",
		"lock_timeout = '30s'",
	},
}

// limits are set for analysts where the administrator is a superuser; only one can, and then they hold.
var limits = []string{"temp_file_limit = '2GB'"}

var (
	nameRule = regexp.MustCompile(`^[a-z][a-z0-9_-]{2,31}$`)
	// reserved are names that mean something to PostgreSQL or to us already.
	reserved = []string{"postgres", "public", "none", "sheetmill"}
)

// CheckName refuses what cannot be the name of a user or server.
func CheckName(name string) error {
	if !nameRule.MatchString(name) {
		return fault.New(fault.Usage, say.T("{name} cannot be a name here.", "name", strings.ToValidUTF8(name, "?"))).
			Hint(say.T("Use 3 to 32 small letters, digits, - and _, with a letter first."))
	}
	if slices.Contains(reserved, name) || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "sheetmill_") {
		return fault.New(fault.Usage, say.T("The name {name} is reserved.", "name", name)).Hint(say.T("Choose another name."))
	}
	return nil
}

// AddUser makes an analyst's role and answers its password, which cannot be had
// again. A name that any role has already is fault.Conflict.
func AddUser(ctx context.Context, admin DB, name string) (password string, err error) {
	return addLogin(ctx, admin, name, analysts, func(tx pgx.Tx, role string) error {
		if _, err := tx.Exec(ctx, `ALTER ROLE `+role+` CONNECTION LIMIT `+strconv.Itoa(userConnections)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `GRANT `+role+` TO `+servers); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sheetmill.owner (name) VALUES ($1)`, name)
		return err
	})
}

// AddServer makes the role of a server, or of several, and answers its
// password. It sees everyone's rows, so its password is worth all of theirs.
func AddServer(ctx context.Context, admin DB, name string) (password string, err error) {
	return addLogin(ctx, admin, name, servers, func(tx pgx.Tx, _ string) error {
		_, err := tx.Exec(ctx, `SELECT sheetmill.note_administration('server.added', $1)`, name)
		return err
	})
}

// addLogin makes a login role in a group, may it connect to this database, and finishes it.
func addLogin(ctx context.Context, admin DB, name, group string, finish func(tx pgx.Tx, role string) error) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	password := randomText(32)
	kept, err := verifier(password)
	if err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, admin, func(tx pgx.Tx) error {
		role := pgx.Identifier{name}.Sanitize()
		var database string
		var super bool
		err := tx.QueryRow(ctx, `SELECT quote_ident(current_database()), rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&database, &super)
		if err != nil {
			return err
		}
		set := settings[group]
		if super && group == analysts {
			set = slices.Concat(set, limits)
		}
		statements := []string{
			`CREATE ROLE ` + role + ` LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '` + kept + `' IN ROLE ` + group,
			`GRANT CONNECT ON DATABASE ` + database + ` TO ` + role,
		}
		for _, s := range set {
			statements = append(statements, `ALTER ROLE `+role+` SET `+s)
		}
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return finish(tx, role)
	})
	if hasCode(err, duplicateObject, uniqueViolation) {
		return "", fault.New(fault.Conflict, say.T("The database server has a role {name} already.", "name", name)).
			Hint(say.T("Choose another name, or give this one a new password: sheetmill user rotate NAME.")).Because(err)
	}
	if err != nil {
		return "", trouble(err)
	}
	return password, nil
}
