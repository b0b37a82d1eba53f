package query

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Match is what a filter compares.
type Match string

// The matches. Texts are compared whatever the case of their letters.
const (
	Equals   Match = "equals"   // Text
	Contains Match = "contains" // Text, in the plain spelling of any type
	Between  Match = "between"  // Low and High, either may be empty; both included
	OneOf    Match = "one-of"   // Values
	Missing  Match = "missing"
	Present  Match = "present"
	Changed  Match = "changed" // cells that cleaning changed or set missing
)

// AnyColumn stands for a column in filters of Contains and Changed.
const AnyColumn = -1

// Filter lets rows through by one column. Texts are in the plain spelling of the
// column's type; dates may be cut short: 2024-05 is the whole month.
type Filter struct {
	Column int      `json:"column"`
	Match  Match    `json:"match"`
	Text   string   `json:"text,omitempty"`
	Low    string   `json:"low,omitempty"`
	High   string   `json:"high,omitempty"`
	Values []string `json:"values,omitempty"`
	Not    bool     `json:"not,omitempty"` // lets the others through, missing values among them
}

// test is a filter made ready for a table.
type test struct {
	columns []int
	not     bool
	marks   *Marks                               // for Changed
	prepare func() func(*table.Vector, int) bool // for the others: makes what looks at a cell, one for each goroutine
}

