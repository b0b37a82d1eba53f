package xmlscan

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// UTF8 decodes a file that is XML: its first bytes and its declaration tell the
// encoding (XML 1.0, appendix F), which is answered by its IANA name. A byte
// order mark is dropped.
func UTF8(r io.Reader) (text io.Reader, name string, err error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(256)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := br.Discard(3)
		return br, "utf-8", err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		name, enc = "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		name, enc = "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		name = declared(head)
		switch name {
		case "", "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
			return br, "utf-8", nil // UTF-16 would have shown in the first bytes
		}
		if enc, err = htmlindex.Get(name); err != nil {
			return nil, "", fault.New(fault.BadInput, say.T("The part is written in the unknown encoding {name}.", "name", name)).
				Hint(say.T("Open the file in Excel and save it again.")).Because(err)
		}
		if canonical, err := htmlindex.Name(enc); err == nil {
			name = canonical
		}
	}
	return transform.NewReader(br, enc.NewDecoder()), name, nil
}

// declared is what <?xml ... encoding="name"?> says in small letters, or "".
func declared(head []byte) string {
	head = bytes.TrimLeft(head, " \t\r\n")
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
	return strings.ToLower(string(name))
}
