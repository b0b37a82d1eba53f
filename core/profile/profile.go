package profile

import (
	"sheetmill/core/table"
)

// Profile sums up a table.
type Profile struct {
	Rows    int64    `json:"rows"`
	Columns []Column `json:"columns"`
}

// Column sums up one column. What its type has no use for is left out.
type Column struct {
	Name     string     `json:"name"`
	Type     table.Type `json:"type"`
	Rows     int64      `json:"rows"`
	Missing  int64      `json:"missing"`
	Distinct int64      `json:"distinct"` // different values, missing ones apart
	// Spread is set for numbers, dates and times.
	Spread *Spread `json:"spread,omitempty"`
	// Texts is set for text.
	Texts *Texts `json:"texts,omitempty"`
	// Top are the most frequent values, most frequent first; of equally
	// frequent ones the smaller, or for text the one that came first.
	Top []Frequent `json:"top,omitempty"`
	// Examples are the first different values, in row order.
	Examples []string `json:"examples,omitempty"`
	// Approximate is set when the column outgrew StateLimit.
	Approximate *Approximation `json:"approximate,omitempty"`
}

// Approximation bounds the errors of figures that are not exact.
type Approximation struct {
	// DistinctError is the relative standard error of Distinct.
	DistinctError float64 `json:"distinctError,omitempty"`
	// CountError is how many values at most a count in Top or Shapes misses.
	CountError int64 `json:"countError,omitempty"`
	// RankError is the most by which the rank of a quantile is off, as a
	// part of all values; histogram counts are off by twice that at most.
	RankError float64 `json:"rankError,omitempty"`
}

// Frequent is a value, in its plain spelling, and how many rows hold it.
type Frequent struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// Point is a place on a column's scale: its plain spelling and its number, in
// the column's own unit for numbers, days since 1970-01-01 for dates, seconds
// (since 1970-01-01T00:00:00 or midnight) for dates with times and times.
type Point struct {
	Text   string  `json:"text"`
	Number float64 `json:"number"`
}

// Spread is how the values of an ordered column spread. Quantiles interpolate
// between neighbours as R (type 7) and Excel's PERCENTILE.INC do; dates and
// times are rounded down to a day or microsecond.
type Spread struct {
	Min    Point `json:"min"`
	P5     Point `json:"p5"`
	P25    Point `json:"p25"`
	Median Point `json:"median"`
	P75    Point `json:"p75"`
	P95    Point `json:"p95"`
	Max    Point `json:"max"`
	Mean   Point `json:"mean"`
	// SD is the sample standard deviation, in the unit of Point.Number; 0
	// for a single value.
	SD        float64   `json:"sd"`
	Histogram Histogram `json:"histogram"`
}

// Histogram counts values in bins of one width. Bin i holds the values from
// Edges[i] up to but without Edges[i+1]; the last one holds its end too.
type Histogram struct {
	Edges  []Point `json:"edges"`
	Counts []int64 `json:"counts"`
}

// Texts is what the texts of a column look like. Lengths are in characters.
type Texts struct {
	MinLength  int64   `json:"minLength"`
	MeanLength float64 `json:"meanLength"`
	MaxLength  int64   `json:"maxLength"`
	// Shapes are the most frequent patterns: 9 for a digit, A and a for
	// letters, 字 for a Chinese, Japanese or Korean character.
	Shapes []Frequent `json:"shapes"`
}

// Limits of what a profile holds.
const (
	// StateLimit is the memory, in bytes, that a column's state may take
	// before its figures become approximate.
	StateLimit = 64 << 20
	// TopValues is the length of Top and Shapes.
	TopValues = 10
	// MaxBins is the number of bins of a histogram, less where there are
	// fewer whole numbers or days to tell apart.
	MaxBins = 20
	// MaxExamples is the length of Examples.
	MaxExamples = 5
)

// Builder takes in a column, run by run. It is not safe for concurrent use.
type Builder struct {
	col   Column
	scale *scale // numbers, dates, times
	texts *texts
	bools [2]int64
	first bool // the first Boolean value
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
	b.col.Rows += int64(v.Len())
	for _, ok := range v.Valid {
		if !ok {
			b.col.Missing++
		}
	}
	switch v.Type {
	case table.Integer, table.Date, table.DateTime, table.Time:
		for i, x := range v.Ints {
			if v.Valid[i] {
				b.scale.add(intKey(x), float64(x))
			}
		}
	case table.Float:
		for i, x := range v.Floats {
			if v.Valid[i] {
				b.scale.add(floatKey(x), x)
			}
		}
	case table.String:
		for i, ok := range v.Valid {
			if ok {
				b.texts.add(v.StringAt(i))
			}
		}
	case table.Boolean:
		for i, x := range v.Bools {
			if !v.Valid[i] {
				continue
			}
			if b.bools[0]+b.bools[1] == 0 {
				b.first = x
			}
			if x {
				b.bools[1]++
			} else {
				b.bools[0]++
			}
		}
	case table.Empty:
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
			b.col.Top = append(b.col.Top, Frequent{names[i], b.bools[i]})
			b.col.Distinct++
		}
	}
	first, second := 0, 1
	if b.first {
		first, second = 1, 0
	}
	b.col.Examples = []string{names[first]}
	if b.bools[second] > 0 {
		b.col.Examples = append(b.col.Examples, names[second])
	}
}
