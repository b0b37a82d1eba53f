package workspace

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
)

// ServerConfig says which shared workspace a server serves and how.
type ServerConfig struct {
	// Database is its address for a server's role: postgres://name:password@host:port/database.
	Database string
	// Objects is the bucket, with keys that reach every owner's objects.
	Objects Objects
	// Administrator is who may make roles of the database and users of the bucket,
	// for AddUser and its kin; what is empty is as above.
	Administrator Administrator
	// Public is how analysts reach the same database and bucket, where that
	// differs; it goes into the connections that are made for them.
	Public Public
	// CacheDir, CacheLimit, Limits, MaxSource, Retention and Logger are as in Config.
	CacheDir   string
	CacheLimit int64
	Limits     sheet.Limits
	MaxSource  int64
	Retention  time.Duration
	Logger     *slog.Logger
	// Connections is how many connections to the database this process may have
	// at once for each of its two purposes, jobs and requests; 16 when 0.
	Connections int
	// Silence is how long a worker may be unheard before its jobs are taken over; 12 s
	// when 0. A worker shows four times in that time that it lives, so that all servers
	// of a workspace must agree.
	Silence time.Duration
}

// Administrator is the login of who may make roles and users.
type Administrator struct {
	Database  string // the database's address, with the administrator's role
	AccessKey string
	SecretKey string
}

// Public is how something is reached from outside; "" is as from here.
type Public struct {
	Database string // host:port, or postgres://host:port/database?options
	Endpoint string // host:port
	Secure   *bool  // TLS to the endpoint
}

// serverTables is how many tables a server keeps open after their last reader has gone.
const serverTables = 64

// Server serves a shared workspace for all its owners. It may be used from many
// goroutines, and many servers may serve one workspace.
type Server struct {
	config ServerConfig
	shared Config // of each owner's workspace
	db     *postgres.Server
	store  *s3.Store
	tables *openTables
	hits   *pipeline.Hits

	mu     sync.Mutex
	owners map[string]*Workspace
	closed bool

	adminMu sync.Mutex
	admin   *postgres.Server // opened at its first use
}

// OpenServer opens a shared workspace under a server's role. What is away is
// fault.Unreachable, what does not accept the login fault.NotAllowed, a database that another version
// has made fault.Unreachable with what is to be done.
func OpenServer(ctx context.Context, c ServerConfig) (*Server, error) {
	s := &Server{config: c, hits: &pipeline.Hits{}, tables: newOpenTables(serverTables), owners: map[string]*Workspace{}}
	s.shared = Config{
		CacheDir: c.CacheDir, CacheLimit: c.CacheLimit, Limits: c.Limits, MaxSource: c.MaxSource, Retention: c.Retention, Logger: c.Logger,
	}.withDefaults()
	s.config.Logger = s.shared.Logger
	cache, err := cacheDir(c.CacheDir, c.Objects)
	if err != nil {
		return nil, err
	}
	if s.db, err = postgres.OpenServer(ctx, c.Database, s.databaseOptions()); err != nil {
		return nil, err
	}
	if s.store, err = s3.Open(ctx, c.Objects.config(cache, s.shared.CacheLimit, "")); err != nil {
		return nil, errors.Join(err, s.db.Close()) //nolint:contextcheck // a close has its own patience
	}
	return s, nil
}

func (s *Server) databaseOptions() postgres.Options {
	o := postgres.Options{Connections: s.config.Connections}
	o.Logger = s.config.Logger
	if silence := s.config.Silence; silence > 0 {
		o.Silence, o.Beat, o.Look = silence, silence/4, silence/12
	}
	return o
}

// For is an owner's workspace, whose every request the database does under the
// owner's role. It is the server's: it is shared, and Close of it does nothing. An owner that
// there is not is refused at the first use.
func (s *Server) For(owner string) *Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.owners[owner]
	if w == nil {
		w = assemble(s.shared, s.store, s.db.For(owner), s.tables, s.hits)
		w.lent = true
		if !s.closed {
			s.owners[owner] = w
		}
	}
	return w
}

// Owners lists everyone who may have records, by name.
func (s *Server) Owners(ctx context.Context) ([]string, error) { return s.db.Owners(ctx) }

// Close closes the server and the workspaces it lent. Work must have returned.
func (s *Server) Close() error {
	s.mu.Lock()
	owners := s.owners
	s.owners, s.closed = map[string]*Workspace{}, true
	s.mu.Unlock()
	for _, w := range owners {
		w.watcher.Close()
	}
	err := errors.Join(s.tables.close(), s.store.Close(), s.db.Close())
	s.adminMu.Lock()
	defer s.adminMu.Unlock()
	if s.admin != nil {
		err = errors.Join(err, s.admin.Close())
	}
	return err
}

