package postgres

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/say"
)

const (
	analystConnections = 4
	serverConnections  = 16
	// defaultPoll is long, because NOTIFY tells of new jobs at once: it is for
	// retries that come due and for what a cut connection did not hear.
	defaultPoll = 500 * time.Millisecond
	// connectPatience bounds one try to connect.
	connectPatience = 5 * time.Second
)

// base is a process's use of a database: what the catalogs on it share.
type base struct {
	opts    Options
	pool    *pgxpool.Pool
	name    string // of this process, as the holder of claims and the worker of jobs
	inserts *river.Client[pgx.Tx]

	slot      work.Slot
	wake      work.Wake
	changed   work.Broadcast
	completer completer
	turns     turns

	ctx        context.Context //nolint:containedctx // the life of what runs beside, ended by close
	cancel     context.CancelFunc
	beside     sync.WaitGroup // the listener and the heartbeat
	listenOnce sync.Once
	aliveOnce  sync.Once
	closeOnce  sync.Once
}

func newBase(ctx context.Context, url string, opts Options, connections int) (*base, error) {
	if opts.Poll == 0 {
		opts.Poll = defaultPoll
	}
	if opts.Connections == 0 {
		opts.Connections = connections
	}
	opts.Options = opts.WithDefaults()
	b := &base{opts: opts, name: alive.NewName()}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	config, err := parse(url, opts.Connections)
	if err != nil {
		return nil, err
	}
	if b.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, trouble(ctx, err)
	}
	if err := schema.Check(ctx, b.pool); err != nil {
		return nil, errors.Join(trouble(ctx, err), b.close()) //nolint:contextcheck // the end of a base is no part of what failed
	}
	b.inserts, err = river.NewClient(b.driver(""), &river.Config{
		Logger: work.RiverLog(opts.Logger), MaxAttempts: opts.MaxAttempts, Schema: Schema,
	})
	if err != nil {
		return nil, errors.Join(err, b.close()) //nolint:contextcheck // the end of a base is no part of what failed
	}
	return b, nil
}

func parse(url string, connections int) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The reason may quote the URL with its password.
		return nil, fault.New(fault.Usage, say.T("The address of the database cannot be read.")).
			Hint(say.T("Write it as postgres://name:password@host:5432/database."))
	}
	config.MaxConns = int32(min(connections, 1000))
	config.MinConns = 0
	config.MaxConnIdleTime = time.Minute
	config.ConnConfig.ConnectTimeout = connectPatience
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "sheetmill"
	}
	return config, nil
}

func (b *base) close() error {
	b.closeOnce.Do(func() {
		b.cancel()
		b.beside.Wait()
		if b.pool != nil {
			b.leave(context.WithoutCancel(b.ctx))
			b.pool.Close()
		}
	})
	return nil
}

// leave takes this process out of the living, so that its claims protect
// nothing any more.
func (b *base) leave(ctx context.Context) {
	b.aliveOnce.Do(func() { b.name = "" }) // never came to life
	if b.name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	if _, err := b.pool.Exec(ctx, `DELETE FROM sheetmill.process WHERE id = $1`, b.name); err != nil {
		b.opts.Logger.WarnContext(ctx, "process could not sign out; its silence will tell", "err", err)
	}
}

// alive makes this process known as living, now and until it is closed.
func (b *base) alive(ctx context.Context) error {
	if err := b.beat(ctx); err != nil {
		return err
	}
	b.aliveOnce.Do(func() {
		b.beside.Go(func() {
			tick := time.NewTicker(b.opts.Beat)
			defer tick.Stop()
			for {
				select {
				case <-b.ctx.Done():
					return
				case <-tick.C:
					if err := b.beat(b.ctx); err != nil && b.ctx.Err() == nil {
						b.opts.Logger.WarnContext(b.ctx, "sign of life could not be written", "err", err)
					}
				}
			}
		})
	})
	return nil
}

// beat writes the sign of life, also where somebody has cleared it away.
func (b *base) beat(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // only people read it
	}
	_, err = b.pool.Exec(ctx, `
		INSERT INTO sheetmill.process (id, host, pid, works) VALUES ($1, $2, $3, false)
		ON CONFLICT (id) DO UPDATE SET beat = now()`, b.name, host, os.Getpid())
	return err
}

// listen hears what other processes tell, until the base is closed.
func (b *base) listen() {
	b.listenOnce.Do(func() { b.beside.Go(b.hear) })
}

// hear keeps one connection that listens. While it is away the poll and the
// watchers' own clocks stand in for it.
func (b *base) hear() {
	for b.ctx.Err() == nil {
		err := b.hearOnce()
		if b.ctx.Err() != nil {
			return
		}
		b.opts.Logger.WarnContext(b.ctx, "connection that listens was lost", "err", err)
		select {
		case <-b.ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (b *base) hearOnce() error {
	conn, err := pgx.ConnectConfig(b.ctx, b.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(b.ctx, `LISTEN sheetmill_changed; LISTEN sheetmill_job`); err != nil {
		return err
	}
	// What was told before is not known: look at everything.
	b.wake.All()
	b.changed.Tell("")
	for {
		n, err := conn.WaitForNotification(b.ctx)
		if err != nil {
			return err
		}
		if n.Channel == "sheetmill_job" {
			b.wake.All()
		} else {
			b.changed.Tell(n.Payload)
		}
	}
}

func (b *base) driver(owner string) *driver {
	return &driver{Driver: riverpgxv5.New(b.pool), base: b, owner: owner}
}
