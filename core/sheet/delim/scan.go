package delim

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

// form is how a text file separates its fields, as the scanner wants it.
type form struct {
	delim  string // "" when every line is one field
	quote  byte   // 0 when nothing is quoted
	escape byte   // the quote itself when doubled, '\\', or 0
	cr     bool   // a carriage return alone ends a line
}

// span is a field of the record being scanned, without its quotes.
type span struct {
	start, end int32 // in the record
	shape      shape
}

type shape uint8

const (
	bare          shape = iota // as it stands
	bareEscaped                // with backslashes to take out
	quoted                     // stood in quotes
	quotedEscaped              // stood in quotes, with escapes to take out
)

// scanner splits text into records and fields. It forgives: a quote within a
// bare field is text; so is one within a quoted field unless a delimiter, a
// line's end or the text's end follows; and a quoted field that is not well
// formed is read as a bare one rather than swallowing the lines that follow.
type scanner struct {
	form
	class  [256]uint8
	simple bool // one byte separates, one ends a line, and nothing escapes

	spans []span
	lines int  // line ends in the record just read, its own among them
	multi bool // the record may hold line ends besides its own
	mess  int  // fields of the record whose quotes were not well formed
	stuck int  // where the quoted field starts whose end is not in sight, or -1

	// tight says that a doubled quote before a delimiter closes the field, too.
	tight bool

	// Before dead, and from unclosed on, no closing quote is to be found: so a
	// stray opening one costs one search, not one for each that follows it.
	dead, unclosed int
}

const (
	ordinary uint8 = iota
	separates
	breaks
	escapes
)

// ending is what follows a field.
type ending uint8

const (
	nothing  ending = iota // the field goes on
	outside                // it cannot be told before more text is there
	nextOne                // a delimiter
	lastOne                // a line's end, or the text's
	neverMet = int(^uint(0) >> 1)
)

func newScanner(f form) *scanner {
	s := &scanner{form: f, unclosed: neverMet}
	if f.delim != "" {
		s.class[f.delim[0]] = separates
	}
	if f.escape == '\\' {
		s.class['\\'] = escapes
	}
	s.simple = len(f.delim) == 1 && f.escape != '\\' && !f.cr
	s.class['\n'] = breaks
	if f.cr {
		s.class['\r'] = breaks
	}
	return s
}

// record reads the first record of text into s.spans and answers where the
// next one starts. It answers false when the record's end is not in text yet,
// which cannot be when end tells that nothing comes after text.
func (s *scanner) record(text []byte, end bool) (int, bool) {
	s.spans, s.lines, s.multi, s.mess, s.stuck, s.dead = s.spans[:0], 1, false, 0, -1, 0
	at := 0
	for {
		if s.simple {
			next, what := s.bareFields(text, at)
			if what == lastOne {
				if s.multi {
					s.lines = max(1, s.lineEnds(text[:next]))
				}
				if s.unclosed != neverMet {
					s.unclosed = 0
				}
				return next, true
			}
			at = next
		}
		next, what := s.field(text, at, end)
		switch what {
		case outside:
			return 0, false
		case lastOne:
			if s.multi {
				s.lines = max(1, s.lineEnds(text[:next]))
			}
			if s.unclosed != neverMet {
				s.unclosed = 0 // of the next record, all
			}
			return next, true
		}
		at = next
	}
}

const (
	everyByte = 0x0101010101010101
	lowBits   = 0x7f * everyByte
)

// zeroBytes has the high bit set of each byte that is 0 in x.
func zeroBytes(x uint64) uint64 { return ^((x&lowBits + lowBits) | x | lowBits) }

