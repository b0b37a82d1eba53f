package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"sheetmill/core/blob/s3"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// copies are the files of a cache folder.
func copies(t *testing.T, c s3.Config) (paths []string, size int64) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(c.CacheDir, "objects", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		size += st.Size()
	}
	return paths, size
}

// unfinished are the files of a cache folder that are on their way.
func unfinished(t *testing.T, c s3.Config) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.part", "*.upload", "*.fetch"} {
		paths, err := filepath.Glob(filepath.Join(c.CacheDir, "tmp", pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, paths...)
	}
	return all
}

func TestWhatIsWrittenOrReadOnceIsNotDownloadedAgain(t *testing.T) {
	c := config(t, testenv.MinIO(t))
	data := noise(1, 6<<20)
	writer := open(t, c)
	put(t, writer, "k", data)
	same := open(t, c) // as another process of the same machine
	for _, s := range []*s3.Store{writer, writer, same, same} {
		if !bytes.Equal(read(t, s, "k"), data) {
			t.Error("it came back changed")
		}
	}
	for _, s := range []*s3.Store{writer, same} {
		if got := s.Stats(); got.Hits != 2 || got.Misses != 0 || got.BytesDown != 0 {
			t.Errorf("%+v", got)
		}
	}
	other := c
	other.CacheDir = t.TempDir()
	elsewhere := open(t, other)
	for range 3 {
		if !bytes.Equal(read(t, elsewhere, "k"), data) {
			t.Error("it came back changed")
		}
	}
	if got := elsewhere.Stats(); got.Hits != 2 || got.Misses != 1 || got.BytesDown != int64(len(data)) {
		t.Errorf("on another machine: %+v", got)
	}
	// A commit of what is there sends nothing, and a key that is another's first content is no trouble.
	put(t, elsewhere, "k", data)
	if got := elsewhere.Stats(); got.BytesUp != 0 || got.Kept != 1 {
		t.Errorf("after a commit of the same: %+v", got)
	}
	if left := append(unfinished(t, c), unfinished(t, other)...); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if err := writer.Remove(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if left, _ := copies(t, c); len(left) != 0 {
		t.Errorf("the copy of a removed object stays: %v", left)
	}
	if _, err := elsewhere.Open(t.Context(), "k"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a removed object is read from a copy: %v", err)
	}
}

func TestManyOpenersOneDownload(t *testing.T) {
	b := testenv.MinIO(t)
	data := noise(2, 8<<20)
	put(t, open(t, config(t, b)), "k", data)
	c := config(t, b)
	stores := []*s3.Store{open(t, c), open(t, c), open(t, c)}
	var wg sync.WaitGroup
	for i := range 48 {
		wg.Go(func() {
			o, err := stores[i%len(stores)].Open(t.Context(), "k")
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			_ = o.Close()
		})
	}
	wg.Wait()
	var total s3.Stats
	for _, s := range stores {
		total.BytesDown += s.Stats().BytesDown
		total.Misses += s.Stats().Misses
		total.Hits += s.Stats().Hits
	}
	if total.BytesDown != int64(len(data)) || total.Misses != 1 || total.Hits != 47 {
		t.Errorf("%+v", total)
	}
	if left := unfinished(t, c); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestOneWhoLeavesDoesNotEndTheOthersDownload has the first asker give up.
func TestOneWhoLeavesDoesNotEndTheOthersDownload(t *testing.T) {
	b := testenv.MinIO(t)
	data := noise(3, 4<<20)
	put(t, open(t, config(t, b)), "k", data)
	gate := newGate(t, b.Endpoint)
	c := config(t, b)
	c.Endpoint = gate.addr
	s := open(t, c)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	gate.hold(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Open(ctx, "k"); !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Cancelled) {
			t.Errorf("who left got %v", err)
		}
	})
	<-gate.held // the first download is under way
	wg.Go(func() {
		if !bytes.Equal(read(t, s, "k"), data) {
			t.Error("it came back changed")
		}
	})
	<-gate.asked // the second asked for the object, and is about to wait
	leave()
	gate.release()
	wg.Wait()
}

