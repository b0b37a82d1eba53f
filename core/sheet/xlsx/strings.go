package xlsx

import (
	"context"
	"math"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
)

// memoryBytes is how much of shared strings is kept in memory; what is more
// goes to a temporary file.
const memoryBytes = 64 << 20

// stringTable is the workbook's shared strings, one behind the other.
type stringTable struct {
	text    []byte
	ends    []uint32
	memory  int    // bytes that text and ends may take
	spilled *spill // holds them all when it is there
}

// append appends the string of that index to dst; known is false when there is none.
func (t *stringTable) append(dst []byte, i uint64) (_ []byte, known bool, err error) {
	if t.spilled != nil {
		if i >= t.spilled.count {
			return dst, false, nil
		}
		dst, err = t.spilled.append(dst, i)
		return dst, true, err
	}
	if i >= uint64(len(t.ends)) {
		return dst, false, nil
	}
	var from uint32
	if i > 0 {
		from = t.ends[i-1]
	}
	return append(dst, t.text[from:t.ends[i]]...), true, nil
}

// count is the number of strings.
func (t *stringTable) count() uint64 {
	if t.spilled != nil {
		return t.spilled.count
	}
	return uint64(len(t.ends))
}

// add takes the text behind index from as the next string.
func (t *stringTable) add(from int) error {
	if t.spilled != nil {
		err := t.spilled.add(t.text[from:])
		t.text = t.text[:0]
		return err
	}
	t.ends = append(t.ends, uint32(len(t.text)))
	if len(t.text)+4*len(t.ends) <= t.memory {
		return nil
	}
	var err error
	if t.spilled, err = newSpill(); err != nil {
		return err
	}
	begin := uint32(0)
	for _, end := range t.ends {
		if err := t.spilled.add(t.text[begin:end]); err != nil {
			return err
		}
		begin = end
	}
	t.text, t.ends = nil, nil
	return nil
}

// finish ends the adding.
func (t *stringTable) finish() error {
	if t.spilled == nil {
		return nil
	}
	t.text = nil
	return t.spilled.finish()
}

func (t *stringTable) close() error {
	if t == nil || t.spilled == nil {
		return nil
	}
	return t.spilled.close()
}

// readStrings reads the shared strings part; a book without one has no strings.
func readStrings(ctx context.Context, p *pack, part string, limits sheet.Limits) (*stringTable, error) {
	f := p.Find(part)
	if f == nil {
		return &stringTable{}, nil
	}
	body, err := p.Text(f)
	if err != nil {
		return nil, err
	}
	ahead := opc.NewReadAhead(ctx, body, f.UncompressedSize64)
	defer ahead.Close()
	// Text is about half of the part; a stated size is not trusted further
	// than what the stored bytes can make likely.
	hint := min(f.UncompressedSize64/2, f.CompressedSize64*8, memoryBytes)
	t, err := parseStrings(newScanner(ahead, f.Name, f.UncompressedSize64), limits, int(min(hint, uint64(limits.MaxStringBytes))), memoryBytes)
	if err != nil {
		_ = t.close() // the first error is the one to tell
		return nil, fault.Of(err)
	}
	return t, nil
}

// parseStrings reads the shared strings, of likely hint bytes. What
// it answers is to be closed, also with an error.
func parseStrings(s *scanner, limits sheet.Limits, hint, memory int) (*stringTable, error) {
	t := &stringTable{text: make([]byte, 0, hint), memory: memory}
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
			from := len(t.text)
			// The offsets take memory too, so they count.
			room := min(limit-taken, int64(limits.MaxCellBytes))
			if t.text, err = richText(s, t.text, int(room)); err != nil {
				return t, err
			}
			if int64(len(t.text)-from) > room {
				if room == int64(limits.MaxCellBytes) {
					return t, cellTooLarge(limits.MaxCellBytes).At(s.place())
				}
				return t, fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
					Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.place())
			}
			if !utf8.Valid(t.text[from:]) {
				return t, s.bad(errEncoding)
			}
			t.text = t.text[:from+len(unescape(t.text[from:]))]
			taken += int64(len(t.text)-from) + 4
			if err := t.add(from); err != nil {
				return t, err
			}
		case endOfDoc:
			if err := s.finish(); err != nil {
				return t, err
			}
			return t, t.finish()
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
			} else if dst, err = appendText(dst, s.text); err != nil {
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
