package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Bounds of a sheet that are not the caller's to set.
const (
	lastColumn = 1 << 8 // IV
	maxMerged  = 500_000
	maxRows    = 1 << 16
)

// survey walks over the sheet's records up to its end: whether it is whole,
// whether its rows stand in order, which are hidden, what is merged.
func (r *rows) survey(ctx context.Context) error {
	rec := r.rec
	if err := r.begin(); err != nil {
		return err
	}
	r.start = rec.at
	last := -1
	for n, depth := 0, 1; depth > 0; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := rec.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return rec.cutShort()
			}
			return err
		}
		switch rec.id {
		case recBOF, recBOF2, recBOF3, recBOF4:
			depth++
			continue
		case recEOF:
			depth--
			continue
		}
		if depth > 1 { // an embedded chart
			continue
		}
		if isCell(rec.id) {
			if len(rec.data) < 2 {
				return rec.damaged()
			}
			row := int(binary.LittleEndian.Uint16(rec.data))
			r.disorder = r.disorder || row < last
			last = row
			continue
		}
		if err := r.around(); err != nil {
			return err
		}
	}
	r.size = rec.at - r.start
	slices.Sort(r.facts.HiddenCols)
	r.facts.HiddenCols = slices.Compact(r.facts.HiddenCols)
	return r.begin()
}

// isCell tells records that hold cells, but for empty ones.
func isCell(id uint16) bool {
	switch id {
	case recInteger, recNumber2, recLabel2, recBoolErr2, recFormula, recMulRK, recRString, recLabelSST, recNumber, recLabel,
		recBoolErr, recFormula3, recRK, recFormula4:
		return true
	}
	return false
}

// begin goes to the sheet's first record and reads it.
func (r *rows) begin() error {
	rec := r.rec
	rec.seek(r.part.offset)
	err := io.EOF
	if r.part.offset < rec.streamSize {
		err = rec.next()
	}
	if err == nil {
		if _, _, ok := bof(rec); ok {
			return nil
		}
	}
	if err != nil && !errors.Is(err, io.EOF) && fault.Is(err, fault.Unreachable) {
		return err
	}
	// Some programs state wrong places: the sheets stand in the order of the list.
	offset, err := r.nth(r.part.index)
	if err != nil {
		return err
	}
	r.part.offset = offset
	rec.seek(offset)
	return rec.next()
}

// nth finds the n-th sheet of the stream, behind the records of the workbook.
func (r *rows) nth(n int) (int64, error) {
	rec := r.rec
	rec.seek(0)
	for depth := 0; ; {
		err := rec.next()
		if errors.Is(err, io.EOF) {
			return 0, fault.New(fault.BadInput, say.T("The sheet {sheet} is missing from the file.", "sheet", r.part.info.Name)).
				Hint(say.T("The file may have been cut short; copy or download it again.")).At(rec.place())
		}
		if err != nil {
			return 0, err
		}
		switch rec.id {
		case recBOF, recBOF2, recBOF3, recBOF4:
			_, kind, _ := bof(rec)
			if depth == 0 && kind != kindGlobals {
				if n == 0 {
					return rec.at, nil
				}
				n--
			}
			depth++
		case recEOF:
			depth = max(depth-1, 0)
		}
	}
}

// around reads a record that holds no cells.
func (r *rows) around() error {
	d := r.rec.data
	switch r.rec.id {
	case recRow: // [MS-XLS] 2.4.221; flag 5 is a height of nothing
		if len(d) >= 14 && d[12]&0x20 != 0 {
			r.hide(int(binary.LittleEndian.Uint16(d)))
		}
	case recColInfo:
		if len(d) >= 10 && d[8]&1 != 0 {
			first, last := int(binary.LittleEndian.Uint16(d)), int(binary.LittleEndian.Uint16(d[2:]))
			for c := first; c <= min(last, lastColumn-1) && len(r.facts.HiddenCols) < 1<<14; c++ {
				r.facts.HiddenCols = append(r.facts.HiddenCols, c)
			}
		}
	case recMergeCells:
		return r.merged(d)
	}
	return nil
}

func (r *rows) hide(row int) {
	if r.hidden == nil {
		r.hidden = make([]uint64, maxRows/64)
	}
	r.hidden[row/64] |= 1 << (row % 64)
}

// merged notes merged ranges ([MS-XLS] 2.4.168).
func (r *rows) merged(d []byte) error {
	if len(d) < 2 {
		return nil
	}
	for d = d[2:]; len(d) >= 8; d = d[8:] {
		m := sheet.Range{
			FirstRow: int64(binary.LittleEndian.Uint16(d)) + 1, LastRow: int64(binary.LittleEndian.Uint16(d[2:])) + 1,
			FirstCol: int(binary.LittleEndian.Uint16(d[4:])), LastCol: int(binary.LittleEndian.Uint16(d[6:])),
		}
		if m.LastRow < m.FirstRow || m.LastCol < m.FirstCol || m.LastCol >= lastColumn {
			continue // one that cannot be merges nothing
		}
		if len(r.facts.Merged) == maxMerged {
			return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
				Hint(say.T("Unmerge cells in Excel and save the file again.")).At(r.rec.place())
		}
		r.facts.Merged = append(r.facts.Merged, m)
	}
	return nil
}
