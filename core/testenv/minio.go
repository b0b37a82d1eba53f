package testenv

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// Bucket is an empty bucket of a real MinIO, with the root user's keys.
type Bucket struct {
	Endpoint  string // host:port, without TLS
	AccessKey string
	SecretKey string
	Bucket    string
}

// MinIO is a fresh empty bucket in a real MinIO that is started once in a
// test binary. Users and policies are the server's: a test that makes some gives
// them names of its own.
func MinIO(tb testing.TB) Bucket {
	tb.Helper()
	program := findMinIO(tb)
	s, err := oncePerBinary("minio", func() (*Server, any, error) {
		s, err := newMinIO(program)
		if err != nil {
			return nil, nil, err
		}
		return s.Server, s, nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s.(*MinIOServer).Bucket(tb) //nolint:forcetypeassert // made above
}

// MinIOServer is a MinIO that one test has for itself.
type MinIOServer struct {
	*Server

	user, secret string
	buckets      atomic.Int64
}

// StartMinIO starts a MinIO for this test alone, for it to stop, kill and start again.
func StartMinIO(tb testing.TB) *MinIOServer {
	tb.Helper()
	s, err := newMinIO(findMinIO(tb))
	if err != nil {
		tb.Fatal(err)
	}
	ownServer(tb, s.Server)
	return s
}

// Bucket makes an empty bucket.
func (s *MinIOServer) Bucket(tb testing.TB) Bucket {
	tb.Helper()
	name := fmt.Sprintf("test%d", s.buckets.Add(1))
	if err := s.makeBucket(name); err != nil {
		tb.Fatalf("make a bucket: %v", err)
	}
	return Bucket{Endpoint: s.addr, AccessKey: s.user, SecretKey: s.secret, Bucket: name}
}

func newMinIO(program string) (*MinIOServer, error) {
	m := &MinIOServer{user: "root-" + strings.ToLower(rand.Text()[:8]), secret: rand.Text()}
	var err error
	m.Server, err = first(func(port int) (*Server, error) {
		dir, err := os.MkdirTemp("", "smminio")
		if err != nil {
			return nil, err
		}
		addr, log := fmt.Sprintf("127.0.0.1:%d", port), filepath.Join(dir, "log")
		args := []string{"server", "--address", addr, "--certs-dir", filepath.Join(dir, "certs"), filepath.Join(dir, "data")}
		env := []string{
			"MINIO_ROOT_USER=" + m.user, "MINIO_ROOT_PASSWORD=" + m.secret, "HOME=" + dir,
			"MINIO_BROWSER=off", "MINIO_UPDATE=off", // nothing but the port, and not a word to the world
		}
		s := &Server{
			name: "MinIO", dir: dir, addr: addr, log: log,
			soft: syscall.SIGTERM,
			hard: syscall.SIGKILL,
			start: func() (*process, error) {
				return launch(program, args, env, dir, log, nil, "KILL")
			},
		}
		m.Server = s
		s.ready = func(*process) (bool, error) { return m.serves(), nil }
		return s, nil
	})
	return m, err
}

// findMinIO is the server's program.
func findMinIO(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("SHEETMILL_MINIO"); path != "" {
		if _, err := exec.LookPath(path); err != nil {
			tb.Fatalf("SHEETMILL_MINIO: %v", err)
		}
		return path
	}
	if dir, err := os.Getwd(); err == nil {
		for ; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				if has(filepath.Join(dir, "bin"), "minio") {
					return filepath.Join(dir, "bin", "minio")
				}
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	if path, err := exec.LookPath("minio"); err == nil {
		return path
	}
	Missing(tb, "There is no MinIO server on this machine; .ci/deps builds bin/minio.")
	return ""
}
