package locate

import (
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// class is what a cell looks like, whatever its kind: a number typed as text
// is a number to the eye.
type class uint8

const (
	blank class = iota // no cell, or nothing but space
	words
	number
	moment // date or time
	truth
	classes
)

func classify(kind sheet.Kind, text []byte) class {
	switch {
	case kind == sheet.Empty:
		return blank
	case kind.Temporal():
		return moment
	case kind.Numeric():
		return number
	case kind == sheet.Bool:
		return truth
	case kind == sheet.Error:
		return blank // says nothing of what the column holds
	}
	return classifyText(text)
}

// classifyText looks at text of a few dozen bytes; longer text is words.
func classifyText(text []byte) class {
	if len(text) > 200 {
		return words
	}
	var digits, separators, letters, others, dateMarks int
	empty := true
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		i += size
		if 0xFF01 <= r && r <= 0xFF5E { // full-width forms
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == '\t' || r == '\u00a0' || r == '\u3000' || r == '\n' || r == '\r':
			continue
		case '0' <= r && r <= '9':
			digits++
		case r == '-' || r == '/' || r == ':':
			separators++
			if digits > 0 {
				dateMarks++
			}
		case r == '年' || r == '月' || r == '日' || r == '时' || r == '分' || r == '秒':
			dateMarks++
		case r == '.' || r == ',' || r == '+' || r == '%' || r == '(' || r == ')' || r == '$' || r == '¥' || r == '€' || r == '£' || r == '<' || r == '>' || r == '≤' || r == '≥' || r == '=':
			separators++
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			letters++
		default:
			others++
		}
		empty = false
	}
	switch {
	case empty:
		return blank
	case digits == 0:
		if letters == 0 && others == 0 {
			return blank // "-", "..", "/" stand for nothing
		}
		return words
	case others > 0:
		return words
	case dateMarks >= 2 && digits >= 3 && letters <= 1:
		return moment
	case letters == 0, letters == 1 && (text[len(text)-1]|0x20) != 'e' && digits > 0 && exponent(text):
		return number
	}
	return words
}

// exponent tells whether the one letter of a number is its exponent's.
func exponent(text []byte) bool {
	for i, c := range text {
		if c == 'e' || c == 'E' {
			return i > 0 && '0' <= text[i-1] && text[i-1] <= '9'
		}
	}
	return false
}