// Work runs the jobs of all owners, in turn, in this process until ctx ends.
// Each attempt has its owner's catalog and scope of the store. Meanwhile one of the servers
// at a time removes expired records and orphaned objects. It returns when all has stopped.
func (s *Server) Work(ctx context.Context, o WorkOptions) error {
	jobs, err := o.jobsAtOnce()
	if err != nil {
		return err
	}
	reg, err := job.NewRegistry(&forOwner{s, pipeline.Kind, pipeline.Queue})
	if err != nil {
		return err
	}
	var sweeper sync.WaitGroup
	defer sweeper.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sweeper.Go(func() { tidy(ctx, s.config.Logger, s.sweepAlone) })
	return s.db.Work(ctx, reg, catalog.WorkOptions{
		Jobs: jobs, Ready: o.Ready, Trouble: o.Trouble, Observer: o.Observer,
		Ended: func(keys []string) { s.sweepEnded(ctx, keys) },
	})
}

// forOwner does the jobs of one kind with the workspace of whose job it is, as
// the database tells it.
type forOwner struct {
	server      *Server
	kind, queue string
}

func (f *forOwner) Kind() string  { return f.kind }
func (f *forOwner) Queue() string { return f.queue }

// Work does one attempt. While the database or the bucket is away it waits for
// them and goes on, for an outage says nothing about the file and would cost every
// job its attempts; what fails with both of them there is the attempt's to tell.
func (f *forOwner) Work(ctx context.Context, run job.Run) error {
	log := f.server.config.Logger.With("kind", f.kind, "job", run.Lease.JobID, "record", run.RecordID, "owner", run.Owner, "attempt", run.Lease.Attempt)
	log.InfoContext(ctx, "attempt started")
	began := time.Now()
	err := f.attempt(ctx, run)
	if err != nil {
		log.WarnContext(ctx, "attempt ended", "took", time.Since(began), "err", err)
	} else {
		log.InfoContext(ctx, "attempt ended", "took", time.Since(began))
	}
	return err
}

// attempt works, and waits where a service is away for a while.
func (f *forOwner) attempt(ctx context.Context, run job.Run) error {
	worker, _ := f.server.For(run.Owner).jobs.Worker(f.kind) // every workspace has the same
	for {
		err := worker.Work(ctx, run)
		if !fault.Is(err, fault.Unreachable) || ctx.Err() != nil || f.server.Ready(ctx) == nil {
			return err
		}
		f.server.config.Logger.WarnContext(ctx, "job waits for what is away", "job", run.Lease.JobID, "record", run.RecordID, "err", err)
		if err := f.server.waitReady(ctx); err != nil {
			return err
		}
	}
}

// waitReady waits until the database and the bucket answer again.
func (s *Server) waitReady(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for s.Ready(ctx) != nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// sweepEnded removes what jobs that ended badly had derived, each in its
// owner's workspace. A key's owner is what the key says; the sweep there asks
// whether anything of that owner's needs it.
func (s *Server) sweepEnded(ctx context.Context, keys []string) {
	byOwner := map[string][]string{}
	for _, key := range keys {
		if rest, ok := strings.CutPrefix(key, "owner/"); ok {
			owner, _, _ := strings.Cut(rest, "/")
			byOwner[owner] = append(byOwner[owner], key)
		}
	}
	for owner, keys := range byOwner {
		s.For(owner).sweepEnded(ctx, keys)
	}
}

// sweepAlone sweeps every owner's workspace, unless another server does.
func (s *Server) sweepAlone(ctx context.Context) error {
	_, err := s.db.Alone(ctx, "sweep", func(ctx context.Context) error {
		_, err := s.Sweep(ctx, false)
		return err
	})
	return err
}

// Sweep removes, for every owner, expired records and objects that nothing
// refers to, and what dead writers left. With dryRun it only counts.
func (s *Server) Sweep(ctx context.Context, dryRun bool) (Swept, error) {
	var all Swept
	owners, err := s.db.Owners(ctx)
	if err != nil {
		return all, err
	}
	var errs []error
	for _, owner := range owners {
		one, err := s.For(owner).sweepOwn(ctx, dryRun, time.Now())
		all.Expired += one.Expired
		all.Objects += one.Objects
		if err != nil && ctx.Err() != nil {
			return all, err
		}
		errs = append(errs, err) // the next owner's is none the worse for it
	}
	if all.Unfinished, err = s.store.SweepUnfinished(ctx, dryRun); err != nil {
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}
