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

// known remembers what the different cells of a run became, while they are few.
type known struct {
	at   map[string]int // nil when that is not worth it
	done []done
}

// done is what a cell became: the row of out that holds it, and how.
type done struct {
	row   int
	rules ruleSet
	what  outcome
}

func newKnown(rows int) known {
	if rows < probeRows {
		return known{}
	}
	return known{at: make(map[string]int, probeFirsts)}
}

// repeat appends what the same cell became before; false when it is a new one.
func (k *known) repeat(raw []byte, out *table.Vector) (ruleSet, outcome, bool) {
	if k.at == nil {
		return 0, 0, false
	}
	i, ok := k.at[string(raw)]
	if !ok {
		return 0, 0, false
	}
	d := k.done[i]
	switch {
	case !out.Valid[d.row]:
		out.AppendMissing()
	case out.Type == table.String:
		out.AppendString(out.StringAt(d.row))
	case out.Type == table.Float:
		out.AppendFloat(out.Floats[d.row])
	case out.Type == table.Boolean:
		out.AppendBool(out.Bools[d.row])
	default:
		out.AppendInt(out.Ints[d.row])
	}
	return d.rules, d.what, true
}

// learn notes what the cell at a row of the run became.
func (k *known) learn(raw []byte, row, at int, rules ruleSet, what outcome) {
	if k.at == nil || what == unfit {
		return
	}
	if n := len(k.done); n == maxFirsts || n == probeFirsts && row < probeRows {
		k.at = nil
		return
	}
	k.at[string(raw)] = len(k.done)
	k.done = append(k.done, done{at, rules, what})
}
