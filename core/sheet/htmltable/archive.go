package htmltable

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/spill"
)

const (
	maxStyleSheet = 4 << 20
	maxHead       = 1 << 20 // of a page, in which its workbook is described
)

// header is what both a message and its parts have.
type header interface{ Get(key string) string }

// archive is the reading of an MHTML file (RFC 2557).
type archive struct {
	book  *book
	ctx   context.Context //nolint:containedctx // lasts for one call
	file  sheet.File
	raw   *counting
	files []*spill.File
	size  int64 // bytes unpacked
}

// counting tells how far the file was read.
type counting struct {
	io.Reader
	at int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.at += int64(n)
	return n, err
}

// OpenArchive opens a web page that is saved in one file, as Excel and browsers
// do (MHTML). Each page in it that is a sheet of the workbook, or has a table, is
// a sheet. The pages are unpacked, to a temporary file if they are large, which
// goes with Close. Faults as those of Open, and BadInput for an archive that is
// damaged.
func OpenArchive(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	b := &book{limits: opts.Limits.OrDefault(), name: opts.Name, format: "mhtml", classes: classes{}}
	a := &archive{book: b, ctx: ctx, file: f, raw: &counting{Reader: io.NewSectionReader(f, 0, f.Size())}}
	b.close = a.close
	if err := a.read(opts); err != nil {
		return nil, fault.Of(errors.Join(err, a.close())).At(opts.Name)
	}
	return b, nil
}

func (a *archive) close() error {
	var err error
	for _, f := range a.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// damaged is the fault of an archive that does not end as it should.
func (a *archive) damaged(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.BadInput, say.T("The saved web page (.mht) is cut short or damaged.")).
		Hint(say.T("Export or download the file again and add the new copy.")).At(opc.PlaceOf("", a.raw.at)).Because(err)
}

func (a *archive) read(opts sheet.Options) error {
	message, err := mail.ReadMessage(bufio.NewReaderSize(a.raw, 64<<10))
	if err != nil {
		return a.damaged(err)
	}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return a.damaged(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		if err := a.part(message.Header, message.Body, opts); err != nil {
			return err
		}
		return a.arrange(opts)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			if !a.ended(params["boundary"]) { // it may have been a part's header that ended
				return a.damaged(io.ErrUnexpectedEOF)
			}
			return a.arrange(opts)
		}
		if err != nil {
			return a.damaged(err)
		}
		if err := a.part(part.Header, part, opts); err != nil {
			return err
		}
	}
}

// ended tells whether the mark that ends an archive stands at the file's end.
func (a *archive) ended(boundary string) bool {
	tail := make([]byte, min(4<<10, a.file.Size()))
	n, _ := a.file.ReadAt(tail, a.file.Size()-int64(len(tail))) // a short one has no mark
	return bytes.Contains(tail[:n], []byte("--"+boundary+"--"))
}

// part keeps a part that is a page, and learns from one that is a style sheet.
func (a *archive) part(h header, body io.Reader, opts sheet.Options) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "" // a part of no known kind is skipped
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	switch kind {
	case "text/css":
		text, err := io.ReadAll(io.LimitReader(body, maxStyleSheet))
		if err != nil {
			return a.damaged(err)
		}
		a.book.classes.read(string(text))
	case "text/html", "application/xhtml+xml":
		if len(a.files) == a.book.limits.MaxSheets {
			return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", a.book.limits.MaxSheets)).
				Hint(say.T("Split the workbook into smaller ones, or raise the limit."))
		}
		before := a.size
		file, err := spill.Read(a.ctx, body, func(size int64) error {
			if a.size = before + size; a.size > a.book.limits.MaxInflated {
				return fault.New(fault.Limit, say.T("The file unpacks to more than the limit of {limit} bytes (MaxInflated).", "limit", a.book.limits.MaxInflated)).
					Hint(say.T("Unpack it and add the files that are in it."))
			}
			return nil
		})
		if err != nil {
			return a.damaged(err)
		}
		a.files = append(a.files, file)
		encoding := opts.Encoding
		if encoding == "" {
			encoding = known(params["charset"])
		}
		p, err := newPage(a.ctx, file, encoding)
		if err != nil {
			return err
		}
		p.part = h.Get("Content-Location")
		a.book.pages = append(a.book.pages, p)
	}
	return nil
}

// known is a charset that decides; UTF-8 is looked for in any case, and what the
// page says itself is as good as what stands around it.
func known(charset string) string {
	switch strings.ToLower(charset) {
	case "utf-16le", "utf-16be", "utf-16":
		return charset
	}
	return ""
}

// arrange makes sheets of the pages: those that the workbook's description
// names, else those with a table.
func (a *archive) arrange(opts sheet.Options) error {
	b := a.book
	if len(b.pages) == 0 {
		return fault.New(fault.BadInput, say.T("The saved web page (.mht) holds no page.")).
			Hint(say.T("Open it in Excel or LibreOffice, save it as .xlsx and add that file.")).At(opc.PlaceOf("", a.raw.at))
	}
	sources, err := a.described(&b.pages[0])
	if err != nil {
		return err
	}
	var sheets []page
	for _, s := range sources {
		for _, p := range b.pages {
			if path.Base(strings.ReplaceAll(p.part, `\`, "/")) == s.file {
				p.info = s.info
				sheets = append(sheets, p)
				break
			}
		}
	}
	if len(sheets) == 0 {
		for _, p := range b.pages {
			none, err := all(a.ctx, p.file, 0, func(chunk []byte, _ bool) (int, bool) {
				return min(len(chunk), 16), !bytes.Contains(bytes.ToLower(chunk), []byte("<table"))
			})
			if err != nil {
				return err
			}
			if !none {
				p.info.Name = stem(p.part)
				sheets = append(sheets, p)
			}
		}
	}
	if len(sheets) == 0 {
		sheets = b.pages[:1] // which tells, as it is read, that it has no table
	}
	if len(sheets) == 1 && sheets[0].info.Name == stem(sheets[0].part) {
		sheets[0].info.Name = stem(opts.Name)
	}
	b.pages = sheets
	return nil
}

// described is a sheet as Excel's description of the workbook has it.
type described struct {
	info sheet.Info
	file string
}

func (a *archive) described(p *page) ([]described, error) {
	ahead := p.text(a.ctx)
	defer ahead.Close()
	head, err := io.ReadAll(io.LimitReader(ahead, maxHead))
	if err != nil {
		return nil, unread(err)
	}
	var found []described
	rest := string(head)
	for len(found) < a.book.limits.MaxSheets {
		_, after, ok := strings.Cut(rest, "<x:ExcelWorksheet>")
		if !ok {
			break
		}
		one, next, ok := strings.Cut(after, "</x:ExcelWorksheet>")
		if !ok {
			break
		}
		rest = next
		name, _, _ := strings.Cut(between(one, "<x:Name>"), "<")
		visible, _, _ := strings.Cut(between(one, "<x:Visible>"), "<")
		href := between(one, "<x:WorksheetSource HRef=")
		if len(href) < 2 {
			continue
		}
		file, _, _ := strings.Cut(href[1:], href[:1])
		found = append(found, described{
			info: sheet.Info{Name: html.UnescapeString(name), Hidden: visible == "SheetHidden" || visible == "SheetVeryHidden"},
			file: path.Base(strings.ReplaceAll(html.UnescapeString(file), `\`, "/")),
		})
	}
	return found, nil
}

// between is what stands behind a mark.
func between(s, mark string) string {
	_, after, _ := strings.Cut(s, mark)
	return after
}
