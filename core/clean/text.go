package clean

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tidy removes what cannot be seen from a text: invisible characters, spaces
// at the ends, a second spelling of the same letter. The result is b itself
// or a part of it where nothing inside changes, else it lies in *scratch.
func tidy(b []byte, scratch *[]byte, off ruleSet) ([]byte, ruleSet) {
	var edits ruleSet
	if len(b) > 3 && bytes.IndexByte(b, '&') >= 0 && off&ruleHTML == 0 {
		b, edits = unescapeHTML(b)
	}
	for _, c := range b {
		if c >= 0x7f || c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			var more ruleSet
			b, more = tidyUnicode(b, scratch, off)
			edits |= more
			break
		}
	}
	if off&ruleTrim != 0 {
		return b, edits
	}
	from, to := 0, len(b)
	for from < to && asciiSpace(b[from]) {
		from++
	}
	for from < to && asciiSpace(b[to-1]) {
		to--
	}
	if to-from < len(b) {
		edits |= ruleTrim
	}
	b = b[from:to]
	if off&ruleDoubleSpace == 0 && (bytes.Contains(b, twoSpaces) || bytes.IndexByte(b, '\t') >= 0) {
		return oneSpace(b), edits | ruleDoubleSpace
	}
	return b, edits
}

// plainText tells that there is nothing to tidy or fold in a text, as in most.
func plainText(b []byte) bool {
	before := byte(' ')
	for _, c := range b {
		if c-' ' >= 0x7f-' ' || c == '&' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' '
}

var twoSpaces = []byte("  ")

// oneSpace makes spaces and tabs that follow each other one space.
func oneSpace(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c == '\t' {
			c = ' '
		}
		if c != ' ' || len(out) == 0 || out[len(out)-1] != ' ' {
			out = append(out, c)
		}
	}
	return out
}

func asciiSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// tidyUnicode does the part of tidy that needs runes; what remains to be
// trimmed at the ends is plain ASCII.
func tidyUnicode(b []byte, scratch *[]byte, off ruleSet) ([]byte, ruleSet) {
	var edits ruleSet
	compose := false
	for i := 0; i < len(b); {
		if c := b[i]; c >= 0xe4 && c <= 0xe9 && i+3 <= len(b) && b[i+1]&b[i+2]&0x80 != 0 {
			i += 3 // Chinese characters, U+4000 to U+9FFF: none of what is sought
			continue
		}
		r, n := rune(b[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(b[i:])
		}
		i += n
		switch {
		case invisible(r):
			edits |= ruleInvisible &^ off
		case noBreak(r):
			edits |= rulePlainSpace &^ off
		case r >= 0x300 && mayCompose(r):
			compose = true
		}
	}
	if edits != 0 || space(rune(b[0])) {
		if _, bad := mojibake(b); bad {
			return b, 0 // in text of the wrong encoding they are letters
		}
	}
	if edits != 0 {
		kept := (*scratch)[:0]
		for i := 0; i < len(b); {
			r, n := utf8.DecodeRune(b[i:])
			switch {
			case invisible(r) && edits&ruleInvisible != 0:
			case noBreak(r) && edits&rulePlainSpace != 0:
				kept = append(kept, ' ')
			default:
				kept = append(kept, b[i:i+n]...) // the bytes, so that even broken UTF-8 stays as it is
			}
			i += n
		}
		b, *scratch = kept, kept
	}
	if compose && off&ruleNFC == 0 && !norm.NFC.IsNormal(b) {
		b = norm.NFC.Bytes(b)
		edits |= ruleNFC
	}
	trimmed := trimWide(b)
	if off&ruleTrim != 0 {
		trimmed = b
	}
	if len(trimmed) < len(b) {
		edits |= ruleTrim
	}
	if edits&rulePlainSpace != 0 && off&ruleTrim == 0 && edgesOnly(b) {
		edits = edits&^rulePlainSpace | ruleTrim // it stood at an end only
	}
	return trimmed, edits
}

// edgesOnly tells whether every space of b is at its ends, so that no
// replaced one is left inside.
func edgesOnly(b []byte) bool {
	return !slices.Contains(trimWide(b), ' ')
}

func trimWide(b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if !space(r) {
			break
		}
		b = b[n:]
	}
	for len(b) > 0 {
		r, n := utf8.DecodeLastRune(b)
		if !space(r) {
			break
		}
		b = b[:len(b)-n]
	}
	return b
}

func space(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

// noBreak tells of spaces that look like a plain one and are not.
func noBreak(r rune) bool { return r == 0xa0 || r == 0x202f || r == 0x2007 }

// invisible tells of characters that show nothing and mean nothing in a cell.
// The zero-width joiners stay: Persian, Indic scripts and emoji need them.
func invisible(r rune) bool {
	switch {
	case r < ' ':
		return r != '\t' && r != '\n' && r != '\r'
	case r < 0x7f:
		return false
	case r <= 0x9f:
		return true
	}
	switch r {
	case 0xad, 0x200b, 0x200e, 0x200f, 0x2060, 0xfeff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// mayCompose spares the common scripts a look into the tables of Unicode.
func mayCompose(r rune) bool {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3001 && r <= 0x3029, r >= 0xff00 && r <= 0xffef,
		r >= 0x2010 && r <= 0x2120:
		return false
	}
	return true
}

// fold spells full-width letters, digits and marks in half width. It is b
// itself where there is nothing to fold, else it lies in *scratch.
func fold(b []byte, scratch *[]byte) ([]byte, bool) {
	i := 0
	for i < len(b) && b[i] != 0xef && b[i] != 0xe3 { // the first bytes of U+3000 and U+FFxx
		i++
	}
	if i == len(b) {
		return b, false
	}
	folded := false
	out := (*scratch)[:0]
	out = append(out, b[:i]...)
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			out, folded = append(out, byte(r-0xfee0)), true
		case r == 0x3000:
			out, folded = append(out, ' '), true
		case r == 0xffe5:
			out, folded = append(out, "¥"...), true
		case r == 0xffe1:
			out, folded = append(out, "£"...), true
		default:
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	*scratch = out
	return out, folded
}

// codeLike tells of texts such as AB-12/3: no prose, so width means nothing.
func codeLike(folded []byte) bool {
	if len(folded) > 64 {
		return false
	}
	alnum := false
	for _, c := range folded {
		if c <= ' ' || c >= 0x7f {
			return false
		}
		alnum = alnum || digit(c) || letter(c)
	}
	return alnum
}

func digit(c byte) bool  { return c-'0' <= 9 }
func letter(c byte) bool { return c|0x20-'a' <= 'z'-'a' }

// unescapeHTML spells entities as their characters, again and again: an export
// may have escaped what was escaped. A text with tags is markup and stays.
func unescapeHTML(b []byte) ([]byte, ruleSet) {
	if bytes.IndexByte(b, '<') >= 0 || bytes.IndexByte(b, '>') >= 0 {
		return b, 0
	}
	var edits ruleSet
	for {
		var out []byte
		last := 0
		for at := 0; at < len(b); at++ {
			if b[at] != '&' {
				continue
			}
			const longest = 10
			n := bytes.IndexByte(b[at:min(len(b), at+longest)], ';')
			if n < 2 {
				continue
			}
			entity := string(b[at : at+n+1])
			if plain := html.UnescapeString(entity); plain != entity && !strings.HasSuffix(plain, ";") {
				out = append(append(out, b[last:at]...), plain...)
				at += n
				last = at + 1
			}
		}
		if last == 0 {
			return b, edits
		}
		b, edits = append(out, b[last:]...), ruleHTML
	}
}
