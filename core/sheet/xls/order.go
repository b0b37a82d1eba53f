package xls

import (
	"cmp"
	"context"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// sortBytes bounds a sheet whose rows do not stand in order: it is collected
// before its first row is given. Excel writes rows in order, and programs that
// do not write small files.
const sortBytes = 64 << 20

// sorter is a sheet's rows, in order.
type sorter struct {
	all    sheet.Batch
	places []int // of the rows, in ascending number
	given  int
}

// weight is about how much memory a batch's rows take.
func weight(b *sheet.Batch) int { return len(b.Rows)*40 + len(b.Cells)*20 + len(b.Bytes) }

// inOrder gives the next rows of a sheet whose rows do not stand in order.
func (r *rows) inOrder(ctx context.Context, batch *sheet.Batch) error {
	if r.sorted == nil {
		s := &sorter{}
		err := r.parse(&s.all, func() bool { return weight(&s.all) > sortBytes || ctx.Err() != nil })
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if !r.ended {
			return fault.New(fault.Limit, say.T("The rows of the sheet {sheet} do not stand in order, and it is too large to put them in order.", "sheet", r.part.info.Name)).
				Hint(say.T("Open the file in Excel and save it again; Excel writes rows in order.")).At(r.rec.place())
		}
		s.places = make([]int, len(s.all.Rows))
		for i := range s.places {
			s.places[i] = i
		}
		slices.SortStableFunc(s.places, func(a, b int) int { return cmp.Compare(s.all.Rows[a].Number, s.all.Rows[b].Number) })
		r.sorted = s
	}
	r.sorted.take(batch)
	return nil
}

// take moves the next rows to the batch, joining those of the same number.
func (s *sorter) take(batch *sheet.Batch) {
	for s.given < len(s.places) && len(batch.Rows) < sheet.BatchRows && len(batch.Bytes) < sheet.BatchBytes && len(batch.Cells) < batchCells {
		row := s.all.Rows[s.places[s.given]]
		number, same := row.Number, 0
		row.First = int32(len(batch.Cells))
		for ; s.given < len(s.places) && s.all.Rows[s.places[s.given]].Number == number; s.given++ {
			for _, c := range s.all.CellsOf(s.all.Rows[s.places[s.given]]) {
				text := s.all.Text(c)
				c.Start = uint32(len(batch.Bytes))
				batch.Bytes = append(batch.Bytes, text...)
				c.End = uint32(len(batch.Bytes))
				batch.Cells = append(batch.Cells, c)
			}
			same++
		}
		if same > 1 {
			batch.Cells = sortCells(batch.Cells, int(row.First))
		}
		row.Len = int32(len(batch.Cells)) - row.First
		batch.Rows = append(batch.Rows, row)
	}
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
