// Package opc reads the zip packages that Office Open XML files are (Open
// Packaging Conventions, ECMA-376 part 2): parts by name, each proven to its
// end, with limits on what they inflate to.
//
//	pack, err := opc.Open(file, limits.MaxInflated)
//	if err != nil { return err }
//	part := pack.Find("xl/workbook.xml") // nil when there is none
//	body, err := pack.Text(part)         // as UTF-8
//	defer body.Close()
//
// Every error is a fault that names the part and the offset.
package opc

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// A part that says it inflates to more than bombBytes from less than a
// bombRatio-th of that holds nothing but repetition, such as rows without
// cells: even cells that are all alike differ in their addresses, which keeps
// real sheets below a fifth of this ratio. Less than bombBytes is read in about
// a second, whatever it holds.
const (
	bombBytes = 128 << 20
	bombRatio = 250
)

// Package is the parts of a file by name, without regard to case or to which
// way slashes lean.
type Package struct {
	parts       map[string]*zip.File
	file        *trackedFile // nil when the zip was opened by someone else
	maxInflated int64
}

// Open reads the zip's directory. No part may inflate to more than maxInflated
// bytes; 0 is no bound. A file that is no whole zip is a BadInput fault.
func Open(f sheet.File, maxInflated int64) (*Package, error) {
	tracked := &trackedFile{File: f}
	if err := CheckDirectory(tracked); err != nil {
		return nil, err
	}
	zr, err := zip.NewReader(tracked, f.Size())
	if err != nil {
		if lost := tracked.failure(); lost != nil {
			return nil, unreadable(lost)
		}
		return nil, NoDirectory(f, err)
	}
	zr.RegisterDecompressor(zip.Deflate, flate.NewReader)
	p := FromZip(zr)
	p.file, p.maxInflated = tracked, maxInflated
	return p, nil
}

// FromZip is the package in a zip whose directory was read.
func FromZip(zr *zip.Reader) *Package {
	p := &Package{parts: make(map[string]*zip.File, len(zr.File))}
	for _, f := range zr.File {
		p.parts[partKey(f.Name)] = f
	}
	return p
}

