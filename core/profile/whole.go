package profile

import (
	"math"
	"math/bits"

	"github.com/zeebo/xxh3"

	"sheetmill/core/table"
)

// Whole takes in a table's rows as wholes, a run of rows at a time, to find rows
// that repeat and columns that are missing together. What it holds is bounded;
// see [Repeats] and [Gaps] for what is then estimated.
type Whole struct {
	columns int
	rows    int64
	repeats repeats
	gaps    gaps
	hashes  []uint64
}

// NewWhole starts a table of so many columns.
func NewWhole(columns int) *Whole {
	return &Whole{columns: columns, repeats: newRepeats(rowsLimit), gaps: newGaps(columns, gapsLimit)}
}

// Next begins a run of n rows: Take takes in each column of it, in their order, and
// End ends it.
func (w *Whole) Next(n int) {
	if cap(w.hashes) < n {
		w.hashes = make([]uint64, n)
	}
	w.hashes = w.hashes[:n]
	clear(w.hashes)
	w.gaps.next(n)
}

// Take takes in the next column of the run.
func (w *Whole) Take(column int, v *table.Vector) {
	hashRows(w.hashes, v)
	w.gaps.add(column, v.Valid)
}

// End ends the run.
func (w *Whole) End() {
	for i, h := range w.hashes {
		w.repeats.add(h, w.rows+int64(i))
	}
	w.rows += int64(len(w.hashes))
	w.gaps.shrink()
}

// Done gives what was found; nil where there is nothing.
func (w *Whole) Done() (*Repeats, *Gaps) {
	return w.repeats.done(), w.gaps.done()
}

// hashRows takes a column's values into the hashes of its rows.
func hashRows(hashes []uint64, v *table.Vector) {
	for row := range hashes {
		x := uint64(0x9e3779b97f4a7c15)
		if v.Valid[row] {
			switch v.Type {
			case table.Integer, table.Date, table.DateTime, table.Time:
				x = uint64(v.Ints[row])
			case table.Float:
				x = math.Float64bits(v.Floats[row] + 0) // one zero, not two
			case table.Boolean:
				if x = 1; v.Bools[row] {
					x = 2
				}
			case table.String:
				x = xxh3.Hash(v.StringAt(row))
			case table.Empty:
			}
			x ^= 0xd6e8feb86659fd93 // no value is a missing one
		}
		high, low := bits.Mul64(x^0xa0761d6478bd642f, (hashes[row]^0xe7037ed1a0b428db)|1)
		hashes[row] = high ^ low ^ bits.RotateLeft64(hashes[row], 23)
	}
}
