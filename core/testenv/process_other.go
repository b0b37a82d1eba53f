//go:build !unix

package testenv

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

var errUnix = errors.New("servers for tests are started on Unix only")

type process struct{}

type account struct{ uid, gid uint32 }

func launch(string, []string, []string, string, string, *account, string) (*process, error) {
	return nil, errUnix
}

func command(name string, _, _ []string, _ string, _ *account) *exec.Cmd { return exec.Command(name) } //nolint:gosec,noctx // never run

func (*process) pid() int { return 0 }

func (*process) gone(time.Duration) bool { return true }

func (*process) end(syscall.Signal) error { return errUnix }

func unprivileged(...string) (*account, error) { return nil, errUnix }
