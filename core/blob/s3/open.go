package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/minio/minio-go/v7"

	"sheetmill/core/blob"
)

// attempts is how often Open looks again when an object is replaced, or its
// copy removed for others, between two looks.
const attempts = 3

// Open opens an object for reading.
func (s *Store) Open(ctx context.Context, key string) (blob.Object, error) {
	var h head
	for range attempts {
		var err error
		if h, err = s.ask(ctx, key); err != nil {
			return nil, err
		}
		if !s.cache.takes(h.Info) {
			break
		}
		f, err := s.copyOf(ctx, h)
		if err != nil && !changed(err) {
			return nil, err
		}
		if f != nil {
			return &cached{store: s, file: f, size: h.Size}, nil
		}
	}
	s.counts.misses.Add(1)
	return s.openRemote(ctx, h), nil
}

// copyOf opens the copy of an object, which it makes first where there is none. It answers nil
// when others needed the room at once.
func (s *Store) copyOf(ctx context.Context, h head) (*os.File, error) {
	name := s.nameOf(h.Key)
	if f := s.cache.open(name, h.Info); f != nil {
		s.counts.hits.Add(1)
		return f, nil
	}
	// Whoever waits for another's download has a hit, as has the one who finds it checked.
	downloaded := false
	err := s.cache.join(ctx, name+h.SHA256, func(ctx context.Context) error {
		there, err := s.provide(ctx, name, h)
		downloaded = !there
		return err
	})
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, s.troubleOf(h.Key, err)
	}
	f := s.cache.open(name, h.Info)
	if f != nil && !downloaded {
		s.counts.hits.Add(1)
	}
	return f, nil
}

// provide makes sure of a right copy of an object, and tells whether it was there. One process at
// a time does that; the others wait for it.
func (s *Store) provide(ctx context.Context, name string, h head) (bool, error) {
	if there, err := s.cache.check(ctx, name, h.Info); there || err != nil {
		return there, err
	}
	lock := flock.New(filepath.Join(s.dir, tmpDir, name+fetchSuffix))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return false, err
	}
	// Who waits for a lock whose file is removed downloads once more, which does no harm.
	defer func() { _ = os.Remove(lock.Path()); _ = lock.Close() }()
	if there, err := s.cache.check(ctx, name, h.Info); there || err != nil {
		return there, err
	}
	s.counts.misses.Add(1)
	f, err := s.temporary()
	if err != nil {
		return false, err
	}
	err = s.download(ctx, h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return false, errors.Join(err, os.Remove(f.Name()))
	}
	return false, s.cache.add(f.Name(), name, h.Info)
}

// download writes an object into a file and checks it.
func (s *Store) download(ctx context.Context, h head, to io.Writer) error {
	return s.call(ctx, h.Key, func(ctx context.Context, w *watch) error {
		var o minio.GetObjectOptions
		if err := o.SetMatchETag(h.etag); err != nil {
			return err
		}
		body, _, _, err := s.client.GetObject(ctx, s.config.Bucket, h.Key, o)
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		sum := sha256.New()
		n, err := io.CopyBuffer(io.MultiWriter(to, sum), w.reader(body), make([]byte, 256<<10))
		s.counts.down.Add(n)
		if err != nil {
			return err
		}
		if n != h.Size || hex.EncodeToString(sum.Sum(nil)) != h.SHA256 {
			s.counts.damaged.Add(1)
			return damaged(h.Key)
		}
		return nil
	})
}

// changed tells that an object is no longer the one that was asked for.
func changed(err error) bool {
	answer, ok := errors.AsType[minio.ErrorResponse](err)
	return ok && answer.Code == minio.PreconditionFailed
}

// nameOf is a key's name in the cache. A folder may hold copies of several buckets.
func (s *Store) nameOf(key string) string {
	sum := sha256.Sum256([]byte(s.config.Endpoint + "\n" + s.config.Bucket + "\n" + key))
	return hex.EncodeToString(sum[:])
}

// temporary makes a file of this process, which a sweep knows by its name.
func (s *Store) temporary() (*os.File, error) {
	f, err := os.OpenFile(s.own(tmpSuffix), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, s.trouble(err)
	}
	return f, nil
}

// own is the path of a new file of this process.
func (s *Store) own(suffix string) string {
	return filepath.Join(s.dir, tmpDir, fmt.Sprintf("%s.%d%s", s.mark.Name(), s.next.Add(1), suffix))
}

// cached is an object in a file of the cache.
type cached struct {
	store *Store
	file  *os.File
	size  int64
}

func (o *cached) Size() int64 { return o.size }

func (o *cached) Close() error { return o.file.Close() }

func (o *cached) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.file.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = o.store.trouble(err)
	}
	return n, err
}
