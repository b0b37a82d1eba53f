package htmltable

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// declarations stand near a page's start; browsers look at 1,024 bytes, Excel further.
const headSize = 8 << 10

// newPage decides how a page is encoded: as asked, as its byte order mark says,
// UTF-8 when all of it is that, as it declares; else GB18030 if all of it is
// that, or Windows-1252. A declaration is checked, as programs that write
// "utf-8" above what they write in another encoding are common.
func newPage(ctx context.Context, f sheet.File, asked string) (page, error) {
	p := page{file: f, encoding: "utf-8"}
	head := make([]byte, min(headSize, f.Size()))
	if n, err := f.ReadAt(head, 0); err != nil && !(errors.Is(err, io.EOF) && n == len(head)) {
		return p, unread(err)
	}
	if asked != "" {
		enc, err := htmlindex.Get(asked)
		if err != nil {
			return p, fault.New(fault.Usage, say.T("{name} is not the name of an encoding.", "name", asked)).
				Hint(say.T("Use a name such as utf-8, gb18030, big5 or windows-1252.")).Because(err)
		}
		p.use(enc)
		return p, nil
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		p.encoding, p.decode = "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		return p, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		p.encoding, p.decode = "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		return p, nil
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		p.skip = 3
	}
	sound, err := all(ctx, f, p.skip, validUTF8)
	switch {
	case err != nil:
		return p, err
	case sound:
		return p, nil
	case p.skip > 0: // it says so in its first bytes, and is damaged
		p.decode = unicode.UTF8
		return p, nil
	}
	if enc, err := htmlindex.Get(charsetOf(head)); err == nil && enc != unicode.UTF8 {
		p.use(enc)
		return p, nil
	}
	if sound, err = all(ctx, f, 0, validGB18030()); err != nil {
		return p, err
	}
	if sound {
		p.use(simplifiedchinese.GB18030)
		return p, nil
	}
	if charsetOf(head) != "" { // UTF-8 with a few bytes broken
		p.decode = unicode.UTF8
		return p, nil
	}
	enc, err := htmlindex.Get("windows-1252")
	p.use(enc)
	return p, err
}

func (p *page) use(enc encoding.Encoding) {
	if enc == simplifiedchinese.GBK || enc == simplifiedchinese.HZGB2312 && p.encoding == "" {
		enc = simplifiedchinese.GB18030 // which has all of GBK, and more
	}
	p.decode = enc
	if name, err := htmlindex.Name(enc); err == nil {
		p.encoding = name
	}
}

// charsetOf is the charset that a page declares in a meta tag or an XML
// declaration, or "".
func charsetOf(head []byte) string {
	low := strings.ToLower(string(head))
	for _, mark := range []string{"charset", "encoding"} {
		rest := low
		for {
			_, after, ok := strings.Cut(rest, mark)
			if !ok {
				break
			}
			rest = after
			value, ok := strings.CutPrefix(strings.TrimLeft(after, " \t\r\n"), "=")
			if !ok {
				continue
			}
			value = strings.TrimLeft(value, " \t\r\n\"'")
			if end := strings.IndexAny(value, " \t\r\n\"'>;?/"); end > 0 {
				return value[:end]
			}
		}
	}
	return ""
}

// all tells whether every chunk of the file is sound; a check answers how many
// bytes at the chunk's end it leaves for the next one.
func all(ctx context.Context, f sheet.File, from int64, check func(chunk []byte, end bool) (left int, sound bool)) (bool, error) {
	buf := make([]byte, 0, 256<<10)
	at := from
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := f.ReadAt(buf[len(buf):cap(buf)], at)
		buf, at = buf[:len(buf)+n], at+int64(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, unread(err)
		}
		end := at >= f.Size() || n == 0
		left, sound := check(buf, end)
		if !sound || end {
			return sound, nil
		}
		buf = append(buf[:0], buf[len(buf)-left:]...)
	}
}

func validUTF8(chunk []byte, end bool) (int, bool) {
	left := 0
	if !end {
		for left < min(utf8.UTFMax, len(chunk)) && !utf8.Valid(chunk[:len(chunk)-left]) {
			left++
		}
	}
	return left, utf8.Valid(chunk[:len(chunk)-left])
}

// validGB18030 checks chunks by decoding them.
func validGB18030() func([]byte, bool) (int, bool) {
	dec := simplifiedchinese.GB18030.NewDecoder()
	out := make([]byte, 1<<20)
	return func(chunk []byte, end bool) (int, bool) {
		n, used, _ := dec.Transform(out, chunk, end)
		return len(chunk) - used, used > 0 && !bytes.Contains(out[:n], []byte("\uFFFD"))
	}
}
