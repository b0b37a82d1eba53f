package dir

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isFull tells a disk that has come to its end.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// syncDir has nothing to do: NTFS journals its folders.
func (s *Store) syncDir(string) error { return nil }
