//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"sheetmill/core/blob"
)

func testReadAt(t *testing.T, open Open) {
	s := open(t)
	data := noise(1 << 20)
	put(t, s, "k", data)
	o, err := s.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(g))) //nolint:gosec // places to read at
			buf := make([]byte, 10_000)
			for range 50 {
				off := r.IntN(len(data))
				n, err := o.ReadAt(buf, int64(off))
				if n != min(len(buf), len(data)-off) || !bytes.Equal(buf[:n], data[off:off+n]) || (n < len(buf)) != (err == io.EOF) {
					t.Errorf("ReadAt(%d) = %d, %v", off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := o.ReadAt(make([]byte, 1), o.Size()); n != 0 || err != io.EOF {
		t.Errorf("ReadAt the end = %d, %v", n, err)
	}
}

func testTwoProcesses(t *testing.T, open Open) {
	stores := []blob.Store{open(t), open(t)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			s, other := stores[i%2], stores[1-i%2]
			key := fmt.Sprintf("p/%d", i)
			w, err := s.Create(t.Context())
			if err != nil {
				t.Errorf("Create: %v", err)
				return
			}
			data := bytes.Repeat([]byte{byte(i)}, 1000*i)
			if _, err := w.Write(data); err != nil {
				t.Errorf("Write: %v", err)
			}
			if _, err := w.Commit(t.Context(), key); err != nil {
				t.Errorf("Commit: %v", err)
			}
			if info, err := other.Stat(t.Context(), key); err != nil || info.Size != int64(len(data)) {
				t.Errorf("the other process sees %+v, %v", info, err)
			}
		})
	}
	wg.Wait()
	if n := len(keys(t, stores[0], "p/")); n != 40 {
		t.Errorf("%d objects", n)
	}
}

func testRacingCommits(t *testing.T, open Open) {
	stores := []blob.Store{open(t), open(t)}
	for round := range 10 {
		key := fmt.Sprintf("race/%d", round)
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				w, err := stores[g%2].Create(t.Context())
				if err != nil {
					t.Errorf("Create: %v", err)
					return
				}
				if _, err := w.Write(bytes.Repeat([]byte{'a' + byte(g)}, 50_000)); err != nil {
					t.Errorf("Write: %v", err)
				}
				if _, err := w.Commit(t.Context(), key); err != nil {
					t.Errorf("Commit: %v", err)
				}
			})
		}
		wg.Wait()
		data := get(t, stores[0], key)
		if len(data) != 50_000 || len(bytes.Trim(data, string(data[:1]))) != 0 {
			t.Errorf("round %d: the object is of several writers, %d bytes", round, len(data))
		}
	}
}

func testSweepLiving(t *testing.T, open Open) {
	s, elsewhere := open(t), open(t)
	put(t, s, "k", []byte("x"))
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("on its way")); err != nil {
		t.Fatal(err)
	}
	for _, store := range []blob.Store{s, elsewhere} {
		for _, dryRun := range []bool{true, false} {
			if n, err := store.SweepUnfinished(t.Context(), dryRun); err != nil || n != 0 {
				t.Errorf("SweepUnfinished = %d, %v while its writer lives", n, err)
			}
		}
	}
	if _, err := w.Commit(t.Context(), "l"); err != nil {
		t.Errorf("Commit after a sweep: %v", err)
	}
	if got := keys(t, s, ""); !slices.Equal(got, []string{"k", "l"}) {
		t.Errorf("there is %v", got)
	}
}

func testContextEnds(t *testing.T, open Open) {
	s := open(t)
	put(t, s, "k", []byte("x"))
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, createErr := s.Create(ctx)
	_, commitErr := w.Commit(ctx, "l")
	_, openErr := s.Open(ctx, "k")
	_, statErr := s.Stat(ctx, "k")
	var listErr error
	for _, err := range s.List(ctx, "") {
		listErr = err
	}
	for what, err := range map[string]error{"Create": createErr, "Commit": commitErr, "Open": openErr, "Stat": statErr,
		"List": listErr, "Remove": s.Remove(ctx, "k")} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s after the end of its context: %v", what, err)
		}
	}
	if got := keys(t, s, ""); !slices.Equal(got, []string{"k"}) {
		t.Errorf("there is %v", got)
	}
}
