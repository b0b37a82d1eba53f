package profile

import (
	"slices"
	"unicode/utf8"

	"sheetmill/core/table"
)

// Builder takes in a column, run by run. It is not safe for concurrent use.
type Builder struct {
	col   Column
	scale *scale // numbers, dates, times
	texts *texts
	bools [2]int64
	first [2]int64 // the first row of each Boolean
	limit int
}

// NewColumn starts a column of a type.
func NewColumn(name string, typ table.Type) *Builder { return newColumn(name, typ, StateLimit) }

func newColumn(name string, typ table.Type, limit int) *Builder {
	b := &Builder{col: Column{Name: name, Type: typ}, limit: limit}
	switch typ {
	case table.Integer, table.Float, table.Date, table.DateTime, table.Time:
		b.scale = newScale(typ, limit)
	case table.String:
		b.texts = &texts{values: newCounter(limit)}
	case table.Boolean, table.Empty:
	}
	return b
}

// Add takes in the next run of rows; its type must be the column's.
func (b *Builder) Add(v *table.Vector) {
	row := b.col.Rows
	b.col.Rows += int64(v.Len())
	for _, ok := range v.Valid {
		if !ok {
			b.col.Missing++
		}
	}
	switch v.Type {
	case table.Integer, table.Date, table.DateTime, table.Time:
		addKeys(b.scale, v.Ints, v.Valid, row, intKey)
	case table.Float:
		addKeys(b.scale, v.Floats, v.Valid, row, floatKey)
	case table.String:
		b.texts.addRun(v, row)
	case table.Boolean:
		b.addBools(v, row)
	case table.Empty:
	}
}

func addKeys[T any](s *scale, values []T, valid []bool, row int64, key func(T) uint64) {
	for i, more := 0, len(s.examples) < MaxExamples; more && i < len(values); i++ {
		if valid[i] {
			more = s.example(key(values[i]), row+int64(i))
		}
	}
	if n := len(values); s.sketch == nil && cap(s.keys)-len(s.keys) < n {
		s.keys = slices.Grow(s.keys, max(n, len(s.keys))) // twice the room
	}
	for i, x := range values {
		if valid[i] {
			s.add(key(x), row+int64(i))
		}
	}
}

// AddCoded takes in the next run of rows by its different values, which is quicker
// than Add and comes to the same.
func (b *Builder) AddCoded(c *table.Coded) {
	row := b.col.Rows
	b.col.Rows += int64(len(c.Codes))
	n := c.Values.Len()
	counts := make([]int64, n+1)
	for _, code := range c.Codes {
		counts[code]++
	}
	b.col.Missing += counts[n]
	counts = counts[:n]
	switch c.Values.Type {
	case table.Integer, table.Date, table.DateTime, table.Time:
		b.scale.addCoded(keysOf(c.Values.Ints, intKey), counts, c.Codes, row)
	case table.Float:
		b.scale.addCoded(keysOf(c.Values.Floats, floatKey), counts, c.Codes, row)
	case table.String:
		b.texts.addCoded(&c.Values, counts, c.Codes, row)
	case table.Boolean, table.Empty: // are not coded
	}
}

func keysOf[T any](values []T, key func(T) uint64) []uint64 {
	keys := make([]uint64, len(values))
	for i, x := range values {
		keys[i] = key(x)
	}
	return keys
}

func (b *Builder) addBools(v *table.Vector, row int64) {
	for i, x := range v.Bools {
		if !v.Valid[i] {
			continue
		}
		which := 0
		if x {
			which = 1
		}
		if b.bools[which]++; b.bools[which] == 1 {
			b.first[which] = row + int64(i)
		}
	}
}

// Done gives the column's profile. The builder is spent.
func (b *Builder) Done() Column {
	switch {
	case b.col.Rows == b.col.Missing:
	case b.scale != nil:
		b.scale.done(&b.col)
	case b.texts != nil:
		b.texts.done(&b.col)
	default:
		b.booleans()
	}
	b.col.Key = b.col.key()
	return b.col
}

func (b *Builder) booleans() {
	names := [2]string{"false", "true"}
	order := [2]int{0, 1}
	if b.bools[1] > b.bools[0] {
		order = [2]int{1, 0}
	}
	for _, i := range order {
		if b.bools[i] > 0 {
			b.col.Top = append(b.col.Top, Frequent{Text: names[i], Count: b.bools[i]})
			b.col.Examples = append(b.col.Examples, Place{Text: names[i], Row: b.first[i]})
			b.col.Distinct++
		}
	}
	if e := b.col.Examples; len(e) == 2 && e[0].Row > e[1].Row {
		e[0], e[1] = e[1], e[0]
	}
}

// Constant tells whether every row holds the same value.
func (c *Column) Constant() bool { return c.Distinct == 1 && c.Missing == 0 && c.Rows > 1 }

// key tells how well the column tells rows apart. Numbers with fractions and
// dates are different by chance; a boolean never is.
func (c *Column) key() Key {
	short := c.Type == table.Integer || c.Texts != nil && c.Texts.MaxLength <= NearKeyLength
	values := c.Rows - c.Missing
	switch {
	case !short || values < 2 || c.Approximate != nil && c.Approximate.DistinctError > 0:
		return ""
	case c.Distinct == c.Rows:
		return Unique
	case values >= NearKeyRows && c.Distinct < values && float64(c.Distinct) >= NearKeyPart*float64(values):
		return NearKey
	}
	return ""
}

// cut shortens a text to MaxText characters; length is 0 where it did not.
func cut(b []byte) (text string, length int64) {
	if len(b) <= MaxText {
		return string(b), 0
	}
	n, at := 0, 0
	for at < len(b) {
		_, size := utf8.DecodeRune(b[at:])
		if n == MaxText {
			return string(b[:at]), int64(utf8.RuneCount(b))
		}
		at += size
		n++
	}
	return string(b), 0
}
