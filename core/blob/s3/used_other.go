//go:build !linux && !darwin && !windows

package s3

import (
	"io/fs"
	"time"
)

// used is when a file was last used; here it is known only when it was made.
func used(st fs.FileInfo) time.Time { return st.ModTime() }
