package htmltable

import "bytes"

// flow is text as a page shows it: white space is one space, blocks and <br>
// begin a line.
type flow struct {
	text  []byte
	space bool   // a space waits for what comes behind it
	line  bool   // so does a line's end
	pre   int    // how many <pre> are open
	hide  string // name of the element that hides what is in it, or ""
	depth int    // of elements named hide inside the hidden one
}

func (f *flow) reset() { *f = flow{text: f.text[:0]} }

// add appends a run of text.
func (f *flow) add(run []byte) {
	if f.hide != "" {
		return
	}
	if f.pre > 0 {
		f.wrap()
		f.text = append(f.text, run...)
		return
	}
	for len(run) > 0 {
		n := 0
		for n < len(run) && isSpace(run[n]) {
			n++
		}
		f.space = f.space || n > 0
		run = run[n:]
		for n = 0; n < len(run) && !isSpace(run[n]); {
			n++
		}
		if n == 0 {
			return
		}
		f.wrap()
		if f.space && len(f.text) > 0 && f.text[len(f.text)-1] != '\n' {
			f.text = append(f.text, ' ')
		}
		f.space = false
		f.text = append(f.text, run[:n]...)
		run = run[n:]
	}
}

func (f *flow) wrap() {
	if f.line && len(f.text) > 0 {
		f.text = append(f.text, '\n')
		f.space = false
	}
	f.line = false
}

// newline is a <br>.
func (f *flow) newline() {
	if f.hide == "" {
		f.wrap()
		f.text, f.space = append(f.text, '\n'), false
	}
}

// block is the start or end of an element that begins a line.
func (f *flow) block() { f.line = true }

// shown is the text without empty lines at its ends; nothing when it is nothing
// but spaces, of those too that do not break.
func (f *flow) shown() []byte {
	text := bytes.Trim(f.text, "\n ")
	if len(bytes.Trim(text, " \n\t\u00a0\u3000")) == 0 {
		return nil
	}
	return text
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
