package workspace_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// line is a network to one server, that counts, slows and can be cut.
type line struct {
	listener net.Listener
	to       string
	up       atomic.Int64 // bytes to the server
	rate     atomic.Int64 // bytes a second to the server on each connection; 0: as fast as may be
	down     atomic.Bool

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	pumps sync.WaitGroup
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	l := &line{to: to, conns: map[net.Conn]struct{}{}}
	var err error
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	l.pumps.Go(l.accept)
	t.Cleanup(func() {
		_ = l.listener.Close()
		l.cut()
		l.pumps.Wait()
	})
	return l
}

func (l *line) addr() string { return l.listener.Addr().String() }

// cut ends what is open and refuses what comes.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down.Store(true)
	for c := range l.conns {
		_ = c.Close()
	}
}

func (l *line) restore() { l.down.Store(false) }

// keep notes a connection, or closes it when the line is cut.
func (l *line) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down.Load() {
		_ = c.Close()
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

func (l *line) accept() {
	for {
		in, err := l.listener.Accept()
		if err != nil {
			return
		}
		if !l.keep(in) {
			continue
		}
		out, err := net.Dial("tcp", l.to)
		if err != nil || !l.keep(out) {
			_ = in.Close()
			continue
		}
		l.pumps.Go(func() { l.pump(out, in, true) })
		l.pumps.Go(func() { l.pump(in, out, false) })
	}
}

func (l *line) pump(to, from net.Conn, up bool) {
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.conns, from)
		delete(l.conns, to)
		_, _ = from.Close(), to.Close()
	}()
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if up {
				l.up.Add(int64(n))
				if rate := l.rate.Load(); rate > 0 {
					time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
				}
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
