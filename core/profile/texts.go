package profile

import (
	"unicode"
	"unicode/utf8"
)

// texts sums up a column of text. What depends on the value alone is worked
// out once per different value at the end, as long as none was forgotten.
type texts struct {
	values   *counter
	examples []Place
	shapes   *counter // set once values may be forgotten
	lengths  lengths
	shape    []byte
}

// shapesLimit is the memory for different shapes, in bytes.
const shapesLimit = 1 << 20

func (t *texts) add(b []byte, row int64) {
	if t.shapes == nil && t.values.full(len(b)) {
		t.settle()
	}
	if t.shapes != nil {
		t.look(b, 1)
	}
	if t.values.add(b, 1) && len(t.examples) < MaxExamples {
		t.example(b, row)
	}
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
		r, size := utf8.DecodeRune(b)
		switch {
		case r >= '0' && r <= '9':
			dst = append(dst, '9')
		case r >= 'a' && r <= 'z':
			dst = append(dst, 'a')
		case r >= 'A' && r <= 'Z':
			dst = append(dst, 'A')
		case r < utf8.RuneSelf:
			dst = append(dst, b[0])
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
