package xlsx

import (
	"context"
	"math"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/texts"
	"sheetmill/core/sheet/xmlscan"
)

// readStrings reads the shared strings part; a book without one has no strings.
func readStrings(ctx context.Context, p *pack, part string, limits sheet.Limits) (*texts.Table, error) {
	f := p.Find(part)
	if f == nil {
		return &texts.Table{}, nil
	}
	body, err := p.Text(f)
	if err != nil {
		return nil, err
	}
	ahead := opc.NewReadAhead(ctx, body, f.UncompressedSize64)
	defer ahead.Close()
	// Text is about half of the part; a stated size is not trusted further
	// than what the stored bytes can make likely.
	hint := min(f.UncompressedSize64/2, f.CompressedSize64*8, texts.MemoryBytes)
	t, err := parseStrings(newScanner(ahead, f.Name, f.UncompressedSize64), limits, int(min(hint, uint64(limits.MaxStringBytes))))
	if err != nil {
		_ = t.Close() // the first error is the one to tell
		return nil, fault.Of(err)
	}
	return t, nil
}

// parseStrings reads the shared strings, of likely hint bytes. What
// it answers is to be closed, also with an error.
func parseStrings(s *scanner, limits sheet.Limits, hint int) (*texts.Table, error) {
	t := texts.New(hint)
	if err := enter(s, "sst"); err != nil {
		return t, err
	}
	limit := min(limits.MaxStringBytes, math.MaxUint32)
	taken := int64(0) // the texts, and 4 bytes for each of them
	for {
		tok, err := s.next()
		if err != nil {
			return t, err
		}
		switch tok {
		case startTag:
			if string(s.name) != "si" {
				if err := s.skip(); err != nil {
					return t, err
				}
				continue
			}
			from := len(t.Text)
			// The offsets take memory too, so they count.
			room := min(limit-taken, int64(limits.MaxCellBytes))
			if t.Text, err = richText(s, t.Text, int(room)); err != nil {
				return t, err
			}
			if int64(len(t.Text)-from) > room {
				if room == int64(limits.MaxCellBytes) {
					return t, cellTooLarge(limits.MaxCellBytes).At(s.place())
				}
				return t, fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
					Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.place())
			}
			if !utf8.Valid(t.Text[from:]) {
				return t, s.bad(errEncoding)
			}
			t.Text = t.Text[:from+len(unescape(t.Text[from:]))]
			taken += int64(len(t.Text)-from) + 4
			if err := t.Add(from); err != nil {
				return t, err
			}
		case endOfDoc:
			if err := s.finish(); err != nil {
				return t, err
			}
			return t, t.Finish()
		}
	}
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
