package numfmt

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// fraction shows a number under a code with a fraction, such as # ??/??; false
// for codes without one. Places that a digit does not take are spaces, so that
// fractions stand in line, and a fraction of nothing is all spaces.
func fraction(f format, v float64) (string, bool) {
	code := f.spelled()
	switch f.id {
	case 12, 13: // ECMA-376 part 1, 18.8.30
		if code == "" {
			code = map[int]string{12: "# ?/?", 13: "# ??/??"}[f.id]
		}
	}
	if f.kind != sheet.Number || strings.IndexByte(code, '/') < 0 {
		return "", false
	}
	section, v := conditional(code, v)
	negative := v < 0
	if section == "" {
		sections := splitSections(code)
		section = sections[0]
		switch {
		case v < 0 && len(sections) > 1:
			section, negative = sections[1], false
		case v == 0 && len(sections) > 2:
			section = sections[2]
		}
	}
	p, ok := parseFraction(section)
	if !ok || math.Abs(v) > 1e15 {
		return "", false
	}
	return p.show(math.Abs(v), negative), true
}

// pattern is a section of a code with a fraction.
type pattern struct {
	before, between, behind string // literal texts
	whole                   string // places of the whole number; "" for none
	over, under             string // places above and below the stroke
	fixed                   int64  // the denominator, when the code states it
}

// parseFraction reads a section; false when it is no fraction of digit places.
func parseFraction(section string) (pattern, bool) {
	var p pattern
	var literal strings.Builder
	places, stroke, done := "", false, false
	for i := 0; i < len(section); {
		c := section[i]
		switch {
		case c == '"':
			n := strings.IndexByte(section[i+1:], '"')
			if n < 0 {
				return p, false
			}
			literal.WriteString(section[i+1 : i+1+n])
			i += n + 2
			continue
		case c == '[':
			n := strings.IndexByte(section[i:], ']')
			if n < 0 {
				return p, false
			}
			i += n + 1
			continue
		case c == '\\', c == '_', c == '*', c == '!':
			_, n := utf8.DecodeRuneInString(section[i+1:])
			switch {
			case c == '_':
				literal.WriteByte(' ')
			case c != '*':
				literal.WriteString(section[i+1 : i+1+n])
			}
			i += 1 + n
			continue
		case c == '/':
			if stroke || places == "" || literal.Len() > 0 {
				return p, false
			}
			stroke, p.over, places = true, places, ""
			i++
			continue
		case c == '#', c == '?', c >= '0' && c <= '9':
			from := i
			for i < len(section) && (section[i] == '#' || section[i] == '?' || section[i]-'0' <= 9) {
				i++
			}
			run := section[from:i]
			switch {
			case stroke && !done:
				if literal.Len() > 0 {
					return p, false
				}
				p.under, done = run, true
			case !stroke && places == "":
				p.before = literal.String()
				literal.Reset()
				places = run
			case !stroke && p.whole == "":
				p.whole, p.between, places = places, literal.String(), run
				literal.Reset()
			default:
				return p, false
			}
			continue
		case c == '.', c == ',', c == '%', c == '@', c|0x20 == 'e':
			return p, false
		}
		_, n := utf8.DecodeRuneInString(section[i:])
		literal.WriteString(section[i : i+n])
		i += n
	}
	p.behind = literal.String()
	if strings.Trim(p.under, "0123456789") == "" && strings.Trim(p.under, "0") != "" {
		n, err := strconv.ParseInt(p.under, 10, 64)
		if err != nil || n > 1e9 {
			return p, false
		}
		p.fixed = n
	}
	return p, stroke && done
}

func (p pattern) show(v float64, negative bool) string {
	whole := 0.0
	if p.whole != "" {
		whole = math.Floor(v)
	}
	over, under := p.nearest(v - whole)
	if p.whole != "" && over >= under {
		whole, over = whole+1, 0
	}
	var b strings.Builder
	if negative && (whole > 0 || over > 0) {
		b.WriteByte('-')
	}
	b.WriteString(p.before)
	if p.whole != "" {
		if whole > 0 || over == 0 || strings.Contains(p.whole, "0") {
			b.WriteString(strconv.FormatFloat(whole, 'f', 0, 64))
		} else {
			b.WriteString(strings.Repeat(" ", strings.Count(p.whole, "?")))
		}
		b.WriteString(p.between)
	}
	if over == 0 && p.whole != "" {
		b.WriteString(strings.Repeat(" ", len(p.over)+1+len(p.under)))
	} else {
		above, below := strconv.FormatInt(over, 10), strconv.FormatInt(under, 10)
		b.WriteString(strings.Repeat(" ", max(0, len(p.over)-len(above))))
		b.WriteString(above + "/" + below)
		b.WriteString(strings.Repeat(" ", max(0, len(p.under)-len(below))))
	}
	b.WriteString(p.behind)
	return b.String()
}

// nearest is a fraction near v whose denominator has no more digits than there
// are places: as in Excel the last convergent of its continued fraction, which
// is not always the nearest that there is.
func (p pattern) nearest(v float64) (over, under int64) {
	if p.fixed > 0 {
		return int64(math.Round(v * float64(p.fixed))), p.fixed
	}
	limit := int64(math.Pow10(min(len(p.under), 9))) - 1
	n0, d0, n1, d1 := int64(0), int64(1), int64(1), int64(0)
	for x := v; ; {
		a := math.Floor(x)
		if a > 1e15 {
			break
		}
		term := int64(a)
		if d1 > 0 && term > (limit-d0)/d1 {
			if n1 == 0 && v > 0.5/float64(limit) { // nearer to the smallest fraction than to nothing
				return 1, limit
			}
			break
		}
		n0, d0, n1, d1 = n1, d1, term*n1+n0, term*d1+d0
		if math.Abs(v-float64(n1)/float64(d1)) <= 1e-15*max(v, 1) {
			break
		}
		x = 1 / (x - a)
	}
	return n1, max(d1, 1)
}
