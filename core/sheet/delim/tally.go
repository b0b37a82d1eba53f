package delim

import (
	"bytes"
	"strings"

	"sheetmill/core/sheet"
)

// tally is what reading the text under one form found.
type tally struct {
	form
	records  int64 // that are not blank
	fields   map[int]int64
	cells    int64
	same     float64 // neighbouring records with equally many fields, wider ones counting more
	pairs    int64
	quoted   int64
	doubled  int64
	slashed  int64
	mess     int64
	lf       int64
	crlf     int64
	cr       int64
	typed    float64
	looked   int64
	plain    float64 // of the cells looked at, those that are a value by themselves
	commas   float64 // of them, numbers with a comma
	codes    int64   // of the cells looked at, those without a space or a sign that separates
	leaks    int64   // bare fields that hold a delimiter without its padding
	core     byte    // the delimiter without its padding, 0 when it has none
	opening  bool    // the first record has a comma
	slashes  bool    // a backslash stands before a quote
	primes   int64   // bare fields within single quotes
	unclosed bool
	over     bool // a record is past the limits

	first, last int // numbers of fields of the first and the newest record
}

func newTally(f form) *tally {
	return &tally{form: f, fields: map[int]int64{}, core: unpadded(f.delim)}
}

func (t *tally) add(w *walker) {
	switch text := w.text; {
	case bytes.HasSuffix(text, []byte("\r\n")):
		t.crlf++
	case bytes.HasSuffix(text, []byte("\n")):
		t.lf++
	case bytes.HasSuffix(text, []byte("\r")):
		t.cr++
	}
	if w.blank() {
		return
	}
	n := len(w.spans)
	t.records++
	t.fields[n]++
	t.cells += int64(n)
	t.mess += int64(w.mess)
	t.neighbours(n)
	t.last = n
	if t.first == 0 {
		t.first = n
	}
	if t.quote == '"' && bytes.IndexByte(w.text, '\'') >= 0 {
		for _, sp := range w.spans {
			if sp.shape == bare && sp.end-sp.start > 1 && w.text[sp.start] == '\'' && w.text[sp.end-1] == '\'' {
				t.primes++
			}
		}
	}
	if w.multi {
		t.slashes = t.slashes || t.quote != 0 && bytes.Contains(w.text, []byte{'\\', t.quote})
		for _, sp := range w.spans {
			if sp.shape >= quoted {
				t.quoted++
			}
			if sp.shape == quotedEscaped || sp.shape == bareEscaped {
				if t.escape == '\\' && bytes.IndexByte(w.text[sp.start:sp.end], '\\') >= 0 {
					t.slashed++
				} else {
					t.doubled++
				}
			}
		}
	}
}

// neighbours compares the number of fields of the next record with the last one's.
func (t *tally) neighbours(n int) {
	if t.last > 0 && n > 0 {
		t.pairs++
		if t.last == n && n > 1 {
			t.same += float64(n-1) / float64(n)
		}
	}
}

// look weighs what the record's cells look like.
func (t *tally) look(w *walker) {
	if t.looked >= typedCells || w.blank() {
		return
	}
	if t.records == 1 {
		t.opening = bytes.IndexByte(w.text, ',') >= 0
	}
	for _, sp := range w.spans {
		cell := w.text[sp.start:sp.end]
		t.looked++
		if len(cell) == 0 {
			t.typed += 0.5 // neither for nor against
			continue
		}
		if sp.shape&1 == 1 {
			cell = w.unescape(bytes.Clone(cell), sp.shape)
		}
		like, value := likeness(cell)
		if sp.shape != bare {
			like = 0.95
		}
		t.typed += like
		if t.delim == "" && isCode(cell) {
			t.codes++
		}
		if t.core != 0 && sp.shape == bare && bytes.IndexByte(cell, t.core) >= 0 {
			t.leaks++
		}
		if value {
			t.plain++
			if bytes.IndexByte(cell, ',') >= 0 {
				t.commas++
			}
		}
	}
}

// usual is the most common number of fields and its share of the records.
func (t *tally) usual() (width int, share float64) {
	var most int64
	for n, count := range t.fields {
		if count > most || count == most && n > width {
			width, most = n, count
		}
	}
	if t.records == 0 {
		return 0, 0
	}
	return width, float64(most) / float64(t.records)
}

// consistency is between 0 and 1: how regular the numbers of fields are.
func (t *tally) consistency() float64 {
	if t.records == 0 {
		return 0
	}
	var most float64
	for n, count := range t.fields {
		most = max(most, float64(count)*float64(n-1)/float64(n))
	}
	most /= float64(t.records)
	if t.pairs == 0 {
		return most / 2
	}
	return (most + t.same/float64(t.pairs)) / 2
}

