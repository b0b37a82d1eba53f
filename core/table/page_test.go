package table

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Texts taken from their pages are those that a column reader gives.
func TestTextsOfPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v Vector
		v.Reset(String)
		for _, text := range rapid.SliceOfN(rapid.StringN(-1, 20, -1), 1, 3000).Draw(t, "texts") {
			if len(text)%3 == 1 {
				v.AppendMissing()
			} else {
				v.AppendString([]byte(text))
			}
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, []Column{{Name: "text", Type: String}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteGroup(t.Context(), []*Vector{&v}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if !r.plainTexts(0, 0) {
			t.Fatal("the texts are not taken from their pages")
		}
		var taken, decoded Vector
		taken.Reset(String)
		decoded.Reset(String)
		if err := r.Column(t.Context(), 0, 0, 0, v.Len(), &taken); err != nil {
			t.Fatal(err)
		}
		half := v.Len() / 2 // a part goes through the column reader
		if err := r.Column(t.Context(), 0, 0, 0, half, &decoded); err != nil {
			t.Fatal(err)
		}
		if err := r.Column(t.Context(), 0, 0, half, v.Len()-half, &decoded); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(taken.Valid, v.Valid) || !slices.Equal(taken.Ends, v.Ends) || !bytes.Equal(taken.Bytes, v.Bytes) {
			t.Fatal("taken:", cmp.Diff(v.Ends, taken.Ends))
		}
		if !slices.Equal(decoded.Valid, v.Valid) || !bytes.Equal(decoded.Bytes, v.Bytes) {
			t.Fatal("decoded otherwise")
		}
	})
}

// Levels that are cut short or say nothing are an error, not a loop.
func TestLevelsDamaged(t *testing.T) {
	for _, b := range [][]byte{nil, {0}, {0, 1}, {1}, {3}, {3, 0xff}, {0x80}, binary.AppendUvarint(nil, 1<<40)} {
		n := 0
		err := eachLevel(b, 20, func(bool) error { n++; return nil })
		if err == nil || n > 20 {
			t.Errorf("%x: %v after %d levels", b, err, n)
		}
	}
	n := 0
	if err := eachLevel([]byte{5 << 1, 1, 2<<1 | 1, 0xa5, 0x01}, 20, func(there bool) error {
		if there {
			n++
		}
		return nil
	}); err != nil || n != 5+4+1 {
		t.Error(n, err)
	}
}
