package xls

import (
	"encoding/binary"
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// readStrings reads the SST record ([MS-XLS] 2.4.265), which was read last, and
// those it goes on in. The count it states is not believed: strings are read
// to the end of the records.
func (b *book) readStrings() error {
	r := b.records
	place := r.place()
	var j joined
	j.begin(r, 8)
	limit := min(b.limits.MaxStringBytes, math.MaxUint32)
	taken := int64(0) // the texts, and 4 bytes for each of them
	t := b.strings
	for {
		end, err := j.atEnd()
		if err != nil {
			return err
		}
		if end {
			return t.Finish()
		}
		head, err := j.bytes(2)
		if err != nil {
			return err
		}
		from := len(t.Text)
		if t.Text, err = j.unicode(t.Text, int(binary.LittleEndian.Uint16(head[:]))); err != nil {
			return err
		}
		if len(t.Text)-from > b.limits.MaxCellBytes {
			return cellTooLarge(b.limits.MaxCellBytes).At(place)
		}
		if taken += int64(len(t.Text)-from) + 4; taken > limit {
			return fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
				Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(place)
		}
		if err := t.Add(from); err != nil {
			return err
		}
	}
}

func cellTooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the text, or raise the limit."))
}
