package numfmt

import (
	"strings"
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// spelledOut are the built-in formats whose look depends on the language of
// Excel, as codes. The short dates are in Excel's own language; 27 to 36 and 50
// to 58, which exist in East Asian languages only, are the Chinese ones
// (ECMA-376 part 1, 18.8.30).
var spelledOut = map[int]string{
	14: `m/d/yy`, 22: `m/d/yy h:mm`,
	27: `yyyy"年"m"月"`, 28: `m"月"d"日"`, 29: `m"月"d"日"`, 30: `m-d-yy`, 31: `yyyy"年"m"月"d"日"`,
	32: `h"时"mm"分"`, 33: `h"时"mm"分"ss"秒"`, 34: `上午/下午h"时"mm"分"`, 35: `上午/下午h"时"mm"分"ss"秒"`, 36: `yyyy"年"m"月"`,
	50: `yyyy"年"m"月"`, 51: `m"月"d"日"`, 52: `yyyy"年"m"月"`, 53: `m"月"d"日"`, 54: `m"月"d"日"`,
	55: `上午/下午h"时"mm"分"`, 56: `上午/下午h"时"mm"分"ss"秒"`, 57: `yyyy"年"m"月"`, 58: `m"月"d"日"`,
}

// builtin is what the number formats show that files name by id only.
func builtin(id int) sheet.Kind {
	if code, ok := spelledOut[id]; ok {
		return classify(code)
	}
	switch {
	case id == 9, id == 10, id == 67, id == 68:
		return sheet.Percent
	case id == 76, id == 77:
		return sheet.DateTime
	case id >= 18 && id <= 21, id == 45, id == 47, id == 75, id == 78, id == 80:
		return sheet.Time
	case id == 46, id == 79:
		return sheet.Duration
	case id >= 15 && id <= 17, id >= 71 && id <= 74, id == 81:
		return sheet.Date
	}
	return sheet.Number
}

// classify tells what kind a number becomes under a format code (ECMA-376
// part 1, 18.8.31). The first section that shows anything of the number
// decides: it is the one for positive numbers.
func classify(code string) sheet.Kind {
	for rest, more := code, true; more; {
		var seen shows
		seen, rest, more = readSection(rest)
		if kind, decided := seen.kind(); decided {
			return kind
		}
	}
	return sheet.Number
}

// shows is what a section of a format code shows of the number.
type shows struct {
	date, clock, elapsed bool
	percent, general     bool
	zeros, others        int  // digit places 0, and # or ?
	shaped               bool // a decimal point, exponent, fraction or thousands
}

func (s shows) kind() (kind sheet.Kind, decided bool) {
	switch {
	case s.elapsed:
		return sheet.Duration, true
	case s.date && s.clock:
		return sheet.DateTime, true
	case s.date:
		return sheet.Date, true
	case s.clock:
		return sheet.Time, true
	case s.percent:
		return sheet.Percent, true
	case s.zeros >= 2 && s.others == 0 && !s.shaped:
		return sheet.Padded, true
	case s.zeros+s.others > 0, s.general:
		return sheet.Number, true
	}
	return sheet.Number, false
}

// readSection reads a code up to the semicolon that ends its first section.
func readSection(code string) (seen shows, rest string, more bool) {
	// An m is minutes right behind hours or right before seconds, else months.
	const none, hour, second, month = 0, 'h', 's', 'm'
	last := none
	pending := false // an m that waits for what comes next
	settle := func(minutes bool) {
		if pending {
			seen.clock = seen.clock || minutes
			seen.date = seen.date || !minutes
			pending = false
		}
	}
	for i := 0; i < len(code); {
		c := code[i]
		low := c | 0x20
		switch {
		case c == ';':
			settle(false)
			return seen, code[i+1:], true
		case c == '"':
			if n := strings.IndexByte(code[i+1:], '"'); n >= 0 {
				i += n + 2
			} else {
				i = len(code)
			}
		case c == '\\', c == '_', c == '*', c == '!':
			i++
			if i < len(code) {
				_, n := utf8.DecodeRuneInString(code[i:])
				i += n
			}
		case c == '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				i = len(code)
				continue
			}
			switch strings.ToLower(code[i+1 : i+n]) {
			case "h", "hh", "hhh", "hhhh":
				seen.elapsed, last = true, hour
			case "m", "mm", "mmm", "mmmm", "s", "ss", "sss":
				seen.elapsed, last = true, second
			}
			i += n + 1
		case hasFold(code[i:], "general"):
			seen.general = true
			i += len("general")
		case strings.HasPrefix(code[i:], "G/通用格式"):
			seen.general = true
			i += len("G/通用格式")
		case hasFold(code[i:], "am/pm"):
			settle(true)
			seen.clock = true
			i += len("am/pm")
		case hasFold(code[i:], "a/p"):
			settle(true)
			seen.clock = true
			i += len("a/p")
		case strings.HasPrefix(code[i:], "上午/下午"):
			settle(true)
			seen.clock = true
			i += len("上午/下午")
		case low == 'e' && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') && seen.zeros+seen.others > 0:
			seen.shaped = true
			i += 2
		case low == 'y', low == 'd', low == 'e', low == 'g', low == 'b', low == 'a' && hasFold(code[i:], "aaa"):
			settle(false)
			seen.date, last = true, none
			for i < len(code) && code[i]|0x20 == low {
				i++
			}
		case low == 'h':
			settle(false)
			seen.clock, last = true, hour
			i++
		case low == 's':
			settle(true)
			seen.clock, last = true, second
			i++
		case low == 'm':
			n := i
			for n < len(code) && code[n]|0x20 == 'm' {
				n++
			}
			settle(false)
			switch {
			case n-i > 2:
				seen.date, last = true, month
			case last == hour:
				seen.clock, last = true, second
			default:
				pending, last = true, month
			}
			i = n
		case c == '0':
			seen.zeros++
			i++
		case c == '#', c == '?':
			seen.others++
			i++
		case c == '%':
			seen.percent = true
			i++
		case c == '.', c == ',', c == '/':
			seen.shaped = true
			i++
		default:
			_, n := utf8.DecodeRuneInString(code[i:])
			i += n
		}
	}
	settle(false)
	return seen, "", false
}

// hasFold tells whether s begins with the ASCII prefix, in any case.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
