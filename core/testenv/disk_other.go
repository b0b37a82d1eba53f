//go:build !linux

package testenv

import (
	"os"
	"testing"
)

// TinyDisk makes dir a disk that holds only this many bytes; on Linux alone.
func TinyDisk(t *testing.T, _ string, _ int) {
	t.Helper()
	Missing(t, "A small disk is made on Linux only.")
}

// ReadOnlyDisk makes dir impossible to write.
func ReadOnlyDisk(t *testing.T, dir string, fill func()) {
	t.Helper()
	fill()
	if os.Geteuid() <= 0 {
		Missing(t, "Permissions do not hold this user.")
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
}
