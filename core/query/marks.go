package query

import (
	"context"
	"sort"
	"strings"

	"sheetmill/core/table"
)

// Marks tell which cells of a clean table differ from their source. They take a
// bit a row for each column that has any.
type Marks struct {
	columns map[int][]uint64
	counts  map[int]int64
	spans   []span // of the ledger's groups
}

// span is the rows that a group of the ledger tells of, first and last included.
type span struct{ first, last int64 }

// The columns of a ledger; see pipeline.LedgerColumns.
const (
	ledgerRow = iota
	ledgerColumn
	ledgerAddress
	ledgerKind
	ledgerRule
	ledgerBefore
	_
	ledgerAfter
	ledgerLine
)

// ReadMarks goes through a ledger once. names are the clean table's columns, rows its rows.
func ReadMarks(ctx context.Context, ledger *table.Reader, columns []table.Column, rows int64) (*Marks, error) {
	index := make(map[string]int, len(columns))
	for i, c := range columns {
		index[c.Name] = i
	}
	m := &Marks{columns: map[int][]uint64{}, counts: map[int]int64{}}
	var at, names table.Vector
	for g := range ledger.Groups() {
		n := ledger.GroupRows(g)
		at.Reset(table.Integer)
		names.Reset(table.String)
		if err := ledger.Column(ctx, g, ledgerRow, 0, n, &at); err != nil {
			return nil, err
		}
		if err := ledger.Column(ctx, g, ledgerColumn, 0, n, &names); err != nil {
			return nil, err
		}
		s := span{first: rows}
		var bits []uint64
		last, column := "", -1
		for i := range n {
			row := at.Ints[i]
			if row < 0 || row >= rows {
				continue
			}
			s.first, s.last = min(s.first, row), max(s.last, row)
			if name := names.StringAt(i); column < 0 || string(name) != last {
				last = string(name)
				c, ok := index[last]
				if !ok {
					continue
				}
				column = c
				if bits = m.columns[c]; bits == nil {
					bits = make([]uint64, (rows+63)/64)
					m.columns[c] = bits
				}
			}
			if bits[row/64]&(1<<(row%64)) == 0 {
				bits[row/64] |= 1 << (row % 64)
				m.counts[column]++
			}
		}
		m.spans = append(m.spans, s)
	}
	return m, nil
}

// Has tells whether a cell differs from its source.
func (m *Marks) Has(row int64, column int) bool {
	if m == nil {
		return false
	}
	bits := m.columns[column]
	return bits != nil && row >= 0 && row/64 < int64(len(bits)) && bits[row/64]&(1<<(row%64)) != 0
}

// Count is how many cells of a column differ.
func (m *Marks) Count(column int) int64 {
	if m == nil {
		return 0
	}
	return m.counts[column]
}

func (m *Marks) any(columns []int, row int64) bool {
	if len(columns) > len(m.columns) {
		for c := range m.columns {
			if m.Has(row, c) {
				return true
			}
		}
		return false
	}
	for _, c := range columns {
		if m.Has(row, c) {
			return true
		}
	}
	return false
}

// Entry is what a ledger tells of one cell.
type Entry struct {
	Row     int64
	Column  string
	Address string // in the sheet, such as F12
	Missing bool   // set missing; After is empty then
	Rule    string // rules joined by +, in the order applied
	Before  string
	After   string
	Line    int64 // physical line in a text file; 0 for others
}

func entryAt(v []*table.Vector, i int) Entry {
	e := Entry{
		Row: v[ledgerRow].Ints[i], Column: string(v[ledgerColumn].StringAt(i)), Address: string(v[ledgerAddress].StringAt(i)),
		Missing: string(v[ledgerKind].StringAt(i)) == "missing", Rule: string(v[ledgerRule].StringAt(i)), Before: string(v[ledgerBefore].StringAt(i)),
	}
	if v[ledgerAfter].Valid[i] {
		e.After = string(v[ledgerAfter].StringAt(i))
	}
	if len(v) > ledgerLine {
		e.Line = v[ledgerLine].Ints[i]
	}
	return e
}

// Find finds what a ledger tells of a cell; ok is false when it was left as it is.
func (m *Marks) Find(ctx context.Context, ledger *table.Reader, row int64, column int, name string) (e Entry, ok bool, err error) {
	if !m.Has(row, column) {
		return Entry{}, false, nil
	}
	start := int64(0)
	for g, s := range m.spans {
		n := int64(ledger.GroupRows(g))
		if row >= s.first && row <= s.last {
			if e, ok, err = findIn(ctx, ledger, g, start, row, name); ok || err != nil {
				return e, ok, err
			}
		}
		start += n
	}
	return Entry{}, false, nil
}

func findIn(ctx context.Context, ledger *table.Reader, g int, start, row int64, name string) (Entry, bool, error) {
	var rows, names table.Vector
	rows.Reset(table.Integer)
	names.Reset(table.String)
	n := ledger.GroupRows(g)
	if err := ledger.Column(ctx, g, ledgerRow, 0, n, &rows); err != nil {
		return Entry{}, false, err
	}
	if err := ledger.Column(ctx, g, ledgerColumn, 0, n, &names); err != nil {
		return Entry{}, false, err
	}
	for i, r := range rows.Ints {
		if r != row || string(names.StringAt(i)) != name {
			continue
		}
		v, err := ledger.Page(ctx, start+int64(i), 1, nil)
		if err != nil {
			return Entry{}, false, err
		}
		return entryAt(v, 0), true, nil
	}
	return Entry{}, false, nil
}

// Entries reads a part of a ledger: of those entries that a rule had a hand in
// ("" is any; rules joined by + are those together and no others), n from offset on.
func Entries(ctx context.Context, ledger *table.Reader, rule string, offset, n int) ([]Entry, error) {
	var out []Entry
	start := int64(0)
	var rules table.Vector
	for g := range ledger.Groups() {
		rows := ledger.GroupRows(g)
		rules.Reset(table.String)
		if err := ledger.Column(ctx, g, ledgerRule, 0, rows, &rules); err != nil {
			return nil, err
		}
		var hits []int
		for i := range rows {
			if !ruled(string(rules.StringAt(i)), rule) {
				continue
			}
			if offset > 0 {
				offset--
				continue
			}
			if len(out)+len(hits) == n {
				break
			}
			hits = append(hits, i)
		}
		for len(hits) > 0 { // by runs of rows that lie near each other
			k := sort.Search(len(hits), func(i int) bool { return hits[i] > hits[0]+blockRows })
			v, err := ledger.Page(ctx, start+int64(hits[0]), int64(hits[k-1]-hits[0]+1), nil)
			if err != nil {
				return nil, err
			}
			for _, i := range hits[:k] {
				out = append(out, entryAt(v, i-hits[0]))
			}
			hits = hits[k:]
		}
		if len(out) == n {
			return out, nil
		}
		start += int64(rows)
	}
	return out, nil
}

func ruled(rules, rule string) bool {
	if rule == "" || rules == rule {
		return true
	}
	for one := range strings.SplitSeq(rules, "+") {
		if one == rule {
			return true
		}
	}
	return false
}
