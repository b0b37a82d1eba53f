// Package dir keeps objects as files in a directory: an object's key is its
// path below objects/.
//
//	store, err := dir.Open(ctx, "/data/objects")
//	defer store.Close()
//
// # How an object comes to be whole or not at all
//
// A [blob.Writer] writes to a file of its own below tmp/. Commit syncs that file,
// makes it read-only, links it under its key, and syncs the folder; the link
// is the one step in which the object appears, and it never replaces one.
//
// Each file below tmp/ carries the name of the process that writes it, and that process
// holds a lock for as long as it lives (package alive). So what a dead
// process left is known at once and SweepUnfinished removes it.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
	"sheetmill/core/say"
)

const (
	objectsDir = "objects"
	tmpDir     = "tmp"
	tmpSuffix  = ".part"
)

// Store is a [blob.Store] on a directory.
type Store struct {
	path string   // as the caller named it, for messages
	root *os.Root // every file is reached through it, so no key leads outside
	mark *alive.Mark
	next atomic.Int64 // numbers this process's unfinished files
}

var _ blob.Store = (*Store)(nil)

// Open opens the store in a directory, which it creates when it is missing.
// A directory that cannot be written is fault.Unreachable.
func Open(ctx context.Context, root string) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, trouble(root, err)
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, trouble(root, err)
	}
	s := &Store{path: root, root: r}
	if err := r.MkdirAll(objectsDir, 0o700); err != nil {
		_ = r.Close()
		return nil, s.trouble(objectsDir, err)
	}
	// This file is also the proof that the directory can be written.
	if s.mark, err = alive.Set(ctx, filepath.Join(root, tmpDir)); err != nil {
		_ = r.Close()
		return nil, s.trouble(tmpDir, err)
	}
	return s, nil
}

// Close ends the use of the store. Writers still open lose what they wrote;
// objects still open stay readable.
func (s *Store) Close() error {
	return errors.Join(s.mark.Clear(), s.root.Close())
}

// Create starts an object.
func (s *Store) Create(ctx context.Context) (blob.Writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s/%s.%d%s", tmpDir, s.mark.Name(), s.next.Add(1), tmpSuffix)
	f, err := s.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, s.trouble(name, err)
	}
	return &writer{store: s, file: f, name: name}, nil
}

// Open opens an object for reading.
func (s *Store) Open(ctx context.Context, key string) (blob.Object, error) {
	name, err := s.find(ctx, key)
	if err != nil {
		return nil, err
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, s.missingOr(key, err)
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		_ = f.Close()
		if err == nil {
			err = fs.ErrNotExist // a folder of keys, not an object
		}
		return nil, s.missingOr(key, err)
	}
	return &object{store: s, key: key, file: f, size: st.Size()}, nil
}

// Stat tells size and time.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	name, err := s.find(ctx, key)
	if err != nil {
		return blob.Info{}, err
	}
	st, err := s.root.Stat(name)
	if err == nil && !st.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return blob.Info{}, s.missingOr(key, err)
	}
	return info(key, st), nil
}

// Remove removes an object; a missing one is no error.
func (s *Store) Remove(ctx context.Context, key string) error {
	name, err := s.find(ctx, key)
	if err != nil {
		return err
	}
	st, err := s.root.Stat(name)
	if err == nil && !st.Mode().IsRegular() {
		return nil // a folder of keys is no object
	}
	if err == nil {
		err = s.root.Remove(name)
	}
	if err != nil && !absent(err) {
		return s.trouble(name, err)
	}
	return nil
}

// SweepUnfinished removes the unfinished files of processes that are gone.
func (s *Store) SweepUnfinished(ctx context.Context, dryRun bool) (int, error) {
	entries, err := fs.ReadDir(s.root.FS(), tmpDir)
	if err != nil {
		return 0, s.trouble(tmpDir, err)
	}
	marks := filepath.Join(s.path, tmpDir)
	n := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		process, _, _ := strings.Cut(e.Name(), ".")
		if !strings.HasSuffix(e.Name(), tmpSuffix) || alive.Is(marks, process) {
			continue
		}
		if !dryRun {
			name := path.Join(tmpDir, e.Name())
			if err := s.root.Remove(name); errors.Is(err, fs.ErrNotExist) {
				continue // another sweeper was first
			} else if err != nil {
				return n, s.trouble(name, err)
			}
		}
		n++
	}
	if !dryRun {
		alive.Sweep(marks)
	}
	return n, nil
}

// find is the name of a key's file inside the root.
func (s *Store) find(ctx context.Context, key string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := blob.CheckKey(key); err != nil {
		return "", err
	}
	return objectsDir + "/" + key, nil
}

func info(key string, st fs.FileInfo) blob.Info {
	return blob.Info{Key: key, Size: st.Size(), Modified: st.ModTime().UTC()}
}

// object is an open file of the store.
type object struct {
	store *Store
	key   string
	file  *os.File
	size  int64
}

func (o *object) Size() int64 { return o.size }

func (o *object) Close() error { return o.file.Close() }

func (o *object) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.file.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = o.store.trouble(objectsDir+"/"+o.key, err)
	}
	return n, err
}

// missingOr turns the error of looking for a key into its fault.
func (s *Store) missingOr(key string, err error) error {
	if absent(err) {
		return fault.New(fault.NotFound, say.T("There is no stored object {key}.", "key", key)).Because(err)
	}
	return s.trouble(objectsDir+"/"+key, err)
}

func (s *Store) trouble(name string, err error) error {
	return trouble(filepath.Join(s.path, filepath.FromSlash(name)), err)
}
