// Package workspace is where records, jobs and objects come together: what the
// desktop, the command line and the server work with. Open is the one place
// that knows how a workspace is kept: here a directory with a SQLite catalog,
// which needs no service and no network.
//
//	ws, err := workspace.Open(ctx, workspace.Config{Home: dir})
//	defer ws.Close()
//	added, err := ws.Add(ctx, file, workspace.AddOptions{FileName: "lab.xlsx"})
//	go ws.Work(ctx, workspace.WorkOptions{})   // or another process does
//	status, err := ws.Wait(ctx, added.RecordID, nil)
//	page, err := ws.Page(ctx, added.RecordID, workspace.PageOptions{Limit: 200})
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

// Config says which workspace to open.
type Config struct {
	// Home is the folder of a local workspace; it is made when it is not there.
	Home string
	// Limits of what is read; zero fields are the defaults.
	Limits sheet.Limits
	// MaxSource is the largest source accepted, in bytes; 0 is DefaultMaxSource.
	MaxSource int64
	// Retention is how long records live after they were added; 0 is for ever.
	Retention time.Duration
	// Logger gets what a person need not read; nil drops it.
	Logger *slog.Logger
}

// DefaultMaxSource is the largest source accepted unless configured: 16 GiB.
const DefaultMaxSource = 16 << 30

// localOwner owns everything in a local workspace.
const localOwner = "local"

// Workspace is an open workspace. It may be used from many goroutines, and
// several processes may have one workspace open.
type Workspace struct {
	config  Config
	store   blob.Store
	catalog catalog.Catalog
	jobs    *job.Registry
	watcher *job.Watcher
	close   []func() error
	tables  *openTables
}

// Open opens a workspace, making it when it is new. A folder that cannot be
// written, a full disk or a damaged catalog is fault.Unreachable.
func Open(ctx context.Context, c Config) (*Workspace, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxSource == 0 {
		c.MaxSource = DefaultMaxSource
	}
	if err := os.MkdirAll(c.Home, 0o700); err != nil {
		return nil, fault.New(fault.Unreachable, say.T("The workspace folder {path} cannot be made.", "path", c.Home)).
			Hint(say.T("Name another folder in SHEETMILL_HOME.")).Because(err)
	}
	w := &Workspace{config: c, tables: newOpenTables()}
	store, err := dir.Open(ctx, filepath.Join(c.Home, "objects"))
	if err != nil {
		return nil, err
	}
	w.store, w.close = store, append(w.close, store.Close)
	cat, err := sqlite.Open(ctx, filepath.Join(c.Home, "catalog.db"), localOwner, sqlite.Options{Logger: c.Logger})
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.catalog, w.close = cat, append(w.close, cat.Close)
	w.jobs, err = job.NewRegistry(pipeline.NewParser(w.store, w.catalog, c.Limits))
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.watcher = w.newWatcher()
	return w, nil
}

// Close closes what Open opened. Work must have returned.
func (w *Workspace) Close() error {
	var err error
	if w.watcher != nil {
		w.watcher.Close()
	}
	err = errors.Join(err, w.tables.close())
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