// partKey makes part names comparable.
func partKey(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// Find is the part of that name, or nil.
func (p *Package) Find(name string) *zip.File {
	if name == "" {
		return nil
	}
	if f := p.parts[partKey(name)]; f != nil {
		return f
	}
	// Targets are URIs: a name with a space may be written with %20.
	if plain, err := url.PathUnescape(name); err == nil && plain != name {
		return p.parts[partKey(plain)]
	}
	return nil
}

// Text starts reading a part as UTF-8; see [Package.Binary].
func (p *Package) Text(f *zip.File) (io.ReadCloser, error) {
	r, err := p.open(f)
	if err != nil {
		return nil, err
	}
	if err := r.decode(); err != nil {
		_ = r.body.Close() // the first error is the one to tell
		return nil, err
	}
	return r, nil
}

// Binary starts reading a part as it is. Sizes past the limits are refused
// here, before anything is inflated: archive/zip holds the part to its stated
// size. The reader's errors are faults; io.EOF comes only when the checksum
// was right.
func (p *Package) Binary(f *zip.File) (io.ReadCloser, error) {
	r, err := p.open(f)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (p *Package) open(f *zip.File) (*partReader, error) {
	size, stored := f.UncompressedSize64, f.CompressedSize64
	switch {
	case p.maxInflated > 0 && size > uint64(p.maxInflated):
		return nil, fault.New(fault.Limit, say.T("The part inflates to {size} bytes, over the limit of {limit} (MaxInflated).", "size", size, "limit", p.maxInflated)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(f.Name)
	case size > bombBytes && size/bombRatio > stored:
		return nil, fault.New(fault.Limit, say.T("The part inflates to {size} bytes from only {stored}; it looks like a zip bomb.", "size", size, "stored", stored)).
			Hint(say.T("Open the file in Excel, delete the unused rows and columns and save it again.")).At(f.Name)
	case f.Flags&1 != 0:
		return nil, fault.New(fault.BadInput, say.T("The part is encrypted inside the zip file, which workbooks never are.")).
			Hint(say.T("Unpack the file with its password and save it as .xlsx again.")).At(f.Name)
	}
	body, err := f.Open()
	if err != nil {
		return nil, p.damaged(f.Name, 0, err)
	}
	return &partReader{pack: p, name: f.Name, body: body, text: body}, nil
}

// damaged says why a part cannot be read to its end.
func (p *Package) damaged(part string, offset int64, err error) error {
	if p.file != nil {
		if lost := p.file.failure(); lost != nil {
			return unreadable(lost).At(PlaceOf(part, offset))
		}
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return CutShort(part, offset, err)
	}
	if errors.Is(err, zip.ErrAlgorithm) {
		return fault.New(fault.BadInput, say.T("A part of the file is packed in a way that workbooks do not use.")).
			Hint(say.T("Open the file in Excel and save it again.")).At(PlaceOf(part, offset)).Because(err)
	}
	return fault.New(fault.BadInput, say.T("A part of the file is damaged.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(PlaceOf(part, offset)).Because(err)
}

// CutShort is the fault of a part that ends too early, at an offset in bytes.
func CutShort(part string, offset int64, err error) error {
	return fault.New(fault.BadInput, say.T("A part of the file is cut short.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(PlaceOf(part, offset)).Because(err)
}

func unreadable(err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	return fault.New(fault.Unreachable, say.T("The file cannot be read just now.")).
		Hint(say.T("Check the disk or the network and try again.")).Because(err)
}

// trackedFile remembers a failed read, to tell a broken disk from a broken file.
type trackedFile struct {
	sheet.File
	mu  sync.Mutex
	err error
}

func (t *trackedFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > t.Size() { // a broken directory points anywhere
		return 0, io.EOF
	}
	n, err := t.File.ReadAt(p, off)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.mu.Lock()
		t.err = err
		t.mu.Unlock()
	}
	return n, err
}

func (t *trackedFile) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// partReader reads a part, as UTF-8 once decode was called. Its errors are faults, but for io.EOF.
type partReader struct {
	pack *Package
	name string
	body io.ReadCloser
	text io.Reader
	read int64
}

func (r *partReader) Read(b []byte) (int, error) {
	n, err := r.text.Read(b)
	r.read += int64(n)
	if err != nil && err != io.EOF {
		err = r.pack.damaged(r.name, r.read, err)
	}
	return n, err
}

func (r *partReader) Close() error { return r.body.Close() }

// decode finds the part's encoding from its first bytes and its XML
// declaration (XML 1.0, appendix F).
func (r *partReader) decode() error {
	br := bufio.NewReaderSize(r.body, 512)
	head, err := br.Peek(256)
	if err != nil && err != io.EOF {
		return r.pack.damaged(r.name, int64(len(head)), err)
	}
	r.text = br
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := br.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		name := declaredEncoding(head)
		switch strings.ToLower(name) {
		case "", "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
			return nil // a UTF-16 part would have shown it in its first bytes
		}
		if enc, err = htmlindex.Get(name); err != nil {
			return fault.New(fault.BadInput, say.T("The part is written in the unknown encoding {name}.", "name", name)).
				Hint(say.T("Open the file in Excel and save it again.")).At(r.name).Because(err)
		}
	}
	r.text = transform.NewReader(br, enc.NewDecoder())
	return nil
}

// declaredEncoding is what <?xml ... encoding="name"?> says, or "".
func declaredEncoding(head []byte) string {
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	decl, _, ok := bytes.Cut(head, []byte("?>"))
	if !ok {
		return ""
	}
	_, rest, ok := bytes.Cut(decl, []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := bytes.Cut(rest[1:], rest[:1])
	return string(name)
}

// PlaceOf is a place in a part, for faults; in the file itself when part is "".
func PlaceOf(part string, offset int64) string {
	if part == "" {
		return fmt.Sprintf("byte %d", offset)
	}
	return fmt.Sprintf("%s, byte %d", part, offset)
}
