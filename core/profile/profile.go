package profile

import (
	"sheetmill/core/table"
)

// Profile sums up a table. Columns are told by their index in Columns.
type Profile struct {
	Rows    int64    `json:"rows"`
	Columns []Column `json:"columns"`
	// Repeats tells of rows that are equal as wholes; nil where there are none.
	Repeats *Repeats `json:"repeats,omitempty"`
	// Gaps tells which columns are missing together; nil where none are.
	Gaps *Gaps `json:"gaps,omitempty"`
}

// Column sums up one column. What its type has no use for is left out.
type Column struct {
	Name    string     `json:"name"`
	Type    table.Type `json:"type"`
	Rows    int64      `json:"rows"`
	Missing int64      `json:"missing"`
	// MissingBy says what the missing cells held, most frequent first: "" for
	// nothing, else the marker. The pipeline fills it in.
	MissingBy []Frequent `json:"missingBy,omitempty"`
	Distinct  int64      `json:"distinct"` // different values, missing ones apart
	// Key says whether the values tell the rows apart; "" when they do not.
	Key Key `json:"key,omitempty"`
	// Repeated are values that keep a near key from being one.
	Repeated []Repeated `json:"repeated,omitempty"`
	// Spread is set for numbers, dates and times.
	Spread *Spread `json:"spread,omitempty"`
	// Texts is set for text.
	Texts *Texts `json:"texts,omitempty"`
	// Outliers is set where numbers, dates or times stand far from the others.
	Outliers *Outliers `json:"outliers,omitempty"`
	// Top are the most frequent values, most frequent first; of equally
	// frequent ones the smaller, or for text the one that came first.
	Top []Frequent `json:"top,omitempty"`
	// Examples are the first different values, in row order.
	Examples []Place `json:"examples,omitempty"`
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
	Text  string `json:"text"` // its first MaxText characters
	Count int64  `json:"count"`
	// Length in characters, where Text is cut.
	Length int64 `json:"length,omitempty"`
}

// Place is a value and where it stands.
type Place struct {
	Text string `json:"text"` // its first MaxText characters
	// Length in characters, where Text is cut.
	Length int64 `json:"length,omitempty"`
	Row    int64 `json:"row"` // 0-based, of the clean table
	// Address in the sheet, such as F12, where the pipeline knows it.
	Address string `json:"address,omitempty"`
	// Z is the robust z of an outlier.
	Z float64 `json:"z,omitempty"`
}

// Key says how well a column tells rows apart.
type Key string

// The keys. A near key has NearKeyRows values or more, of which NearKeyPart or
// more are different; only whole numbers and short texts can be one.
const (
	Unique  Key = "unique" // every row has a value, no two the same
	NearKey Key = "near"
)

// Repeated is a value that should stand once and stands more often.
type Repeated struct {
	Text  string  `json:"text"`
	Count int64   `json:"count"`
	Where []Place `json:"where"` // the first of them
}

// Outliers are values whose robust z is past OutlierZ either way:
//
//	z = (x - median) / (1.4826 h)
//
// where h is the distance of the median to the quartile on the side of x. For a
// symmetric column h is the median absolute deviation (Iglewicz and Hoaglin
// 1993); taking each side by itself keeps a skewed one from being all outliers.
// Where half of a side is one value, 1.2533 times its mean deviation stands for
// 1.4826 h, and only up to one value in a hundred is called an outlier.
type Outliers struct {
	Low  int64 `json:"low"`  // values under LowFence
	High int64 `json:"high"` // values over HighFence
	// The fences, z = -OutlierZ and OutlierZ; nil where a side has no outliers.
	LowFence  *Point `json:"lowFence,omitempty"`
	HighFence *Point `json:"highFence,omitempty"`
	// Examples are the outermost, farthest first.
	Examples []Place `json:"examples"`
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

// Histogram counts values in bins of one round width; of dates, in days, weeks,
// months or years. Bin i holds the values from Edges[i] up to but without
// Edges[i+1]. Where a few far values would press all others into one bin, the bins
// leave them out, and Below and Above count them.
type Histogram struct {
	Edges  []Point `json:"edges"`
	Counts []int64 `json:"counts"`
	Below  int64   `json:"below,omitempty"`
	Above  int64   `json:"above,omitempty"`
}

// Texts is what the texts of a column look like. Lengths are in characters.
type Texts struct {
	MinLength  int64   `json:"minLength"`
	MeanLength float64 `json:"meanLength"`
	MaxLength  int64   `json:"maxLength"`
	// Shapes are the most frequent patterns: 9 for a digit, A and a for
	// letters, 字 for a Chinese, Japanese or Korean character.
	Shapes []Frequent `json:"shapes"`
	// Lengths counts texts by length, from the shortest to the longest.
	Lengths []Lengths `json:"lengths"`
}

// Lengths counts the texts of From to To characters, both included.
type Lengths struct {
	From  int64 `json:"from"`
	To    int64 `json:"to"`
	Count int64 `json:"count"`
}

// Repeats tells of rows whose every value equals an earlier row's. Rows are
// compared by a hash of 64 bits: two different rows among a million pass
// for equal with a chance of one in 30 million.
type Repeats struct {
	// Rows that repeat an earlier one, and how many different rows are repeated.
	Rows   int64 `json:"rows"`
	Values int64 `json:"values"`
	// Examples are the first repeats.
	Examples []Repeat `json:"examples"`
	// Error is the relative standard error of Rows and Values; 0: exact.
	Error float64 `json:"error,omitempty"`
}

// Repeat is a row and the first one that it equals.
type Repeat struct {
	Row   Place `json:"row"`
	First Place `json:"first"`
}

// Gaps tells which columns, of those with MinGaps missing cells or more, are
// missing in the same rows.
type Gaps struct {
	// Same are columns that are missing in exactly the same rows, largest set first.
	Same []SameGaps `json:"same,omitempty"`
	// Pairs are the columns whose gaps depend on each other most (phi of
	// MinPhi or more either way), strongest first; of columns in Same only the first.
	Pairs []GapPair `json:"pairs,omitempty"`
	// Rows that were looked at, and the standard error of Phi where they are
	// not all: a sample by row number.
	Rows  int64   `json:"rows"`
	Error float64 `json:"error,omitempty"`
}

// SameGaps are columns that are missing in the same rows.
type SameGaps struct {
	Columns []int `json:"columns"`
	Missing int64 `json:"missing"` // rows
}

// GapPair tells how the gaps of two columns go together.
type GapPair struct {
	A     int     `json:"a"`
	B     int     `json:"b"`
	Both  int64   `json:"both"`  // rows where both are missing
	OnlyA int64   `json:"onlyA"` // rows where A alone is missing
	OnlyB int64   `json:"onlyB"`
	Phi   float64 `json:"phi"` // their correlation, -1 to 1
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
	MaxBins = 24
	// MaxExamples is the length of Examples, each of them.
	MaxExamples = 5
	// MaxText is the most characters of a value that a profile shows.
	MaxText = 200
	// OutlierZ is how far an outlier stands from the median.
	OutlierZ = 3.5
	// NearKeyRows and NearKeyPart bound what a near key is; NearKeyLength is
	// the longest text that can be part of one.
	NearKeyRows   = 50
	NearKeyPart   = 0.98
	NearKeyLength = 64
	// MinGaps is the least number of missing cells whose company is looked at,
	// MinPhi the least correlation of gaps that is told, MaxPairs the most pairs.
	MinGaps  = 5
	MinPhi   = 0.5
	MaxPairs = 30
)
