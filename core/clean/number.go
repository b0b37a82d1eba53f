package clean

import (
	"bytes"
	"math"
	"strconv"
	"unsafe"
)

// number is what a text says when it is read as a number. Which of point and
// comma is the decimal sign is the column's to decide, so both readings stand
// side by side: they share the digits and differ in how many are decimals.
type number struct {
	digits []byte // the core: digits with points and commas
	mant   uint64 // the first 19 significant digits
	sig    int    // significant digits, leading zeros apart
	whole  [2]int // digits before the decimal sign, by mode
	frac   [2]int // digits after it, by mode
	exp    int    // power of ten from exponent, percent and 万
	fits   [2]bool
	groups [2]bool // a mark between thousands was read in that mode
	sure   [2]bool // and the text proves it: two such marks, or a decimal sign too
	listed bool    // "1,2": may be a list of two as well as a decimal comma

	negative, zeroLed, compared bool
	edits                       ruleSet
	currency                    int // index in currencies + 1
	unit                        unit
}

// The two ways to read the marks within a number.
const (
	pointMode = 0 // 1,234.5
	commaMode = 1 // 1.234,5
)

// currencies by sign; the name stands in findings.
var currencies = []struct{ sign, name string }{
	{"¥", "¥"}, {"元", "¥"}, {"圆", "¥"}, {"RMB", "¥"}, {"CNY", "¥"}, {"人民币", "¥"},
	{"US$", "$"}, {"$", "$"}, {"USD", "$"}, {"美元", "$"},
	{"€", "€"}, {"EUR", "€"}, {"欧元", "€"}, {"£", "£"}, {"GBP", "£"}, {"HK$", "HK$"}, {"港元", "HK$"},
}

// currencyStart turns away most texts by their first byte.
var currencyStart = func() (start [256]bool) {
	for _, c := range currencies {
		start[c.sign[0]] = true
	}
	return start
}()

// currencyAt finds a currency sign at the start of b.
func currencyAt(b []byte) (index, length int) {
	if len(b) == 0 || !currencyStart[b[0]] {
		return 0, 0
	}
	for i := range currencies {
		if s := currencies[i].sign; len(b) >= len(s) && string(b[:len(s)]) == s {
			return i + 1, len(s)
		}
	}
	return 0, 0
}

// plainNumber reads the spelling that most numbers have: digits, perhaps with
// a minus before and one point among them. It only spares readNumber's steps.
func plainNumber(b []byte, n *number) bool {
	start := 0
	if len(b) > 0 && b[0] == '-' {
		start = 1
	}
	core := b[start:]
	if len(core) == 0 || len(core) > 18 {
		return false
	}
	mant, point := uint64(0), -1
	for i, c := range core {
		if c -= '0'; c <= 9 {
			mant = mant*10 + uint64(c)
		} else if b[start+i] == '.' && point < 0 {
			point = i
		} else {
			return false
		}
	}
	total := len(core)
	if point >= 0 {
		total--
	}
	if total == 0 {
		return false
	}
	*n = number{digits: core, mant: mant, sig: total, negative: start == 1}
	for i := 0; n.sig > 0 && (core[i] == '0' || core[i] == '.'); i++ {
		if core[i] == '0' {
			n.sig--
		}
	}
	n.zeroLed = len(core) > 1 && core[0] == '0' && point != 1
	n.fits[pointMode] = true
	n.whole[pointMode] = total
	if point < 0 {
		n.whole[commaMode], n.fits[commaMode] = total, true
		return true
	}
	n.frac[pointMode] = len(core) - point - 1
	n.whole[pointMode] -= n.frac[pointMode]
	if n.frac[pointMode] == 3 && point <= 3 {
		n.mode(commaMode, ',', '.', 0, 1, total)
	}
	return true
}

// readNumber reads a tidied, folded text as a number; false when it is none.
func readNumber(b []byte, n *number) bool {
	if plainNumber(b, n) {
		return true
	}
	if len(b) == 0 || len(b) > 64 {
		return false
	}
	*n = number{}
	if c := b[len(b)-1]; c == ')' && b[0] == '(' {
		b = trimBlanks(b[1 : len(b)-1])
		n.edits |= ruleParentheses
		n.negative = true
	} else {
		b = comparator(b, n)
	}
	b, ok := lead(b, n)
	if !ok {
		return false
	}
	if last := len(b) - 1; last > 0 && b[last] == '-' && digit(b[last-1]) && !n.negative && n.edits&rulePlus == 0 && !n.compared {
		b = b[:last]
		n.negative = true
		n.edits |= ruleTrailingMinus
	}
	i := 0
	for i < len(b) && (digit(b[i]) || b[i] == ',' || b[i] == '.') {
		i++
	}
	n.digits = b[:i]
	if !n.core() {
		return false
	}
	b = b[i:]
	if len(b) > 0 {
		if b, ok = n.exponent(b); !ok {
			return false
		}
		if len(b) > 0 && !n.suffix(b) {
			return false
		}
	}
	// Beyond this a float overflows or loses digits to underflow.
	return n.sig == 0 || n.ranged(pointMode) && n.ranged(commaMode)
}

