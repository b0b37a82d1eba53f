package clean

import (
	"sync"

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
	maxFirst    = 64  // bytes of a cell; long texts seldom come again
)

// counted are the different cells of a run, in the order of their first rows.
type counted struct {
	at     map[string]int // index in firsts
	firsts []first
}

// counting lends what a run is counted in: a table may have very many columns.
var counting = sync.Pool{New: func() any { return &counted{at: make(map[string]int, maxFirsts)} }}

// Observe takes in the rows [from, to) of a run of the column. Cells that come
// again and again are counted, and read once.
func (f *Facts) Observe(cells *table.Cells, from, to int) {
	if to-from >= probeRows {
		from = f.observeCounted(cells, from, to)
	}
	f.weight = 1
	for i := from; i < to; i++ {
		kind, raw := cells.At(i)
		if kind == sheet.Empty {
			continue
		}
		f.observe(f.rd.cell(kind, raw))
	}
}

// observeCounted takes in the start of a run, each different cell once, and
// answers the row where that is no longer worth it.
func (f *Facts) observeCounted(cells *table.Cells, from, to int) int {
	c := counting.Get().(*counted) //nolint:forcetypeassert // the pool holds nothing else
	defer counting.Put(c)
	end := c.count(cells, from, to)
	for _, one := range c.firsts { // in the order of the rows: the first ones are examples
		kind, raw := cells.At(one.row)
		f.weight = one.times
		f.observe(f.rd.cell(kind, raw))
	}
	clear(c.at)
	c.firsts = c.firsts[:0]
	return end
}

func (c *counted) count(cells *table.Cells, from, to int) int {
	for i := from; i < to; i++ {
		raw := cells.Raw(i)
		if len(raw) == 0 {
			continue
		}
		if at, ok := c.at[string(raw)]; ok {
			c.firsts[at].times++
			continue
		}
		if n := len(c.firsts); n == maxFirsts || n == probeFirsts && i-from < probeRows || len(raw) > maxFirst {
			return i
		}
		c.at[string(raw)] = len(c.firsts)
		c.firsts = append(c.firsts, first{i, 1})
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
	if k.at == nil || what == unfit || len(raw) > maxFirst {
		return
	}
	if n := len(k.done); n == maxFirsts || n == probeFirsts && row < probeRows {
		k.at = nil
		return
	}
	k.at[string(raw)] = len(k.done)
	k.done = append(k.done, done{at, rules, what})
}
