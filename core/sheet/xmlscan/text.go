package xmlscan

import (
	"bytes"
	"unicode/utf8"
)

// maxEntity bounds a character reference: &#x10FFFF; and some leading zeros.
const maxEntity = 32

// AppendText appends XML text with its references resolved and its line ends
// as \n (XML 1.0, 2.11 and 4.1).
func AppendText(dst, raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return append(dst, raw...), nil
	}
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\r':
			if i+1 == len(raw) || raw[i+1] != '\n' {
				dst = append(dst, '\n')
			}
		case '&':
			n := bytes.IndexByte(raw[i:min(len(raw), i+maxEntity)], ';')
			if n < 0 {
				return dst, errEntity
			}
			r, ok := reference(raw[i+1 : i+n])
			if !ok {
				return dst, errEntity
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, raw[i])
		}
	}
	return dst, nil
}

// reference is the character that &name; stands for.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	if len(digits) == 0 {
		return 0, false
	}
	var r rune
	for _, c := range digits {
		d := hexDigit(c)
		if d < 0 || d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, r != 0 && utf8.ValidRune(r)
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// appendLines appends literal text with its line ends as \n.
func appendLines(dst, raw []byte) []byte {
	for i, c := range raw {
		if c == '\r' {
			if i+1 < len(raw) && raw[i+1] == '\n' {
				continue
			}
			c = '\n'
		}
		dst = append(dst, c)
	}
	return dst
}

// Trim drops XML white space at both ends.
func Trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// IsNumber tells whether b is a finite decimal number, as in xsd:double
// without INF and NaN.
func IsNumber(b []byte) bool {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	digits := 0
	for i < len(b) && b[i]-'0' <= 9 {
		i++
		digits++
	}
	if i < len(b) && b[i] == '.' {
		i++
		for i < len(b) && b[i]-'0' <= 9 {
			i++
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		from := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i == from {
			return false
		}
	}
	return i == len(b)
}

// IsISO tells whether b looks like an ISO 8601 date, time or both.
func IsISO(b []byte) bool {
	if len(b) < 4 || b[0]-'0' > 9 {
		return false
	}
	mark := false
	for _, c := range b {
		switch {
		case c-'0' <= 9, c == '.', c == ',', c == '+', c == 'Z', c == 'T', c == ' ':
		case c == '-', c == ':':
			mark = true
		default:
			return false
		}
	}
	return mark
}
