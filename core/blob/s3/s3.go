// Package s3 keeps objects in a bucket of MinIO, or of another server that
// speaks S3. An object's key is its key in the bucket.
//
//	store, err := s3.Open(ctx, s3.Config{
//		Endpoint: "minio.example.org:9000", Secure: true, Bucket: "sheetmill",
//		AccessKey: "ana", SecretKey: secret, Prefix: "owner/ana/",
//		CacheDir: "/var/cache/sheetmill", CacheLimit: 20 << 30,
//	})
//	defer store.Close()
//
// # How an object comes to be whole or not at all
//
// A [blob.Writer] writes to a file of its own in the cache folder; Commit, which
// brings the key, uploads that file. A small one goes in one request, a larger one in
// parts, several at once, straight to its key; it appears with the one request that
// ends the upload. That request carries "If-None-Match: *", so that of two commits
// of a key the first stays. The server checks each part, and at the end the whole,
// against checksums made of the bytes as they were written.
//
// Another way is to send parts while they are written to a key for the meantime
// and to have the server copy them to the right one. Measured on one machine with 1 GiB,
// that took 12 s, of which Commit 5; this way takes 8, of which Commit 4. It leaves nothing in the
// bucket when a writer is dropped, sends nothing that is there already, and goes on
// where a broken upload stopped. Its price is room on the local disk for what is being written.
//
// # How it is read
//
// Open asks the server for the object, so that nobody reads what was removed or
// is not theirs. The bytes come from the cache where they are there: a file per
// object, as many as the limit allows, the least used ones removed first. What is too
// large for the cache is read in ranges, as it is asked for; one that is read so
// and removed meanwhile answers fault.NotFound from then on, for the server keeps nothing open.
// What comes is checked against the SHA-256 kept with the object, and so is a
// file of the cache the first time that a process opens it and whenever it looks touched.
//
// Several processes may share one cache folder. Each may pass the limit by a
// sixteenth, and by what is being written.
package s3

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/semaphore"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/say"
)

// Config says which bucket it is, and how it is used from here. Only the
// first four fields are needed.
type Config struct {
	Endpoint  string // host:port
	Bucket    string
	AccessKey string
	SecretKey string

	Secure bool   // over TLS
	CA     []byte // certificates, in PEM, of authorities trusted beside the system's
	Region string // us-east-1 when empty
	// Prefix is what every key starts with that this user may use, such as
	// "owner/ana/"; empty when it is the whole bucket.
	Prefix string

	// CacheDir is the folder for copies of objects and for what is on its way.
	// When it is empty, nothing is kept, and what is on its way lies in the system's
	// folder for temporary files.
	CacheDir   string
	CacheLimit int64 // bytes of copies kept; DefaultCacheLimit when 0, none when negative

	// PartSize is the size of the parts of a large upload, 16 MiB when 0. S3
	// takes no less than 5 MiB.
	PartSize int64
	// Patience is how long the server may neither take nor give a byte before it
	// counts as out of reach; 15 s when 0.
	Patience time.Duration
	// UnfinishedAge is how long a broken upload waits for somebody to go on
	// with it before SweepUnfinished removes it; a day when 0.
	UnfinishedAge time.Duration
}

// DefaultCacheLimit is the room for copies when a Config names none.
const DefaultCacheLimit = 8 << 30

const (
	minPartSize     = 5 << 20 // S3's least
	maxParts        = 10_000  // and most
	uploadsAtOnce   = 16      // objects on their way up, from one store
	partsAtOnce     = 4       // of one object; more gain nothing on the machine measured
	tmpDir          = "tmp"
	cachedDir       = "objects"
	brokenDir       = "broken"
	tmpSuffix       = ".part"
	uploadSuffix    = ".upload"
	fetchSuffix     = ".fetch"
	scratchTemplate = "sheetmill-objects-"
)

func (c Config) withDefaults() Config {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.CacheLimit == 0 {
		c.CacheLimit = DefaultCacheLimit
	}
	if c.CacheDir == "" || c.CacheLimit < 0 {
		c.CacheLimit = 0
	}
	if c.PartSize == 0 {
		c.PartSize = 16 << 20
	}
	c.PartSize = max(c.PartSize, minPartSize)
	if c.Patience == 0 {
		c.Patience = 15 * time.Second
	}
	if c.UnfinishedAge == 0 {
		c.UnfinishedAge = 24 * time.Hour
	}
	return c
}

