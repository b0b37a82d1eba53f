// Package xmlscan cuts XML into tokens over a sliding window, without
// allocating, for the readers of spreadsheets that are XML:
//
//	s := xmlscan.New(reader, "content.xml", size, 0)
//	for {
//		token, err := s.Next()
//		if err != nil { return err } // a fault that names the part and the offset
//		switch token {
//		case xmlscan.StartTag: use(s.Name)
//		case xmlscan.TextRun:  text, err = s.AppendText(text)
//		case xmlscan.EndOfDoc: return s.Finish()
//		}
//	}
package xmlscan

import (
	"bytes"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/opc"
)

// Bounds of what a sound part can need.
const (
	windowSize = 256 << 10
	maxTag     = 4 << 20 // bytes of one tag with its attributes, or of a CDATA section
	maxAttrs   = 4096    // attributes of one tag
	maxDepth   = 512     // elements inside each other
)

// Token is what the Scanner stands on.
type Token byte

// The tokens.
const (
	StartTag Token = iota + 1 // Scanner.Name, Start and attributes are set
	EndTag
	TextRun  // see AppendText; one text may come in several runs
	EndOfDoc // behind the root's end; see Finish
)

// Scanner cuts XML into tokens over a sliding window, without allocating. It
// checks that tags nest, and refuses a DOCTYPE that declares anything: nothing
// ever expands.
// What it hands out is valid until the next call.
type Scanner struct {
	r    io.Reader
	part string // for faults

	buf      []byte
	pos, end int   // what of buf is not consumed yet
	offset   int64 // of buf[0] in the part

	// Name is the tag's name without its prefix.
	Name []byte
	// Start is the offset of the start tag.
	Start   int64
	attrs   []attr
	text    []byte // raw: see AppendText
	literal bool   // text is CDATA, so & means &

	names    []byte // of the open elements, as written
	marks    []int  // where each begins in names
	selfEnd  bool   // the start tag was <a/>: its end comes next
	rootSeen bool
}

// attr is an attribute's place in the window.
type attr struct{ name, nameEnd, value, valueEnd int }

// New scans a part of about size bytes, whose first byte to be read stands at
// an offset: of a part that was scanned before, an element may be scanned alone.
func New(r io.Reader, part string, size uint64, offset int64) *Scanner {
	return &Scanner{r: r, part: part, offset: offset, buf: make([]byte, max(4096, min(size+1, windowSize)))}
}

// Depth is the number of open elements.
func (s *Scanner) Depth() int { return len(s.marks) }

// Place is where the Scanner stands in the part.
func (s *Scanner) Place() string { return opc.PlaceOf(s.part, s.offset+int64(s.pos)) }

var (
	errTag     = errors.New("a tag is malformed")
	errNesting = errors.New("an end tag does not match its start tag")
	errDepth   = errors.New("elements are nested too deep")
	errAttrs   = errors.New("a tag has too many attributes")
	errMarkup  = errors.New("a markup declaration is malformed")
	errEntity  = errors.New("a character reference is malformed or unknown")
	errOutside = errors.New("text stands outside the root element")
)

// Bad is the fault for XML that is not well-formed.
func (s *Scanner) Bad(why error) error {
	return fault.New(fault.BadInput, say.T("A part of the workbook is not well-formed XML.")).
		Hint(say.T("Open the file in Excel and save it again.")).At(s.Place()).Because(why)
}

// fill reads more into the window behind what is not consumed yet. io.EOF
// means that the part is over, as it should or not.
func (s *Scanner) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.offset += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxTag {
			return fault.New(fault.Limit, say.T("A tag or section of the workbook's XML is longer than {limit} bytes.", "limit", maxTag)).
				Hint(say.T("Open the file in Excel and save it again.")).At(s.Place())
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

// more is fill inside a Token or an element, where the part must not end.
func (s *Scanner) more() error {
	err := s.fill()
	if err == io.EOF {
		return opc.CutShort(s.part, s.offset+int64(s.end), io.ErrUnexpectedEOF)
	}
	return err
}

// Next moves to the next Token. EndOfDoc comes after the root's end; it does
// not say that the part is over: see Finish.
func (s *Scanner) Next() (Token, error) {
	if s.selfEnd {
		s.selfEnd = false
		s.pop()
		return EndTag, nil
	}
	for {
		if s.rootSeen && len(s.marks) == 0 {
			return EndOfDoc, nil
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
				return TextRun, nil
			}
			continue
		}
		switch s.buf[s.pos+1] {
		case '/':
			return EndTag, s.closing()
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
				return TextRun, nil
			}
		default:
			return StartTag, s.opening()
		}
	}
}

