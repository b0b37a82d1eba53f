package xlsx

import (
	"cmp"
	"context"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Excel writes rows in ascending order and hardly any program does not; those
// that do not write small files. So the first holdBytes of a sheet are held
// back until they are known to be in order, and put in order if they are not.
// A sheet whose disorder shows within that is collected up to sortBytes.
const (
	holdBytes = 4 << 20
	sortBytes = 64 << 20
)

// hold is the rows read but not given yet.
type hold struct {
	filled     bool
	collecting bool // rows in disorder are welcome
	batches    []sheet.Batch
	given      int
}

// weight is about how much memory a batch's rows take.
func weight(b *sheet.Batch) int { return len(b.Rows)*40 + len(b.Cells)*20 + len(b.Bytes) }

// hold fills r.ahold.
func (r *rows) hold(ctx context.Context) error {
	h := &r.ahold
	h.collecting = true
	total := 0
	for r.stage != ended && (total < holdBytes || r.disorder) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.disorder && total > sortBytes {
			return fault.New(fault.Limit, say.T("Row {row} comes after row {later}, in a sheet too large to put its rows in order.", "row", r.seenRow, "later", r.lastRow)).
				Hint(say.T("Open the file in Excel and save it again; Excel writes rows in order.")).At(r.scan.place())
		}
		var b sheet.Batch
		if n := len(h.batches); n > 0 { // likely as large as the one before
			last := &h.batches[n-1]
			b = sheet.Batch{
				Rows:  make([]sheet.Row, 0, len(last.Rows)),
				Cells: make([]sheet.Cell, 0, len(last.Cells)+len(last.Cells)/8),
				Bytes: make([]byte, 0, len(last.Bytes)+len(last.Bytes)/8),
			}
		}
		if err := r.parse(&b); err != nil {
			return err
		}
		if len(b.Rows) > 0 {
			h.batches = append(h.batches, b)
			total += weight(&b)
		}
	}
	if r.disorder {
		h.sort()
		r.disorder = false
	}
	h.filled, h.collecting = true, false
	return nil
}

// take gives the next held batch in exchange for the caller's memory.
func (h *hold) take(batch *sheet.Batch) bool {
	if h.given == len(h.batches) {
		h.batches, h.given = nil, 0
		return false
	}
	*batch = h.batches[h.given]
	h.batches[h.given] = sheet.Batch{}
	h.given++
	return true
}

// sort puts the held rows in order and joins those of the same number, where
// the later cell of a column wins.
func (h *hold) sort() {
	type place struct{ batch, row int }
	var places []place
	for i := range h.batches {
		for j := range h.batches[i].Rows {
			places = append(places, place{i, j})
		}
	}
	at := func(p place) *sheet.Row { return &h.batches[p.batch].Rows[p.row] }
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(at(a).Number, at(b).Number) })

	var out []sheet.Batch
	b := &sheet.Batch{}
	for i := 0; i < len(places); {
		row := *at(places[i])
		row.First = int32(len(b.Cells))
		same := i
		for ; i < len(places) && at(places[i]).Number == row.Number; i++ {
			from := &h.batches[places[i].batch]
			for _, c := range from.CellsOf(*at(places[i])) {
				text := from.Text(c)
				c.Start = uint32(len(b.Bytes))
				b.Bytes = append(b.Bytes, text...)
				c.End = uint32(len(b.Bytes))
				b.Cells = append(b.Cells, c)
			}
		}
		if i-same > 1 {
			b.Cells = sortCells(b.Cells, int(row.First))
		}
		row.Len = int32(len(b.Cells)) - row.First
		b.Rows = append(b.Rows, row)
		if len(b.Rows) >= sheet.BatchRows || len(b.Bytes) >= sheet.BatchBytes || len(b.Cells) >= batchCells {
			out = append(out, *b)
			b = &sheet.Batch{}
		}
	}
	if len(b.Rows) > 0 {
		out = append(out, *b)
	}
	h.batches = out
}

// sortCells puts the cells from index first in order of column; of those in
// the same column the last stays.
func sortCells(cells []sheet.Cell, first int) []sheet.Cell {
	row := cells[first:]
	slices.SortStableFunc(row, func(a, b sheet.Cell) int { return cmp.Compare(a.Col, b.Col) })
	kept := 0
	for i, c := range row {
		if i+1 < len(row) && row[i+1].Col == c.Col {
			continue
		}
		row[kept] = c
		kept++
	}
	return cells[:first+kept]
}
