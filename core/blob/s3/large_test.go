package s3_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"sheetmill/core/blob/s3"
	"sheetmill/core/testenv"
)

// TestLarge writes and reads an object of 300 MB, or as many as SHEETMILL_TEST_LARGE
// says, in memory that does not grow with it.
func TestLarge(t *testing.T) {
	size := int64(300 << 20)
	if text := os.Getenv("SHEETMILL_TEST_LARGE"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		size = n << 20
	} else if testing.Short() {
		t.Skip("300 MB take some seconds.")
	}
	b := testenv.MinIO(t)
	c := config(t, b)
	c.PartSize = 0
	s := open(t, c)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)

	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	source := io.LimitReader(rand.NewChaCha8([32]byte{1}), size)
	if n, err := io.CopyBuffer(io.MultiWriter(w, sum), source, make([]byte, 1<<20)); n != size || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	info, err := w.Commit(t.Context(), "large")
	if want := hex.EncodeToString(sum.Sum(nil)); err != nil || info.Size != size || info.SHA256 != want {
		t.Fatalf("Commit: %+v, %v; want %s", info, err, want)
	}
	other := c
	other.CacheDir = t.TempDir()
	ranged := c
	ranged.CacheDir = ""
	for name, from := range map[string]struct {
		store *s3.Store
		down  int64
	}{"from the copy": {s, 0}, "downloaded": {open(t, other), size}, "in ranges": {open(t, ranged), size}} {
		store := from.store
		o, err := store.Open(t.Context(), "large")
		if err != nil {
			t.Fatal(err)
		}
		got := sha256.New()
		if n, err := io.CopyBuffer(got, io.NewSectionReader(o, 0, o.Size()), make([]byte, 256<<10)); n != size || err != nil {
			t.Errorf("%s: read %d, %v", name, n, err)
		}
		if hex.EncodeToString(got.Sum(nil)) != info.SHA256 {
			t.Errorf("%s: it came back changed", name)
		}
		if down := store.Stats().BytesDown; down != from.down {
			t.Errorf("%s: %d bytes came", name, down)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
	// What the heap has from the system does not shrink at once: it is the peak.
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapSys) - int64(before.HeapSys)
	t.Logf("%d MB: the heap grew by %d MB%s", size>>20, grown>>20, resident())
	if grown > 64<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

// resident is the most memory that this process has had.
func resident() string {
	status, _ := os.ReadFile("/proc/self/status") // Linux only
	for line := range strings.Lines(string(status)) {
		if peak, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return fmt.Sprintf(", at most %s resident", strings.TrimSpace(peak))
		}
	}
	return ""
}
