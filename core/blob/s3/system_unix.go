//go:build !windows

package s3

import (
	"errors"
	"syscall"
)

// isFull tells a disk, a quota or a file size that has come to its end.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
