// Package postgres keeps the records and jobs of a shared workspace in a
// PostgreSQL database, in the schema sheetmill, with River's job table beside its
// own tables.
//
//	cat, err := postgres.Open(ctx, "postgres://ana@db/sheetmill", postgres.Options{})         // as one analyst
//	server, err := postgres.OpenServer(ctx, "postgres://srv@db/sheetmill", postgres.Options{}) // as a server
//	ana := server.For("ana")                                                                   // what ana may do, on the server's connections
//
// # Who may do what
//
// The database decides (package schema has the rules). An analyst's catalog
// works under the analyst's own role, whether the analyst logged in or a server
// acts for her: then each connection is given her role before it is used, and
// one without a role cannot be had. A server works jobs under its own role, which
// sees every owner's rows. Whose a job is comes from a column that the database
// fills and guards.
//
// # Jobs
//
// Package work runs them, whichever database keeps them. What is this one's own:
//
//   - The fetch lets owners take turns: the next job is that of the owner who has the
//     fewest running, however many wait, and within an owner the one with the
//     first priority. A paused queue gives nothing.
//   - A worker shows that it lives by a time in its row of process, taken from the
//     database's clock. A worker unheard for 12 s loses its jobs.
//   - News travel by NOTIFY on two channels of our own, without names in them. River
//     hears of inserts only: what a stranger might send it, such as a pause, is not listened to.
//
// A sweep and a claim of one owner meet at a lock on that owner's row.
package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Schema is where all tables are, River's too.
const Schema = "sheetmill"

// Options say how a catalog behaves. The zero value is right for programs;
// tests shorten the times.
type Options struct {
	work.Options
	// Connections is how many connections this process may have at once for
	// each of its two purposes, jobs and requests; 4 for an analyst and 16 for a server when 0.
	Connections int
}

// Catalog is a [catalog.Catalog] in a PostgreSQL database, for one owner.
type Catalog struct {
	*base
	owner string
	db    *pgxpool.Pool // whose connections have the owner's role
	own   bool          // the base goes with this catalog

	mu     sync.Mutex
	claims map[string]int // claims made here for no job, by key
}

var _ catalog.Catalog = (*Catalog)(nil)

// Open opens the catalog of the analyst whose role the URL logs in with. A
// database that is away is fault.Unreachable, one that refuses the login
// fault.NotAllowed, one of another version final and fault.Unreachable.
func Open(ctx context.Context, url string, opts Options) (*Catalog, error) {
	b, err := newBase(ctx, url, opts, analystConnections)
	if err != nil {
		return nil, err
	}
	c := &Catalog{base: b, db: b.pool, own: true, claims: map[string]int{}}
	err = b.pool.QueryRow(ctx, `SELECT current_user`).Scan(&c.owner)
	if err == nil {
		_, err = b.pool.Exec(ctx, `INSERT INTO sheetmill.owner DEFAULT VALUES ON CONFLICT DO NOTHING`)
	}
	if err != nil {
		return nil, errors.Join(trouble(ctx, err), b.close()) //nolint:contextcheck // the end of a base is no part of what failed
	}
	return c, nil
}

// Owner is whose catalog this is.
func (c *Catalog) Owner() string { return c.owner }

// Close ends the use of the catalog. Work must have returned before. The
// catalog of an owner on a server stays open with the server.
func (c *Catalog) Close() error {
	if !c.own {
		return nil
	}
	return c.close()
}

// Work runs this owner's jobs until ctx ends, then gives back what is running.
func (c *Catalog) Work(ctx context.Context, reg *job.Registry, opts catalog.WorkOptions) error {
	return c.work(ctx, c.owner, reg, opts)
}

// Changed is signalled when a job of a record made progress or ended anywhere.
func (c *Catalog) Changed(recordID string) (<-chan struct{}, func()) {
	c.listen()
	topic := ""
	if recordID != "" {
		topic = topicOf(c.owner, recordID)
	}
	return c.changed.Subscribe(topic)
}

// topicOf is what a record is called where every role can listen: nothing can
// be learnt from it but that something happened.
func topicOf(owner, recordID string) string {
	sum := sha256.Sum256([]byte(owner + "/" + recordID))
	return hex.EncodeToString(sum[:8])
}

// news is the statement that tells every process of a change. Its argument is the topic.
const news = `SELECT pg_notify('sheetmill_changed', $1)`

// inTx does something in one transaction under the owner's role.
func (c *Catalog) inTx(ctx context.Context, do func(tx pgx.Tx) error) error {
	return trouble(ctx, pgx.BeginFunc(c.as(ctx), c.db, do))
}

// brief is a transaction that only talks to the database. It holds a job's row, so
// one whose process freezes in the middle must not last: the database ends it when it has
// heard nothing for this long, which is less than a worker's silence.
var brief = pgx.TxOptions{BeginQuery: `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'`}

// inBrief does something in one such transaction under the owner's role.
func (c *Catalog) inBrief(ctx context.Context, do func(tx pgx.Tx) error) error {
	return trouble(ctx, pgx.BeginTxFunc(c.as(ctx), c.db, brief, do))
}

// as makes the connections that ctx gets the owner's.
func (c *Catalog) as(ctx context.Context) context.Context {
	return context.WithValue(ctx, roleKey{}, c.owner)
}

// list reads rows under the owner's role.
func list[T any](ctx context.Context, c *Catalog, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := c.db.Query(c.as(ctx), sql, args...)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	out, err := pgx.CollectRows(rows, scan)
	return out, trouble(ctx, err)
}

func listIn[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func noRecord(id string) error {
	return fault.New(fault.NotFound, say.T("There is no record {id}.", "id", id)).
		Hint(say.T("List the records to see their IDs."))
}
