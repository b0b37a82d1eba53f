// Package workspace is where records, jobs and objects come together: what the
// desktop, the command line and the server work with. It is the one place that
// knows how a workspace is kept: a local one in a directory with a SQLite
// catalog, which needs no service and no network; a shared one in a PostgreSQL
// database and a bucket. Both are the same type and behave alike.
//
//	ws, err := workspace.Open(ctx, workspace.Config{Home: dir})                // local
//	ws, err := workspace.OpenShared(ctx, workspace.Config{}, connection)       // shared, as one analyst
//	server, err := workspace.OpenServer(ctx, workspace.ServerConfig{...})      // shared, for all; server.For(owner)
//	defer ws.Close()
//	added, err := ws.Add(ctx, file, workspace.AddOptions{FileName: "lab.xlsx"})
//	go ws.Work(ctx, workspace.WorkOptions{})   // or another process does
//	status, err := ws.Wait(ctx, added.RecordID, nil)
//	page, err := ws.Page(ctx, added.RecordID, workspace.PageOptions{Limit: 200})
//
// # Whose is what
//
// A workspace is opened for one owner. Keys of objects stand in jobs and records,
// which are their owner's word, so every object is reached through the owner's
// scope of the store: a key outside it is fault.NotAllowed, whoever wrote it.
package workspace

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/blob/dir"
	"sheetmill/core/catalog"
	"sheetmill/core/catalog/sqlite"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Config says which workspace to open and how.
type Config struct {
	// Home is the folder of a local workspace; it is made when it is not there.
	Home string
	// CacheDir keeps copies of a shared workspace's objects, for reading; "" is a
	// folder below the user's cache. CacheLimit is its size in bytes; 0 is DefaultCacheLimit.
	CacheDir   string
	CacheLimit int64
	// Limits of what is read; zero fields are the defaults.
	Limits sheet.Limits
	// MaxSource is the largest source accepted, in bytes; 0 is DefaultMaxSource.
	MaxSource int64
	// Retention is how long records live after they were added; 0 is for ever.
	Retention time.Duration
	// Connection is the file that tells how to reach the shared workspace that
	// Push and Pull of a local one deal with; "" is connection.json in Home.
	Connection string
	// Reach opens what a connection file leads to, for a push or a pull, which
	// closes it; nil reads the file and calls OpenShared. What is away for now
	// must be fault.Unreachable: then the job waits and tries again.
	Reach func(ctx context.Context, connection string) (*Workspace, error)
	// Logger gets what a person need not read; nil drops it.
	Logger *slog.Logger
}

const (
	// DefaultMaxSource is the largest source accepted unless configured: 16 GiB.
	DefaultMaxSource = 16 << 30
	// DefaultCacheLimit is the size of the cache unless configured: 4 GiB.
	DefaultCacheLimit = 4 << 30
)

// localOwner owns everything in a local workspace.
const localOwner = "local"

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxSource == 0 {
		c.MaxSource = DefaultMaxSource
	}
	if c.CacheLimit == 0 {
		c.CacheLimit = DefaultCacheLimit
	}
	if c.Connection == "" && c.Home != "" {
		c.Connection = filepath.Join(c.Home, "connection.json")
	}
	if c.Reach == nil {
		own := c
		c.Reach = own.reach
	}
	return c
}

// Workspace is an open workspace, of one owner. It may be used from many
// goroutines, and several processes may have one workspace open.
type Workspace struct {
	config  Config
	local   bool
	store   *blob.Scope
	catalog catalog.Catalog
	jobs    *job.Registry
	hits    *pipeline.Hits
	watcher *job.Watcher
	tables  *openTables
	traffic func() int64   // bytes to and from the bucket, where there is one
	lent    bool           // a server's, which closes it
	close   []func() error // what goes with it, last first
}

// Open opens a local workspace, making it when it is new. A folder that cannot be
// written, a full disk or a damaged catalog is fault.Unreachable.
func Open(ctx context.Context, c Config) (*Workspace, error) { return openLocal(ctx, c, localOwner) }

func openLocal(ctx context.Context, c Config, owner string) (*Workspace, error) {
	c = c.withDefaults()
	if err := os.MkdirAll(c.Home, 0o700); err != nil {
		return nil, fault.New(fault.Unreachable, say.T("The workspace folder {path} cannot be made.", "path", c.Home)).
			Hint(say.T("Name another folder in SHEETMILL_HOME.")).Because(err)
	}
	store, err := dir.Open(ctx, filepath.Join(c.Home, "objects"))
	if err != nil {
		return nil, err
	}
	cat, err := sqlite.Open(ctx, filepath.Join(c.Home, "catalog.db"), owner, sqlite.Options{Logger: c.Logger})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	w := assemble(c, store, cat, newOpenTables(keptOpen), &pipeline.Hits{})
	w.close = []func() error{store.Close, cat.Close}
	return w, nil
}

// assemble makes a workspace of its parts. Only a local one pushes and pulls:
// a connection file is its owner's, and no server reads one for them.
func assemble(c Config, store blob.Store, cat catalog.Catalog, tables *openTables, hits *pipeline.Hits) *Workspace {
	_, local := cat.(*sqlite.Catalog)
	w := &Workspace{
		config: c, local: local, store: blob.Scoped(store, ownerPrefix(cat.Owner())), catalog: cat, tables: tables, hits: hits,
	}
	workers := []job.Worker{pipeline.NewParser(w.store, w.catalog, c.Limits).Counting(hits)}
	if local {
		workers = append(workers, &pusher{w}, &puller{w})
	}
	w.jobs, _ = job.NewRegistry(workers...) // refuses bad names only, and these are ours
	w.watcher = w.newWatcher()
	return w
}

// ownerPrefix is what the keys of an owner's objects start with.
func ownerPrefix(owner string) string { return "owner/" + owner + "/" }

// Owner is whose workspace this is.
func (w *Workspace) Owner() string { return w.catalog.Owner() }

// Close closes what was opened with the workspace. Work must have returned. The
// workspace that a server lends stays open with the server.
func (w *Workspace) Close() error {
	if w.lent {
		return nil
	}
	w.watcher.Close()
	err := w.tables.close()
	for _, v := range slices.Backward(w.close) {
		err = errors.Join(err, v())
	}
	w.close = nil
	return err
}

// Find finds a record by its ID or a unique beginning of it.
func (w *Workspace) Find(ctx context.Context, id string) (catalog.Dataset, error) {
	return w.catalog.Find(ctx, id)
}

// Datasets lists records, newest first; limit 0 lists all.
func (w *Workspace) Datasets(ctx context.Context, limit int) ([]catalog.Dataset, error) {
	return w.catalog.Datasets(ctx, limit)
}

// Versions lists a dataset's history, oldest first; none before the first table.
func (w *Workspace) Versions(ctx context.Context, id string) ([]catalog.Version, error) {
	return w.catalog.Versions(ctx, id)
}

// Cancel asks a record's newest job to end. It takes effect within a second.
func (w *Workspace) Cancel(ctx context.Context, id string) (job.Info, error) {
	info, err := w.catalog.LatestJob(ctx, id)
	if err != nil {
		return info, err
	}
	return w.catalog.Cancel(ctx, info.ID)
}

// Retry makes a record's failed or cancelled job wait again.
func (w *Workspace) Retry(ctx context.Context, id string) (job.Info, error) {
	info, err := w.catalog.LatestJob(ctx, id)
	if err != nil {
		return info, err
	}
	return w.catalog.Retry(ctx, info.ID)
}
