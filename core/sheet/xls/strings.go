package xls

import (
	"encoding/binary"
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

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

// readStrings reads the SST record ([MS-XLS] 2.4.265), which was read last, and
// those it goes on in. The count it states is not believed: strings are read
// to the end of the records.
func (b *book) readStrings() error {
	r := b.records
	place := r.place()
	var j joined
	j.begin(r, 8)
	limit := min(b.limits.MaxStringBytes, math.MaxUint32)
	for {
		end, err := j.atEnd()
		if err != nil {
			return err
		}
		if end {
			return nil
		}
		head, err := j.bytes(2)
		if err != nil {
			return err
		}
		from := len(b.strings.text)
		if b.strings.text, err = j.unicode(b.strings.text, int(binary.LittleEndian.Uint16(head[:]))); err != nil {
			return err
		}
		if len(b.strings.text)-from > b.limits.MaxCellBytes {
			return cellTooLarge(b.limits.MaxCellBytes).At(place)
		}
		// The offsets take memory too, so they count.
		if int64(len(b.strings.text))+4*int64(len(b.strings.ends)) > limit {
			return fault.New(fault.Limit, say.T("The workbook's texts take more than the limit of {limit} bytes (MaxStringBytes).", "limit", limit)).
				Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(place)
		}
		b.strings.ends = append(b.strings.ends, uint32(len(b.strings.text)))
	}
}

func cellTooLarge(limit int) *fault.Error {
	return fault.New(fault.Limit, say.T("A cell's text takes more than the limit of {limit} bytes (MaxCellBytes).", "limit", limit)).
		Hint(say.T("Shorten the text, or raise the limit."))
}
