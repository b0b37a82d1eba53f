// Package blobtest is the suite that every implementation of [blob.Store]
// must pass. An implementation's own test is a few lines:
//
//	func TestContract(t *testing.T) {
//		blobtest.Run(t, func(t *testing.T) blob.Store { return openStoreOf(t) })
//	}
//
//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package blobtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
)

// Open opens the store that belongs to t, empty at first. Called again with
// the same t it opens the same store as another process would. A store is closed
// when t ends.
type Open func(t *testing.T) blob.Store

// Run runs the suite, but for the parts that a store says it cannot keep.
func Run(t *testing.T, open Open, except ...string) {
	for _, name := range except {
		t.Logf("This store does not promise %s.", name)
	}
	for _, part := range []struct {
		name string
		test func(t *testing.T, open Open)
	}{
		{"RoundTrip", testRoundTrip},
		{"InvisibleBeforeCommit", testInvisible},
		{"Abort", testAbort},
		{"SpentWriter", testSpent},
		{"FirstCommitStays", testFirstStays},
		{"BadKeys", testBadKeys},
		{"Missing", testMissing},
		{"Remove", testRemove},
		{"ReadableWhileRemoved", testReadableWhileRemoved},
		{"List", testList},
		{"ListEndsEarly", testListEndsEarly},
		{"ReadAt", testReadAt},
		{"TwoProcesses", testTwoProcesses},
		{"RacingCommits", testRacingCommits},
		{"SweepLeavesTheLiving", testSweepLiving},
		{"ContextEnds", testContextEnds},
	} {
		if slices.Contains(except, part.name) {
			continue
		}
		t.Run(part.name, func(t *testing.T) { part.test(t, open) })
	}
}

func put(t *testing.T, s blob.Store, key string, data []byte) blob.Info {
	t.Helper()
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write(data); err != nil {
		t.Fatalf("Write: %v", err)
	}
	info, err := w.Commit(t.Context(), key)
	if err != nil {
		t.Fatalf("Commit(%s): %v", key, err)
	}
	return info
}

func get(t *testing.T, s blob.Store, key string) []byte {
	t.Helper()
	o, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("Open(%s): %v", key, err)
	}
	defer func() { _ = o.Close() }()
	b, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return b
}

func keys(t *testing.T, s blob.Store, prefix string) []string {
	t.Helper()
	out := []string{}
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("List(%s): %v", prefix, err)
		}
		out = append(out, info.Key)
	}
	return out
}

func wantCode(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: got %v (code %q), want code %q", what, err, fault.CodeOf(err), code)
	}
}

func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{7})
	b := make([]byte, n)
	_, _ = r.Read(b) // never fails
	return b
}

func testRoundTrip(t *testing.T, open Open) {
	s := open(t)
	before := time.Now().Add(-2 * time.Second)                       // some stores keep whole seconds
	for _, size := range []int{0, 1, 4096, 3<<20 + 17, 11<<20 + 5} { // the last in several parts, where a store has those
		key := fmt.Sprintf("owner/ana/source/%d", size)
		data := noise(size)
		w, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 100_000)
			if m, err := w.Write(rest[:n]); err != nil || m != n {
				t.Fatalf("Write = %d, %v", m, err)
			}
			rest = rest[n:]
		}
		if w.Size() != int64(size) {
			t.Errorf("Size() = %d after %d bytes", w.Size(), size)
		}
		info, err := w.Commit(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		stat, err := s.Stat(t.Context(), key)
		if err != nil || stat != info || info.Key != key || info.Size != int64(size) {
			t.Errorf("Commit answered %+v, Stat %+v, %v", info, stat, err)
		}
		if info.Modified.Before(before) || info.Modified.After(time.Now().Add(2*time.Second)) || info.Modified.Location() != time.UTC {
			t.Errorf("Modified %v", info.Modified)
		}
		if sum := sha256.Sum256(data); info.SHA256 != "" && info.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes have the checksum %s", size, info.SHA256)
		}
		if !bytes.Equal(get(t, s, key), data) {
			t.Errorf("%d bytes came back changed", size)
		}
	}
}

func testInvisible(t *testing.T, open Open) {
	s, elsewhere := open(t), open(t)
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write(noise(200_000)); err != nil {
		t.Fatal(err)
	}
	for _, store := range []blob.Store{s, elsewhere} {
		if got := keys(t, store, ""); len(got) != 0 {
			t.Errorf("before Commit there is %v", got)
		}
	}
	if _, err := w.Commit(t.Context(), "a/b"); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, elsewhere, ""); !slices.Equal(got, []string{"a/b"}) {
		t.Errorf("after Commit there is %v", got)
	}
}

func testAbort(t *testing.T, open Open) {
	s := open(t)
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Abort(), w.Abort()); err != nil {
		t.Errorf("Abort: %v", err)
	}
	if got := keys(t, s, ""); len(got) != 0 {
		t.Errorf("after Abort there is %v", got)
	}
	_, err = w.Commit(t.Context(), "a")
	wantCode(t, "Commit after Abort", err, fault.Usage)
}

func testSpent(t *testing.T, open Open) {
	s := open(t)
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	if _, err := s.Stat(t.Context(), "k"); err != nil {
		t.Errorf("Abort after Commit took the object: %v", err)
	}
	_, err = w.Write([]byte("more"))
	wantCode(t, "Write after Commit", err, fault.Usage)
	_, err = w.Commit(t.Context(), "other")
	wantCode(t, "a second Commit", err, fault.Usage)
	if got := keys(t, s, ""); !slices.Equal(got, []string{"k"}) {
		t.Errorf("there is %v", got)
	}
	bad, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = bad.Commit(t.Context(), "../k")
	wantCode(t, "Commit under a bad key", err, fault.Usage)
	_, err = bad.Commit(t.Context(), "good")
	wantCode(t, "Commit after a refused one", err, fault.Usage)
}

