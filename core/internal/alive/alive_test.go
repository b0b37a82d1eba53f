package alive_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sheetmill/core/internal/alive"
)

func set(t *testing.T, dir string) *alive.Mark {
	t.Helper()
	m, err := alive.Set(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Clear() })
	return m
}

func TestMark(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "marks")
	one, two := set(t, dir), set(t, dir)
	if one.Name() == two.Name() || strings.ContainsAny(one.Name(), `./\: `) {
		t.Errorf("names %q and %q", one.Name(), two.Name())
	}
	if !alive.Is(dir, one.Name()) || !alive.Is(dir, two.Name()) {
		t.Error("a living process is taken for dead")
	}
	if err := one.Clear(); err != nil {
		t.Error(err)
	}
	if alive.Is(dir, one.Name()) || !alive.Is(dir, two.Name()) {
		t.Error("the wrong one is gone")
	}
	if err := one.Clear(); err != nil {
		t.Errorf("Clear again: %v", err)
	}
	for _, name := range []string{"", "nobody", "../" + two.Name(), "."} {
		if alive.Is(dir, name) {
			t.Errorf("%q lives", name)
		}
	}
	if alive.Is(filepath.Join(dir, "none"), two.Name()) {
		t.Error("somebody lives in a folder that is not there")
	}
}

func TestSweepTakesTheDeadOnly(t *testing.T) {
	dir := t.TempDir()
	living := set(t, dir)
	for _, name := range []string{"dead.lock", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Minute)
	for _, name := range []string{"dead", living.Name()} {
		if err := os.Chtimes(filepath.Join(dir, name+".lock"), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if alive.Is(dir, "dead") {
		t.Error("a file that nobody locks lives")
	}
	alive.Sweep(dir)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
	if !alive.Is(dir, living.Name()) {
		t.Error("the living one was swept")
	}
}

// TestSweepWhileOthersStart looks for marks that are swept between their
// making and their locking.
func TestSweepWhileOthersStart(t *testing.T) {
	dir := t.TempDir()
	done := make(chan struct{})
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				alive.Sweep(dir)
			}
		}
	})
	for range 300 {
		m, err := alive.Set(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if !alive.Is(dir, m.Name()) {
			t.Fatal("a fresh mark is not there")
		}
		if err := m.Clear(); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	sweeping.Wait()
}
