package clean

import (
	"slices"

	"sheetmill/core/sheet"
)

// state is what a cell is before its column is asked.
type state uint8

const (
	blank  state = iota // empty text, or nothing but spaces
	failed              // an error value
	marked              // a marker that may stand for a missing value
	valued
)

// reading is all that one cell may mean.
type reading struct {
	kind   sheet.Kind
	raw    []byte // the cell's text
	text   []byte // tidied
	folded []byte // tidied and in half width
	edits  ruleSet
	state  state
	wide   bool // folding changed something
	marker int  // index in markers, when marked or a failed text

	isNumber, isMoment, isTime, isBool bool
	serial                             bool // a number in a cell shown as a date or time
	bool                               bool
	word                               bool // a word other than true and false
	han                                bool // written with Chinese numerals
	yearless                           bool // a month and day of no known year
	num                                number
	when                               moment
}

// reader reads cells, reusing its memory: a reading is valid until the next.
type reader struct {
	date1904 bool
	set      settings
	replace  *replacer // nil where cells are read as they are
	r        reading
	tidied   []byte
	half     []byte
	han      []byte
	scratch  []byte
}

func newReader(date1904 bool, set settings) reader {
	rd := reader{date1904: date1904, set: set}
	rd.r.when.pivot, rd.r.when.year = set.pivot, set.year
	return rd
}

// start begins a reading of a cell. Number and moment are left as they are:
// they are set before they are told of.
func (rd *reader) start(kind sheet.Kind, raw []byte) *reading {
	r := &rd.r
	r.kind, r.raw, r.text, r.folded = kind, raw, raw, raw
	r.edits, r.state, r.wide, r.marker = 0, valued, false, -1
	r.isNumber, r.isMoment, r.isTime, r.isBool, r.serial, r.bool, r.word, r.han, r.yearless = false, false, false, false, false, false, false, false, false
	return r
}

// cell reads a cell in every way it can be read.
func (rd *reader) cell(kind sheet.Kind, raw []byte) *reading {
	if rd.replace != nil && kind != sheet.Empty {
		if kind, raw, _ = rd.replace.replace(kind, raw); kind == sheet.Empty {
			r := rd.start(kind, nil)
			r.state = blank
			return r
		}
	}
	r := rd.start(kind, raw)
	if len(rd.set.more) > 0 && kind != sheet.Empty { // a person's marker may look like a number
		if rd.tidyText(r); r.state == marked && r.marker >= len(markers) {
			return r
		}
		r = rd.start(kind, raw)
	}
	switch kind {
	case sheet.Text, sheet.Quoted:
		// Most cells are spelled plainly; what follows only spares steps.
		if r.isNumber = plainNumber(raw, &r.num); r.isNumber {
			r.isMoment = len(raw) == 8 && len(r.num.digits) == 8 && compactDate(raw, &r.when)
		} else if r.isMoment = isoDate(raw, &r.when); !r.isMoment {
			rd.readText(r)
		}
	case sheet.Number, sheet.Percent, sheet.Padded:
		r.isNumber = readNumber(raw, &r.num) && r.num.fits[pointMode] && r.num.edits == 0
		switch {
		case !r.isNumber:
			rd.readText(r)
		case len(raw) == 8 && len(r.num.digits) == 8:
			r.isMoment = compactDate(raw, &r.when)
		}
	case sheet.Date, sheet.DateTime, sheet.Time, sheet.Duration:
		if r.serial = readNumber(raw, &r.num) && r.num.fits[pointMode] && r.num.edits == 0; r.serial {
			r.isMoment = readSerial(r.num.float(pointMode, &rd.scratch), kind, rd.date1904, &r.when)
			r.isTime = r.isMoment && !r.when.any()
			r.isMoment = r.isMoment && !r.isTime
		} else {
			rd.readText(r)
		}
	case sheet.Bool:
		r.isBool = true
		r.bool = len(raw) > 0 && (raw[0] == '1' || raw[0]|0x20 == 't')
	case sheet.Error:
		r.state = failed
	default:
		rd.readText(r)
	}
	if rd.set.off != 0 {
		rd.restrict(r)
	}
	return r
}