// run takes text up to the next tag or, where the window ends first, up to
// where it can be cut: never inside a character reference or a line end.
func (s *Scanner) run() (whole bool, err error) {
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
				return false, s.Bad(errEntity)
			}
			return false, s.more()
		}
	}
	if len(s.marks) == 0 {
		if len(bytes.TrimSpace(b[:n])) > 0 {
			return false, s.Bad(errOutside)
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
func (s *Scanner) opening() error {
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
func (s *Scanner) parseTag() (bool, error) {
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
		return false, s.Bad(errTag)
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
				return false, s.Bad(errTag)
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
			return false, s.Bad(errTag)
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
			return false, s.Bad(errTag)
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
			return false, s.Bad(errAttrs)
		}
		s.attrs = append(s.attrs, a)
	}
	if len(s.marks) == maxDepth {
		return false, s.Bad(errDepth)
	}
	s.rootSeen = true
	s.Start = s.offset + int64(s.pos)
	s.marks = append(s.marks, len(s.names))
	s.names = append(s.names, b[s.pos+1:nameEnd]...)
	s.Name = b[local:nameEnd]
	s.pos = i
	return true, nil
}

// closing takes an end tag, which must match the open element.
func (s *Scanner) closing() error {
	if len(s.marks) == 0 {
		return s.Bad(errNesting)
	}
	name := s.names[s.marks[len(s.marks)-1]:]
	for s.end-s.pos < len(name)+3 {
		if err := s.more(); err != nil {
			return err
		}
	}
	i := s.pos + 2
	if !bytes.Equal(s.buf[i:i+len(name)], name) {
		return s.Bad(errNesting)
	}
	i += len(name)
	for s.buf[i] != '>' {
		if s.buf[i] > ' ' {
			return s.Bad(errNesting)
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

func (s *Scanner) pop() {
	last := len(s.marks) - 1
	s.names = s.names[:s.marks[last]]
	s.marks = s.marks[:last]
}

// declaration takes what begins with "<!": a comment, or CDATA, which is text.
func (s *Scanner) declaration() (isText bool, err error) {
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
		return false, s.doctype()
	}
	return false, s.Bad(errMarkup)
}

// doctype drops a document type declaration. One with declarations of its own
// could make a little text expand to a lot, and no program that saves
// spreadsheets writes one.
func (s *Scanner) doctype() error {
	for i := 0; ; {
		b := s.buf[s.pos:s.end]
		for ; i < len(b); i++ {
			switch b[i] {
			case '[':
				return fault.New(fault.BadInput, say.T("The file declares entities of its own (DOCTYPE), which could expand without end.")).
					Hint(say.T("Open it in Excel or LibreOffice, save it as .xlsx and add that file.")).At(s.Place())
			case '>':
				s.pos += i + 1
				return nil
			}
		}
		if err := s.more(); err != nil {
			return err
		}
	}
}

// cdata hands out a CDATA section, which must fit in the largest window.
func (s *Scanner) cdata(head int) error {
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
func (s *Scanner) skipPast(mark string) error {
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

// Skip drops the rest of the element whose start tag was just read.
func (s *Scanner) Skip() error {
	for inside := s.Depth() - 1; s.Depth() > inside; {
		if _, err := s.Next(); err != nil {
			return err
		}
	}
	return nil
}

// Finish reads the part to its end, so that its size and checksum are proven.
func (s *Scanner) Finish() error {
	for {
		s.pos = s.end
		if err := s.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// AppendText appends the text of a TextRun with its references resolved.
func (s *Scanner) AppendText(dst []byte) ([]byte, error) {
	if s.literal {
		return appendLines(dst, s.text), nil
	}
	dst, err := AppendText(dst, s.text)
	if err != nil {
		return dst, s.Bad(err)
	}
	return dst, nil
}

// Attr is the raw value of the attribute of that name, prefix and all. It is
// valid until the next token.
func (s *Scanner) Attr(name string) ([]byte, bool) {
	for _, a := range s.attrs {
		if string(s.buf[a.name:a.nameEnd]) == name {
			return s.buf[a.value:a.valueEnd], true
		}
	}
	return nil, false
}

// LocalAttr is Attr of a name under whatever prefix, or none.
func (s *Scanner) LocalAttr(name string) ([]byte, bool) {
	for _, a := range s.attrs {
		n := s.buf[a.name:a.nameEnd]
		if len(n) >= len(name) && string(n[len(n)-len(name):]) == name && (len(n) == len(name) || n[len(n)-len(name)-1] == ':') {
			return s.buf[a.value:a.valueEnd], true
		}
	}
	return nil, false
}

// Value resolves the references of an attribute's raw value.
func (s *Scanner) Value(raw []byte) (string, error) {
	text, err := AppendText(nil, raw)
	if err != nil {
		return "", s.Bad(err)
	}
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD"))), nil
}

// Inside tells whether the elements from the root to the one that is open are
// named so, without their prefixes.
func (s *Scanner) Inside(names ...string) bool {
	if len(names) != len(s.marks) {
		return false
	}
	for i, want := range names {
		end := len(s.names)
		if i+1 < len(s.marks) {
			end = s.marks[i+1]
		}
		name := s.names[s.marks[i]:end]
		if n := bytes.LastIndexByte(name, ':'); n >= 0 {
			name = name[n+1:]
		}
		if string(name) != want {
			return false
		}
	}
	return true
}

// IsTrue reads an xsd:boolean.
func IsTrue(b []byte) bool { return string(b) == "1" || string(b) == "true" }

// Attrs is how many attributes the start tag has.
func (s *Scanner) Attrs() int { return len(s.attrs) }

// AttrAt is the name, prefix and all, and the raw value of the i-th attribute,
// valid until the next token.
func (s *Scanner) AttrAt(i int) (name, value []byte) {
	a := s.attrs[i]
	return s.buf[a.name:a.nameEnd], s.buf[a.value:a.valueEnd]
}

// Offset is where the scanner stands in the part.
func (s *Scanner) Offset() int64 { return s.offset + int64(s.pos) }

// ErrEncoding is the cause to give to Bad for text that is not UTF-8.
var ErrEncoding = errors.New("the text is not valid UTF-8")
