package profile

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"sheetmill/core/table"
)

// texts sums up a column of text. What depends on the value alone is worked
// out once per different value at the end, as long as none was forgotten.
type texts struct {
	values   *counter
	examples []Place
	shapes   *counter // set once values may be forgotten
	lengths  lengths
	shape    []byte
	touched  uint64 // keeps the reading of slots from being left out
}

// shapesLimit is the memory for different shapes, in bytes.
const shapesLimit = 1 << 20

func (t *texts) addRun(v *table.Vector, row int64) {
	const block = 64
	var hashes [block]uint64
	for from := 0; from < v.Len(); from += block {
		to := min(from+block, v.Len())
		for i := from; i < to; i++ {
			hashes[i-from] = xxh3.Hash(v.StringAt(i))
		}
		t.touched = t.values.touch(hashes[:to-from])
		for i := from; i < to; i++ {
			if b := v.StringAt(i); v.Valid[i] && t.add(hashes[i-from], b, 1) {
				t.example(b, row+int64(i))
			}
		}
	}
}

func (t *texts) addCoded(values *table.Vector, counts []int64, codes []uint32, row int64) {
	for k, n := range counts {
		if b := values.StringAt(k); n > 0 && t.add(xxh3.Hash(b), b, n) {
			t.example(b, row+int64(slices.Index(codes, uint32(k))))
		}
	}
}

// add counts a value n times more, and tells whether it may be an example.
func (t *texts) add(hash uint64, b []byte, n int64) bool {
	if t.shapes == nil && t.values.full(len(b)) {
		t.settle()
	}
	if t.shapes != nil {
		t.look(b, n)
	}
	return t.values.addHashed(hash, b, n) && len(t.examples) < MaxExamples
}

// example keeps a value that is new to the counter. One that the counter has no
// room for is new each time.
func (t *texts) example(b []byte, row int64) {
	text, length := cut(b)
	for _, e := range t.examples {
		if e.Text == text && e.Length == length {
			return
		}
	}
	t.examples = append(t.examples, Place{Text: text, Length: length, Row: row})
}

// settle looks at the values counted so far.
func (t *texts) settle() {
	t.shapes = newCounter(shapesLimit)
	for i := range t.values.entries {
		e := &t.values.entries[i]
		t.look(t.values.text(e), e.count)
	}
}

func (t *texts) look(b []byte, n int64) {
	t.lengths.add(int64(utf8.RuneCount(b)), n)
	t.shape = appendShape(t.shape[:0], b)
	t.shapes.add(t.shape, n)
}

func (t *texts) done(col *Column) {
	if t.shapes == nil {
		t.settle()
	}
	col.Distinct = t.values.distinct()
	col.Examples = t.examples
	col.Top = t.values.frequent()
	col.Texts = &Texts{
		MinLength: t.lengths.min, MaxLength: t.lengths.max,
		MeanLength: float64(t.lengths.sum) / float64(t.lengths.n),
		Shapes:     t.shapes.frequent(),
		Lengths:    t.lengths.bins(),
	}
	if col.Approximate = t.values.approximation(); col.Approximate != nil {
		col.Approximate.CountError = max(t.values.lost, t.shapes.lost)
	} else if t.shapes.lost > 0 {
		col.Approximate = &Approximation{CountError: t.shapes.lost}
	}
}

func (c *counter) frequent() []Frequent {
	var out []Frequent
	for _, e := range c.top(TopValues) {
		text, length := cut(c.text(&e))
		out = append(out, Frequent{Text: text, Count: e.count, Length: length})
	}
	return out
}

// maxShape is the length of a shape in characters; the rest is "…".
const maxShape = 32

// appendShape writes a text's shape: 9 for a digit, A and a for letters, 字
// for a character of Chinese, Japanese or Korean; marks stay.
func appendShape(dst, b []byte) []byte {
	for n := 0; len(b) > 0; n++ {
		if n == maxShape {
			return append(dst, "…"...)
		}
		if b[0] < utf8.RuneSelf {
			dst = append(dst, asciiShapes[b[0]])
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			dst = append(dst, "字"...)
		case unicode.IsDigit(r):
			dst = append(dst, '9')
		case unicode.IsUpper(r):
			dst = append(dst, 'A')
		case unicode.IsLetter(r):
			dst = append(dst, 'a')
		default:
			dst = append(dst, b[:size]...)
		}
		b = b[size:]
	}
	return dst
}

// asciiShapes are the shapes of the characters of ASCII.
var asciiShapes = func() (shapes [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= '0' && c <= '9':
			shapes[c] = '9'
		case c >= 'a' && c <= 'z':
			shapes[c] = 'a'
		case c >= 'A' && c <= 'Z':
			shapes[c] = 'A'
		default:
			shapes[c] = c
		}
	}
	return shapes
}()
