package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Acting is the database under an owner's role, for what is not the catalog's,
// such as the owner's part of the audit log.
type Acting struct{ c *Catalog }

// As is the database for an owner, whom the server acts for.
func (s *Server) As(owner string) Acting { return Acting{s.For(owner)} }

// Begin begins a transaction under the owner's role.
func (a Acting) Begin(ctx context.Context) (pgx.Tx, error) { return a.c.db.Begin(a.c.as(ctx)) }

// Exec runs a statement under the owner's role.
func (a Acting) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return a.c.db.Exec(a.c.as(ctx), sql, args...)
}

// Query reads rows under the owner's role.
func (a Acting) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return a.c.db.Query(a.c.as(ctx), sql, args...)
}

// QueryRow reads a row under the owner's role.
func (a Acting) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return a.c.db.QueryRow(a.c.as(ctx), sql, args...)
}