func (n *number) ranged(mode int) bool {
	m := n.magnitude(mode)
	return m > -306 && m <= 308
}

// comparator takes "<" and its kin off.
func comparator(b []byte, n *number) []byte {
	length := 0
	switch b[0] {
	case '<', '>':
		length = 1
		if len(b) > 1 && b[1] == '=' {
			length = 2
		}
	case 0xe2: // ≤ ≥
		if len(b) > 3 && b[1] == 0x89 && (b[2] == 0xa4 || b[2] == 0xa5) {
			length = 3
		}
	}
	if length > 0 {
		n.compared = true
		return trimBlanks(b[length:])
	}
	return b
}

// lead takes sign and currency off the start, in either order.
func lead(b []byte, n *number) ([]byte, bool) {
	for signed := n.edits&ruleParentheses != 0; len(b) > 0; {
		c := b[0]
		if digit(c) || c == '.' {
			return b, true
		}
		width := 0
		switch {
		case c == '-' || c == '+':
			width = 1
			if c == '+' {
				n.edits |= rulePlus
			}
		case c == 0xe2 && len(b) > 3 && (b[1] == 0x88 && b[2] == 0x92 || b[1] == 0x80 && b[2] == 0x93): // − –
			width = 3
			n.edits |= ruleMinus
		}
		if width > 0 {
			if signed {
				return nil, false
			}
			signed = true
			n.negative = c != '+'
			b = b[width:]
			continue
		}
		index, length := currencyAt(b)
		if index == 0 || n.currency != 0 {
			return nil, false
		}
		n.currency = index
		n.edits |= ruleCurrency
		b = trimBlanks(b[length:])
	}
	return nil, false
}

// core reads digits, points and commas in both modes.
func (n *number) core() bool {
	b := n.digits
	points, commas, total := 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			points++
		case c == ',':
			commas++
		default:
			total++
			if n.sig > 0 || c != '0' {
				n.sig++
				if n.sig <= 19 {
					n.mant = n.mant*10 + uint64(c-'0')
				}
			}
		}
	}
	if total == 0 {
		return false
	}
	if points == 0 && commas == 0 {
		n.whole, n.fits = [2]int{total, total}, [2]bool{true, true}
		n.zeroLed = total > 1 && b[0] == '0'
		return true
	}
	n.mode(pointMode, '.', ',', points, commas, total)
	n.mode(commaMode, ',', '.', commas, points, total)
	n.zeroLed = len(b) > 1 && b[0] == '0' && digit(b[1])
	return n.fits[pointMode] || n.fits[commaMode]
}

func (n *number) mode(mode int, decimal, mark byte, decimals, marks, total int) {
	b := n.digits
	if decimals > 1 {
		return
	}
	end := len(b)
	if decimals == 1 {
		end = bytes.IndexByte(b, decimal)
		if bytes.IndexByte(b[end+1:], mark) >= 0 {
			return
		}
	}
	n.frac[mode] = len(b) - end - decimals
	n.whole[mode] = total - n.frac[mode]
	if marks > 0 {
		first := bytes.IndexByte(b, mark)
		if first < 1 || first > 3 || b[0] == '0' || end-first != 4*marks {
			return
		}
		for i := first; i < end; i += 4 {
			if b[i] != mark {
				return
			}
		}
		n.groups[mode], n.sure[mode] = true, marks > 1 || decimals == 1
	}
	if mode == commaMode && decimals == 1 {
		// A list of two choices reads "1,2", ascending; a measured value need not.
		n.listed = marks == 0 && b[0] != '0' && n.whole[mode] <= 2 && n.frac[mode] <= 2 && n.frac[mode] > 0 &&
			atoi(b[:end]) < atoi(b[end+1:])
		if n.whole[mode] == 0 || n.frac[mode] == 0 {
			return
		}
	}
	n.fits[mode] = true
}

