// Package schema makes the tables of a shared workspace and tells how far a
// database is. River's own tables come first, then ours; both are in the schema
// sheetmill, and each has its own history.
//
//	err := schema.Migrate(ctx, url)   // once, by who owns the database
//	err := schema.Check(ctx, pool)    // by every process, before it works
package schema

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Name is the schema of all tables, River's too.
const Name = "sheetmill"

// versions is goose's table of what has been done, within [Name].
const versions = Name + ".goose_db_version"

// Querier reads from the database: a pool, a connection or a transaction.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Status is how far a database is and how far this program wants it: the
// number of the newest migration of either set, 0 for none.
type Status struct {
	Ours        int64 `json:"ours"`
	OursWanted  int64 `json:"oursWanted"`
	River       int64 `json:"river"`
	RiverWanted int64 `json:"riverWanted"`
}

// Missing tells whether nothing has been made yet.
func (s Status) Missing() bool { return s.Ours == 0 && s.River == 0 }

// Older tells whether migrations are to be run.
func (s Status) Older() bool { return s.Ours < s.OursWanted || s.River < s.RiverWanted }

// Newer tells whether a newer Sheetmill than this has been here.
func (s Status) Newer() bool { return s.Ours > s.OursWanted || s.River > s.RiverWanted }

// Read reads how far the database is. Every role of a workspace may.
func Read(ctx context.Context, db Querier) (Status, error) {
	want, err := wanted()
	if err != nil {
		return Status{}, err
	}
	var ours, rivers bool
	// Not by to_regclass: that is an error to a role without rights, not a no.
	err = db.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE c.relname = 'goose_db_version') = 1, count(*) FILTER (WHERE c.relname = 'river_migration') = 1
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relkind = 'r'`, Name).Scan(&ours, &rivers)
	if err != nil {
		return want, Trouble(err)
	}
	if ours {
		err = db.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versions+` WHERE is_applied`).Scan(&want.Ours)
	}
	if err == nil && rivers {
		err = db.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM `+Name+`.river_migration`).Scan(&want.River)
	}
	return want, Trouble(err)
}

// Check refuses a database that this program does not fit: fault.Unreachable,
// with what is to be done.
func Check(ctx context.Context, db Querier) error {
	s, err := Read(ctx, db)
	switch {
	case err != nil:
		return err
	case s.Newer():
		return fault.New(fault.Unreachable, say.T("The shared workspace's tables are of a newer Sheetmill than this one.")).
			Hint(say.T("Update Sheetmill on this machine.")).ForGood()
	case s.Missing():
		return fault.New(fault.Unreachable, say.T("The database holds no shared workspace yet.")).
			Hint(say.T("Run sheetmill migrate up.")).ForGood()
	case s.Older():
		return fault.New(fault.Unreachable, say.T("The shared workspace's tables are of an older Sheetmill than this one.")).
			Hint(say.T("Run sheetmill migrate up.")).ForGood()
	}
	return nil
}

// wanted is how far this program wants a database; it asks none.
func wanted() (Status, error) {
	ours, err := sources()
	if err != nil {
		return Status{}, err
	}
	rivers, err := riverMigrator(nil)
	if err != nil {
		return Status{}, err
	}
	all := rivers.AllVersions()
	return Status{OursWanted: ours[len(ours)-1], RiverWanted: int64(all[len(all)-1].Version)}, nil
}

func riverMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	return rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Name, Logger: slog.New(slog.DiscardHandler)})
}

// Trouble says what a database that does not answer means. nil and a cancelled
// context stay as they are.
func Trouble(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "28P01" || refused.Code == "28000") { // PostgreSQL does not tell which, nor that a password has expired
		return fault.New(fault.NotAllowed, say.T("The shared workspace's database does not accept this name and password.")).
			Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one.")).Because(err)
	}
	if refused != nil && refused.Code == "42501" {
		return fault.New(fault.NotAllowed, say.T("This database role may not use the shared workspace.")).
			Hint(say.T("Ask whoever runs the workspace for a user: sheetmill user add NAME.")).Because(err)
	}
	return fault.New(fault.Unreachable, say.T("The shared workspace's database cannot be used.")).
		Hint(say.T("Check that it runs and that its address is right.")).Because(err)
}

// ReadAt reads how far the database at an address is.
func ReadAt(ctx context.Context, url string) (Status, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil { // its words may hold the password
		return Status{}, fault.New(fault.Usage, say.T("The database's address cannot be read.")).
			Hint(say.T("Write it like postgres://user@host:5432/database.")).Because(errors.New("not a PostgreSQL connection string"))
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return Status{}, Trouble(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return Read(ctx, conn)
}
