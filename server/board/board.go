// Package board shows the jobs of a shared workspace: River UI, whose pages and
// scripts are all built in, as a handler to put behind an administrator's token.
//
//	b, err := board.New(ctx, databaseURL, "sheetmill", "/jobs", logger)
//	defer b.Close()
//	api, err := httpapi.New(backend, httpapi.Options{Board: b})
//
// It is the one place besides the catalogs that knows River: a window on its
// tables, which needs no word of what the jobs do.
package board

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"riverqueue.com/riverui"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// connections are as many as a few administrators need.
const connections = 4

// Board is River UI. Close it when no request runs any more.
type Board struct {
	handler *riverui.Handler
	pool    *pgxpool.Pool
	stop    context.CancelFunc
	close   sync.Once
}

// New connects to the database and makes the board of the jobs in a schema.
// The role that databaseURL names decides what the board sees and may do. Every
// path that the board answers begins with prefix. It runs until Close, also
// after ctx has ended.
func New(ctx context.Context, databaseURL, schema, prefix string, logger *slog.Logger) (*Board, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil { // its words may hold the password
		return nil, fault.New(fault.Usage, say.T("The address of the job board's database is malformed.")).
			Hint(say.T("Write it like postgres://user@host/database."))
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, unreachable(err)
	}
	b := &Board{pool: pool}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, unreachable(err)
	}
	if b.handler, err = newHandler(pool, schema, prefix, logger); err == nil {
		var running context.Context
		running, b.stop = context.WithCancel(context.WithoutCancel(ctx))
		err = b.handler.Start(running)
	}
	if err != nil {
		return nil, errors.Join(fault.New(fault.Internal, say.T("The job board cannot be made.")).Because(err), b.Close())
	}
	return b, nil
}

func newHandler(pool *pgxpool.Pool, schema, prefix string, logger *slog.Logger) (*riverui.Handler, error) {
	// Without queues and workers it only looks, and moves jobs when asked to.
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: schema, Logger: logger})
	if err != nil {
		return nil, err
	}
	return riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(client, nil),
		Logger:    logger, Prefix: prefix,
		JobListHideArgsByDefault: true, // they hold file names
	})
}

func unreachable(err error) error {
	return fault.New(fault.Unreachable, say.T("The job board's database cannot be reached.")).
		Hint(say.T("Check that PostgreSQL runs, and the address, user and password.")).Because(err)
}

// ServeHTTP answers a request for the board.
func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }

// Close ends what the board does in the background and closes its connections.
// It may be called twice.
func (b *Board) Close() error {
	b.close.Do(func() {
		if b.stop != nil {
			b.stop()
		}
		b.pool.Close() // waits for the queries under way
	})
	return nil
}
