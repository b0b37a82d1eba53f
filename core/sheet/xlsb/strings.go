package xlsb

import (
	"context"
	"errors"
	"io"
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/texts"
)

// readStrings reads the shared strings; a book without the part has none. What
// it answers is to be closed, also with an error.
func (b *book) readStrings(ctx context.Context) (*texts.Table, error) {
	t := texts.New(0)
	f := b.pack.Find(b.stringsPart)
	if f == nil {
		return t, nil
	}
	body, err := b.pack.Binary(f)
	if err != nil {
		return t, err
	}
	ahead := opc.NewReadAhead(ctx, body, f.UncompressedSize64)
	defer ahead.Close()
	r := newRecords(ahead, f.Name, b.limits.MaxCellBytes)
	limit := min(b.limits.MaxStringBytes, math.MaxUint32)
	taken := int64(0) // the texts, and 4 bytes for each of them
	for {
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return t, r.cutShort()
			}
			return t, err
		}
		switch r.id {
		case recItem: // flags, then the text, then runs and phonetics
			if len(r.data) < 1 {
				return t, r.damaged()
			}
			from := len(t.Text)
			var ok bool
			if t.Text, _, ok = wideText(t.Text, r.data[1:]); !ok {
				return t, r.damaged()
			}
			if len(t.Text)-from > b.limits.MaxCellBytes {
				return t, cellTooLarge(b.limits.MaxCellBytes).At(r.place())
			}
			if taken += int64(len(t.Text)-from) + 4; taken > limit {
				return t, fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
					Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(r.place())
			}
			if err := t.Add(from); err != nil {
				return t, err
			}
		case recEndStrings:
			if err := r.finish(); err != nil {
				return t, err
			}
			return t, t.Finish()
		}
	}
}

func cellTooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the text, or raise the limit."))
}
