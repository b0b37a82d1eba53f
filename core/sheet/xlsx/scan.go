package xlsx

import (
	"bytes"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/xmlscan"
)

// Bounds of what a sound part can need.
const (
	windowSize = 256 << 10
	maxTag     = 4 << 20 // bytes of one tag with its attributes, or of a CDATA section
	maxAttrs   = 4096    // attributes of one tag
	maxDepth   = 512     // elements inside each other
)

// token is what the scanner stands on.
type token byte

const (
	startTag token = iota + 1 // scanner.name and attributes are set
	endTag
	textRun // scanner.text is set; one text may come in several runs
	endOfDoc
)

// scanner cuts XML into tokens over a sliding window, without allocating. It
// checks that tags nest and refuses DOCTYPE; names lose their prefix.
// What it hands out is valid until the next call.
type scanner struct {
	r    io.Reader
	part string // for faults

	buf      []byte
	pos, end int   // what of buf is not consumed yet
	offset   int64 // of buf[0] in the part

	name    []byte // local name of the tag
	attrs   []attr
	text    []byte // raw: see appendText
	literal bool   // text is CDATA, so & means &

	names    []byte // of the open elements, as written
	marks    []int  // where each begins in names
	selfEnd  bool   // the start tag was <a/>: its end comes next
	rootSeen bool
}

// attr is an attribute's place in the window.
type attr struct{ name, nameEnd, value, valueEnd int }

// newScanner scans a part that inflates to about size bytes.
func newScanner(r io.Reader, part string, size uint64) *scanner {
	return &scanner{r: r, part: part, buf: make([]byte, max(4096, min(size+1, windowSize)))}
}

// depth is the number of open elements.
func (s *scanner) depth() int { return len(s.marks) }

// place is where the scanner stands in the part.
func (s *scanner) place() string { return opc.PlaceOf(s.part, s.offset+int64(s.pos)) }

var (
	errTag      = errors.New("a tag is malformed")
	errNesting  = errors.New("an end tag does not match its start tag")
	errDepth    = errors.New("elements are nested too deep")
	errAttrs    = errors.New("a tag has too many attributes")
	errMarkup   = errors.New("a markup declaration is malformed")
	errEntity   = errors.New("a character reference is malformed or unknown")
	errEncoding = errors.New("the text is not valid UTF-8")
	errOutside  = errors.New("text stands outside the root element")
)

// bad is the fault for XML that is not well-formed.
func (s *scanner) bad(why error) error {
	return fault.New(fault.BadInput, say.T("A part of the workbook is not well-formed XML.")).
		Hint(say.T("Open the file in Excel and save it again.")).At(s.place()).Because(why)
}

