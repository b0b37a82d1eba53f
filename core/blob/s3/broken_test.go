package s3_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/blob/s3"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

// brokenUploads counts what the server keeps of uploads that did not end.
func brokenUploads(t *testing.T, b testenv.Bucket) int {
	t.Helper()
	page, err := core(t, b).ListMultipartUploads(t.Context(), b.Bucket, "", "", "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Uploads)
}

func notes(t *testing.T, c s3.Config) int {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(c.CacheDir, "broken", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(paths)
}

func commit(ctx context.Context, t *testing.T, s *s3.Store, key string, data []byte) error {
	t.Helper()
	w, err := s.Create(context.WithoutCancel(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	_, err = w.Commit(ctx, key)
	return err
}

// breaking lets a number of parts through and then breaks the connections.
func breaking(g *gate, parts int64) {
	var seen atomic.Int64
	g.change(func(r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Query().Has("partNumber") && seen.Add(1) > parts {
			panic(http.ErrAbortHandler)
		}
	}, nil)
}

func TestABrokenUploadGoesOn(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	data := noise(1, 32<<20) // seven parts
	s := open(t, c)
	breaking(g, 3)
	wantAway(t, "Commit", commit(t.Context(), t, s, "k", data))
	g.change(nil, nil)
	if brokenUploads(t, b) != 1 || notes(t, c) != 1 {
		t.Fatalf("%d uploads, %d notes", brokenUploads(t, b), notes(t, c))
	}
	// Another content under that key does not go on with it.
	if err := commit(t.Context(), t, s, "other", noise(2, 11<<20)); err != nil {
		t.Fatal(err)
	}
	if got := s.Stats().Resumed; got != 0 {
		t.Errorf("%d bytes of another content were taken", got)
	}
	later := open(t, c) // as after a restart
	if n, err := later.SweepUnfinished(t.Context(), false); n != 0 || err != nil {
		t.Errorf("what can go on was swept: %d, %v", n, err)
	}
	if err := commit(t.Context(), t, later, "k", data); err != nil {
		t.Fatal(err)
	}
	got := later.Stats()
	if got.Resumed < 5<<20 || got.Resumed+got.BytesUp != int64(len(data)) {
		t.Errorf("%+v", got)
	}
	if brokenUploads(t, b) != 0 || notes(t, c) != 0 || len(unfinished(t, c)) != 0 {
		t.Errorf("%d uploads, %d notes, files %v", brokenUploads(t, b), notes(t, c), unfinished(t, c))
	}
	c.CacheDir = t.TempDir()
	if !bytes.Equal(read(t, open(t, c), "k"), data) {
		t.Error("the two halves make no whole")
	}
}

// TestABrokenUploadThatTheServerForgot starts anew.
func TestABrokenUploadThatTheServerForgot(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	data := noise(3, 17<<20)
	s := open(t, c)
	breaking(g, 2)
	wantAway(t, "Commit", commit(t.Context(), t, s, "k", data))
	g.change(nil, nil)
	page, err := core(t, b).ListMultipartUploads(t.Context(), b.Bucket, "", "", "", "", 10)
	if err != nil || len(page.Uploads) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if err := core(t, b).AbortMultipartUpload(t.Context(), b.Bucket, "k", page.Uploads[0].UploadID); err != nil {
		t.Fatal(err)
	}
	if err := commit(t.Context(), t, s, "k", data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, s, "k"), data) || notes(t, c) != 0 {
		t.Errorf("it came back changed, or %d notes stay", notes(t, c))
	}
}

func TestACommitThatIsGivenUpCanGoOn(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	data := noise(4, 32<<20)
	s := open(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	var parts atomic.Int64
	g.change(nil, func(a *http.Response) {
		if a.Request.Method == http.MethodPut && a.Request.URL.Query().Has("partNumber") && parts.Add(1) == 3 {
			cancel()
		}
	})
	if err := commit(ctx, t, s, "k", data); !errors.Is(err, context.Canceled) {
		t.Fatalf("a commit that was given up: %v", err)
	}
	g.change(nil, nil)
	if _, err := s.Stat(t.Context(), "k"); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is there: %v", err)
	}
	if err := commit(t.Context(), t, s, "k", data); err != nil {
		t.Fatal(err)
	}
	if got := s.Stats(); got.Resumed == 0 {
		t.Errorf("%+v", got)
	}
}

func TestOldBrokenUploadsAreSwept(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	s := open(t, c)
	breaking(g, 1)
	wantAway(t, "Commit", commit(t.Context(), t, s, "k", noise(5, 17<<20)))
	g.change(nil, nil)
	old := c
	old.UnfinishedAge = time.Nanosecond
	elsewhere := old
	elsewhere.CacheDir = t.TempDir() // another machine, which has no note of it
	for _, dryRun := range []bool{true, true, false} {
		if n, err := open(t, elsewhere).SweepUnfinished(t.Context(), dryRun); n != 1 || err != nil {
			t.Errorf("SweepUnfinished(dryRun=%v) = %d, %v", dryRun, n, err)
		}
	}
	if n := brokenUploads(t, b); n != 0 {
		t.Errorf("%d uploads", n)
	}
	// The note that this machine has is of nothing by now.
	if n, err := open(t, old).SweepUnfinished(t.Context(), false); n != 1 || err != nil || notes(t, c) != 0 {
		t.Errorf("swept %d, %v; %d notes", n, err, notes(t, c))
	}
}

func TestTwoLargeCommitsTheFirstStays(t *testing.T) {
	c := config(t, testenv.MinIO(t))
	stores := []*s3.Store{open(t, c), open(t, c)}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := commit(t.Context(), t, stores[i%2], "k", bytes.Repeat([]byte{'a' + byte(i)}, 11<<20)); err != nil {
				t.Errorf("Commit: %v", err)
			}
		})
	}
	wg.Wait()
	for _, s := range stores {
		data := read(t, s, "k")
		if len(data) != 11<<20 || len(bytes.Trim(data, string(data[:1]))) != 0 {
			t.Errorf("the object is of several writers, %d bytes", len(data))
		}
	}
	if n, err := stores[0].SweepUnfinished(t.Context(), true); n != 0 || err != nil || len(unfinished(t, c)) != 0 {
		t.Errorf("left: %d, %v, files %v", n, err, unfinished(t, c))
	}
}

