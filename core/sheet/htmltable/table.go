package htmltable

import (
	"bytes"
	"iter"
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// table is an open <table> and the row that is being read of it.
type table struct {
	// quiet is a table inside a cell that has had no second cell yet: it may be
	// no table at all, but how somebody placed a text.
	quiet  bool
	had    int // cells that were opened
	hidden bool
	row    int // rows that ended
	merged int // of the page's merged ranges, those before this table

	inRow, inCell, rowHidden bool
	given                    bool // a part of the row was given on a row of its own

	col   int // of the next cell
	spans []span
	at    int // spans that stand left of col

	cells []sheet.Cell // of the row; Start and End in text, Style-1 in shown
	text  []byte
	shown [][]byte

	flow  flow // of the open cell
	cell  tag
	width int // of the open cell
	cols  int // columns that <col> told of
}

// span is a run of columns that cells from rows above take.
type span struct{ first, last, until int } // until the row of that index

// tag is what a cell's tag says of its value.
type tag struct {
	numbered, failed, truth bool
	formula                 bool
	value                   []byte // of x:num or sdval, and the like
	format                  string
}

func (t *table) reset() {
	*t = table{spans: t.spans[:0], cells: t.cells[:0], text: t.text[:0], shown: t.shown[:0], flow: flow{text: t.flow.text}, cell: tag{value: t.cell.value[:0]}}
	t.flow.reset()
}

// startTable opens a table, inside a cell or not.
func (r *rows) startTable(batch *sheet.Batch, hidden bool) error {
	if len(r.tables) == maxDepth {
		return fault.New(fault.Limit, say.T("The web page has tables nested more than {limit} deep.", "limit", maxDepth)).
			Hint(say.T("Open it in Excel or LibreOffice, save it as .xlsx and add that file.")).At(r.place())
	}
	if err := r.flushOutside(batch); err != nil {
		return err
	}
	r.seen = true
	t := &table{}
	if n := len(r.spare); n > 0 {
		t, r.spare = r.spare[n-1], r.spare[:n-1]
		t.reset()
	}
	t.quiet, t.merged, t.hidden = r.sink() != &r.outside, len(r.facts.Merged), hidden
	if n := len(r.tables); n > 0 {
		t.hidden = t.hidden || r.tables[n-1].hidden
	}
	r.tables = append(r.tables, t)
	return nil
}

// endTable closes the innermost table.
func (r *rows) endTable(batch *sheet.Batch) error {
	if err := r.endRow(batch); err != nil {
		return err
	}
	if err := r.flushOutside(batch); err != nil {
		return err
	}
	n := len(r.tables) - 1
	t := r.tables[n]
	r.tables, r.spare = r.tables[:n], append(r.spare, t)
	if t.quiet {
		f := r.sink()
		f.block()
		f.add(t.text)
		f.block()
		return nil
	}
	for i := t.merged; i < len(r.facts.Merged); i++ { // cells do not reach past their table
		m := &r.facts.Merged[i]
		m.LastRow = max(m.FirstRow, min(m.LastRow, r.next-1))
	}
	r.gap = true
	return nil
}

// commit gives what the first n open tables hold of their rows so far, before
// something inside a cell is given on rows of its own.
func (r *rows) commit(batch *sheet.Batch, n int) error {
	for _, t := range r.tables[:n] {
		t.quiet, t.given = false, true
		if t.inCell {
			if err := r.keepCell(t); err != nil {
				return err
			}
			t.flow.reset()
			t.cell = tag{value: t.cell.value[:0]}
		}
		if len(t.cells) > 0 {
			if err := r.give(batch, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *rows) give(batch *sheet.Batch, t *table) error {
	err := r.emit(batch, t.cells, t.text, t.shown, t.hidden || t.rowHidden)
	t.cells, t.text, t.shown = t.cells[:0], t.text[:0], t.shown[:0]
	return err
}

// startRow opens a row; what it is in ends the one before.
func (r *rows) startRow(batch *sheet.Batch, hidden bool) error {
	if err := r.endRow(batch); err != nil {
		return err
	}
	if err := r.flushOutside(batch); err != nil {
		return err
	}
	t := r.tables[len(r.tables)-1]
	t.inRow, t.rowHidden, t.given, t.col, t.width, t.at = true, hidden, false, 0, 0, 0
	kept := t.spans[:0]
	for _, s := range t.spans {
		if s.until > t.row {
			kept = append(kept, s)
		}
	}
	r.covered += int64(len(kept))
	t.spans = kept
	return r.bounded()
}

// bounded refuses a page whose cells span more places than anybody looks at.
func (r *rows) bounded() error {
	if r.covered > maxCovered {
		return fault.New(fault.Limit, say.T("The page has more than {limit} places that are taken only because cells span them.", "limit", maxCovered)).
			Hint(say.T("Open it in Excel or LibreOffice, unmerge cells, save it as .xlsx and add that file.")).At(r.place())
	}
	return nil
}

func (r *rows) endRow(batch *sheet.Batch) error {
	t := r.tables[len(r.tables)-1]
	if err := r.endCell(); err != nil {
		return err
	}
	if !t.inRow {
		return nil
	}
	t.inRow = false
	t.row++
	if t.quiet || t.given && len(t.cells) == 0 {
		return nil
	}
	return r.give(batch, t)
}

// startCell opens a cell at the next place that no cell from above takes. It may
// take several columns and rows without being merged of them: spans tells.
func (r *rows) startCell(batch *sheet.Batch, wide, high int, spans bool) error {
	t := r.tables[len(r.tables)-1]
	if !t.inRow {
		if err := r.startRow(batch, false); err != nil {
			return err
		}
	}
	if err := r.endCell(); err != nil {
		return err
	}
	if err := r.flushOutside(batch); err != nil {
		return err
	}
	if t.had++; t.had > 1 && t.quiet {
		if err := r.loud(batch); err != nil {
			return err
		}
	}
	t.col += t.width
	t.width = 0
	for t.at < len(t.spans) && t.spans[t.at].first <= t.col {
		t.col = max(t.col, t.spans[t.at].last+1)
		t.at++
		r.covered++
	}
	if err := r.bounded(); err != nil {
		return err
	}
	limit := r.book.limits.MaxColumns
	if t.col+wide > limit {
		wide = 1
	}
	if t.col >= limit {
		return fault.New(fault.Limit, say.T("The sheet has more columns than the limit of {limit} (MaxColumns).", "limit", limit)).
			Hint(say.T("Split the sheet into smaller ones, or raise the limit.")).At(r.place())
	}
	if high > 1 {
		r.covered += t.cover(span{t.col, t.col + wide - 1, t.row + high})
	}
	if spans && wide*high > 1 && !t.quiet {
		if len(r.facts.Merged) == maxMerged {
			return fault.New(fault.Limit, say.T("The sheet has more than {limit} merged ranges.", "limit", maxMerged)).
				Hint(say.T("Unmerge cells in Excel and save the file again.")).At(r.place())
		}
		first := r.next
		if r.gap && r.count > 0 {
			first++
		}
		r.facts.Merged = append(r.facts.Merged, sheet.Range{FirstRow: first, LastRow: first + int64(high) - 1, FirstCol: t.col, LastCol: t.col + wide - 1})
	}
	t.inCell, t.width = true, wide
	return nil
}

// loud makes quiet tables speak: the rows around the innermost are given as far
// as they go.
func (r *rows) loud(batch *sheet.Batch) error {
	n := len(r.tables) - 1
	if err := r.commit(batch, n); err != nil {
		return err
	}
	t := r.tables[n]
	t.quiet = false
	if len(t.cells) > 0 && t.col == 0 && t.width == 0 { // the first cell waited in a row before this one
		return r.give(batch, t)
	}
	return nil
}

// cover keeps spans in order of columns, and tells how many it moved for that.
func (t *table) cover(s span) (moved int64) {
	t.spans = append(t.spans, s)
	for i := len(t.spans) - 1; i > t.at; i-- {
		t.spans[i-1], t.spans[i] = t.spans[i], t.spans[i-1]
		moved++
	}
	t.at++ // it begins at the column that is being filled
	return moved
}

// endCell closes the open cell.
func (r *rows) endCell() error {
	t := r.tables[len(r.tables)-1]
	if !t.inCell {
		return nil
	}
	t.inCell = false
	if err := r.keepCell(t); err != nil {
		return err
	}
	t.flow.reset()
	return nil
}

// keepCell adds what the open cell holds to its row.
func (r *rows) keepCell(t *table) error {
	shown := t.flow.shown()
	kind, value := t.cell.meaning(shown, r.kinds)
	if kind == sheet.Empty {
		return nil
	}
	if len(t.text)+len(value) > math.MaxInt32 {
		return r.tooLarge()
	}
	c := sheet.Cell{Col: int32(t.col), Kind: kind, Formula: t.cell.formula, Start: uint32(len(t.text))}
	t.text = append(t.text, value...)
	c.End = uint32(len(t.text))
	if !bytes.Equal(value, shown) {
		t.shown = append(t.shown, bytes.Clone(shown))
		c.Style = int32(len(t.shown))
	}
	t.cells = append(t.cells, c)
	return nil
}

func splitLines(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(line) {
				return
			}
		}
	}
}
