package delim

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sort"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// How a dialect is found. Every plausible combination of delimiter, quote and
// escape reads the text; the one wins under which neighbouring records have
// the same number of fields and fields look like values. After van den Burg,
// Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type
// patterns" (2019), with neighbours in place of distinct patterns, so that
// titles above a table and notes below it do not count against it.
//
// The first MiB narrows the candidates down to a few, which then read the
// whole file: delimiter, quote, escape, line ends and the usual number of
// fields are decided on every record that the file has.

const (
	sampleSize  = 1 << 20 // narrows the candidates down
	firstSample = 64 << 10
	typedCells  = 6000 // cells looked at for what values look like
	finalists   = 3
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
	opening  bool    // the first record has a comma
	slashes  bool    // a backslash stands before a quote
	primes   int64   // bare fields within single quotes
	unclosed bool
	over     bool // a record is past the limits

	last int
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
	if t.last > 0 {
		t.pairs++
		if t.last == n && n > 1 {
			t.same += float64(n-1) / float64(n)
		}
	}
	t.last = n
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
func (f form) prior() float64 {
	p := 0.5
	switch f.delim {
	case "", ",", "\t", ";", "|", "\x01", "\x1f", "\x1e", "||":
		p = 1
	case "~", "^":
		p = 0.9
	case ":":
		p = 0.55
	case " ":
		p = 0.6
	default:
		if len(f.delim) > 1 {
			p = 0.9
		}
	}
	if f.quote == 0 && f.escape == 0 {
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
		return (0.08 + 0.8*values*values) * t.prior() * t.soundness()
	}
	like := t.likeness()
	if t.delim == " " || t.delim == ":" {
		// Prose has them too: what they separate has to be values, or many.
		if width, share := t.usual(); width < 4 || share < 0.9 || t.records < 2 {
			like *= 0.15 + 0.85*values
		}
	}
	return t.consistency() * like * like * t.prior() * t.soundness()
}

// soundness is between a half and 1: how many of the quotes are well formed.
func (t *tally) soundness() float64 {
	if t.mess == 0 {
		return 1
	}
	return 1 - 0.5*float64(t.mess)/float64(t.mess+t.quoted)
}

// prober reads a file under candidate forms.
type prober struct {
	open   opener
	buffer int
	limits sheet.Limits
	skip   bool   // the first line is "sep="
	ends   []bool // whether a carriage return alone ends a line: what is worth trying
}

// probe reads a text under one form.
func (p *prober) probe(ctx context.Context, f form, win *window) (*tally, error) {
	w := &walker{scanner: newScanner(f), win: win, limits: p.limits, opened: p.open}
	t := &tally{form: f, fields: map[int]int64{}}
	if p.skip {
		if err := w.skipLine(ctx); err != nil && err != io.EOF {
			return nil, err
		}
	}
	for {
		err := w.next(ctx)
		if err == io.EOF {
			break
		}
		if fault.Is(err, fault.Limit) {
			t.over = true // reading it will say so, if no other form fits
			break
		}
		if err != nil {
			return nil, err
		}
		t.add(w)
		t.look(w)
	}
	t.unclosed = w.unclosed != neverMet
	return t, nil
}

// sample reads the start of the text into memory.
func (p *prober) sample(ctx context.Context, most int) ([]byte, bool, error) {
	win := newWindow(p.open(), p.buffer)
	for len(win.buf) < most && !win.eof {
		if err := win.more(ctx); err != nil {
			return nil, false, err
		}
	}
	text := win.buf[:min(most, len(win.buf))] // the same however the text is read
	return text, win.eof && len(text) == len(win.buf), nil
}

// find decides the form of the whole file. asked is the delimiter that a
// person asked for, if any.
func (p *prober) find(ctx context.Context, asked string) (*tally, error) {
	text, whole, err := p.sample(ctx, sampleSize)
	if err != nil {
		return nil, err
	}
	if p.ends == nil {
		p.ends = lineEndings(loneCR(text), bytes.IndexByte(text, '\n') >= 0)
	}
	if !whole { // no record cut off
		if k := bytes.LastIndexAny(text, "\r\n"); k > 0 {
			text = text[:k+1]
		}
	}
	var forms []form
	for _, cr := range p.ends {
		forms = append(forms, candidates(text, asked, cr)...)
	}
	var tallies []*tally
	for round, size := range []int{firstSample, sampleSize} {
		part := text
		if len(part) > size {
			part = part[:size]
			if k := bytes.LastIndexAny(part, "\r\n"); k > 0 {
				part = part[:k+1]
			}
		}
		if tallies, err = p.probeAll(ctx, forms, part); err != nil {
			return nil, err
		}
		keep := 8
		if round == 1 || len(part) == len(text) {
			keep = finalists
		}
		tallies = tallies[:min(len(tallies), keep)]
		forms = forms[:0]
		for _, t := range tallies {
			forms = append(forms, t.form)
		}
		if len(part) == len(text) {
			break
		}
	}
	if whole {
		return tallies[0], nil
	}
	return p.confirm(ctx, tallies)
}

// probeAll reads one text under several forms, best first.
func (p *prober) probeAll(ctx context.Context, forms []form, text []byte) ([]*tally, error) {
	var out []*tally
	for _, f := range forms {
		t, err := p.probe(ctx, f, &window{buf: text, eof: true})
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	var best []*tally
	for _, t := range out {
		if !slices.ContainsFunc(out, func(o *tally) bool { return o.explains(t) }) {
			best = append(best, t)
		}
	}
	sort.SliceStable(best, func(i, j int) bool { return best[i].score() > best[j].score() })
	return best, nil
}

// explains tells that every quote where a field starts has its closing one
// under t, while o, with the same delimiter, finds none or leaves some over:
// then o need not be considered.
func (t *tally) explains(o *tally) bool {
	return t.quote == '"' && t.delim == o.delim && t.escape != '\\' && o.escape != '\\' &&
		t.quoted > 0 && t.mess == 0 && !t.unclosed && (o.quoted == 0 || o.mess > 0)
}

// confirm lets the best form read the whole file, and others when there is
// reason to: a runner-up was near, the best does worse on the whole than it
// did at its start, or the whole holds what its start did not.
func (p *prober) confirm(ctx context.Context, tallies []*tally) (*tally, error) {
	first := tallies[0]
	best, err := p.probe(ctx, first.form, newWindow(p.open(), p.buffer))
	if err != nil {
		return nil, err
	}
	best.inherit(first)
	var rivals []*tally
	worse := best.score() < 0.8*first.score()
	for _, t := range tallies[1:] {
		if worse || t.score() >= 0.7*first.score() && !(t.sameReading(first) && best.mess == 0) {
			rivals = append(rivals, t)
		}
	}
	variant := func(f form) {
		for _, t := range append(rivals, first) {
			if t.form == f {
				return
			}
		}
		t := *first
		t.form = f
		rivals = append(rivals, &t)
	}
	if best.slashes {
		variant(form{best.delim, best.quote, '\\', best.form.cr})
	}
	if best.primes > best.quoted {
		variant(form{best.delim, '\'', '\'', best.form.cr})
	}
	for _, cr := range p.ends {
		variant(form{best.delim, best.quote, best.escape, cr})
	}
	for _, t := range rivals {
		other, err := p.probe(ctx, t.form, newWindow(p.open(), p.buffer))
		if err != nil {
			return nil, err
		}
		other.inherit(t)
		if other.score() > best.score() {
			best = other
		}
	}
	return best, nil
}

// inherit takes over how the cells of the sample looked.
func (t *tally) inherit(from *tally) {
	t.typed, t.looked, t.plain = from.typed, from.looked, from.plain
	t.commas, t.opening = from.commas, from.opening
}

// sameReading tells that two forms read the sample alike.
func (t *tally) sameReading(o *tally) bool {
	return t.delim == o.delim && t.quoted == o.quoted && t.cells == o.cells && t.records == o.records
}

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
	for _, d := range []string{"||", "::", ";;", "|~|", "~|~", "，", "；", "、", "¦", "§", "¬", "│", "｜"} {
		if counts[d[0]] > 0 && strings.Contains(string(text), d) {
			out = append(out, d)
		}
	}
	return out
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