// restrict takes back the readings that need a rule that is off.
func (rd *reader) restrict(r *reading) {
	off := rd.set.off
	if r.isNumber {
		n := &r.num
		for mode := range n.fits {
			n.fits[mode] = n.fits[mode] && n.rules(mode)&off == 0
		}
		r.isNumber = n.fits[pointMode] || n.fits[commaMode] || n.compared
		if off&rulePrecision != 0 && n.sig > 17 && !r.kind.Numeric() && n.meaning() > 17 {
			r.isNumber = false
		}
	}
	m := &r.when
	if r.isMoment {
		shaped := !m.any()
		for order := range m.fits {
			m.fits[order] = m.fits[order] && (m.rules[order]|m.clockRules)&off == 0
		}
		r.isMoment = (shaped || m.any()) && !(m.zoned && off&ruleZone != 0)
	}
	r.isTime = r.isTime && m.clockRules&off == 0
	r.isBool = r.isBool && !(r.word && off&ruleBooleanWord != 0)
	if r.state == failed && off&ruleError != 0 {
		r.state = valued
	}
}

// tidyText tidies and folds, and tells what the text is before it is read for
// a value.
func (rd *reader) tidyText(r *reading) {
	if plainText(r.raw) {
		r.text, r.folded = r.raw, r.raw
		r.mark(&rd.set)
		return
	}
	r.text, r.edits = tidy(r.raw, &rd.tidied, rd.set.off)
	r.folded = r.text
	if len(r.text) == 0 {
		if rd.set.off&ruleEmptyText == 0 {
			r.state = blank
		}
		return
	}
	if rd.set.off&ruleFullWidth == 0 {
		r.folded, r.wide = fold(r.text, &rd.half)
	}
	r.mark(&rd.set)
}

// mark finds whether the text is a marker.
func (r *reading) mark(set *settings) {
	if r.marker = set.marker(r.folded); r.marker >= 0 {
		r.state = marked
		if set.standing(r.marker) == errorMark {
			r.state = failed
		}
	}
}

// longestValue bounds the texts that may be numbers, dates or words of them.
const longestValue = 64

func (rd *reader) readText(r *reading) {
	rd.tidyText(r)
	if r.state != valued || len(r.folded) == 0 || len(r.folded) > longestValue {
		return
	}
	rd.value(r)
}

// value reads a folded text as a number, a date, a time or a word for true or
// false; false when it is none.
func (rd *reader) value(r *reading) bool {
	b := r.folded
	if r.isBool, r.bool, r.word = readBool(b); r.isBool {
		return true
	}
	han := false
	if !hasDigit(b) {
		if rd.set.off&ruleHanNumeral != 0 {
			return false
		}
		if b, han = rd.hanDigits(b); !han {
			return false
		}
	}
	if r.isNumber = !dated(b) && readNumber(b, &r.num); !r.isNumber {
		r.when.yearless = false
		if r.isMoment = readDate(b, &r.when); !r.isMoment {
			r.yearless = r.when.yearless
			r.isTime = readTime(b, &r.when)
		}
	} else if len(b) == 8 && len(r.num.digits) == 8 && !han {
		r.isMoment = compactDate(b, &r.when)
	}
	if han && (r.isNumber || r.isMoment || r.isTime) {
		r.edits |= ruleHanNumeral
		r.han = true
	}
	return r.isNumber || r.isMoment || r.isTime
}

func hasDigit(b []byte) bool {
	return slices.ContainsFunc(b, digit)
}

// readBool reads a word for true or false; word tells of those other than
// "true" and "false" themselves.
func readBool(b []byte) (is, value, word bool) {
	if len(b) > 5 {
		return false, false, false
	}
	switch b[0] {
	case 'T', 't', 'F', 'f', 'Y', 'y', 'N', 'n':
		var low [5]byte
		for i, c := range b {
			low[i] = c | 0x20
		}
		switch string(low[:len(b)]) {
		case "true":
			return true, true, false
		case "false":
			return true, false, false
		case "yes", "y":
			return true, true, true
		case "no", "n":
			return true, false, true
		}
	case 0xe6, 0xe5: // 是 否
		switch string(b) {
		case "是":
			return true, true, true
		case "否":
			return true, false, true
		}
	}
	return false, false, false
}
