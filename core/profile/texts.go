package profile

import (
	"unicode"
	"unicode/utf8"
)

// texts sums up a column of text. What depends on the value alone is worked
// out once per different value at the end, as long as none was forgotten.
type texts struct {
	values   *counter
	examples []string
	shapes   *counter // set once values may be forgotten
	lengths  lengths
	shape    []byte
}

type lengths struct{ min, max, sum, n int64 }

func (l *lengths) add(length, n int64) {
	if l.n == 0 || length < l.min {
		l.min = length
	}
	l.max = max(l.max, length)
	l.sum += length * n
	l.n += n
}

// shapesLimit is the memory for different shapes, in bytes.
const shapesLimit = 1 << 20

func (t *texts) add(b []byte) {
	if t.shapes == nil && t.values.full(len(b)) {
		t.settle()
	}
	if t.shapes != nil {
		t.look(b, 1)
	}
	t.values.add(b, 1)
}

// settle looks at the values counted so far.
func (t *texts) settle() {
	t.shapes = newCounter(shapesLimit)
	for i := range t.values.entries {
		e := &t.values.entries[i]
		if len(t.examples) < MaxExamples {
			t.examples = append(t.examples, string(t.values.text(e)))
		}
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
		out = append(out, Frequent{string(c.text(&e)), e.count})
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
