package testenv

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// TinyDisk makes dir a disk of its own that holds only this many bytes. A test
// that may not mount is Missing something.
func TinyDisk(t *testing.T, dir string, bytes int) {
	t.Helper()
	mount(t, dir, fmt.Sprintf("size=%d", bytes))
}

// ReadOnlyDisk makes dir and what is in it impossible to write. Root writes
// through permissions, so for root it takes a mount.
func ReadOnlyDisk(t *testing.T, dir string, fill func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		fill()
		if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a folder needs its x
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) }) //nolint:gosec // a folder needs its x
		return
	}
	mount(t, dir, "size=4m")
	fill()
	if err := syscall.Mount("sheetmill-test", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		Missing(t, "A disk cannot be made read-only here: "+err.Error()+".")
	}
}

func mount(t *testing.T, dir, options string) {
	t.Helper()
	if err := syscall.Mount("sheetmill-test", dir, "tmpfs", 0, options); err != nil {
		Missing(t, "A disk cannot be mounted here: "+err.Error()+".")
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
}
