package dir_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/core/blob"
	"sheetmill/core/blob/dir"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

// The test binary started again with this variable set is a process that
// writes an object into the directory it names and never finishes.
const writerEnv = "SHEETMILL_TEST_WRITE_INTO"

func TestMain(m *testing.M) {
	if root := os.Getenv(writerEnv); root != "" {
		writeForEver(root)
	}
	os.Exit(m.Run())
}

func writeForEver(root string) {
	s, err := dir.Open(context.Background(), root)
	if err != nil {
		panic(err)
	}
	w, err := s.Create(context.Background())
	if err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		if _, err := w.Write(bytes.Repeat([]byte("x"), 4096)); err != nil {
			panic(err)
		}
		if n == 10 {
			_, _ = os.Stdout.WriteString("writing\n") // the parent kills us from here on
		}
		if n > 1000 {
			select {} // enough on the disk; wait for the end
		}
	}
}

func wantTrouble(t *testing.T, what string, err error, path string) {
	t.Helper()
	if !fault.Is(err, fault.Unreachable) {
		t.Errorf("%s: got %v, want it to be unreachable", what, err)
		return
	}
	if !strings.Contains(err.Error(), path) || fault.Of(err).Next.IsZero() {
		t.Errorf("%s: %v (hint %q) does not name %s with a next step", what, err, fault.Of(err).Next, path)
	}
}

func TestKilledWriterLeavesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s := open(t, root)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), writerEnv+"="+root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the writer said %q, %v", line, err)
	}
	if n, err := s.SweepUnfinished(t.Context(), false); err != nil || n != 0 {
		t.Errorf("swept %d, %v while the writer lives", n, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	for info, err := range s.List(t.Context(), "") {
		t.Errorf("the killed writer left the object %v, %v", info, err)
	}
	for _, dryRun := range []bool{true, true, false} {
		if n, err := s.SweepUnfinished(t.Context(), dryRun); err != nil || n != 1 {
			t.Errorf("SweepUnfinished(dryRun=%v) = %d, %v; want 1", dryRun, n, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(root, "tmp", "*.part"))
	if err != nil || len(left) != 0 {
		t.Errorf("left in tmp: %v, %v", left, err)
	}
}

func TestFullDisk(t *testing.T) {
	root := t.TempDir()
	testenv.TinyDisk(t, root, 1<<20)
	s := open(t, root)
	put := func(n int, key string) error {
		w, err := s.Create(t.Context())
		if err != nil {
			return err
		}
		defer func() { _ = w.Abort() }()
		if _, err := io.CopyN(w, zeros{}, int64(n)); err != nil {
			return err
		}
		_, err = w.Commit(t.Context(), key)
		return err
	}
	if err := put(500_000, "fits"); err != nil {
		t.Fatal(err)
	}
	err := put(2_000_000, "too-large")
	wantTrouble(t, "a write to a full disk", err, root)
	if !strings.Contains(err.Error(), "full") {
		t.Errorf("it does not say that the disk is full: %v", err)
	}
	if _, err := s.Stat(t.Context(), "too-large"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a part of it is there: %v", err)
	}
	if err := put(400_000, "fits-too"); err != nil {
		t.Errorf("the space was not given back: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadOnlyDirectory(t *testing.T) {
	root := t.TempDir()
	testenv.ReadOnlyDisk(t, root, func() {
		s, err := dir.Open(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() != 0 { // permissions hold one folder at a time
			for _, d := range []string{"objects", "tmp"} {
				if err := os.Chmod(filepath.Join(root, d), 0o500); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	_, err := dir.Open(t.Context(), root)
	wantTrouble(t, "Open of a read-only directory", err, root)
	_, err = dir.Open(t.Context(), filepath.Join(root, "objects", "new"))
	wantTrouble(t, "Open in a read-only directory", err, root)
}

func TestDirectoryTurnsReadOnly(t *testing.T) {
	root := t.TempDir()
	var s *dir.Store
	var w blob.Writer
	testenv.ReadOnlyDisk(t, root, func() {
		s = open(t, root)
		var err error
		if w, err = s.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.Abort(); err != nil { // a disk with a file open for writing does not turn read-only
			t.Fatal(err)
		}
	})
	if os.Geteuid() != 0 {
		t.Skip("permissions of the root do not reach the folders in it")
	}
	_, err := s.Create(t.Context())
	wantTrouble(t, "Create", err, root)
	if _, err := s.Stat(t.Context(), "k"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Stat: %v", err)
	}
}

func TestRootIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{file, filepath.Join(file, "below")} {
		_, err := dir.Open(t.Context(), root)
		wantTrouble(t, "Open of "+root, err, root)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
		t.Errorf("the file became %q, %v", b, err)
	}
}

func TestKeyAndFolder(t *testing.T) {
	s := open(t, t.TempDir())
	commit := func(key string) error {
		w, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Commit(t.Context(), key)
		return err
	}
	if err := errors.Join(commit("a/b"), commit("c")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "a/b/c", "c/d/e"} {
		if err := commit(key); !fault.Is(err, fault.Usage) {
			t.Errorf("Commit(%s): %v", key, err)
		}
	}
}

func TestModes(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s := open(t, root)
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), "owner/ana/k"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{"": 0o700, "objects": 0o700, "objects/owner/ana": 0o700, "objects/owner/ana/k": 0o440} {
		st, err := os.Stat(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil || st.Mode().Perm() != want {
			t.Errorf("%q has mode %v, %v; want %v", path, st.Mode(), err, want)
		}
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	for _, name := range []string{"objects/.DS_Store", "objects/Thumbs (1).db", "tmp/notes.txt"} {
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for info, err := range s.List(t.Context(), "") {
		t.Errorf("listed %v, %v", info, err)
	}
	if n, err := s.SweepUnfinished(t.Context(), false); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(root, "tmp", "notes.txt")); err != nil {
		t.Errorf("a foreign file is gone: %v", err)
	}
}