// bareFields reads bare fields from at on, eight bytes at a time. It answers
// where it stopped: after the record's end, or where a field starts that has
// to be read with care.
func (s *scanner) bareFields(text []byte, at int) (int, ending) {
	spans := s.spans
	careful := func(i int) bool { return i < len(text) && s.quote != 0 && (text[i] == s.quote || text[i] == ' ') }
	if careful(at) {
		return at, nextOne
	}
	delims, feeds := uint64(s.delim[0])*everyByte, '\n'*uint64(everyByte)
	start := at
	for i := at; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64(text[i:])
		for hits := zeroBytes(word^delims) | zeroBytes(word^feeds); hits != 0; hits &= hits - 1 {
			k := i + bits.TrailingZeros64(hits)>>3
			if text[k] == '\n' {
				to := k
				for to > start && text[to-1] == '\r' {
					to--
				}
				spans = append(spans, span{int32(start), int32(to), bare})
				s.spans = spans
				return k + 1, lastOne
			}
			spans = append(spans, span{int32(start), int32(k), bare})
			if start = k + 1; careful(start) {
				s.spans = spans
				return start, nextOne
			}
		}
	}
	s.spans = spans
	return start, nextOne
}

func (s *scanner) field(text []byte, at int, end bool) (int, ending) {
	if s.quote != 0 && at < len(text) && (text[at] == s.quote || text[at] == ' ') {
		if next, what := s.quotedField(text, at, end); what != nothing {
			return next, what
		}
	}
	shape := bare
	for i := at; ; {
		for i < len(text) && s.class[text[i]] == ordinary {
			i++
		}
		if i < len(text) && s.class[text[i]] == escapes {
			if i+1 == len(text) && !end {
				return 0, outside
			}
			shape, s.multi = bareEscaped, true
			i = min(i+2, len(text))
			continue
		}
		next, what := s.ending(text, i, end)
		switch what {
		case nothing: // the first byte of a longer delimiter
			i++
			continue
		case lastOne:
			if !s.cr { // "\r\n", and "\r\r\n" of texts converted twice
				for i > at && text[i-1] == '\r' {
					i--
				}
			}
		}
		if what != outside {
			s.spans = append(s.spans, span{int32(at), int32(i), shape})
		}
		return next, what
	}
}

// ending tells what stands at i, where a field may end.
func (s *scanner) ending(text []byte, i int, end bool) (int, ending) {
	if i == len(text) {
		if end {
			return i, lastOne
		}
		return 0, outside
	}
	switch c := text[i]; {
	case c == '\n':
		return i + 1, lastOne
	case c == '\r' && s.cr:
		if i+1 == len(text) && !end {
			return 0, outside
		}
		if i+1 < len(text) && text[i+1] == '\n' {
			return i + 2, lastOne
		}
		return i + 1, lastOne
	case s.delim != "" && c == s.delim[0]:
		if len(s.delim) == 1 {
			return i + 1, nextOne
		}
		if !end && len(text)-i < len(s.delim) {
			return 0, outside
		}
		if bytes.HasPrefix(text[i:], []byte(s.delim)) {
			return i + len(s.delim), nextOne
		}
	case c == '\r':
		for i < len(text) && text[i] == '\r' {
			i++
		}
		if i == len(text) || text[i] == '\n' {
			return s.ending(text, i, end)
		}
	}
	return 0, nothing
}

// quotedField reads the quoted field at at; spaces around its quotes are not
// part of it. It answers nothing when there is none, or none well formed.
func (s *scanner) quotedField(text []byte, at int, end bool) (int, ending) {
	open := s.skipSpaces(text, at)
	if open == len(text) && !end {
		return 0, outside
	}
	if open == len(text) || text[open] != s.quote {
		return 0, nothing
	}
	if open >= s.unclosed || open < s.dead {
		return s.runOnly(text, open, end)
	}
	// Once something is odd about the field it has to end before this line's end.
	bound := neverMet
	if open > at {
		bound = s.boundFrom(text, open)
	}
	shape := quoted
	for i := open + 1; ; {
		k := s.nextQuote(text[i:])
		if k < 0 || i+k+1 == len(text) && !end {
			if !end && bound == neverMet {
				s.stuck = open
				return 0, outside
			}
			if k < 0 {
				return 0, s.malformed(open, bound)
			}
		}
		if i += k; i > bound {
			return 0, s.malformed(open, bound)
		}
		if text[i] != s.quote { // a backslash and what it escapes
			shape = quotedEscaped
			i = min(i+2, len(text))
			continue
		}
		if i+1 < len(text) && text[i+1] == s.quote && s.escape != 0 && !s.closesAt(text, i+1, end) {
			shape = quotedEscaped
			i += 2
			continue
		}
		next, what := s.ending(text, i+1, end)
		if what == nothing && text[i+1] == ' ' {
			next, what = s.ending(text, s.skipSpaces(text, i+1), end)
		}
		switch what {
		case outside:
			return 0, outside
		case nothing:
			s.mess++
			if bound == neverMet {
				bound = s.boundFrom(text, i)
			}
			i++
			continue
		}
		s.spans = append(s.spans, span{int32(open + 1), int32(i), shape})
		s.multi = true
		return next, what
	}
}

