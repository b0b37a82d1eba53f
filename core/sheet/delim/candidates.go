package delim

import "bytes"

// candidates are the forms worth trying on a text.
func candidates(text []byte, asked string, cr bool) []form {
	var delims []string
	if asked != "" {
		delims = []string{asked}
	} else {
		delims = append([]string{""}, delimiters(text)...)
	}
	var forms []form
	for _, d := range delims {
		forms = append(forms, form{d, '"', '"', cr})
		hasSlash := bytes.Contains(text, []byte(`\"`))
		if hasSlash {
			forms = append(forms, form{d, '"', '\\', cr})
		}
		if d != "" && bytes.Contains(text, []byte(`\`+d)) {
			forms = append(forms, form{d, 0, '\\', cr})
		}
		if opensField(text, d, '"') {
			forms = append(forms, form{d, 0, 0, cr})
		}
		if opensField(text, d, '\'') {
			forms = append(forms, form{d, '\'', '\'', cr})
			if bytes.Contains(text, []byte(`\'`)) {
				forms = append(forms, form{d, '\'', '\\', cr})
			}
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

// delimiters are the separators that a text may be using.
func delimiters(text []byte) []string {
	var counts [256]int
	for _, c := range text {
		counts[c]++
	}
	var out []string
	for _, d := range []byte(",;\t|: ~^\x01\x1f\x1e#*&!@$%=/+_`\\") {
		if counts[d] > 0 {
			out = append(out, string(rune(d)))
		}
	}
	for _, d := range []string{"||", "::", ";;"} {
		if counts[d[0]] > 0 && inPairs(text, d[0]) {
			out = append(out, d)
		}
	}
	for _, d := range []string{"|~|", "~|~", "，", "；", "、", "¦", "§", "¬", "│", "｜"} {
		if counts[d[0]] > 0 && bytes.Contains(text, []byte(d)) {
			out = append(out, d)
		}
	}
	return out
}

// inPairs tells whether a byte nearly always stands in runs of even length.
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
	return odd*50 <= runs
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