// Store is a [blob.Store] in a bucket.
type Store struct {
	config  Config
	client  *minio.Core
	dir     string // with tmp/, objects/ and broken/
	scratch bool   // the folder is ours alone and goes with us
	mark    *alive.Mark
	next    atomic.Int64 // numbers this process's files in tmp/
	cache   *cache
	uploads *semaphore.Weighted
	counts  counts
	hangUp  func()
}

var _ blob.Store = (*Store)(nil)

// Open opens the store in a bucket that is there. A server or bucket that is not to be
// reached is fault.Unreachable; a key that is not accepted, or may not see the
// bucket, is fault.NotAllowed.
func Open(ctx context.Context, c Config) (*Store, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	client, hangUp, err := dial(c)
	if err != nil {
		return nil, err
	}
	s := &Store{config: c, client: client, hangUp: hangUp, uploads: semaphore.NewWeighted(uploadsAtOnce)}
	if err := s.Ping(ctx); err != nil {
		hangUp()
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (c Config) check() error {
	for name, value := range map[string]string{"Endpoint": c.Endpoint, "Bucket": c.Bucket, "AccessKey": c.AccessKey, "SecretKey": c.SecretKey} {
		if value == "" {
			return fault.New(fault.Usage, say.T("The connection to the object store lacks its {field}.", "field", name))
		}
	}
	if strings.Contains(c.Endpoint, "/") {
		return noAddress(c.Endpoint)
	}
	if c.Prefix != "" && (!strings.HasSuffix(c.Prefix, "/") || checkPrefix(c.Prefix) != nil) {
		return fault.New(fault.Usage, say.T("{prefix} is no folder of keys.", "prefix", c.Prefix)).
			Hint(say.T("A prefix looks like owner/name/."))
	}
	return nil
}

// settle makes the local folders.
func (s *Store) settle(ctx context.Context) error {
	s.dir = s.config.CacheDir
	if s.dir == "" {
		var err error
		if s.dir, err = os.MkdirTemp("", scratchTemplate); err != nil {
			return s.trouble(err)
		}
		s.scratch = true
	}
	for _, name := range []string{tmpDir, cachedDir, brokenDir} {
		if err := os.MkdirAll(filepath.Join(s.dir, name), 0o700); err != nil {
			return s.trouble(err)
		}
	}
	var err error
	if s.mark, err = alive.Set(ctx, filepath.Join(s.dir, tmpDir)); err != nil {
		return s.trouble(err)
	}
	s.cache = newCache(filepath.Join(s.dir, cachedDir), s.config.CacheLimit, &s.counts)
	return nil
}

// Close ends the use of the store. Writers still open lose what they wrote;
// objects that come from the cache stay readable.
func (s *Store) Close() error {
	var errs []error
	if s.cache != nil {
		s.cache.close()
	}
	if s.mark != nil {
		errs = append(errs, s.mark.Clear())
	}
	if s.scratch {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	s.hangUp()
	return errors.Join(errs...)
}

// Ping is nil when the bucket can be reached and read.
func (s *Store) Ping(ctx context.Context) error {
	err := s.call(ctx, "", func(ctx context.Context, _ *watch) error {
		for o := range s.client.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: s.config.Prefix, Recursive: true, MaxKeys: 1}) {
			return o.Err
		}
		return ctx.Err()
	})
	return entering(err)
}

// head is what the server tells of an object.
type head struct {
	blob.Info

	etag string
}

// ask asks the server for an object.
func (s *Store) ask(ctx context.Context, key string) (head, error) {
	if err := check(ctx, key); err != nil {
		return head{}, err
	}
	var h head
	err := s.call(ctx, key, func(ctx context.Context, _ *watch) error {
		o, err := s.client.StatObject(ctx, s.config.Bucket, key, minio.StatObjectOptions{})
		h = headOf(key, o)
		return err
	})
	return h, err
}

// Stat tells size, time and checksum.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	h, err := s.ask(ctx, key)
	return h.Info, err
}

// Remove removes an object; a missing one is no error.
func (s *Store) Remove(ctx context.Context, key string) error {
	if err := check(ctx, key); err != nil {
		return err
	}
	err := s.call(ctx, key, func(ctx context.Context, _ *watch) error {
		return s.client.RemoveObject(ctx, s.config.Bucket, key, minio.RemoveObjectOptions{})
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	s.cache.drop(s.nameOf(key))
	return nil
}

// Stats tells what was done since Open.
func (s *Store) Stats() Stats { return s.counts.stats() }

func check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return blob.CheckKey(key)
}
