// Package alive tells whether a process of this workspace still lives. Every
// process holds the lock of one small file for as long as it runs; the system
// frees it when the process ends, however it ends. So a name found in a row or
// in a file name can be judged at once, without waiting for silence:
//
//	mark, err := alive.Set(ctx, dir)  // at start
//	defer mark.Clear()
//	alive.Is(dir, nameFoundSomewhere) // false: that process is gone
//
// The folder must be on a file system whose locks work, as SQLite needs too.
package alive

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const suffix = ".lock"

// Mark is a process's own sign of life. One process may hold several.
type Mark struct {
	name string
	path string
	lock *flock.Flock
}

// Set makes a new sign of life in dir, which it creates when it is missing.
func Set(ctx context.Context, dir string) (*Mark, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		name := NewName()
		m := &Mark{name: name, path: filepath.Join(dir, name+suffix)}
		m.lock = flock.New(m.path, flock.SetPermissions(0o600))
		ours, err := m.take(ctx)
		if err == nil && ours {
			return m, nil
		}
		_ = m.lock.Close()
		if try == 3 {
			return nil, errors.Join(fmt.Errorf("lock %s", m.path), err)
		}
	}
}

// take locks the file and makes sure that it is still the one in the folder:
// a Sweep may have removed it between our creating and our locking it.
func (m *Mark) take(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if ok, err := m.lock.TryLockContext(ctx, time.Millisecond); err != nil || !ok {
		return false, err
	}
	held, err := m.lock.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Stat(m.path)
	return err == nil && os.SameFile(held, named), nil
}

// NewName is unique, tells the process to a person who looks, and has letters
// that every job queue allows.
func NewName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(b[:]))
}

// Name is what others call this process by.
func (m *Mark) Name() string { return m.name }

// Clear takes the sign of life away; calling it again does nothing.
func (m *Mark) Clear() error {
	if !m.lock.Locked() {
		return nil
	}
	// Windows refuses to remove an open file, so a failed first try is no news.
	_ = os.Remove(m.path)
	err := m.lock.Close()
	_ = os.Remove(m.path)
	return err
}

// Is tells whether the process called name lives. A name that no file in dir
// stands for is dead; one that cannot be judged counts as living.
func Is(dir, name string) bool {
	path := filepath.Join(dir, name+suffix)
	if filepath.Base(path) != name+suffix {
		return false // not a name of ours
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	// A shared lock, so that two who look at once do not see each other.
	probe := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := probe.TryRLock()
	defer func() { _ = probe.Close() }()
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return err != nil || !free
}

// fresh is how long a file is left alone after it was made: its process may
// be just about to lock it.
const fresh = 10 * time.Second

// Sweep removes the files of processes that are gone, but for the newest.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		st, err := e.Info()
		if !ours || err != nil || time.Since(st.ModTime()) < fresh || Is(dir, name) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		lock := flock.New(path, flock.SetFlag(os.O_RDWR))
		if ok, err := lock.TryLock(); err == nil && ok {
			_ = os.Remove(path)
		}
		_ = lock.Close()
	}
}
