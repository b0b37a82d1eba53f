package s3

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/internal/until"
)

// cache is a folder of whole objects, each in a file named after its key.
// Other processes use it at the same time: files appear by renaming, and those in use
// stay readable when they are removed.
type cache struct {
	dir    string
	limit  int64 // bytes; nothing is kept when 0
	counts *counts
	flights

	mu       sync.Mutex
	verified map[string]proof // what this process has read whole and found right
	size     int64            // as last counted, and what was added by us since
	added    int64
	counted  bool
}

// proof says that a file, while it looks like this, has that checksum.
type proof struct {
	stat fs.FileInfo
	sum  string
}

func newCache(dir string, limit int64, counts *counts) *cache {
	return &cache{dir: dir, limit: limit, counts: counts, verified: map[string]proof{}}
}

func (c *cache) path(name string) string { return filepath.Join(c.dir, name) }

// takes tells whether an object is kept here: one that can be checked, and
// for which there is room.
func (c *cache) takes(i blob.Info) bool { return i.SHA256 != "" && i.Size <= c.limit }

// open opens a copy that is known to be right, or answers nil.
func (c *cache) open(name string, want blob.Info) *os.File {
	f, err := os.Open(c.path(name))
	if err != nil {
		return nil
	}
	st, err := f.Stat()
	if err == nil && c.knows(name, want, st) {
		// Files are only read, so the time of use is ours to keep.
		_ = os.Chtimes(c.path(name), time.Now(), time.Time{})
		return f
	}
	_ = f.Close()
	return nil
}

func (c *cache) knows(name string, want blob.Info, st fs.FileInfo) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.verified[name]
	return ok && p.sum == want.SHA256 && st.Size() == want.Size && os.SameFile(p.stat, st) && p.stat.ModTime().Equal(st.ModTime())
}

// check reads a copy that this process does not know yet, and removes it when it
// is not what it should be.
func (c *cache) check(ctx context.Context, name string, want blob.Info) (bool, error) {
	f, err := os.Open(c.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return false, err
	}
	if c.knows(name, want, st) {
		return true, nil // another opener was first
	}
	if st.Size() == want.Size {
		sum := sha256.New()
		if _, err := io.CopyBuffer(sum, until.Reader(ctx, f), make([]byte, 256<<10)); err != nil && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if hex.EncodeToString(sum.Sum(nil)) == want.SHA256 {
			c.know(name, want.SHA256, st)
			return true, nil
		}
	}
	c.counts.damaged.Add(1)
	c.drop(name)
	return false, nil
}

func (c *cache) know(name, sum string, st fs.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.verified[name] = proof{st, sum}
}

// add makes a file, whose checksum was made while it was written, the copy of
// an object. The file is gone from its place afterwards, whatever happened.
func (c *cache) add(path, name string, i blob.Info) error {
	st, err := os.Stat(path)
	if err == nil {
		err = os.Rename(path, c.path(name))
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(path)))
	}
	c.know(name, i.SHA256, st)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += i.Size
	c.added += i.Size
	// Others add as well, so that our own count is looked after now and then.
	if c.counted && c.size <= c.limit && c.added < c.limit/16 {
		return nil
	}
	return c.evict(name)
}

// evict counts what is there and removes the least used until the rest is
// within the limit, but for the one that was just added. The lock is held.
func (c *cache) evict(newest string) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	type file struct {
		name string
		size int64
		used time.Time
	}
	var files []file
	var total int64
	there := map[string]bool{}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || !st.Mode().IsRegular() {
			continue // removed meanwhile
		}
		total += st.Size()
		there[e.Name()] = true
		if e.Name() != newest {
			files = append(files, file{e.Name(), st.Size(), used(st)})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	// A little more than needed, so that the next file need not count again.
	goal := c.limit
	if total > c.limit {
		goal -= c.limit / 16
	}
	for _, f := range files {
		if total <= goal {
			break
		}
		switch err := os.Remove(c.path(f.name)); {
		case err == nil:
			c.counts.evictions.Add(1)
		case !errors.Is(err, fs.ErrNotExist):
			continue // in use, on a system that minds
		}
		delete(there, f.name)
		total -= f.size
	}
	for name := range c.verified {
		if !there[name] {
			delete(c.verified, name)
		}
	}
	c.size, c.added, c.counted = total, 0, true
	return nil
}

// drop removes a copy, if there is one.
func (c *cache) drop(name string) {
	_ = os.Remove(c.path(name)) // none is there, or it is in use and will be the least used
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.verified, name)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
