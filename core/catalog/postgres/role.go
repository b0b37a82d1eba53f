package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// roleKey is the key of the role that a context's connections must have.
type roleKey struct{}

// heldRole is where a connection remembers the role it has.
const heldRole = "sheetmill.role"

// roleLifetime bounds how long a connection may remember a role.
const roleLifetime = 5 * time.Minute

var errNoRole = errors.New("a connection for a request was asked for without a role")

// newRolePool makes a pool whose connections have the role that the context
// names, whatever they were used for before. Without a role none is given out.
func newRolePool(ctx context.Context, config *pgxpool.Config) (*pgxpool.Pool, error) {
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		role, _ := ctx.Value(roleKey{}).(string)
		if role == "" {
			return true, errNoRole
		}
		held := conn.PgConn().CustomData()
		if held[heldRole] == role {
			return true, nil
		}
		delete(held, heldRole)
		if _, err := conn.Exec(ctx, "SET ROLE "+pgx.Identifier{role}.Sanitize()); err != nil {
			return false, refusedRole(role, err)
		}
		held[heldRole] = role
		return true, nil
	}
	// Elsewhere somebody may remove an analyst and make another of that name.
	config.MaxConnLifetime = roleLifetime
	return pgxpool.NewWithConfig(ctx, config)
}

// refusedRole is the fault of a role that there is not, or that this server may not act for.
func refusedRole(role string, err error) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || pg.Code != invalidParameter && pg.Code != insufficientPrivilege {
		return err
	}
	return fault.New(fault.NotAllowed, say.T("There is no analyst {name} whom this server may act for.", "name", role)).
		Hint(say.T("List them with sheetmill user ls.")).Because(err)
}
