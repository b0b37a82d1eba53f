package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sheetmill/core/profile"
)

// The most characters of a value that are shown.
const (
	shortValue = 60
	longValue  = 160
)

// visible makes a value from a file fit to stand in a text: cut to so many
// characters, with signs for what cannot be seen or would turn the text around it.
func visible(s string, most int) string {
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n == most {
			b.WriteString("…")
			break
		}
		n++
		switch _, size := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && size == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\n':
			b.WriteRune('⏎')
		case r == '\t':
			b.WriteRune('⇥')
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case r == '\u200c' || r == '\u200d': // they join and part letters, and faces
			b.WriteRune(r)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// exact is visible for a value whose spaces matter: those at its ends, and those
// that are not plain, are shown.
func exact(s string, most int) string {
	body := strings.TrimFunc(s, unicode.IsSpace)
	start := strings.Index(s, body)
	space := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == ' ' {
				return '␣'
			}
			return r
		}, s)
	}
	s = space(s[:start]) + body + space(s[start+len(body):])
	var b strings.Builder
	for _, r := range visible(s, most) {
		if r != ' ' && unicode.Is(unicode.Zs, r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// count spells a number with thousands marks: 1,234,567.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// percent spells a part: 12.3 %, and never 0 % for something.
func percent(n, of int64) string {
	if of == 0 || n == 0 {
		return "0%"
	}
	p := 100 * float64(n) / float64(of)
	switch {
	case n == of:
		return "100%"
	case p < 0.1:
		return "<0.1%"
	case p > 99.9:
		return ">99.9%"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + "%"
}

// figure spells a computed number in a few digits.
func figure(x float64) string {
	if a := math.Abs(x); a != 0 && (a >= 1e15 || a < 1e-6) {
		return strconv.FormatFloat(x, 'g', 5, 64)
	}
	digits := 0
	if a := math.Abs(x); a != 0 {
		digits = max(0, 4-int(math.Floor(math.Log10(a))))
	}
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// point spells a place on a column's scale; a long computed number is rounded.
func point(p profile.Point) string {
	const long = 12
	if len(p.Text) <= long || strings.ContainsAny(p.Text, ":") || strings.Count(p.Text, "-") > 1 {
		return strings.Replace(p.Text, "T", " ", 1)
	}
	return figure(p.Number)
}
