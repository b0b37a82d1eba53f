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
		var taken, decoded Vector
		taken.Reset(String)
		decoded.Reset(String)
		if err := r.Column(t.Context(), 0, 0, 0, v.Len(), &taken); err != nil {
			t.Fatal(err)
		}
		half := v.Len() / 2
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
		valid, err := appendValid(nil, b, 20)
		if err == nil || len(valid) > 20 {
			t.Errorf("%x: %v after %d levels", b, err, len(valid))
		}
	}
	valid, err := appendValid(nil, []byte{5 << 1, 1, 2<<1 | 1, 0xa5, 0x01}, 20)
	if n := count(valid); err != nil || n != 5+4+1 {
		t.Error(n, err)
	}
}
