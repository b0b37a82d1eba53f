package s3

import (
	"io/fs"
	"syscall"
	"time"
)

// used is when a file was last used.
func used(st fs.FileInfo) time.Time {
	if d, ok := st.Sys().(*syscall.Stat_t); ok {
		return time.Unix(d.Atimespec.Unix())
	}
	return st.ModTime()
}