func (t *tally) likeness() float64 {
	if t.looked == 0 {
		return 0.3
	}
	return t.typed / float64(t.looked)
}

func (t *tally) values() float64 {
	if t.looked == 0 {
		return 0
	}
	return t.plain / float64(t.looked)
}

// prior is how usual a form is, all else being equal.
func (t *tally) prior() float64 {
	if t.proven() {
		return 1
	}
	p := 0.5
	switch t.delim {
	case "", ",", "\t", ";", "|", "\x01", "\x1f", "\x1e", "||":
		p = 1
	case "~", "^":
		p = 0.9
	case ":":
		p = 0.55
	case " ":
		p = 0.6
	default:
		switch {
		case len(t.delim) > 1:
			p = 0.9
		case t.unusual():
			p = 0.35
		}
	}
	if t.quote == '`' {
		p *= 0.5 // unless it stands around nearly every field
	}
	if t.quote == 0 && t.escape == 0 {
		p *= 0.4 // quotes where fields start seldom mean nothing
	}
	return p
}

// score weighs a form; higher is better.
func (t *tally) score() float64 {
	if t.over {
		return 0
	}
	values := t.values()
	if t.delim == "" {
		if t.opening && t.looked > 0 {
			values -= t.commas / float64(t.looked) // "1,2" is two columns, unless below a name
		}
		// One field per line: sure when each line is one value, else what is
		// left when nothing separates.
		if t.looked > 0 {
			values = max(values, 0.6*float64(t.codes)/float64(t.looked))
		}
		return (0.08 + 0.8*values*values) * t.prior() * t.soundness()
	}
	like := t.likeness()
	if !t.proven() && (t.delim == " " || t.delim == ":" || t.unusual()) {
		// Prose has them too: what they separate has to be values, or many.
		many := 4
		if t.delim == ":" {
			many = 3
		}
		if width, share := t.usual(); width < many || share < 0.9 || t.records < 2 {
			like *= 0.15 + 0.85*values
		}
	}
	if t.leaks*50 > t.looked {
		like *= 0.8 // the padding is not part of the delimiter
	}
	return t.consistency() * like * like * t.prior() * t.soundness()
}

// proven tells that nearly every field stands in quotes: then what separates
// them cannot be anything else.
func (t *tally) proven() bool {
	return t.delim != "" && t.cells > t.records && t.quoted*10 >= t.cells*9
}

// unusual tells a delimiter that values of nearly every table hold.
func (t *tally) unusual() bool {
	return len(t.delim) == 1 && strings.Contains(unusualDelimiters, t.delim)
}

// unpadded is the one byte of a delimiter that has spaces around it, else 0.
func unpadded(delim string) byte {
	if inner := strings.Trim(delim, " "); len(inner) == 1 && len(delim) > 1 {
		return inner[0]
	}
	return 0
}

// soundness is between a half and 1: how many of the quotes are well formed.
func (t *tally) soundness() float64 {
	if t.mess == 0 {
		return 1
	}
	return 1 - 0.5*float64(t.mess)/float64(t.mess+t.quoted)
}

// explains tells that every quote where a field starts has its closing one
// under t, while o, with the same delimiter, finds none or leaves some over:
// then o need not be considered.
func (t *tally) explains(o *tally) bool {
	return t.quote == '"' && t.delim == o.delim && t.escape != '\\' && o.escape != '\\' &&
		t.quoted > 0 && t.mess == 0 && !t.unclosed && (o.quoted == 0 || o.mess > 0)
}

// inherit takes over how the cells of the sample looked.
func (t *tally) inherit(from *tally) {
	t.typed, t.looked, t.plain = from.typed, from.looked, from.plain
	t.commas, t.opening, t.codes, t.leaks = from.commas, from.opening, from.codes, from.leaks
}

// sameReading tells that two forms read the sample alike.
func (t *tally) sameReading(o *tally) bool {
	return t.delim == o.delim && t.quoted == o.quoted && t.cells == o.cells && t.records == o.records
}

// dialect is the form as the tally saw it in use.
func (t *tally) dialect() sheet.Dialect {
	d := sheet.Dialect{Delimiter: t.delim}
	if t.quoted > 0 && t.quote != 0 {
		d.Quote = string(rune(t.quote))
		d.Escape = d.Quote
	}
	if t.escape == '\\' && t.slashed > 0 {
		d.Escape = `\`
	}
	kinds := 0
	for _, kind := range []struct {
		count int64
		text  string
	}{{t.cr, "\r"}, {t.crlf, "\r\n"}, {t.lf, "\n"}} {
		if kind.count > 0 {
			kinds++
			d.Newline = kind.text
		}
	}
	switch kinds {
	case 0:
		d.Newline = "\n"
	case 1:
	default:
		d.Newline = "mixed"
	}
	return d
}
