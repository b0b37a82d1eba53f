package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/fault"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
)

// OpenShared opens a shared workspace as the analyst that the connection is
// for. It is like a local one in all but where things are: the database and the bucket
// decide what the analyst may see and do. One that is away is fault.Unreachable, one
// that does not accept the connection fault.NotAllowed.
func OpenShared(ctx context.Context, c Config, connection Connection) (*Workspace, error) {
	c = c.withDefaults()
	if err := connection.check(); err != nil {
		return nil, err
	}
	cache, err := cacheDir(c.CacheDir, connection.Objects)
	if err != nil {
		return nil, err
	}
	var options postgres.Options
	options.Logger = c.Logger
	cat, err := postgres.Open(ctx, connection.Database, options)
	if err != nil {
		return nil, err
	}
	if cat.Owner() != connection.Owner {
		err := fault.New(fault.Usage, say.T("The connection is for {owner}, but the database knows its login as {login}.", "owner", connection.Owner, "login", cat.Owner())).
			Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one."))
		return nil, errors.Join(err, cat.Close()) //nolint:contextcheck // a close has its own patience
	}
	store, err := s3.Open(ctx, connection.Objects.config(cache, c.CacheLimit, ownerPrefix(cat.Owner())))
	if err != nil {
		return nil, errors.Join(err, cat.Close()) //nolint:contextcheck // a close has its own patience
	}
	w := assemble(c, store, cat, newOpenTables(keptOpen), &pipeline.Hits{})
	w.close = []func() error{cat.Close, store.Close}
	w.traffic = func() int64 {
		n := store.Stats()
		return n.BytesUp + n.BytesDown + n.Resumed
	}
	return w, nil
}

func (o Objects) config(cache string, limit int64, prefix string) s3.Config {
	return s3.Config{
		Endpoint: o.Endpoint, Bucket: o.Bucket, AccessKey: o.AccessKey, SecretKey: o.SecretKey, Secure: o.Secure, Region: o.Region,
		CA: []byte(o.CA), CacheDir: cache, CacheLimit: limit, Prefix: prefix,
	}
}

// cacheDir is the folder for copies of a bucket's objects: the one that was
// named, or one below the user's cache, for this bucket and who reads it.
func cacheDir(named string, o Objects) (string, error) {
	if named != "" {
		return named, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fault.New(fault.Unreachable, say.T("There is no folder for copies of objects.")).
			Hint(say.T("Name a cache folder in the settings.")).Because(err)
	}
	sum := sha256.Sum256([]byte(o.Endpoint + "/" + o.Bucket + "/" + o.AccessKey))
	return filepath.Join(base, "sheetmill", "objects-"+hex.EncodeToString(sum[:6])), nil
}

// reach opens the shared workspace that a connection file leads to, beside a
// local one. What is on its way lies in the local one's folder, so that a broken upload is
// found by whoever goes on with it.
func (c Config) reach(ctx context.Context, path string) (*Workspace, error) {
	connection, err := ReadConnection(path)
	if err != nil {
		return nil, err
	}
	if c.CacheDir == "" {
		c.CacheDir = filepath.Join(c.Home, "cache")
	}
	return OpenShared(ctx, Config{CacheDir: c.CacheDir, CacheLimit: c.CacheLimit, Retention: c.Retention, Logger: c.Logger}, connection)
}
