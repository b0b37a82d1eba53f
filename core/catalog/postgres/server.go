package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Server is the use of a database under a server's role: it works every
// owner's jobs, and acts for any owner under that owner's role.
type Server struct {
	*base
	roles *pgxpool.Pool

	mu     sync.Mutex
	owners map[string]*Catalog
}

// OpenServer opens a database under a server's role, with faults like [Open].
func OpenServer(ctx context.Context, url string, opts Options) (*Server, error) {
	b, err := newBase(ctx, url, opts, serverConnections)
	if err != nil {
		return nil, err
	}
	s := &Server{base: b, owners: map[string]*Catalog{}}
	config, err := parse(url, b.opts.Connections)
	if err == nil {
		s.roles, err = newRolePool(ctx, config)
	}
	if err != nil {
		return nil, errors.Join(trouble(ctx, err), b.close()) //nolint:contextcheck // the end of a base is no part of what failed
	}
	return s, nil
}

// Close ends the use of the database. Work must have returned before.
func (s *Server) Close() error {
	s.roles.Close()
	return s.close()
}

// For is an owner's catalog. It asks nothing of the database: an owner that
// there is not is refused at the first use.
func (s *Server) For(owner string) *Catalog {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.owners[owner]
	if c == nil {
		c = &Catalog{base: s.base, owner: owner, db: s.roles, claims: map[string]int{}}
		s.owners[owner] = c
	}
	return c
}

// Work runs the jobs of all owners, in turn, until ctx ends, then gives back
// what is running.
func (s *Server) Work(ctx context.Context, reg *job.Registry, opts catalog.WorkOptions) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var clearing sync.WaitGroup
	defer clearing.Wait()
	defer stop()
	clearing.Go(func() { s.clearWay(ctx) })
	return s.work(ctx, "", reg, opts)
}

// patience is how long an analyst's session may hold others up.
const patience = 30 * time.Second

// clearWay ends the sessions of analysts that others have waited for too long.
func (s *Server) clearWay(ctx context.Context) {
	tick := time.NewTicker(patience / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		tag, err := s.pool.Exec(ctx, `SELECT role FROM sheetmill.clear_way($1)`, patience)
		switch {
		case err != nil && ctx.Err() == nil:
			s.opts.Logger.WarnContext(ctx, "sessions that hold others up could not be looked for", "err", err)
		case tag.RowsAffected() > 0:
			s.opts.Logger.WarnContext(ctx, "sessions of analysts held others up and were ended", "sessions", tag.RowsAffected())
		}
	}
}

// Forget drops what this process keeps for an owner who was removed: another
// of that name has another role.
func (s *Server) Forget(owner string) {
	s.mu.Lock()
	delete(s.owners, owner)
	s.mu.Unlock()
	s.roles.Reset()
}

// Pool is the connections under the server's own role, for what is no owner's:
// tokens, users, the audit log.
func (s *Server) Pool() *pgxpool.Pool { return s.pool }

// Owners lists everyone who may have records, by name.
func (s *Server) Owners(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT name FROM sheetmill.owner ORDER BY name`)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, trouble(ctx, err)
}

// Ping tells whether the database answers.
func (s *Server) Ping(ctx context.Context) error {
	var one int
	return trouble(ctx, s.pool.QueryRow(ctx, `SELECT 1`).Scan(&one))
}

// Pause stops the fetching from a queue, everywhere and until it is taken
// back; what runs goes on.
func (s *Server) Pause(ctx context.Context, queue string, paused bool) error {
	if err := job.CheckName("queue", queue); err != nil {
		return err
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO sheetmill.river_queue (name, paused_at, updated_at) VALUES ($1, CASE WHEN $2 THEN now() END, now())
		ON CONFLICT (name) DO UPDATE SET paused_at = CASE WHEN $2 THEN coalesce(river_queue.paused_at, now()) END, updated_at = now()`,
		queueName(queue), paused)
	if err == nil && !paused {
		_, err = s.pool.Exec(ctx, `SELECT pg_notify('sheetmill_job', '')`)
	}
	return trouble(ctx, err)
}

// Queue is how a queue stands.
type Queue struct {
	Name     string    `json:"name"`
	PausedAt time.Time `json:"pausedAt,omitzero"` // zero: not paused
}

// Queues lists the queues that there are.
func (s *Server) Queues(ctx context.Context) ([]Queue, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, paused_at FROM sheetmill.river_queue ORDER BY name`)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (q Queue, err error) {
		var at *time.Time
		if err = row.Scan(&q.Name, &at); at != nil {
			q.PausedAt = at.UTC()
		}
		return q, err
	})
	return out, trouble(ctx, err)
}

// Depth counts the jobs of one kind in one state.
type Depth struct {
	Kind   string
	State  job.State
	Jobs   int64
	Oldest time.Duration // how long the longest waiting has been due; 0 when none waits
}

// Depths counts the jobs that have not ended, by kind and state.
func (s *Server) Depths(ctx context.Context) ([]Depth, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT kind, CASE state WHEN 'running' THEN 'running' WHEN 'available' THEN CASE WHEN errors IS NULL THEN 'waiting' ELSE 'retrying' END ELSE 'waiting' END,
			count(*), greatest(0, coalesce(extract(epoch FROM max(now() - scheduled_at) FILTER (WHERE state = 'available')), 0))::float8
		FROM sheetmill.river_job WHERE finalized_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`)
	if err != nil {
		return nil, trouble(ctx, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Depth, err error) {
		var oldest float64
		err = row.Scan(&d.Kind, &d.State, &d.Jobs, &oldest)
		d.Oldest = time.Duration(oldest * float64(time.Second))
		return d, err
	})
	return out, trouble(ctx, err)
}

// Alone does something that one process at a time may do, such as a sweep of
// every owner. It answers false, and does nothing, while another does it.
func (s *Server) Alone(ctx context.Context, what string, do func(ctx context.Context) error) (did bool, err error) {
	if what == "" {
		return false, fault.New(fault.Usage, say.T("What one process does alone needs a name."))
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, trouble(ctx, err)
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('sheetmill.' || $1, 0))`, what).Scan(&did); err != nil || !did {
		return false, trouble(ctx, err)
	}
	defer func() {
		// A connection that cannot say that it let go is closed, which lets go too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectPatience)
		defer cancel()
		if _, unlockErr := conn.Exec(ctx, `SELECT pg_advisory_unlock(hashtextextended('sheetmill.' || $1, 0))`, what); unlockErr != nil {
			_ = conn.Conn().Close(ctx)
		}
	}()
	return true, do(ctx)
}
