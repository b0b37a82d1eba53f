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
	if worthCodes(cells, to-from) {
		f.observeCodes(cells, from, to)
		return
	}
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

// worthCodes tells whether so many rows of a coded run are best worked on by what
// is different in the whole of it.
func worthCodes(cells *table.Cells, rows int) bool { return cells.Coded() && 2*rows >= len(cells.Ends) }

// observeCodes takes in a run by its different cells, in the order of their first rows:
// the first ones are examples.
func (f *Facts) observeCodes(cells *table.Cells, from, to int) {
	entries := cells.Entries()
	counts := make([]int64, entries.Len())
	order := make([]uint32, 0, len(counts))
	for _, code := range cells.Codes[from:to] {
		if counts[code] == 0 {
			order = append(order, code)
		}
		counts[code]++
	}
	for _, code := range order {
		kind, raw := entries.At(int(code))
		if kind == sheet.Empty {
			continue
		}
		f.weight = counts[code]
		f.observe(f.rd.cell(kind, raw))
	}
	f.weight = 1
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

// known remembers what the different cells of a run became, while they are few or coded.
type known struct {
	at   map[string]int // nil when that is not worth it
	code []int32        // of a coded run, by code: 1 + where it is in done
	done []done
}

// done is what a cell became: the row of out that holds it, and how.
type done struct {
	row   int
	rules ruleSet
	what  outcome
}

func newKnown(cells *table.Cells, rows int) known {
	switch {
	case worthCodes(cells, rows):
		return known{code: make([]int32, len(cells.Ends)), done: make([]done, 0, len(cells.Ends))}
	case rows < probeRows:
		return known{}
	}
	return known{at: make(map[string]int, probeFirsts)}
}

// repeat appends what the cell of row i became before; false when it is a new one.
func (k *known) repeat(cells *table.Cells, i int, out *table.Vector) (ruleSet, outcome, bool) {
	var at int
	switch {
	case k.code != nil:
		if at = int(k.code[cells.Codes[i]]) - 1; at < 0 {
			return 0, 0, false
		}
	case k.at != nil:
		var ok bool
		if at, ok = k.at[string(cells.Raw(i))]; !ok {
			return 0, 0, false
		}
	default:
		return 0, 0, false
	}
	d := &k.done[at]
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

// learn notes what the cell of row i, the row-th of the run, became in a row of out.
func (k *known) learn(cells *table.Cells, i, row, at int, rules ruleSet, what outcome) {
	if what == unfit {
		return
	}
	if k.code != nil {
		k.done = append(k.done, done{at, rules, what})
		k.code[cells.Codes[i]] = int32(len(k.done))
		return
	}
	raw := cells.Raw(i)
	if k.at == nil || len(raw) > maxFirst {
		return
	}
	if n := len(k.done); n == maxFirsts || n == probeFirsts && row < probeRows {
		k.at = nil
		return
	}
	k.at[string(raw)] = len(k.done)
	k.done = append(k.done, done{at, rules, what})
}
