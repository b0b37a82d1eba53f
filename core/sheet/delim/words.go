package delim

import (
	"unicode"
	"unicode/utf8"
)

// textLike weighs words: letters, digits and the punctuation of prose. A sign
// that stands where prose never has it may be what separates fields.
func textLike(cell []byte) float64 {
	odd, letters, open := 0, 0, 0
	for i := 0; i < len(cell); {
		r, n := rune(cell[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(cell[i:])
		}
		after := byte(' ')
		if i+n < len(cell) {
			after = cell[i+n]
		}
		switch r {
		case ' ', '-', '_', '.', '/', '\'', '+':
		case '(', '[', '{':
			open++
		case ')', ']', '}':
			if open--; open < 0 {
				odd, open = odd+1, 0
			}
		case ',', ':':
			if i == 0 || after != ' ' && !digit(after) {
				odd++
			}
		case ';':
			if odd++; after != ' ' {
				odd++
			}
		case '!', '?', '%':
			if word(after) {
				odd++
			}
		case '#', '$':
			if i > 0 && word(cell[i-1]) {
				odd++
			}
		case '&', '*', '=', '@', '<', '>':
			if i > 0 && word(cell[i-1]) && word(after) && r != '&' {
				odd++
			}
		case '"':
			if i == 0 || after == ' ' && i+n == len(cell) {
				odd += 2
			}
		case '\t', '|', '~', '^', '\\':
			odd++
		default:
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				letters++
			case r < ' ':
				odd++
			}
		}
		i += n
	}
	switch odd += open; {
	case odd > 0:
		return max(0.05, 0.4-0.1*float64(odd))
	case letters == 0:
		return 0.4
	}
	return 0.9
}

// word tells a byte of a word or a number.
func word(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}
