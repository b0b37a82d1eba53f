// Package access administers who may use a shared workspace: users and servers,
// which are PostgreSQL roles, tokens of the HTTP API, and the audit log. What each
// may do is decided by the database itself; migrations/postgres/00002_access.sql says how.
//
//	password, err := access.AddUser(ctx, admin, "ana")        // as the database's owner
//	text, token, err := access.CreateToken(ctx, server, access.NewToken{Owner: "ana", Name: "laptop", Rights: access.Write})
//	who, err := access.Authenticate(ctx, server, text)        // at every request
//	report, err := access.VerifyAudit(ctx, server)            // every hash anew
package access

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// DB is a pool, a connection or a transaction. Whose role it has decides what works.
type DB interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Codes of PostgreSQL's errors, from its manual's appendix A.
const (
	foreignKeyViolation   = "23503"
	uniqueViolation       = "23505"
	duplicateObject       = "42710"
	insufficientPrivilege = "42501"
	dependentObjects      = "2BP01"
	lockNotAvailable      = "55P03"
	invalidParameter      = "22023"
)

func hasCode(err error, codes ...string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(codes, pg.Code)
}

// trouble turns what the database refused into a fault. What is one stays as it is.
func trouble(err error) error {
	if err == nil {
		return nil
	}
	if _, already := errors.AsType[*fault.Error](err); already {
		return err
	}
	switch {
	case hasCode(err, insufficientPrivilege):
		return fault.New(fault.NotAllowed, say.T("This database role may not administer the shared workspace.")).
			Hint(say.T("Connect as a superuser, or as the role that migrated the database.")).Because(err)
	case hasCode(err, lockNotAvailable):
		return fault.New(fault.Unreachable, say.T("The shared workspace is busy with something that stands in the way.")).
			Hint(say.T("Try again in a moment.")).Because(err)
	}
	return schema.Trouble(err)
}
