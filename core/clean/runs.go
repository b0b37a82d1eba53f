package clean

import (
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// first is where one of a run's different cells stands first, and how often.
type first struct {
	row   int
	times int64
}

// A run is counted before it is read while its different cells are few.
const (
	maxFirsts   = 512 // different cells
	probeRows   = 256 // of a run's rows, in which
	probeFirsts = 96  // more different ones make counting not worth it
)

// Observe takes in the rows [from, to) of a run of the column. Cells that come
// again and again are counted, and read once.
func (f *Facts) Observe(cells *table.Cells, from, to int) {
	from = f.countCells(cells, from, to)
	for _, c := range f.firsts { // in the order of the rows: the first ones are examples
		kind, raw := cells.At(c.row)
		f.weight = c.times
		f.observe(f.rd.cell(kind, raw))
	}
	f.firsts = f.firsts[:0]
	f.weight = 1
	for i := from; i < to; i++ {
		kind, raw := cells.At(i)
		if kind == sheet.Empty {
			continue
		}
		f.observe(f.rd.cell(kind, raw))
	}
}

// countCells counts different cells from the start of a run, and answers the
// row where that was no longer worth it.
func (f *Facts) countCells(cells *table.Cells, from, to int) int {
	if to-from < probeRows {
		return from
	}
	if f.seen == nil {
		f.seen = make(map[string]int, maxFirsts)
	}
	clear(f.seen)
	for i := from; i < to; i++ {
		raw := cells.Raw(i)
		if len(raw) == 0 {
			continue
		}
		if at, ok := f.seen[string(raw)]; ok {
			f.firsts[at].times++
			continue
		}
		if n := len(f.firsts); n == maxFirsts || n == probeFirsts && i-from < probeRows {
			return i
		}
		f.seen[string(raw)] = len(f.firsts)
		f.firsts = append(f.firsts, first{i, 1})
	}
	return to
}
