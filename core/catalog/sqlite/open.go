package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the database driver

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/say"
)

// Open opens the catalog of an owner in a database file, which it creates or
// brings up to date first. A file that is not such a database, is damaged, or
// comes from a newer Sheetmill is fault.Unreachable and stays as it is.
func Open(ctx context.Context, path, owner string, opts Options) (*Catalog, error) {
	if owner == "" {
		return nil, fault.New(fault.Usage, say.T("A catalog needs an owner."))
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Unreachable, say.T("The current folder cannot be found.")).Because(err)
	}
	c := &Catalog{path: path, owner: owner, opts: opts.WithDefaults(), marks: path + ".workers"}
	if err := c.open(ctx); err != nil {
		return nil, c.trouble(ctx, err)
	}
	return c, nil
}

func (c *Catalog) open(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return err
	}
	// One process at a time makes or changes the tables.
	lock := flock.New(c.path + ".lock")
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err := touch(c.path); err != nil {
		return err
	}
	if c.write, err = connect(c.path, "_txlock=immediate", "_pragma=journal_mode(wal)", "_pragma=synchronous(full)"); err != nil {
		return err
	}
	c.write.SetMaxOpenConns(1)
	if c.read, err = connect(c.path, "_pragma=query_only(1)"); err != nil {
		return errors.Join(err, c.write.Close())
	}
	c.read.SetMaxOpenConns(2 + runtime.GOMAXPROCS(0))
	c.read.SetMaxIdleConns(2)
	defer func() {
		if err != nil {
			err = errors.Join(err, c.read.Close(), c.write.Close())
		}
	}()
	if err := c.migrate(ctx); err != nil {
		return err
	}
	c.river, err = river.NewClient(c.driver(), &river.Config{Logger: work.RiverLog(c.opts.Logger), MaxAttempts: c.opts.MaxAttempts})
	if err != nil {
		return err
	}
	c.mark, err = alive.Set(ctx, c.marks)
	return err
}

// touch makes the file with rights for its owner alone; SQLite gives its
// side files the same rights.
func touch(path string) error {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: errIsFolder}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func connect(path string, params ...string) (*sql.DB, error) {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/x -> file:///C:/x
	}
	// The wait for other processes' locks ends with the context; the limit is
	// for River's own statements, which have none.
	params = append(params, "_pragma=busy_timeout(60000)", "_pragma=foreign_keys(1)")
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: strings.Join(params, "&")}
	return sql.Open("sqlite", u.String())
}

func (c *Catalog) driver() *driver {
	return &driver{Driver: riversqlite.New(c.write), wake: &c.wake}
}
