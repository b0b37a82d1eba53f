//go:build !windows

package dir

import (
	"errors"
	"syscall"
)

// isFull tells a disk, a quota or a file size that has come to its end.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// syncDir makes the names in a folder outlive a loss of power.
func (s *Store) syncDir(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return s.trouble(name, err)
	}
	defer func() { _ = d.Close() }()
	// Some file systems cannot sync a folder and say so; they need not.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return s.trouble(name, err)
	}
	return nil
}