// closesAt tells, for a tight scanner, that the second of two quotes closes.
func (s *scanner) closesAt(text []byte, i int, end bool) bool {
	if !s.tight {
		return false
	}
	_, what := s.ending(text, i+1, end)
	return what != nothing
}

// boundFrom is where the line's end after i stands, neverMet if not in sight.
func (s *scanner) boundFrom(text []byte, i int) int {
	if k := s.firstBreak(text[i:]); k >= 0 {
		return i + k
	}
	return neverMet
}

// malformed notes how far no closing quote is to be found for the one at open.
func (s *scanner) malformed(open, bound int) ending {
	s.mess++
	if bound != neverMet {
		s.dead = bound
	} else {
		s.unclosed = open
	}
	return nothing
}

// runOnly reads a quoted field where no closing quote is to be found beyond
// the run of quotes that it starts with: it can only hold quotes.
func (s *scanner) runOnly(text []byte, open int, end bool) (int, ending) {
	i := open
	for i < len(text) && text[i] == s.quote {
		i++
	}
	next, what := s.ending(text, i, end)
	switch {
	case what == outside:
		return 0, outside
	case what == nothing || (i-open)%2 == 1:
		s.mess++
		return 0, nothing
	}
	shape := quoted
	if i-open > 2 {
		shape = quotedEscaped
	}
	s.spans = append(s.spans, span{int32(open + 1), int32(i - 1), shape})
	return next, what
}

// nextQuote is where the next quote or backslash that escapes stands, or -1.
func (s *scanner) nextQuote(text []byte) int {
	k := bytes.IndexByte(text, s.quote)
	if s.escape == '\\' {
		within := text
		if k >= 0 {
			within = text[:k]
		}
		if e := bytes.IndexByte(within, '\\'); e >= 0 {
			return e
		}
	}
	return k
}

func (s *scanner) skipSpaces(text []byte, i int) int {
	if strings.HasPrefix(s.delim, " ") {
		return i
	}
	for i < len(text) && text[i] == ' ' {
		i++
	}
	return i
}

// firstBreak is where the first line's end stands, or -1.
func (s *scanner) firstBreak(text []byte) int {
	k := bytes.IndexByte(text, '\n')
	if s.cr {
		if k >= 0 {
			text = text[:k]
		}
		if r := bytes.IndexByte(text, '\r'); r >= 0 {
			return r
		}
	}
	return k
}

// lineEnds counts the line ends in text.
func (s *scanner) lineEnds(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if s.cr {
		n += bytes.Count(text, []byte{'\r'}) - bytes.Count(text, []byte("\r\n"))
	}
	return n
}

// unescape takes the escapes out of a field, in place, and answers what is left.
func (s *scanner) unescape(field []byte, shape shape) []byte {
	w := 0
	for i := 0; i < len(field); i++ {
		c := field[i]
		if i+1 < len(field) {
			d := field[i+1]
			switch {
			case c == '\\' && s.escape == '\\' && (d == '\\' || d == s.quote && s.quote != 0 ||
				d == '\n' || d == '\r' || s.delim != "" && d == s.delim[0]):
				c = d
				i++
			case c == s.quote && d == s.quote && shape == quotedEscaped:
				i++
			}
		}
		field[w] = c
		w++
	}
	return field[:w]
}