// tests makes the filters of a query ready and refuses what makes no sense.
func (t *Table) tests(q Query) ([]test, error) {
	for _, k := range q.Sort {
		if k.Column < 0 || k.Column >= len(t.Columns()) {
			return nil, noColumn(k.Column)
		}
	}
	out := make([]test, 0, len(q.Filters))
	for _, f := range q.Filters {
		x := test{not: f.Not}
		switch {
		case f.Column == AnyColumn && (f.Match == Contains || f.Match == Changed):
			for c := range t.Columns() {
				x.columns = append(x.columns, c)
			}
		case f.Column < 0 || f.Column >= len(t.Columns()):
			return nil, noColumn(f.Column)
		default:
			x.columns = []int{f.Column}
		}
		if f.Match == Changed {
			if x.marks = q.Marks; x.marks == nil {
				return nil, fault.New(fault.Usage, say.T("It is not known which cells were changed."))
			}
			out = append(out, x)
			continue
		}
		var typ table.Type
		if f.Column != AnyColumn {
			typ = t.Columns()[f.Column].Type
		}
		var err error
		if x.prepare, err = f.ready(typ); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func noColumn(n int) error {
	return fault.New(fault.NotFound, say.T("The table has no column {name}.", "name", n+1))
}

// group takes from s.pass the rows of a group that do not pass.
func (x test) group(ctx context.Context, t *Table, g int, s *scan) error {
	if x.marks != nil {
		for i := range s.pass {
			s.pass[i] = s.pass[i] && x.marks.any(x.columns, t.start[g]+int64(i)) != x.not
		}
		return nil
	}
	cell := x.prepare()
	var found []bool
	if len(x.columns) > 1 {
		found = make([]bool, len(s.pass))
	}
	for _, c := range x.columns {
		s.vector.Reset(t.Columns()[c].Type)
		if err := t.Column(ctx, g, c, 0, len(s.pass), &s.vector); err != nil {
			return err
		}
		for i := range s.pass {
			switch {
			case !s.pass[i] || found != nil && found[i]:
			case found == nil:
				s.pass[i] = cell(&s.vector, i) != x.not
			default:
				found[i] = cell(&s.vector, i)
			}
		}
	}
	for i := range found {
		s.pass[i] = s.pass[i] && found[i] != x.not
	}
	return nil
}

// ready makes what a filter does with a cell; "" is any type.
func (f Filter) ready(typ table.Type) (func() func(*table.Vector, int) bool, error) {
	same := func(cell func(*table.Vector, int) bool) (func() func(*table.Vector, int) bool, error) {
		return func() func(*table.Vector, int) bool { return cell }, nil
	}
	switch f.Match {
	case Missing:
		return same(func(v *table.Vector, i int) bool { return !v.Valid[i] })
	case Present:
		return same(func(v *table.Vector, i int) bool { return v.Valid[i] })
	case Contains:
		return func() func(*table.Vector, int) bool { return containing(f.Text) }, nil
	case Equals:
		return f.within(typ, []string{f.Text})
	case OneOf:
		return f.within(typ, f.Values)
	case Between:
		return f.between(typ)
	case Changed:
	}
	return nil, fault.New(fault.Usage, say.T("There is no filter {name}.", "name", string(f.Match)))
}

// containing looks for a text in the plain spelling of cells.
func containing(text string) func(*table.Vector, int) bool {
	needle := bytes.ToLower([]byte(text))
	cased := !bytes.Equal(bytes.ToUpper(needle), needle)
	var spelled []byte
	return func(v *table.Vector, i int) bool {
		if !v.Valid[i] {
			return false
		}
		var hay []byte
		if v.Type == table.String {
			hay = v.StringAt(i)
		} else {
			spelled = v.AppendText(spelled[:0], i)
			hay = spelled
		}
		if !cased {
			return bytes.Contains(hay, needle)
		}
		return containsFold(hay, needle)
	}
}

// containsFold tells whether a text holds a needle in lower case, whatever its own case.
func containsFold(hay, needle []byte) bool {
	if len(needle) == 0 {
		return true
	}
	for _, c := range hay {
		if c >= 0x80 {
			return bytes.Contains(bytes.ToLower(hay), needle)
		}
	}
	first := needle[0]
	for i := 0; i+len(needle) <= len(hay); i++ {
		if lower(hay[i]) != first {
			continue
		}
		n := 1
		for n < len(needle) && lower(hay[i+n]) == needle[n] {
			n++
		}
		if n == len(needle) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// within lets values through that are one of some. Ordered ones may be a range, as a month is.
func (f Filter) within(typ table.Type, values []string) (func() func(*table.Vector, int) bool, error) {
	if typ == table.String || typ == table.Empty {
		return func() func(*table.Vector, int) bool {
			return func(v *table.Vector, i int) bool {
				return v.Valid[i] && slices.ContainsFunc(values, func(s string) bool { return strings.EqualFold(s, string(v.StringAt(i))) })
			}
		}, nil
	}
	type span struct{ low, high number }
	spans := make([]span, 0, len(values))
	for _, text := range values {
		low, high, err := parse(typ, text)
		if err != nil {
			return nil, err
		}
		spans = append(spans, span{low, high})
	}
	return func() func(*table.Vector, int) bool {
		return func(v *table.Vector, i int) bool {
			if !v.Valid[i] {
				return false
			}
			x := numberAt(v, i)
			return slices.ContainsFunc(spans, func(s span) bool { return !x.less(s.low) && !s.high.less(x) })
		}
	}, nil
}

// between lets values through from one to another. A text that begins as High does is not past it.
func (f Filter) between(typ table.Type) (func() func(*table.Vector, int) bool, error) {
	if typ == table.String || typ == table.Empty {
		low, high := natural(f.Low), natural(f.High)
		return func() func(*table.Vector, int) bool {
			var key []byte
			return func(v *table.Vector, i int) bool {
				if !v.Valid[i] {
					return false
				}
				key = appendNatural(key[:0], v.StringAt(i))
				return (f.Low == "" || bytes.Compare(low, key) <= 0) &&
					(f.High == "" || bytes.Compare(key, high) <= 0 || bytes.HasPrefix(key, high))
			}
		}, nil
	}
	var low, high number
	var err error
	if f.Low != "" {
		if low, _, err = parse(typ, f.Low); err != nil {
			return nil, err
		}
	}
	if f.High != "" {
		if _, high, err = parse(typ, f.High); err != nil {
			return nil, err
		}
	}
	return func() func(*table.Vector, int) bool {
		return func(v *table.Vector, i int) bool {
			if !v.Valid[i] {
				return false
			}
			x := numberAt(v, i)
			return (f.Low == "" || !x.less(low)) && (f.High == "" || !high.less(x))
		}
	}, nil
}

// natural is the part of a text's key in which texts that read alike agree.
func natural(text string) []byte {
	text = text[:min(len(text), keyBytes)]
	key := appendNatural(nil, []byte(text))
	return key[:len(key)-len(text)-3-strings.Count(text, "\x00")]
}

// number is a value of an ordered column: its integer or its float.
type number struct {
	isFloat bool
	i       int64
	f       float64
}

func (n number) less(o number) bool {
	if n.isFloat || o.isFloat {
		return n.float() < o.float()
	}
	return n.i < o.i
}

func (n number) float() float64 {
	if n.isFloat {
		return n.f
	}
	return float64(n.i)
}

func numberAt(v *table.Vector, i int) number {
	switch v.Type {
	case table.Float:
		return number{isFloat: true, f: v.Floats[i]}
	case table.Boolean:
		if v.Bools[i] {
			return number{i: 1}
		}
		return number{}
	case table.Integer, table.Date, table.DateTime, table.Time, table.String, table.Empty:
	}
	return number{i: v.Ints[i]}
}

// parse reads a text as a value of a type, or as the first and the last of the values it stands for.
func parse(typ table.Type, text string) (low, high number, err error) {
	text = strings.TrimSpace(text)
	bad := fault.New(fault.Usage, say.T("{text} cannot be compared with this column's values.", "text", strconv.Quote(text)))
	switch typ {
	case table.Integer, table.Float:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return number{i: n}, number{i: n}, nil
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || x != x {
			return low, high, bad.Hint(say.T("Write a number, such as 12.5."))
		}
		n := number{isFloat: true, f: x}
		return n, n, nil
	case table.Boolean:
		switch strings.ToLower(text) {
		case "true", "t", "yes", "y", "1", "是":
			return number{i: 1}, number{i: 1}, nil
		case "false", "f", "no", "n", "0", "否":
			return number{}, number{}, nil
		}
		return low, high, bad.Hint(say.T("Write true or false."))
	case table.Date, table.DateTime:
		first, last, ok := parseDay(text)
		if !ok {
			return low, high, bad.Hint(say.T("Write a date, such as 2024, 2024-05 or 2024-05-31."))
		}
		if typ == table.Date {
			return number{i: floorDays(first)}, number{i: floorDays(last)}, nil
		}
		return number{i: first}, number{i: last}, nil
	case table.Time:
		first, last, ok := parseClock(text)
		if !ok {
			return low, high, bad.Hint(say.T("Write a time, such as 09:30 or 09:30:15."))
		}
		return number{i: first}, number{i: last}, nil
	case table.String, table.Empty:
	}
	return low, high, bad
}
