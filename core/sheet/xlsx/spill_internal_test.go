package xlsx

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sheetmill/core/sheet"
)

// spilled reads shared strings with little memory for them.
func spilled(t rapid.TB, texts []string, memory int) *stringTable {
	t.Helper()
	var b strings.Builder
	b.WriteString("<sst>")
	for _, text := range texts {
		b.WriteString("<si><t>" + text + "</t></si>")
	}
	b.WriteString("</sst>")
	table, err := parseStrings(newScanner(strings.NewReader(b.String()), "part", uint64(b.Len())), sheet.DefaultLimits, 0, memory)
	if err != nil {
		t.Fatal(err)
	}
	return table
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
			if err := table.close(); err != nil {
				rt.Error(err)
			}
		}()
		if table.count() != uint64(len(texts)) {
			rt.Fatalf("%d texts, want %d", table.count(), len(texts))
		}
		for _, i := range append(rapid.SliceOf(rapid.IntRange(0, len(texts)-1)).Draw(rt, "order"), len(texts)-1) {
			got, known, err := table.append([]byte("before "), uint64(i))
			if err != nil || !known || string(got) != "before "+texts[i] {
				rt.Fatalf("text %d of %d bytes: got %d bytes, %v %v", i, len(texts[i]), len(got), known, err)
			}
		}
		if _, known, err := table.append(nil, uint64(len(texts))); known || err != nil {
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
			got, _, err := table.append(buf[:0], uint64(i))
			if err != nil || string(got) != want {
				t.Fatalf("text %d: %.20q, %v", i, got, err)
			}
			buf = got
		}
	}
	last := uint64(len(texts) - 1)
	if n := testing.AllocsPerRun(100, func() { buf, _, _ = table.append(buf[:0], last) }); n > 0 {
		t.Errorf("%v allocations a text", n)
	}
	if err := table.close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestSpillNeedsRoom: without a folder for temporary files it says so.
func TestSpillNeedsRoom(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	table, err := parseStrings(newScanner(strings.NewReader("<sst><si><t>abc</t></si></sst>"), "part", 40), sheet.DefaultLimits, 0, 1)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := table.close(); err != nil {
		t.Error(err)
	}
}
