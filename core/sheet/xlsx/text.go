package xlsx

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxEntity bounds a character reference: &#x10FFFF; and some leading zeros.
const maxEntity = 32

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

// unescape resolves _xHHHH_ in place (ECMA-376 part 1, 22.9.2.19, ST_Xstring):
// a UTF-16 code unit that XML cannot hold, or the underscore of a text that
// only looks like an escape (_x005F_). Half a surrogate pair stays as written.
func unescape(b []byte) []byte {
	i := bytes.Index(b, []byte("_x"))
	if i < 0 {
		return b
	}
	out := b[:i]
	for i < len(b) {
		r, n := escape(b[i:])
		if n == 0 {
			out = append(out, b[i])
			i++
			continue
		}
		if utf16.IsSurrogate(r) {
			low, m := escape(b[i+n:])
			pair := utf16.DecodeRune(r, low)
			if m == 0 || pair == utf8.RuneError {
				out = append(out, b[i:i+n]...)
				i += n
				continue
			}
			r, n = pair, n+m
		}
		out = utf8.AppendRune(out, r) // at most 4 bytes from 7 or 14
		i += n
	}
	return out
}

// escape reads _xHHHH_ at the start of b; its length is 0 when there is none.
func escape(b []byte) (rune, int) {
	const size = len("_x0000_")
	if len(b) < size || b[0] != '_' || b[1] != 'x' || b[size-1] != '_' {
		return 0, 0
	}
	var r rune
	for _, c := range b[2 : size-1] {
		d := hexDigit(c)
		if d < 0 {
			return 0, 0
		}
		r = r<<4 | d
	}
	return r, size
}
