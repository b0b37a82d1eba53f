package locate

import (
	"bytes"
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// class is what a cell looks like, whatever its kind: a number typed as text
// is a number to the eye.
type class uint8

const (
	blank  class = iota // no cell, or nothing but space
	absent              // stands for a value that is not there: "-", "(NA)", an error
	words
	code // letters and digits without space: P001, 20-29, C50.9
	number
	moment // date or time
	truth
	classes
)

// value tells whether a cell of the class is one that columns are made of
// rather than one that names them.
func (k class) value() bool { return k >= number }

func classify(kind sheet.Kind, text []byte) class {
	switch kind {
	case sheet.Empty:
		return blank
	case sheet.Text, sheet.Quoted:
		return classifyText(text)
	case sheet.Bool:
		return truth
	case sheet.Error:
		return absent
	}
	if kind.Temporal() {
		return moment
	}
	return number
}

// mark is what a byte of ASCII is to a value's shape.
type mark uint8

const (
	space mark = iota
	digit
	letter
	point  // within a number: . , '
	sign   // around a number: + $ % ( ) < > = ~ and quotes
	hyphen // a sign before a number, a mark of dates within
	slash  // / :
	other
)

var marks = func() (m [utf8.RuneSelf]mark) {
	for c := range m {
		switch {
		case c <= ' ' || c == 0x7f:
			m[c] = space
		case '0' <= c && c <= '9':
			m[c] = digit
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			m[c] = letter
		default:
			m[c] = other
		}
	}
	for _, c := range ".,'" {
		m[c] = point
	}
	for _, c := range "+$%()<>=~[]*" {
		m[c] = sign
	}
	m['-'], m['/'], m[':'] = hyphen, slash, slash
	return m
}()

// shape counts what a short text is made of.
type shape struct {
	digits, letters, others int
	inner                   int // hyphens, slashes and colons after a digit; 年 月 日 and kin
	colons                  int // of those
	spaces                  int // between other marks
	signs                   int
	parts                   int      // runs of digits that no point joins
	last                    mark     // the one before
	word                    [12]byte // its letters, in lower case, as far as they fit
	letterFirst             bool
	grouped                 bool // thousands parted by spaces: 1 234 567
}

// longest is how many bytes a value's text may have; longer text is words.
const longest = 64

func classifyText(text []byte) class {
	for len(text) > 0 && text[0] <= ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] <= ' ' {
		text = text[:len(text)-1]
	}
	if len(text) == 0 {
		return blank
	}
	if len(text) > longest {
		return wordsOrBlank(text)
	}
	var s shape
	s.read(text)
	s.grouped = s.parts > 1 && s.spaces == s.parts-1 && grouped(text)
	return s.class()
}

// wordsOrBlank is the class of a long text.
func wordsOrBlank(text []byte) class {
	for _, r := range string(text) {
		if !invisible(r) {
			return words
		}
	}
	return blank
}

func invisible(r rune) bool {
	return r <= ' ' || r == '\u00a0' || r == '\u3000' || r == '\ufeff' || r == '\u200b'
}

func (s *shape) read(text []byte) {
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(text[i:])
			i += size
			if 0xFF01 <= r && r <= 0xFF5E { // full-width form of ASCII
				c = byte(r - 0xFEE0)
			} else {
				s.readRune(r)
				continue
			}
		} else {
			i++
		}
		switch marks[c] {
		case space:
			s.spaces++
		case digit:
			if s.last != digit && s.last != point || s.digits == 0 {
				s.parts++
			}
			s.digits++
		case letter:
			if s.letters == 0 {
				s.letterFirst = s.digits == 0
			}
			if s.letters < len(s.word) {
				s.word[s.letters] = c | 0x20
			}
			s.letters++
		case hyphen:
			if s.digits > 0 && s.last != letter {
				s.inner++
			} else {
				s.signs++
			}
		case slash:
			s.inner++
			if c == ':' {
				s.colons++
			}
		case point, sign:
			s.signs++
		default:
			s.others++
		}
		s.last = marks[c]
	}
}

func (s *shape) readRune(r rune) {
	s.last = other
	switch r {
	case '年', '月', '日', '时', '分', '秒':
		if s.digits > 0 {
			s.inner++
		} else {
			s.others++
		}
	case '¥', '€', '£', '≤', '≥', '–', '—', '−', '±', '…':
		s.signs++
	default:
		if invisible(r) {
			s.spaces++
		} else {
			s.others++
		}
	}
}

func (s *shape) class() class {
	word := string(s.word[:min(s.letters, len(s.word))])
	if s.digits == 0 {
		switch {
		case s.others > 0:
			return words
		case s.letters == 0 && s.inner+s.signs == 0:
			return blank
		case s.letters == 0:
			return absent
		case s.spaces == 0 && (word == "true" || word == "false"):
			return truth
		case s.stands(word):
			return absent
		}
		return words
	}
	switch {
	case s.others > 0:
	case s.letters == 0 && s.inner == 0 && (s.parts == 1 || s.grouped),
		word == "e" && s.letters == 1 && !s.letterFirst && s.inner == 0 && s.parts == 2:
		return number
	case s.momentWord(word) && s.inner+s.spaces > 0 && s.digits >= 3 && (s.inner >= 2 || s.clock() || monthName(word)):
		return moment
	}
	if s.spaces == 0 {
		return code
	}
	return words
}

// grouped tells whether digits are parted by spaces into thousands.
func grouped(text []byte) bool {
	parts := bytes.Fields(text)
	for i, p := range parts {
		if i == 0 {
			p = bytes.TrimLeft(p, "+-$(")
		}
		if i == len(parts)-1 {
			p, _, _ = bytes.Cut(bytes.TrimRight(p, "%)"), []byte("."))
		}
		if i > 0 && len(p) != 3 || len(p) == 0 || len(p) > 3 {
			return false
		}
	}
	return true
}

// clock tells whether one inner mark suffices: 12:30.
func (s *shape) clock() bool { return s.colons == 1 && s.inner == 1 && s.digits <= 4 }

// stands tells whether a word says that a value is not there. A letter alone
// does so in brackets only, as statistics print (X) and (D).
func (s *shape) stands(word string) bool {
	switch word {
	case "na", "nan", "null", "none", "nil":
		return true
	}
	return s.letters == 1 && s.signs >= 2
}

// momentWord tells whether a date or time may hold these letters.
func (s *shape) momentWord(word string) bool {
	switch word {
	case "", "t", "z", "tz", "am", "pm":
		return true
	}
	return monthName(word)
}

func monthName(word string) bool {
	for _, m := range [...]string{
		"january", "february", "march", "april", "may", "june", "july", "august",
		"september", "october", "november", "december",
	} {
		if word == m || word == m[:3] || word == "sept" {
			return true
		}
	}
	return false
}
