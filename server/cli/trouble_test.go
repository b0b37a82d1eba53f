//go:build linux

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sheetmill/core/testenv"
)

// fails runs a command that must fail with this status, and answers what it
// said on standard error.
func fails(t *testing.T, cmd *exec.Cmd, status int) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != status {
		t.Fatalf("%v: %v, want status %d\n%s", cmd.Args[1:], err, status, stderr.String())
	}
	return stderr.String()
}

// TestDiskFull fills the workspace's disk at many points of a mill, by leaving
// it more and more room. Each mill ends, well or with the status of a disk that
// cannot be used, and what it had begun is finished when there is room again.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	disk := t.TempDir()
	testenv.TinyDisk(t, disk, 16<<20)
	home := filepath.Join(disk, "home")
	run(t, sheetmill(ctx, home, "ls")) // the catalog is there before the disk fills
	ballast := filepath.Join(disk, "ballast")
	full := 0
	for i := range 8 {
		file := filepath.Join(folder, fmt.Sprintf("ref%d.xlsx", i))
		writeReference(t, file, uint64(i))
		fill(t, disk, ballast, int64(i)*64<<10)
		cmd := sheetmill(ctx, home, "mill", file)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			full++
			if cmd.ProcessState.ExitCode() != exitUnreachable || !strings.Contains(stderr.String(), disk) {
				t.Errorf("with %d KiB left: %v\n%s", 64*i, err, stderr.String())
			}
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	if full < 3 {
		t.Errorf("the disk was full %d times only", full)
	}
	run(t, sheetmill(ctx, home, "wait"))
	for _, d := range list(ctx, t, home) {
		if d.Status != "ready" {
			t.Errorf("%s is %s", d.FileName, d.Status)
		}
	}
	if out := run(t, sheetmill(ctx, home, "doctor", "--json")); !bytes.Contains(out, []byte(`"clean": true`)) {
		t.Errorf("%s", out)
	}
}

// fill takes all room but so many bytes.
func fill(t *testing.T, disk, path string, left int64) {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(disk, &fs); err != nil {
		t.Fatal(err)
	}
	free := int64(fs.Bavail) * fs.Bsize
	if err := os.WriteFile(path, make([]byte, max(0, free-left)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReadOnlyWorkspace opens a workspace on a disk that takes no writes.
func TestReadOnlyWorkspace(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk := t.TempDir()
	home := filepath.Join(disk, "home")
	testenv.ReadOnlyDisk(t, disk, func() { run(t, sheetmill(ctx, home, "ls")) })
	for _, folder := range []string{home, filepath.Join(disk, "new")} {
		if said := fails(t, sheetmill(ctx, folder, "mill", file), exitUnreachable); !strings.Contains(said, disk) {
			t.Errorf("it does not name the folder: %s", said)
		}
	}
}

// TestBrokenPipe stops reading a long export.
func TestBrokenPipe(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	file := filepath.Join(folder, "ref.xlsx")
	writeReference(t, file, 1)
	cmd := sheetmill(ctx, folder, "read", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("a broken pipe was not noticed")
	}
}