// The test binary started again with this variable set is a process that
// uploads to the store it describes and tells of every part, until it is killed.
const writerEnv = "SHEETMILL_TEST_WRITE_INTO"

func writeUntilKilled(config string) {
	part := strings.Split(config, "\n")
	c := s3.Config{Endpoint: part[0], Bucket: part[1], AccessKey: part[2], SecretKey: part[3], CacheDir: part[4], PartSize: 5 << 20}
	s, err := s3.Open(context.Background(), c)
	if err != nil {
		panic(err)
	}
	if _, err := s.Create(context.Background()); err != nil { // one that is never committed
		panic(err)
	}
	w, err := s.Create(context.Background())
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(noise(6, 32<<20)); err != nil {
		panic(err)
	}
	_, err = w.Commit(context.Background(), "k")
	panic(err)
}

func TestKilledWriter(t *testing.T) {
	b := testenv.MinIO(t)
	g := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = g.addr
	s := open(t, c)
	text := strings.Join([]string{c.Endpoint, c.Bucket, c.AccessKey, c.SecretKey, c.CacheDir}, "\n")
	// Two parts arrive, the others are held back until the process is dead.
	var parts atomic.Int64
	two, dead := make(chan struct{}), make(chan struct{})
	g.change(func(r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Query().Has("partNumber") && parts.Add(1) > 2 {
			<-dead
			panic(http.ErrAbortHandler)
		}
	}, func(a *http.Response) {
		if a.Request.Method == http.MethodPut && a.Request.URL.Query().Has("partNumber") && parts.Load() >= 2 {
			select {
			case two <- struct{}{}:
			default:
			}
		}
	})
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), writerEnv+"="+text)
	said, err := child.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan string, 1)
	go func() { // ends with the child
		line, _ := bufio.NewReader(said).ReadString('\n')
		ended <- line
	}()
	select {
	case <-two:
	case line := <-ended:
		t.Fatalf("the writer said %s", line)
	}
	if n, err := s.SweepUnfinished(t.Context(), false); n != 0 || err != nil {
		t.Errorf("swept %d, %v while the writer lives", n, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	_ = child.Wait() // it was killed
	close(dead)
	g.change(nil, nil)
	for info, err := range s.List(t.Context(), "") {
		t.Errorf("the killed writer left the object %v, %v", info, err)
	}
	for _, dryRun := range []bool{true, false} {
		if n, err := s.SweepUnfinished(t.Context(), dryRun); n != 2 || err != nil {
			t.Errorf("SweepUnfinished(dryRun=%v) = %d, %v; want the files of 2 writers", dryRun, n, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(c.CacheDir, "tmp", "*.part")); len(left) != 0 {
		t.Errorf("left in tmp: %v", left)
	}
	// What it had sent is not sent again.
	if err := commit(t.Context(), t, s, "k", noise(6, 32<<20)); err != nil {
		t.Fatal(err)
	}
	if got := s.Stats(); got.Resumed == 0 || brokenUploads(t, b) != 0 || notes(t, c) != 0 {
		t.Errorf("%+v, %d uploads, %d notes", got, brokenUploads(t, b), notes(t, c))
	}
}
