//go:build !linux

// Package testdisk gives tests disks that are full or read-only.
package testdisk

import (
	"os"
	"testing"
)

// Tiny makes dir a disk that holds only this many bytes; on Linux alone.
func Tiny(t *testing.T, _ string, _ int) {
	t.Helper()
	t.Skip("a small disk is made on Linux only")
}

// ReadOnly makes dir impossible to write.
func ReadOnly(t *testing.T, dir string, fill func()) {
	t.Helper()
	fill()
	if os.Geteuid() <= 0 {
		t.Skip("permissions do not hold this user")
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
}
