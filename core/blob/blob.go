// Package blob is the contract of an object store: where sources, clean tables
// and everything derived live. Package dir keeps objects in a directory;
// package blobtest is the suite that every implementation must pass.
//
//	w, err := store.Create(ctx)
//	defer w.Abort() // does nothing once committed
//	io.Copy(w, file)
//	info, err := w.Commit(ctx, blob.Key("owner", "local", "source", sum))
//
// # What every store promises
//
//   - An object is there whole or not at all, also after kill -9 and loss of
//     power: Commit publishes in one step what was written and synced before.
//   - Objects never change. Keys are content names, so a Commit under a key
//     that exists keeps the object that is there and drops the new bytes.
//   - Two processes may use one store at once.
//   - No key may be the beginning of another up to a "/"; a store may refuse
//     the second with fault.Usage.
//   - Every error is a fault: fault.NotFound for a missing object,
//     fault.Unreachable for a disk or server that refuses (full, read-only, away),
//     fault.Usage for a malformed key.
//   - Nothing is retried inside; the job is.
package blob

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Info describes an object.
type Info struct {
	Key      string
	Size     int64
	Modified time.Time
	// SHA256 of the bytes, in hex, where the store keeps it; "" otherwise. Stat
	// and Commit tell it, List need not.
	SHA256 string
}

// Object is an open object. ReadAt may be called from many goroutines.
type Object interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Writer takes the bytes of a new object.
type Writer interface {
	io.Writer
	// Size is the number of bytes written so far.
	Size() int64
	// Commit publishes the object under the key, durably. After it the
	// writer is spent, whatever it answers.
	Commit(ctx context.Context, key string) (Info, error)
	// Abort drops what was written. After Commit or a first Abort it does nothing.
	Abort() error
}

// Store keeps objects.
type Store interface {
	// Create starts an object. Nothing is visible before Commit. What a dead
	// process left unfinished is removed by SweepUnfinished.
	Create(ctx context.Context) (Writer, error)
	// Open opens an object for reading. It stays readable while open, even
	// when it is removed meanwhile; a store that has no copy on disk, such as a
	// bucket without a cache, answers fault.NotFound then.
	Open(ctx context.Context, key string) (Object, error)
	// Stat tells size and time, without reading.
	Stat(ctx context.Context, key string) (Info, error)
	// Remove removes an object; a missing one is no error.
	Remove(ctx context.Context, key string) error
	// List yields the objects whose key starts with prefix, by ascending key.
	// It ends after the first error.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// SweepUnfinished removes what processes that are gone left uncommitted,
	// and tells how many there were. With dryRun it only counts.
	SweepUnfinished(ctx context.Context, dryRun bool) (int, error)
}

// Key joins parts to a key.
func Key(parts ...string) string { return strings.Join(parts, "/") }

// CheckKey refuses keys that some store could not hold: a key is 1 to 8 parts
// joined by "/", each 1 to 100 letters a-z, A-Z, digits, "-", "_" or ".", neither starting
// nor ending with ".". So no key can leave its directory, and none loses a
// letter on a system that drops a last dot. Keys that differ in case only may
// be one on some systems; content names are in small letters.
func CheckKey(key string) error {
	parts := strings.Split(key, "/")
	ok := len(parts) <= 8
	for _, p := range parts {
		if p == "" || len(p) > 100 || p[0] == '.' || p[len(p)-1] == '.' {
			ok = false
		}
		for _, c := range p {
			if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
				ok = false
			}
		}
	}
	if ok {
		return nil
	}
	return fault.New(fault.Usage, say.T("The object key {key} is malformed.", "key", strings.ToValidUTF8(key, "?")))
}
