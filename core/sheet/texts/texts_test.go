package texts

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spilled keeps texts with little memory for them.
func spilled(t rapid.TB, list []string, memory int) *Table {
	t.Helper()
	table := New(0)
	table.memory = memory
	if err := fill(table, list); err != nil {
		t.Fatal(err)
	}
	return table
}

func fill(table *Table, list []string) error {
	for _, text := range list {
		from := len(table.Text)
		table.Text = append(table.Text, text...)
		if err := table.Add(from); err != nil {
			return err
		}
	}
	return table.Finish()
}

// TestSpilledStringsComeBack: whatever their lengths, in whatever order they are asked for.
func TestSpilledStringsComeBack(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			size := rapid.SampledFrom([]int{0, 1, 9, 63, 64, 127, 128, longText - 1, longText, longText + 1, 3 * pageBytes}).Draw(t, "size")
			return strings.Repeat("é", size/2) + strings.Repeat("x", size%2)
		}), 1, 300).Draw(rt, "texts")
		table := spilled(rt, texts, rapid.IntRange(0, 2000).Draw(rt, "memory"))
		defer func() {
			if err := table.Close(); err != nil {
				rt.Error(err)
			}
		}()
		if table.Count() != uint64(len(texts)) {
			rt.Fatalf("%d texts, want %d", table.Count(), len(texts))
		}
		for _, i := range append(rapid.SliceOf(rapid.IntRange(0, len(texts)-1)).Draw(rt, "order"), len(texts)-1) {
			got, known, err := table.Append([]byte("before "), uint64(i))
			if err != nil || !known || string(got) != "before "+texts[i] {
				rt.Fatalf("text %d of %d bytes: got %d bytes, %v %v", i, len(texts[i]), len(got), known, err)
			}
		}
		if _, known, err := table.Append(nil, uint64(len(texts))); known || err != nil {
			rt.Fatalf("a text that is not there: %v %v", known, err)
		}
	})
}

// TestSpillTurnsPages: more pages than are kept, asked for twice, and no file left.
func TestSpillTurnsPages(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	texts := make([]string, 40_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("%d %s", i, strings.Repeat("y", 1000))
	}
	table := spilled(t, texts, 1<<20)
	if table.spilled == nil || table.spilled.size < (cachePages+20)*pageBytes {
		t.Fatal("not spilled, or too little to turn pages")
	}
	var buf []byte
	for range 2 {
		for i, want := range texts {
			got, _, err := table.Append(buf[:0], uint64(i))
			if err != nil || string(got) != want {
				t.Fatalf("text %d: %.20q, %v", i, got, err)
			}
			buf = got
		}
	}
	last := uint64(len(texts) - 1)
	if n := testing.AllocsPerRun(100, func() { buf, _, _ = table.Append(buf[:0], last) }); n > 0 {
		t.Errorf("%v allocations a text", n)
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestSpillNeedsRoom: without a folder for temporary files it says so.
func TestSpillNeedsRoom(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	table := New(0)
	table.memory = 1
	err := fill(table, []string{"abc"})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
}
