package synth_test

import (
	"bytes"
	"strings"
	"testing"

	"sheetmill/core/synth"
)

// Polluted texts are the same for a seed, have names of their own, and hold the
// cells that their answers tell of.
func TestPollutions(t *testing.T) {
	one, two, other := synth.Pollutions(1), synth.Pollutions(1), synth.Pollutions(2)
	if len(one) < 1000 || len(one) != len(two) {
		t.Fatal(len(one), len(two))
	}
	names, kinds, differ := map[string]bool{}, map[string]int{}, 0
	for i, p := range one {
		if names[p.Name] {
			t.Error("twice:", p.Name)
		}
		names[p.Name] = true
		kinds[p.Kind]++
		if two[i].Name != p.Name || !bytes.Equal(two[i].Data, p.Data) {
			t.Error("not the same twice:", p.Name)
		}
		if !bytes.Equal(other[i].Data, p.Data) {
			differ++
		}
		if p.Kind == "encoding" || len(p.Records) == 0 {
			continue
		}
		for _, cell := range p.Records[len(p.Records)-1] {
			if len(cell) < 30 && !strings.ContainsAny(cell, "\"'`\\") && !bytes.Contains(p.Data, []byte(cell)) {
				t.Errorf("%s: no %q in it", p.Name, cell)
			}
		}
	}
	if differ < len(one)*9/10 {
		t.Error("another seed changes only", differ)
	}
	if len(kinds) < 25 {
		t.Error("kinds:", kinds)
	}
}
