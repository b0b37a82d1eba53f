package delim

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// candidates are the forms worth trying on a text.
func candidates(text []byte, asked string, cr bool) []form {
	var forms []form
	try := func(f form) {
		if !slices.Contains(forms, f) {
			forms = append(forms, f)
		}
	}
	var delims []string
	if asked != "" {
		delims = []string{asked}
	} else {
		delims = append([]string{""}, delimiters(text)...)
	}
	for _, d := range delims {
		try(form{d, '"', '"', cr})
		if bytes.Contains(text, []byte(`\"`)) {
			try(form{d, '"', '\\', cr})
		}
		if d != "" && bytes.Contains(text, []byte(`\`+d)) {
			try(form{d, 0, '\\', cr})
		}
		if opensField(text, d, '"') {
			try(form{d, 0, 0, cr})
		}
		if opensField(text, d, '\'') {
			try(form{d, '\'', '\'', cr})
			if bytes.Contains(text, []byte(`\'`)) {
				try(form{d, '\'', '\\', cr})
			}
		}
	}
	for _, quote := range []byte("\"'`") {
		d, ok := betweenQuotes(text, quote)
		if !ok || asked != "" && d != asked {
			continue
		}
		try(form{d, quote, quote, cr})
		if bytes.Contains(text, []byte{'\\', quote}) {
			try(form{d, quote, '\\', cr})
		}
	}
	return forms
}

// opensField tells whether a quote stands where a field may start.
func opensField(text []byte, delim string, quote byte) bool {
	for i := 0; ; {
		k := bytes.IndexByte(text[i:], quote)
		if k < 0 {
			return false
		}
		i += k
		before := bytes.TrimRight(text[:i], " ")
		if len(before) == 0 || before[len(before)-1] == '\n' || before[len(before)-1] == '\r' ||
			delim != "" && (bytes.HasSuffix(before, []byte(delim)) || bytes.HasSuffix(text[:i], []byte(delim))) {
			return true
		}
		i++
	}
}

// betweenQuotes is what stands between a closing quote and the next opening
// one in a text that quotes most of its fields: its delimiter, whatever it is.
func betweenQuotes(text []byte, quote byte) (string, bool) {
	counts := map[string]int{}
	quotes, last := 0, -1
	for i := bytes.IndexByte(text, quote); i >= 0; {
		quotes++
		if n := i - last - 1; last >= 0 && n > 0 && n <= longestDelimiter && delimiting(text[last+1:i]) {
			counts[string(text[last+1:i])]++
		}
		last = i
		k := bytes.IndexByte(text[i+1:], quote)
		if k < 0 {
			break
		}
		i += k + 1
	}
	best, most := "", 0
	for d, n := range counts {
		if n > most || n == most && d < best {
			best, most = d, n
		}
	}
	return best, most > 1 && most*5 > quotes
}

// longestDelimiter is in bytes.
const longestDelimiter = 4

// delimiting tells whether a text may be a delimiter: no letters, no digits
// and no line ends; but a tab may be spelt out.
func delimiting(s []byte) bool {
	if string(s) == `\t` {
		return true
	}
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', digit(c), c == '\n', c == '\r', c == '"', c == '\'':
			return false
		}
	}
	return utf8.Valid(s)
}

const (
	// usualDelimiters are separators of files that people meet.
	usualDelimiters = ",;\t|: ~^\x01\x1f\x1e#*&!@$%=/+_`\\"
	// unusualDelimiters occur within the values of nearly every table.
	unusualDelimiters = "-.()<>?[]{}"
)

// delimiters are the separators that a text may be using.
func delimiters(text []byte) []string {
	var counts [256]int
	for _, c := range text {
		counts[c]++
	}
	var out []string
	add := func(d string) {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, d := range []byte(usualDelimiters + unusualDelimiters) {
		if counts[d] > 0 {
			add(string(rune(d)))
		}
	}
	for _, d := range []byte("|:;\t,~^-") {
		if counts[d] > 1 && inPairs(text, d) {
			add(strings.Repeat(string(rune(d)), 2))
		}
	}
	for _, d := range []byte(",;|:~^#\\") {
		if counts[d] > 1 {
			if grown := grow(text, d); len(grown) > 1 {
				add(grown)
			}
		}
	}
	for _, d := range []string{"，", "；", "、", "¦", "§", "¬", "│", "｜"} {
		if counts[d[0]] > 0 && bytes.Contains(text, []byte(d)) {
			add(d)
		}
	}
	return out
}

// inPairs tells whether a byte often stands in runs of even length.
func inPairs(text []byte, c byte) bool {
	odd, runs := 0, 0
	for i := bytes.IndexByte(text, c); i >= 0 && i < len(text); {
		n := i
		for n < len(text) && text[n] == c {
			n++
		}
		runs++
		odd += (n - i) & 1
		k := bytes.IndexByte(text[n:], c)
		if k < 0 {
			break
		}
		i = n + k
	}
	return odd*10 <= runs*7
}

// grow is a byte with what mostly stands beside it: the delimiter "~|~" for
// "|", and ", " for "," where a space follows. It is the byte alone if nothing does.
func grow(text []byte, c byte) string {
	d := []byte{c}
	for len(d) < longestDelimiter {
		var left, right [256]int
		all := 0
		for i := 0; ; {
			k := bytes.Index(text[i:], d)
			if k < 0 {
				break
			}
			i += k
			all++
			if i > 0 {
				left[text[i-1]]++
			}
			if i += len(d); i < len(text) {
				right[text[i]]++
			}
		}
		grown := false
		for _, side := range []*[256]int{&right, &left} {
			most := byte(0)
			for b, n := range side {
				if n > side[most] {
					most = byte(b)
				}
			}
			more := append(slices.Clone(d), most)
			if side == &left {
				more = append([]byte{most}, d...)
			}
			if most != c && side[most]*10 >= all*6 && all > 1 && most < utf8.RuneSelf && delimiting(more) {
				d, grown = more, true
				break
			}
		}
		if !grown {
			break
		}
	}
	return string(d)
}

// loneCR tells whether there is a carriage return without a line feed.
func loneCR(text []byte) bool {
	return bytes.Count(text, []byte{'\r'}) > bytes.Count(text, []byte("\r\n"))
}

// lineEndings are the values of form.cr worth trying.
func lineEndings(lone, feeds bool) []bool {
	switch {
	case lone && feeds:
		return []bool{false, true}
	case lone:
		return []bool{true}
	}
	return []bool{false}
}
