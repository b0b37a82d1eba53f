package testenv

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// startTime is how long a server may take until it answers; a machine that
// runs many tests at once is slow.
const startTime = 90 * time.Second

// Server is a real server of this test's own, on 127.0.0.1. It ends with the
// test, and also when the test binary is killed.
type Server struct {
	mu   sync.Mutex
	run  *process
	dir  string // all that it keeps
	addr string
	log  string

	name  string
	start func() (*process, error)
	ready func(*process) (bool, error) // asked again until it is true; an error ends the asking
	soft  syscall.Signal
	hard  syscall.Signal
}

// Addr is host:port. It stays the same when the server is started again.
func (s *Server) Addr() string { return s.addr }

// Log is the file with what the server says.
func (s *Server) Log() string { return s.log }

// Start starts a server that was stopped or killed, on the same address and
// data, and returns when it answers. A running one is left alone.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		return nil
	}
	run, err := s.start()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(startTime); ; {
		ready, readyErr := s.ready(run)
		if ready {
			s.run = run
			return nil
		}
		if run.gone(5*time.Millisecond) || readyErr != nil || time.Now().After(deadline) {
			_ = run.end(s.hard) // its log says more
			return fmt.Errorf("%s at %s does not start: %w\n%s", s.name, s.addr, errors.Join(readyErr, errNotReady), tail(s.log))
		}
	}
}

// Stop stops the server in its own good way and returns when it is gone.
func (s *Server) Stop() error { return s.end(s.soft) }

// Kill ends the server at once, as a loss of power would, and returns when it is gone.
func (s *Server) Kill() error { return s.end(s.hard) }

func (s *Server) end(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return nil
	}
	run := s.run
	s.run = nil
	return run.end(sig)
}

// remove ends the server for good.
func (s *Server) remove() error { return errors.Join(s.Kill(), os.RemoveAll(s.dir)) }

var errNotReady = errors.New("it is not ready")

// first makes a server and starts it. Another program may take the port
// between our choosing and the server's, so that a few are tried.
func first(prepare func(port int) (*Server, error)) (*Server, error) {
	var errs []error
	for range 3 {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		s, err := prepare(port)
		if err != nil {
			return nil, err
		}
		if err = s.Start(); err == nil {
			return s, nil
		}
		errs = append(errs, err, s.remove())
	}
	return nil, errors.Join(errs...)
}

// freePort is a port that nobody listens on just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it asks nobody
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // a TCP listener has one
}

// tail is the end of a log file.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const enough = 4000
	if len(b) > enough {
		b = b[len(b)-enough:]
	}
	return strings.TrimSpace(string(b))
}

// shared are the servers started once in a test binary, by name.
var shared struct {
	sync.Mutex
	servers map[string]*once
}

type once struct {
	server *Server
	whole  any // what the server is part of
	err    error
}

// oncePerBinary starts a server at the first call, and answers it or the
// trouble it had at every other.
func oncePerBinary(name string, start func() (*Server, any, error)) (any, error) {
	shared.Lock()
	defer shared.Unlock()
	if o := shared.servers[name]; o != nil {
		return o.whole, o.err
	}
	o := &once{}
	o.server, o.whole, o.err = start()
	if shared.servers == nil {
		shared.servers = map[string]*once{}
	}
	shared.servers[name] = o
	return o.whole, o.err
}

// Stop ends the servers that this test binary shares. Without it they end a
// moment after the binary, so that a TestMain need not call it.
func Stop() error {
	shared.Lock()
	defer shared.Unlock()
	var errs []error
	for _, o := range shared.servers {
		if o.server != nil {
			errs = append(errs, o.server.remove())
		}
	}
	shared.servers = nil
	return errors.Join(errs...)
}

// Main runs a package's tests, stops the servers they shared, and fails when
// a goroutine is left over:
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
func Main(m *testing.M, options ...goleak.Option) { goleak.VerifyTestMain(stopping{m}, options...) }

type stopping struct{ m *testing.M }

func (s stopping) Run() int {
	code := s.m.Run()
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the servers for tests:", err)
		return max(code, 1)
	}
	return code
}

// ownServer makes a test's own server end with the test, and shows what the server
// said when the test failed.
func ownServer(tb testing.TB, s *Server) {
	tb.Helper()
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("%s said last:\n%s", s.name, tail(s.log))
		}
		if err := s.remove(); err != nil {
			tb.Errorf("stop %s: %v", s.name, err)
		}
	})
}