func TestTheLeastUsedCopyGoes(t *testing.T) {
	c := config(t, testenv.MinIO(t))
	c.CacheLimit = 1_000_000
	s := open(t, c)
	for i, key := range []string{"a", "b", "c"} {
		put(t, s, key, noise(byte(i), 300_000))
	}
	b, err := s.Open(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	read(t, s, "a")
	read(t, s, "c")
	put(t, s, "d", noise(3, 300_000)) // one has to go, and b was used least lately
	if paths, size := copies(t, c); len(paths) != 3 || size > c.CacheLimit {
		t.Errorf("%d copies of %d bytes", len(paths), size)
	}
	before := s.Stats()
	for _, key := range []string{"a", "c", "d"} {
		read(t, s, key)
	}
	if got := s.Stats(); got.Misses != before.Misses || got.Evictions != 1 {
		t.Errorf("the wrong one went: %+v", got)
	}
	got, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	if err != nil || !bytes.Equal(got, noise(1, 300_000)) {
		t.Errorf("an open object went with its copy: %d bytes, %v", len(got), err)
	}
	if !bytes.Equal(read(t, s, "b"), noise(1, 300_000)) {
		t.Error("b came back changed")
	}
	if got := s.Stats(); got.Misses != before.Misses+1 || got.BytesDown != 300_000 {
		t.Errorf("after b was read again: %+v", got)
	}
	// Larger than all of the cache: read in ranges, and nothing goes for it.
	put(t, s, "large", noise(9, 2_000_000))
	if !bytes.Equal(read(t, s, "large"), noise(9, 2_000_000)) {
		t.Error("large came back changed")
	}
	if paths, size := copies(t, c); len(paths) != 3 || size > c.CacheLimit {
		t.Errorf("%d copies of %d bytes", len(paths), size)
	}
}

// TestManyMoreThanTheLimitInTwoStores has two share a folder that is too small.
func TestManyMoreThanTheLimitInTwoStores(t *testing.T) {
	c := config(t, testenv.MinIO(t))
	c.CacheLimit = 200_000
	stores := []*s3.Store{open(t, c), open(t, c)}
	for i := range 40 {
		put(t, stores[i%2], fmt.Sprintf("k/%d", i), noise(byte(i), 20_000))
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(g)))
			for range 60 {
				i := r.IntN(40)
				if !bytes.Equal(read(t, stores[g%2], fmt.Sprintf("k/%d", i)), noise(byte(i), 20_000)) {
					t.Errorf("%d came back changed", i)
				}
			}
		})
	}
	wg.Wait()
	if _, size := copies(t, c); size > c.CacheLimit+2*c.CacheLimit/16+20_000 {
		t.Errorf("%d bytes of copies", size)
	}
	if left := unfinished(t, c); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestADamagedCopyIsFetchedAgain(t *testing.T) {
	c := config(t, testenv.MinIO(t))
	data := noise(4, 500_000)
	first := open(t, c)
	put(t, first, "k", data)
	read(t, first, "k")
	for name, damage := range map[string]func(path string) error{
		"a byte": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte{data[1000] ^ 1}, 1000)
			return errors.Join(err, f.Close())
		},
		"cut short": func(path string) error { return os.Truncate(path, 1000) },
		"grown":     func(path string) error { return os.Truncate(path, 600_000) },
		"emptied":   func(path string) error { return os.Truncate(path, 0) },
		"other file": func(path string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, noise(5, 500_000), 0o600))
		},
		"removed": os.Remove,
	} {
		for who, s := range map[string]*s3.Store{"who knew it": first, "who did not": open(t, c)} {
			paths, _ := copies(t, c)
			if len(paths) != 1 {
				t.Fatalf("%d copies", len(paths))
			}
			if err := damage(paths[0]); err != nil {
				t.Fatal(err)
			}
			before := s.Stats()
			if !bytes.Equal(read(t, s, "k"), data) {
				t.Errorf("%s: %s was given damaged bytes", name, who)
			}
			got := s.Stats()
			if found := got.Damaged - before.Damaged; got.Misses != before.Misses+1 || (found != 1) != (name == "removed") {
				t.Errorf("%s: %s counts %+v, before %+v", name, who, got, before)
			}
			if !bytes.Equal(read(t, first, "k"), data) {
				t.Errorf("%s: the new copy is not right", name)
			}
		}
	}
}

