package clean

import (
	"fmt"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// ChangeKind says what became of a cell that is not kept.
type ChangeKind uint8

// The kinds of change.
const (
	Changed    ChangeKind = iota + 1 // has another value or spelling
	SetMissing                       // has no value any more
)

// Change tells of one cell that is not kept. The cell before is known to the
// caller.
type Change struct {
	Kind  ChangeKind
	Rule  string // names of the rules joined with "+", in the order applied
	After []byte // plain spelling of the new value, valid during the call; nil when missing
}

// Counts account for the cells of a run: Cells = Kept + Changed + Missing.
// A place without a cell is none of them.
type Counts struct {
	Cells   int64 `json:"cells"`
	Kept    int64 `json:"kept"`
	Changed int64 `json:"changed"`
	Missing int64 `json:"missing"`
}

// Add adds the counts of another run.
func (c *Counts) Add(d Counts) {
	c.Cells += d.Cells
	c.Kept += d.Kept
	c.Changed += d.Changed
	c.Missing += d.Missing
}

// Apply converts the rows [from, to) of a run: it appends one value a row to
// out, whose type must be the verdict's, and calls change (which may be nil)
// with the row's index in cells for every cell that is not kept. It may run on
// several runs at once. A value that does not fit the verdict is an internal
// fault, for the verdict was made from another column.
func (v *Verdict) Apply(cells *table.Cells, from, to int, out *table.Vector, change func(i int, c Change)) (Counts, error) {
	a := applier{v: v, out: out, rd: v.reader(), names: map[ruleSet]string{}}
	if out.Type != v.Type {
		return Counts{}, fault.New(fault.Internal, say.T("A column of type {is} cannot take values of type {type}.", "is", out.Type, "type", v.Type))
	}
	for i, name := range orderNames {
		if name == v.Order {
			a.order = i
		}
	}
	if v.DecimalComma {
		a.mode = commaMode
	}
	convert, err := a.converter()
	if err != nil {
		return Counts{}, err
	}
	if p := a.rd.replace; p != nil {
		a.rd.replace, convert = nil, a.replaced(p, convert)
	}
	var n Counts
	known := newKnown(cells, to-from)
	for i := from; i < to; i++ {
		rules, what, again := known.repeat(cells, i, out)
		if again && what == keep {
			n.Cells++
			n.Kept++
			continue
		}
		kind, raw := cells.At(i)
		if kind == sheet.Empty {
			out.AppendMissing()
			continue
		}
		n.Cells++
		if !again {
			rules, what = convert(kind, raw)
			known.learn(cells, i, i-from, out.Len()-1, rules, what)
		}
		c := Change{Kind: Changed}
		switch what {
		case keep:
			n.Kept++
			continue
		case unfit:
			if v.Chosen {
				return n, fault.New(fault.BadInput, say.T("The value {value} does not fit the type {type} that was chosen for its column.", "value", string(raw), "type", v.Type)).
					Hint(say.T("Choose another type, or leave out --strict to make such values missing."))
			}
			return n, fault.New(fault.Internal, say.T("The value {value} does not fit a column of type {type}.", "value", string(raw), "type", v.Type)).
				At(fmt.Sprintf("row %d of the run", i))
		case lose:
			n.Missing++
			c.Kind = SetMissing
		case edit:
			n.Changed++
		}
		if change == nil {
			continue
		}
		c.Rule = a.name(rules)
		if what == edit {
			a.plain = out.AppendText(a.plain[:0], out.Len()-1)
			c.After = a.plain
		}
		change(i, c)
	}
	return n, nil
}

// outcome is what converting a cell came to.
type outcome uint8

const (
	keep outcome = iota
	edit
	lose
	unfit
)

// applier converts cells by one verdict. Each of its converters appends
// exactly one value to out, unless the cell does not fit.
type applier struct {
	v     *Verdict
	out   *table.Vector
	rd    reader
	order int
	mode  int
	names map[ruleSet]string
	plain []byte
}

func (a *applier) name(s ruleSet) string {
	name, ok := a.names[s]
	if !ok {
		name = s.String()
		a.names[s] = name
	}
	return name
}

func (a *applier) converter() (func(sheet.Kind, []byte) (ruleSet, outcome), error) {
	switch a.v.Type {
	case table.Integer, table.Float:
		return a.typed((*applier).number), nil
	case table.Boolean:
		return a.typed((*applier).boolean), nil
	case table.Date, table.DateTime:
		return a.typed((*applier).moment), nil
	case table.Time:
		return a.typed((*applier).time), nil
	case table.String:
		return a.text, nil
	case table.Empty:
		return a.typed(func(*applier, *reading) (ruleSet, bool) { return 0, false }), nil
	}
	return nil, fault.New(fault.Internal, say.T("A column cannot be of type {type}.", "type", a.v.Type))
}

// typed converts cells to a type other than text. The value function appends
// a cell's value and names the rules it took, besides those on its text.
func (a *applier) typed(value func(*applier, *reading) (ruleSet, bool)) func(sheet.Kind, []byte) (ruleSet, outcome) {
	return func(kind sheet.Kind, raw []byte) (ruleSet, outcome) {
		r := a.rd.cell(kind, raw)
		if r.state != valued {
			rules, what := a.absent(r)
			return a.chosen(r, rules, what)
		}
		rules, ok := value(a, r)
		if !ok {
			return a.chosen(r, 0, unfit)
		}
		if rules |= r.editRules(); rules != 0 {
			return rules, edit
		}
		return 0, keep
	}
}

// chosen makes missing what does not fit a type that a person chose, unless
// they wanted to hear of it instead.
func (a *applier) chosen(r *reading, rules ruleSet, what outcome) (ruleSet, outcome) {
	if what != unfit || !a.v.Chosen || a.v.Options.Strict || a.rd.set.off&ruleChosen != 0 {
		return rules, what
	}
	a.out.AppendMissing()
	return ruleChosen | r.editRules(), lose
}

// editRules are the rules that touched the text before it was read.
func (r *reading) editRules() ruleSet {
	if r.wide {
		return r.edits | ruleFullWidth
	}
	return r.edits
}

// absent makes a blank, an error or a marker a missing value.
func (a *applier) absent(r *reading) (ruleSet, outcome) {
	rules := ruleEmptyText
	switch r.state {
	case failed:
		rules = ruleError | r.editRules()
	case marked:
		if !a.rd.set.standing(r.marker).missing(a.v.Type, a.v.DashAnswers) {
			return 0, unfit
		}
		rules = ruleMarker | r.editRules()
	case blank, valued:
	}
	a.out.AppendMissing()
	return rules, lose
}

func (a *applier) number(r *reading) (ruleSet, bool) {
	n := &r.num
	if !r.isNumber || n.compared || !n.fits[a.mode] {
		return 0, false
	}
	rules := n.rules(a.mode)
	longest := longDigits
	if a.v.Chosen {
		if n.zeroLed {
			rules |= ruleLeadingZeros
		}
		if !a.sameAffixes(n) || rules&a.rd.set.off != 0 {
			return 0, false
		}
		longest = maxInt64Digits
	}
	if a.v.Type == table.Integer {
		if !n.integral(a.mode) || n.magnitude(a.mode) >= longest {
			return 0, false
		}
		a.out.AppendInt(n.int(a.mode))
		return rules, true
	}
	x := n.float(a.mode, &a.rd.scratch)
	if x-x != 0 { // NaN
		return 0, false
	}
	if n.sig > 17 && !r.kind.Numeric() && n.meaning() > 17 {
		rules |= rulePrecision
	}
	a.out.AppendFloat(x)
	return rules, true
}

// meaning is the number of significant digits without the zeros at the end.
func (n *number) meaning() int {
	sig := n.sig
	for i := len(n.digits) - 1; i >= 0 && sig > 0; i-- {
		switch c := n.digits[i]; {
		case c == '0':
			sig--
		case digit(c):
			return sig
		}
	}
	return sig
}

func (a *applier) boolean(r *reading) (ruleSet, bool) {
	if !r.isBool && a.v.Chosen && r.isNumber && r.num.fits[pointMode] && (string(r.num.digits) == "0" || string(r.num.digits) == "1") {
		if a.rd.set.off&ruleBooleanWord != 0 {
			return 0, false
		}
		a.out.AppendBool(r.num.digits[0] == '1')
		return ruleBooleanWord, true
	}
	if !r.isBool {
		return 0, false
	}
	a.out.AppendBool(r.bool)
	if r.word {
		return ruleBooleanWord, true
	}
	return 0, true
}

func (a *applier) moment(r *reading) (ruleSet, bool) {
	m := &r.when
	if !r.isMoment && a.v.Chosen {
		return a.serial(r)
	}
	if !r.isMoment || !m.fits[a.order] || m.clock && a.v.Type == table.Date {
		return 0, false
	}
	rules := m.rules[a.order] | m.clockRules
	if m.zoned {
		rules |= ruleZone
	}
	if a.v.Type == table.Date {
		a.out.AppendInt(m.days[a.order])
		return rules, true
	}
	if !m.clock && !r.kind.Numeric() { // text says no time; a serial day says midnight
		rules |= ruleMidnight
	}
	a.out.AppendInt(m.days[a.order]*microsPerDay + m.micros)
	return rules, true
}

func (a *applier) time(r *reading) (ruleSet, bool) {
	if !r.isTime {
		return 0, false
	}
	a.out.AppendInt(r.when.micros)
	return r.when.clockRules, true
}