func testFirstStays(t *testing.T, open Open) {
	s, elsewhere := open(t), open(t)
	first := put(t, s, "a/k", []byte("first"))
	again := put(t, elsewhere, "a/k", []byte("second, longer"))
	if again.Size != first.Size || string(get(t, s, "a/k")) != "first" {
		t.Errorf("a second Commit changed the object: %+v, %q", again, get(t, s, "a/k"))
	}
	if got := keys(t, s, ""); !slices.Equal(got, []string{"a/k"}) {
		t.Errorf("there is %v", got)
	}
}

func testBadKeys(t *testing.T, open Open) {
	s := open(t)
	for _, key := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", ".hidden", "dot.", "a./b", "a/.b", "a b", "a\\b", "C:",
		"é", "a\x00b", strings.Repeat("x", 101), strings.Repeat("a/", 8) + "a"} {
		_, err := s.Open(t.Context(), key)
		wantCode(t, "Open("+key+")", err, fault.Usage)
		_, err = s.Stat(t.Context(), key)
		wantCode(t, "Stat("+key+")", err, fault.Usage)
		wantCode(t, "Remove("+key+")", s.Remove(t.Context(), key), fault.Usage)
		w, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Commit(t.Context(), key)
		wantCode(t, "Commit("+key+")", err, fault.Usage)
	}
	for _, prefix := range []string{"../", "/etc", "a//", ".."} {
		for _, err := range s.List(t.Context(), prefix) {
			wantCode(t, "List("+prefix+")", err, fault.Usage)
		}
	}
	long := strings.Repeat("x", 100) + strings.Repeat("/y", 7)
	put(t, s, long, []byte("long"))
	if string(get(t, s, long)) != "long" {
		t.Error("the longest key does not hold")
	}
}

func testMissing(t *testing.T, open Open) {
	s := open(t)
	put(t, s, "a/b/c", []byte("x"))
	for _, key := range []string{"nothing", "a", "a/b", "a/b/d", "a/b/c/d"} {
		_, err := s.Open(t.Context(), key)
		wantCode(t, "Open("+key+")", err, fault.NotFound)
		_, err = s.Stat(t.Context(), key)
		wantCode(t, "Stat("+key+")", err, fault.NotFound)
		if err := s.Remove(t.Context(), key); err != nil {
			t.Errorf("Remove(%s): %v", key, err)
		}
	}
	if got := keys(t, s, ""); !slices.Equal(got, []string{"a/b/c"}) {
		t.Errorf("there is %v", got)
	}
}

func testRemove(t *testing.T, open Open) {
	s, elsewhere := open(t), open(t)
	put(t, s, "a/k", []byte("one"))
	put(t, s, "a/l", []byte("two"))
	if err := elsewhere.Remove(t.Context(), "a/k"); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), "a/k"); err != nil {
		t.Errorf("Remove again: %v", err)
	}
	_, err := s.Open(t.Context(), "a/k")
	wantCode(t, "Open after Remove", err, fault.NotFound)
	if got := keys(t, s, ""); !slices.Equal(got, []string{"a/l"}) {
		t.Errorf("there is %v", got)
	}
	put(t, s, "a/k", []byte("new"))
	if string(get(t, elsewhere, "a/k")) != "new" {
		t.Error("a removed key cannot be used again")
	}
}

func testReadableWhileRemoved(t *testing.T, open Open) {
	s := open(t)
	data := noise(1 << 20)
	put(t, s, "k", data)
	o, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	if err := s.Remove(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("an open object was lost with its key: %d bytes, %v", len(got), err)
	}
}

func testList(t *testing.T, open Open) {
	s := open(t)
	if got := keys(t, s, "a"); len(got) != 0 {
		t.Errorf("an empty store lists %v", got)
	}
	all := []string{"a-b/z", "a/b/c", "a/b/d", "a/bb", "a/c", "ab", "b/a", "b/a.x", "c"}
	for _, i := range rand.Perm(len(all)) { //nolint:gosec // any order will do
		put(t, s, all[i], []byte(all[i]))
	}
	slices.Sort(all)
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/b/", "a/b/c", "b/a.", "a-", "d", "a/b/c/", "c/"} {
		want := []string{}
		for _, k := range all {
			if strings.HasPrefix(k, prefix) {
				want = append(want, k)
			}
		}
		if got := keys(t, s, prefix); !slices.Equal(got, want) {
			t.Errorf("List(%q) = %v, want %v", prefix, got, want)
		}
	}
	for info, err := range s.List(t.Context(), "a/b/c") {
		stat, statErr := s.Stat(t.Context(), "a/b/c")
		if info.SHA256 == "" {
			stat.SHA256 = "" // a list need not tell it
		}
		if err != nil || statErr != nil || info != stat {
			t.Errorf("List says %+v, %v; Stat says %+v, %v", info, err, stat, statErr)
		}
	}
}

func testListEndsEarly(t *testing.T, open Open) {
	s := open(t)
	for i := range 30 {
		put(t, s, fmt.Sprintf("d%d/k%d", i%3, i), []byte("x"))
	}
	n := 0
	for _, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 12 {
			break
		}
	}
	if n != 12 {
		t.Errorf("ended after %d", n)
	}
	// Removing while listing is what a sweep does.
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(t.Context(), info.Key); err != nil {
			t.Fatal(err)
		}
	}
	if got := keys(t, s, ""); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}
