//go:build unix

package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// watcher is told the number of a server's process and the folder it works in.
// When the pipe it reads from ends without another word, the test binary is gone,
// however it went: then the server has to go too, and its folder with it.
const watcher = `
read -r server || exit 0
read -r word && exit 0
kill -s "$1" "$server" 2>/dev/null
n=0
while kill -0 "$server" 2>/dev/null; do
	n=$((n + 1))
	if [ "$n" -eq 100 ]; then kill -s KILL "$server"; break; fi
	sleep 0.1
done
rm -rf "$2"
`

// process is a running server and the watcher that outlives this program.
// No goroutine stands beside them, so that tests which look for leaks see none.
type process struct {
	server, watcher *exec.Cmd
	leash           *os.File // its end is the watcher's sign
	died            *os.File // held open by the server; its end is the server's
}

// launch starts a server. Its output goes to the file log; owner, when it is
// given, is the user it runs as; last is the signal that ends it should we die.
func launch(name string, args, env []string, dir, log string, owner *account, last string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	hold, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = hold.Close() }()
	died, living, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, leash.Close())
	}
	defer func() { _ = living.Close() }()
	p := &process{leash: leash, died: died}

	p.watcher = exec.CommandContext(context.Background(), "sh", "-c", watcher, "watcher", last, dir) //nolint:gosec // the script above
	p.watcher.Stdin = hold
	p.watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C must not reach it before its work is done
	if err := p.watcher.Start(); err != nil {
		return nil, errors.Join(err, leash.Close(), died.Close())
	}

	p.server = command(name, args, env, dir, owner)
	p.server.Stdout, p.server.Stderr = out, out
	p.server.ExtraFiles = []*os.File{living}
	if err := p.server.Start(); err != nil {
		return nil, errors.Join(err, leash.Close(), p.watcher.Wait(), died.Close())
	}
	if _, err := fmt.Fprintln(leash, p.server.Process.Pid); err != nil {
		return nil, errors.Join(err, p.end(syscall.SIGKILL))
	}
	return p, nil
}

// command is a program of ours in a process group of its own, as another user
// where the caller says so.
func command(name string, args, env []string, dir string, owner *account) *exec.Cmd {
	c := exec.CommandContext(context.Background(), name, args...) //nolint:gosec // a server found on this machine
	c.Dir = dir
	// Settings that somebody has here for real servers are not for these.
	c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "PG") || strings.HasPrefix(v, "MINIO_")
	}), env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if owner != nil {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: owner.uid, Gid: owner.gid}
	}
	return c
}

func (p *process) pid() int { return p.server.Process.Pid }

// gone waits this long for the server to end by itself.
func (p *process) gone(wait time.Duration) bool {
	_ = p.died.SetReadDeadline(time.Now().Add(wait)) // pipes have deadlines
	_, err := p.died.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// end sends a signal and waits for the server, then lets the watcher go.
func (p *process) end(sig syscall.Signal) error {
	err := p.server.Process.Signal(sig)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	if !p.gone(30 * time.Second) {
		err = errors.Join(err, fmt.Errorf("%s does not end: %w", p.server.Path, os.ErrDeadlineExceeded), p.server.Process.Kill())
	}
	_ = p.server.Wait() // how it ended is in its log
	_, writeErr := p.leash.WriteString("done\n")
	return errors.Join(err, writeErr, p.leash.Close(), p.watcher.Wait(), p.died.Close())
}

// account is a user of this machine.
type account struct{ uid, gid uint32 }

// unprivileged is the user under whom a server runs that refuses root; nil
// when we are not root.
func unprivileged(names ...string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	var errs []error
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		return &account{uint32(uid), uint32(gid)}, errors.Join(uidErr, gidErr)
	}
	return nil, errors.Join(errs...)
}