// fill reads more into the window behind what is not consumed yet. io.EOF
// means that the part is over, as it should or not.
func (s *scanner) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.offset += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxTag {
			return fault.New(fault.Limit, say.T("A tag or section of the workbook's XML is longer than {limit} bytes.", "limit", maxTag)).
				Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if n > 0 {
			return nil // an error comes again with the next read
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// more is fill inside a token or an element, where the part must not end.
func (s *scanner) more() error {
	err := s.fill()
	if err == io.EOF {
		return opc.CutShort(s.part, s.offset+int64(s.end), io.ErrUnexpectedEOF)
	}
	return err
}

// next moves to the next token. endOfDoc comes after the root's end; it does
// not say that the part is over: see finish.
func (s *scanner) next() (token, error) {
	if s.selfEnd {
		s.selfEnd = false
		s.pop()
		return endTag, nil
	}
	for {
		if s.rootSeen && len(s.marks) == 0 {
			return endOfDoc, nil
		}
		if s.end-s.pos < 2 {
			if err := s.more(); err != nil {
				return 0, err
			}
			continue
		}
		if s.buf[s.pos] != '<' {
			whole, err := s.run()
			if err != nil {
				return 0, err
			}
			if whole {
				return textRun, nil
			}
			continue
		}
		switch s.buf[s.pos+1] {
		case '/':
			return endTag, s.closing()
		case '?':
			if err := s.skipPast("?>"); err != nil {
				return 0, err
			}
		case '!':
			isText, err := s.declaration()
			if err != nil {
				return 0, err
			}
			if isText {
				return textRun, nil
			}
		default:
			return startTag, s.opening()
		}
	}
}

// run takes text up to the next tag or, where the window ends first, up to
// where it can be cut: never inside a character reference or a line end.
func (s *scanner) run() (whole bool, err error) {
	b := s.buf[s.pos:s.end]
	n := bytes.IndexByte(b, '<')
	if n < 0 {
		n = len(b)
		if amp := bytes.LastIndexByte(b[max(0, n-maxEntity):], '&'); amp >= 0 {
			amp += max(0, n-maxEntity)
			if bytes.IndexByte(b[amp:], ';') < 0 {
				n = amp
			}
		}
		if n > 0 && b[n-1] == '\r' {
			n--
		}
		if n == 0 {
			if len(b) > maxEntity {
				return false, s.bad(errEntity)
			}
			return false, s.more()
		}
	}
	if len(s.marks) == 0 {
		if len(bytes.TrimSpace(b[:n])) > 0 {
			return false, s.bad(errOutside)
		}
		s.pos += n
		return false, nil
	}
	s.text, s.literal = b[:n], false
	s.pos += n
	return true, nil
}

// stops are the bytes that end a name inside a tag.
var stops = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, '/': true, '>': true, '=': true, '<': true, '"': true, '\'': true}

// opening parses a start tag whole, once the window holds it.
func (s *scanner) opening() error {
	for ended := false; ; {
		ok, err := s.parseTag()
		if err != nil || ok {
			return err
		}
		if ended {
			return opc.CutShort(s.part, s.offset+int64(s.end), io.ErrUnexpectedEOF)
		}
		// Twice as much before it is parsed anew: a long tag is not read over and over.
		for want := min(2*(s.end-s.pos), maxTag); ; {
			if err := s.fill(); err == io.EOF {
				ended = true
			} else if err != nil {
				return err
			}
			if ended || s.end-s.pos >= want {
				break
			}
		}
	}
}

// parseTag parses the start tag at s.pos; false when the window ends inside it.
func (s *scanner) parseTag() (bool, error) {
	b := s.buf[:s.end]
	i := s.pos + 1
	local := i
	for i < len(b) && !stops[b[i]] {
		if b[i] == ':' {
			local = i + 1
		}
		i++
	}
	if i == len(b) {
		return false, nil
	}
	nameEnd := i
	if local == nameEnd {
		return false, s.bad(errTag)
	}
	s.attrs = s.attrs[:0]
	for {
		for i < len(b) && b[i] <= ' ' {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		if b[i] == '>' {
			i++
			break
		}
		if b[i] == '/' {
			if i+1 == len(b) {
				return false, nil
			}
			if b[i+1] != '>' {
				return false, s.bad(errTag)
			}
			s.selfEnd = true
			i += 2
			break
		}
		a := attr{name: i}
		for i < len(b) && !stops[b[i]] {
			i++
		}
		a.nameEnd = i
		for i < len(b) && b[i] <= ' ' {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		if b[i] != '=' || a.name == a.nameEnd {
			return false, s.bad(errTag)
		}
		i++
		for i < len(b) && b[i] <= ' ' {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		quote := b[i]
		if quote != '"' && quote != '\'' {
			return false, s.bad(errTag)
		}
		i++
		a.value = i
		for i < len(b) && b[i] != quote {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		a.valueEnd = i
		i++
		if len(s.attrs) == maxAttrs {
			return false, s.bad(errAttrs)
		}
		s.attrs = append(s.attrs, a)
	}
	if len(s.marks) == maxDepth {
		return false, s.bad(errDepth)
	}
	s.rootSeen = true
	s.marks = append(s.marks, len(s.names))
	s.names = append(s.names, b[s.pos+1:nameEnd]...)
	s.name = b[local:nameEnd]
	s.pos = i
	return true, nil
}

// closing takes an end tag, which must match the open element.
func (s *scanner) closing() error {
	if len(s.marks) == 0 {
		return s.bad(errNesting)
	}
	name := s.names[s.marks[len(s.marks)-1]:]
	for s.end-s.pos < len(name)+3 {
		if err := s.more(); err != nil {
			return err
		}
	}
	i := s.pos + 2
	if !bytes.Equal(s.buf[i:i+len(name)], name) {
		return s.bad(errNesting)
	}
	i += len(name)
	for s.buf[i] != '>' {
		if s.buf[i] > ' ' {
			return s.bad(errNesting)
		}
		if i++; i == s.end {
			i -= s.pos
			if err := s.more(); err != nil {
				return err
			}
			i += s.pos
		}
	}
	s.pos = i + 1
	s.pop()
	return nil
}

func (s *scanner) pop() {
	last := len(s.marks) - 1
	s.names = s.names[:s.marks[last]]
	s.marks = s.marks[:last]
}

// declaration takes what begins with "<!": a comment, or CDATA, which is text.
func (s *scanner) declaration() (isText bool, err error) {
	const comment, cdata, doctype = "<!--", "<![CDATA[", "<!DOCTYPE"
	for s.end-s.pos < len(cdata) {
		if b := s.buf[s.pos:s.end]; len(b) >= len(comment) && string(b[:len(comment)]) == comment {
			break
		}
		if err := s.more(); err != nil {
			return false, err
		}
	}
	b := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(b, []byte(comment)):
		s.pos += len(comment)
		return false, s.skipPast("-->")
	case bytes.HasPrefix(b, []byte(cdata)) && len(s.marks) > 0:
		return true, s.cdata(len(cdata))
	case bytes.HasPrefix(b, []byte(doctype)):
		return false, fault.New(fault.BadInput, say.T("A part of the workbook has a document type declaration (DOCTYPE), which workbooks must not have.")).
			Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
	}
	return false, s.bad(errMarkup)
}

// cdata hands out a CDATA section, which must fit in the largest window.
func (s *scanner) cdata(head int) error {
	from := head
	for {
		b := s.buf[s.pos:s.end]
		if n := bytes.Index(b[from:], []byte("]]>")); n >= 0 {
			s.text, s.literal = b[head:from+n], true
			s.pos += from + n + 3
			return nil
		}
		from = max(head, len(b)-2)
		if err := s.more(); err != nil {
			return err
		}
	}
}

// skipPast drops everything up to and with the mark.
func (s *scanner) skipPast(mark string) error {
	for {
		b := s.buf[s.pos:s.end]
		if n := bytes.Index(b, []byte(mark)); n >= 0 {
			s.pos += n + len(mark)
			return nil
		}
		s.pos += max(0, len(b)-len(mark)+1)
		if err := s.more(); err != nil {
			return err
		}
	}
}

// skip drops the rest of the element whose start tag was just read.
func (s *scanner) skip() error {
	for inside := s.depth() - 1; s.depth() > inside; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// finish reads the part to its end, so that its size and checksum are proven.
func (s *scanner) finish() error {
	for {
		s.pos = s.end
		if err := s.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// attr is the raw value of the attribute of that name, prefix and all.
func (s *scanner) attr(name string) ([]byte, bool) {
	for _, a := range s.attrs {
		if string(s.buf[a.name:a.nameEnd]) == name {
			return s.buf[a.value:a.valueEnd], true
		}
	}
	return nil, false
}

// attrText is the attribute's value with its references resolved; "" when it
// is not there.
func (s *scanner) attrText(name string) (string, error) {
	raw, ok := s.attr(name)
	if !ok {
		return "", nil
	}
	text, err := xmlscan.AppendText(nil, raw)
	if err != nil {
		return "", s.bad(err)
	}
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD"))), nil
}

// relID is the value of the attribute id of any prefix, as in r:id.
func (s *scanner) relID() string {
	for _, a := range s.attrs {
		if bytes.HasSuffix(s.buf[a.name:a.nameEnd], []byte(":id")) {
			return string(s.buf[a.value:a.valueEnd])
		}
	}
	return ""
}

// isTrue reads an xsd:boolean.
func isTrue(b []byte) bool { return string(b) == "1" || string(b) == "true" }