// exponent reads "E+5". Codes such as 12E4 are none: scientific notation has
// one digit, a point or a sign that they lack.
func (n *number) exponent(b []byte) ([]byte, bool) {
	if b[0]|0x20 != 'e' || len(b) < 2 {
		return b, true
	}
	i, minus, signed := 1, false, false
	if b[i] == '+' || b[i] == '-' {
		minus, signed = b[i] == '-', true
		i++
	}
	start := i
	for i < len(b) && digit(b[i]) {
		i++
	}
	if i == start {
		return b, true // a word, perhaps a unit
	}
	if i-start > 4 || n.groups[pointMode] || n.zeroLed || !signed && len(n.digits) > 1 && n.frac[pointMode] == 0 {
		return nil, false
	}
	n.exp = atoi(b[start:i])
	if minus {
		n.exp = -n.exp
	}
	return b[i:], true
}

// suffix reads what may follow the digits: %, 万, a currency, a unit.
func (n *number) suffix(b []byte) bool {
	spaced := b[0] == ' '
	b = trimBlanks(b)
	if len(b) == 0 {
		return false
	}
	if b[0] == '%' {
		n.edits |= rulePercent
		n.exp -= 2
		return len(b) == 1 && n.currency == 0
	}
	if bytes.HasPrefix(b, wan) || bytes.HasPrefix(b, yi) {
		n.edits |= ruleTenThousands
		if n.exp += 4; b[0] == yi[0] && b[1] == yi[1] && b[2] == yi[2] {
			n.exp += 4
		}
		if b = b[3:]; len(b) == 0 {
			return true
		}
	}
	if index, length := currencyAt(b); index > 0 {
		if length < len(b) || n.currency > 0 && currencies[n.currency-1].name != currencies[index-1].name {
			return false
		}
		n.currency = index
		n.edits |= ruleCurrency
		return true
	}
	if n.currency != 0 {
		return false
	}
	u, ok := unitOf(b, spaced || n.frac[pointMode] > 0 || n.frac[commaMode] > 0)
	n.unit = u
	n.edits |= ruleUnit
	return ok
}

var wan, yi = []byte("万"), []byte("亿")

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// atoi reads up to nine digits.
func atoi(b []byte) int {
	x := 0
	for _, c := range b {
		x = x*10 + int(c-'0')
	}
	return x
}

// scale is the power of ten of the last digit.
func (n *number) scale(mode int) int { return n.exp - n.frac[mode] }

// integral tells whether the number is whole in a mode.
func (n *number) integral(mode int) bool {
	scale := n.scale(mode)
	if scale >= 0 || n.sig == 0 {
		return true
	}
	zeros := 0
	for i := len(n.digits) - 1; i >= 0 && zeros < -scale; i-- {
		switch c := n.digits[i]; {
		case c == '0':
			zeros++
		case digit(c):
			return false
		}
	}
	return zeros >= -scale
}

// magnitude is the number of digits before the decimal point of the value.
func (n *number) magnitude(mode int) int {
	if n.sig == 0 {
		return 0
	}
	return n.sig + n.scale(mode)
}

// longDigits is the length from which a whole number is an identifier: no
// count and no amount has 15 digits, and a spreadsheet keeps no more of them.
const longDigits = 15

// int is the value of a whole number that is not long.
func (n *number) int(mode int) int64 {
	x, scale := n.mant, n.scale(mode)
	if n.sig > 19 {
		// Only zeros of a long fraction were left out of mant.
		scale += n.sig - 19
	}
	for ; scale > 0; scale-- {
		x *= 10
	}
	for ; scale < 0; scale++ {
		x /= 10
	}
	if n.negative {
		return -int64(x)
	}
	return int64(x)
}

// float is the nearest binary64 to the value.
func (n *number) float(mode int, scratch *[]byte) float64 {
	scale := n.scale(mode)
	if n.mant < 1<<53 && n.sig <= 19 && scale >= -22 && scale <= 22 {
		// Both are exact, so one rounding is all there is (Clinger 1990).
		x := float64(n.mant)
		if scale < 0 {
			x /= powers[-scale]
		} else {
			x *= powers[scale]
		}
		if n.negative {
			x = -x
		}
		return x + 0 // no negative zero
	}
	b := (*scratch)[:0]
	if n.negative {
		b = append(b, '-')
	}
	for _, c := range n.digits {
		if digit(c) {
			b = append(b, c)
		}
	}
	b = strconv.AppendInt(append(b, 'e'), int64(scale), 10)
	*scratch = b
	// A string made in the usual way would be a new one for every cell.
	// ParseFloat keeps its text only in an error, which goes no further.
	x, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), 64)
	if err != nil {
		return math.NaN() // out of range: readNumber let none pass
	}
	return x + 0
}

var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// rules are what a mode does to the text of the number.
func (n *number) rules(mode int) ruleSet {
	s := n.edits
	if n.groups[mode] {
		s |= ruleThousands
	}
	if mode == commaMode && n.frac[mode] > 0 {
		s |= ruleDecimalComma
	}
	return s
}