func TestTheLocalDiskIsFull(t *testing.T) {
	b := testenv.MinIO(t)
	put(t, open(t, config(t, b)), "large", noise(6, 3<<20))
	c := config(t, b)
	testenv.TinyDisk(t, c.CacheDir, 1<<20)
	s := open(t, c)
	_, err := s.Open(t.Context(), "large")
	full := func(what string, err error) {
		t.Helper()
		if !fault.Is(err, fault.Unreachable) || fault.Of(err).Sentence.String() != "The disk that holds "+c.CacheDir+" is full." || fault.Of(err).Next.IsZero() {
			t.Errorf("%s: %v", what, err)
		}
	}
	full("Open", err)
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(noise(7, 3<<20))
	full("Write", err)
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	put(t, s, "small", noise(8, 100_000))
	if left := unfinished(t, c); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	for info, err := range s.List(t.Context(), "") {
		if err != nil || !slices.Contains([]string{"large", "small"}, info.Key) {
			t.Errorf("there is %v, %v", info, err)
		}
	}
}

func TestRangesAreReadOnce(t *testing.T) {
	b := testenv.MinIO(t)
	data := noise(10, 12<<20+345)
	put(t, open(t, config(t, b)), "k", data)
	c := config(t, b)
	c.CacheDir = ""
	s := open(t, c)
	o, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	if o.Size() != int64(len(data)) {
		t.Errorf("Size() = %d", o.Size())
	}
	// A footer, as Parquet is opened: its length first, then all of it, by many at once.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, n := range []int{8, 300, 200} {
				p := make([]byte, n)
				if _, err := o.ReadAt(p, int64(len(data)-n)); err != nil || !bytes.Equal(p, data[len(data)-n:]) {
					t.Errorf("the last %d: %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	if got := s.Stats().BytesDown; got != 345 { // the last block
		t.Errorf("%d bytes came for a footer", got)
	}
	for range 5 {
		p := make([]byte, 4096)
		if _, err := o.ReadAt(p, 2<<20-100); err != nil || !bytes.Equal(p, data[2<<20-100:][:4096]) {
			t.Errorf("across two blocks: %v", err)
		}
	}
	if got := s.Stats().BytesDown; got != 345+2<<20 {
		t.Errorf("%d bytes came for two blocks", got)
	}
	p := make([]byte, 5_000_000) // more than a block comes as it is
	if _, err := o.ReadAt(p, 3_000_000); err != nil || !bytes.Equal(p, data[3_000_000:][:len(p)]) {
		t.Errorf("a large range: %v", err)
	}
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(2, uint64(g)))
			for range 40 {
				off, n := r.IntN(len(data)), 1+r.IntN(300_000)
				p := make([]byte, n)
				m, err := o.ReadAt(p, int64(off))
				if m != min(n, len(data)-off) || !bytes.Equal(p[:m], data[off:off+m]) || (m < n) != (err == io.EOF) {
					t.Errorf("ReadAt(%d at %d) = %d, %v", n, off, m, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := o.ReadAt(p, o.Size()+5); n != 0 || err != io.EOF {
		t.Errorf("past the end: %d, %v", n, err)
	}
	if n, err := o.ReadAt(p, -1); n != 0 || err == nil || err == io.EOF {
		t.Errorf("before the start: %d, %v", n, err)
	}
	if err := s.Remove(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ReadAt(p, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed meanwhile: %v", err)
	}
}
