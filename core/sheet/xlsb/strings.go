package xlsb

import (
	"context"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/opc"
)

// mostStrings bounds the shared strings, which are held in memory, whatever
// the limit is raised to.
const mostStrings = 96 << 20

// table is the workbook's shared strings, one behind the other.
type table struct {
	text []byte
	ends []uint32
}

// at is the string of that index; false when there is none.
func (t *table) at(i uint32) ([]byte, bool) {
	if uint64(i) >= uint64(len(t.ends)) {
		return nil, false
	}
	var from uint32
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.text[from:t.ends[i]], true
}

// readStrings reads the shared strings; a book without the part has none.
func (b *book) readStrings(ctx context.Context) (*table, error) {
	t := &table{}
	f := b.pack.Find(b.stringsPart)
	if f == nil {
		return t, nil
	}
	body, err := b.pack.Binary(f)
	if err != nil {
		return nil, err
	}
	ahead := opc.NewReadAhead(ctx, body, f.UncompressedSize64)
	defer ahead.Close()
	r := newRecords(ahead, f.Name, b.limits.MaxCellBytes)
	limit := min(b.limits.MaxStringBytes, mostStrings)
	for {
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil, r.cutShort()
			}
			return nil, err
		}
		switch r.id {
		case recItem: // flags, then the text, then runs and phonetics
			if len(r.data) < 1 {
				return nil, r.damaged()
			}
			from := len(t.text)
			var ok bool
			if t.text, _, ok = wideText(t.text, r.data[1:]); !ok {
				return nil, r.damaged()
			}
			if len(t.text)-from > b.limits.MaxCellBytes {
				return nil, cellTooLarge(b.limits.MaxCellBytes).At(r.place())
			}
			// The offsets take memory too, so they count.
			if int64(len(t.text))+4*int64(len(t.ends)) > limit {
				return nil, fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
					Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(r.place())
			}
			t.ends = append(t.ends, uint32(len(t.text)))
		case recEndStrings:
			return t, r.finish()
		}
	}
}

func cellTooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the text, or raise the limit."))
}
