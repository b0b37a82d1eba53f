package xlsx

import (
	"context"
	"errors"
	"math"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/texts"
	"sheetmill/core/sheet/xmlscan"
)

// openStrings begins to read the shared strings part; a book without one has no strings.
func openStrings(ctx context.Context, p *pack, part string, limits sheet.Limits) (*sharedStrings, error) {
	f := p.Find(part)
	if f == nil {
		return &sharedStrings{Table: &texts.Table{}, ended: true}, nil
	}
	body, err := p.Text(f)
	if err != nil {
		return nil, err
	}
	// Text is about half of the part; a stated size is not trusted further
	// than what the stored bytes can make likely.
	hint := min(f.UncompressedSize64/2, f.CompressedSize64*8, texts.MemoryBytes)
	ahead := opc.NewReadAhead(ctx, body, f.UncompressedSize64)
	t, err := newStrings(newScanner(ahead, f.Name, f.UncompressedSize64), limits, int(min(hint, uint64(limits.MaxStringBytes))))
	t.ahead = ahead
	if err != nil {
		return nil, errors.Join(fault.Of(err), t.Close())
	}
	return t, nil
}

// sharedStrings are the shared strings, as far as they are read.
type sharedStrings struct {
	*texts.Table

	scan   *scanner
	ahead  *opc.ReadAhead // nil where the part is in memory
	limits sheet.Limits
	limit  int64
	taken  int64 // the texts, and 4 bytes for each of them
	ended  bool
}

// newStrings begins to read the part, of likely hint bytes. What
// it answers is to be closed, also with an error.
func newStrings(s *scanner, limits sheet.Limits, hint int) (*sharedStrings, error) {
	t := &sharedStrings{Table: texts.New(hint), scan: s, limits: limits, limit: min(limits.MaxStringBytes, math.MaxUint32)}
	return t, enter(s, "sst")
}

// all reads to the end of the part.
func (t *sharedStrings) all() error {
	for !t.ended {
		if err := t.next(); err != nil {
			return fault.Of(err)
		}
	}
	if t.ahead != nil {
		t.ahead.Close()
		t.ahead = nil
	}
	t.scan = nil
	return nil
}

// glanceBytes is how far a glance reads shared strings: less than is kept in memory.
const glanceBytes = texts.MemoryBytes / 4

// unread is what a glance shows of a text that lies further back.
const unread = "…"

// glance appends string i to dst, reading as far as that.
func (t *sharedStrings) glance(dst []byte, i uint64) ([]byte, bool, error) {
	for !t.ended && i >= t.Count() {
		if t.taken > glanceBytes {
			return append(dst, unread...), true, nil
		}
		if err := t.next(); err != nil {
			return dst, false, err
		}
	}
	return t.Append(dst, i)
}

// next reads one string, or finds the end.
func (t *sharedStrings) next() error {
	s := t.scan
	tok, err := s.next()
	switch {
	case err != nil:
		return err
	case tok == endOfDoc:
		t.ended = true
		if err := s.finish(); err != nil {
			return err
		}
		return t.Finish()
	case tok != startTag:
		return nil
	case string(s.name) != "si":
		return s.skip()
	}
	from := len(t.Text)
	// The offsets take memory too, so they count.
	room := min(t.limit-t.taken, int64(t.limits.MaxCellBytes))
	if t.Text, err = richText(s, t.Text, int(room)); err != nil {
		return err
	}
	if int64(len(t.Text)-from) > room {
		if room == int64(t.limits.MaxCellBytes) {
			return cellTooLarge(t.limits.MaxCellBytes).At(s.place())
		}
		return fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", t.limit)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.place())
	}
	if !utf8.Valid(t.Text[from:]) {
		return s.bad(errEncoding)
	}
	t.Text = t.Text[:from+len(unescape(t.Text[from:]))]
	t.taken += int64(len(t.Text)-from) + 4
	return t.Add(from)
}

// Close ends the reading and removes what was kept. It may be called once.
func (t *sharedStrings) Close() error {
	if t == nil {
		return nil
	}
	if t.ahead != nil {
		t.ahead.Close()
	}
	return t.Table.Close()
}

// enter moves past the start tag of the root, which must have that name.
func enter(s *scanner, root string) error {
	if _, err := s.next(); err != nil {
		return err
	}
	if string(s.name) != root {
		return fault.New(fault.BadInput, say.T("A part of the workbook holds <{found}> where <{wanted}> belongs.", "found", string(s.name[:min(len(s.name), 64)]), "wanted", root)).
			Hint(say.T("Open the file in Excel and save it again.")).At(s.place())
	}
	return nil
}

// richText appends the text of <si> or <is>, whose start tag was just read:
// <t>, and <t> of each run <r>, without phonetic guides <rPh>. It stops soon
// after more than room bytes were added, which the caller checks.
func richText(s *scanner, dst []byte, room int) ([]byte, error) {
	outside := s.depth() - 1
	from := len(dst)
	for s.depth() > outside && len(dst)-from <= room {
		tok, err := s.next()
		if err != nil {
			return dst, err
		}
		if tok != startTag {
			continue
		}
		switch string(s.name) {
		case "t":
			dst, err = innerText(s, dst, room-(len(dst)-from))
		case "r": // its text is one level down
		default:
			err = s.skip()
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// innerText appends the text of the element whose start tag was just read. It
// stops soon after more than room bytes were added, which the caller checks.
func innerText(s *scanner, dst []byte, room int) ([]byte, error) {
	outside := s.depth() - 1
	from := len(dst)
	for s.depth() > outside && len(dst)-from <= room {
		tok, err := s.next()
		if err != nil {
			return dst, err
		}
		switch tok {
		case startTag:
			if err := s.skip(); err != nil {
				return dst, err
			}
		case textRun:
			if s.literal {
				dst = append(dst, s.text...)
			} else if dst, err = xmlscan.AppendText(dst, s.text); err != nil {
				return dst, s.bad(err)
			}
		}
	}
	return dst, nil
}

func cellTooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the text, or raise the limit."))
}
