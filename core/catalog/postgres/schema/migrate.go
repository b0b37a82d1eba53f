package schema

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/migrations"
)

// migrating is the advisory lock that one process at a time migrates under.
const migrating = 0x53686d6c

// Migrate brings a database up to date, or makes the tables in an empty one.
// Any number of processes may do so at once. The role must be a superuser, or
// own the database and be allowed to create roles. A database that a newer
// Sheetmill has been in is refused and stays as it is.
func Migrate(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fault.New(fault.Usage, say.T("The database's address cannot be read.")).
			Hint(say.T("Write it like postgres://user@host:5432/database.")).Because(errors.New("not a PostgreSQL connection string"))
	}
	// Nothing that somebody left in a schema of the database's may pose as a
	// function or table of ours, and no time limit of the role's ends half a change.
	maps.Copy(config.ConnConfig.RuntimeParams, map[string]string{
		"search_path": "pg_catalog", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0",
	})
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return Trouble(err)
	}
	defer pool.Close()
	return underLock(ctx, pool, func() error { return migrate(ctx, pool) })
}

// underLock does something while no other process does.
func underLock(ctx context.Context, pool *pgxpool.Pool, do func() error) error {
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return Trouble(err)
	}
	// Closing the connection gives the lock back, whatever state it is in.
	conn := lock.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrating); err != nil {
		return Trouble(err)
	}
	return do()
}

func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	have, err := Read(ctx, pool)
	switch {
	case err != nil:
		return err
	case have.Newer():
		return Check(ctx, pool)
	case !have.Older():
		return nil
	}
	if _, err := pool.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+Name); err != nil {
		return failed(err)
	}
	rivers, err := riverMigrator(pool)
	if err != nil {
		return err
	}
	if _, err := rivers.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return failed(err)
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	ours, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := ours.Up(ctx); err != nil {
		return failed(err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(versions), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
}

// sources are the numbers of our migrations, in order.
func sources() ([]int64, error) {
	names, err := fs.Glob(migrations.Postgres, "postgres/*.sql")
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out, nil
}

func failed(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unreachable, say.T("The shared workspace's tables could not be brought up to date.")).
		Hint(say.T("Migrate as a superuser, or as a role that owns the database and may create roles.")).Because(err)
}

var _ Querier = (*pgx.Conn)(nil)
var _ Querier = (*pgxpool.Pool)(nil)
