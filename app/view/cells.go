package view

import (
	"context"
	"strings"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/query"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Show says which part of the grid is on the screen, so that it is read, and then
// what is around it. Call it whenever that moves.
func (t *Table) Show(a Area) {
	t.mu.Lock()
	same := t.area == a
	t.area = a
	t.mu.Unlock()
	if !same {
		t.reload()
	}
}

func (t *Table) reload() {
	select {
	case t.want <- struct{}{}:
	default:
	}
}

// load reads what is on the screen, whenever that moves, and then what is around it.
func (t *Table) load(ctx context.Context) {
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-t.want:
		}
		t.mu.Lock()
		a, d, o := t.area, t.data, t.order
		t.mu.Unlock()
		if d == nil {
			continue
		}
		err := d.cells.Load(ctx, o, a.Row, a.Rows, columnsIn(d, a.Column, a.Columns), t.changed.poke)
		for _, b := range around(a) {
			if err != nil || len(t.want) > 0 { // it has moved on
				break
			}
			err = d.cells.Load(ctx, o, b.Row, b.Rows, columnsIn(d, b.Column, b.Columns), nil)
		}
		if ctx.Err() != nil {
			return
		}
		t.mu.Lock()
		news := (err != nil) != (t.state.Trouble != nil)
		t.state.Trouble = fault.Of(err)
		t.mu.Unlock()
		if news {
			t.changed.poke()
		}
		if err == nil {
			failures = 0
			continue
		}
		failures++
		if !rest(ctx, patience(failures), t.want) {
			return
		}
		t.reload()
	}
}

// around is what is likely to be shown next: a screen below and above, then at the sides.
func around(a Area) []Area {
	return []Area{
		{a.Row + a.Rows, a.Rows, a.Column, a.Columns},
		{max(0, a.Row-a.Rows), min(a.Rows, a.Row), a.Column, a.Columns},
		{a.Row, a.Rows, a.Column + a.Columns, a.Columns},
		{a.Row, a.Rows, max(0, a.Column-a.Columns), min(a.Columns, a.Column)},
	}
}

func columnsIn(d *data, first, n int) []int {
	columns := []int{}
	for c := max(0, first); c < min(first+n, len(d.lent.Clean.Columns())); c++ {
		columns = append(columns, c)
	}
	return columns
}

// longestCell is how many characters of a cell a grid draws; Origin has the whole value.
const longestCell = 200

// Cell is one cell of the grid, by the row as it is shown.
func (t *Table) Cell(row, column int) Cell {
	t.mu.Lock()
	d, o, first := t.data, t.order, t.glance
	var marks *query.Marks
	if d != nil {
		marks = d.marks
	}
	t.mu.Unlock()
	switch {
	case row < 0 || row >= o.Len():
		return Cell{Loading: true}
	case d == nil && (first == nil || column < 0 || column >= len(first.Columns)):
		return Cell{Loading: true}
	case d == nil:
		text := first.Rows[row][column]
		return Cell{Text: oneLine(text), Missing: text == ""}
	}
	at := o.At(row)
	v, i, ok := d.cells.Peek(at, column)
	if !ok {
		return Cell{Loading: true}
	}
	c := Cell{Missing: !v.Valid[i], Changed: marks.Has(at, column)}
	if !c.Missing {
		c.Text = cellText(v, i)
	}
	return c
}

func cellText(v *table.Vector, i int) string {
	if v.Type != table.String {
		return string(v.AppendText(nil, i))
	}
	text := v.StringAt(i)
	if len(text) > 4*longestCell {
		text = text[:4*longestCell]
	}
	return oneLine(string(text))
}

// oneLine is a text as one line of a grid.
func oneLine(s string) string {
	if utf8.RuneCountInString(s) > longestCell {
		s = string([]rune(s)[:longestCell]) + "…"
	}
	if !strings.ContainsAny(s, "\n\r\t") {
		return s
	}
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s)
}

// Row is the clean table's row, from 0, of a row as it is shown; -1 when there is none.
func (t *Table) Row(shown int) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if shown < 0 || shown >= t.order.Len() {
		return -1
	}
	return t.order.At(shown)
}

// ShownAt is where a row of the clean table is shown; ok is false when the
// filters do not let it through.
func (t *Table) ShownAt(row int64) (shown int, ok bool) {
	t.mu.Lock()
	o := t.order
	t.mu.Unlock()
	return o.Place(row)
}

// mostCopied bounds what is copied at once, in cells.
const mostCopied = 5_000_000

// Copy gives a part of the grid as tab-separated text, with the names of the
// columns when header is set. More than 5,000,000 cells are refused as fault.Limit.
func (t *Table) Copy(a Area, header bool, done func(text string, f *fault.Error)) {
	t.answer(func(ctx context.Context, d *data, o query.Order) error {
		a.Row, a.Rows = max(a.Row, 0), min(a.Rows, o.Len()-a.Row)
		columns := columnsIn(d, a.Column, a.Columns)
		if a.Rows*len(columns) > mostCopied {
			return fault.New(fault.Limit, say.T("These are more than {most} cells.", "most", mostCopied)).
				Hint(say.T("Export the table, or copy a smaller part."))
		}
		var b strings.Builder
		if header {
			for i, c := range columns {
				separate(&b, i, d.lent.Clean.Columns()[c].Name)
			}
			b.WriteByte('\n')
		}
		const step = 1024
		for from := a.Row; from < a.Row+a.Rows; from += step {
			vectors, err := d.cells.Page(ctx, o, from, min(step, a.Row+a.Rows-from), columns)
			if err != nil {
				return err
			}
			for i := range vectors[0].Len() {
				for k, v := range vectors {
					separate(&b, k, string(v.AppendText(nil, i)))
				}
				b.WriteByte('\n')
			}
		}
		text := b.String()
		if a.Rows*len(columns) == 1 && !header { // one cell is pasted into a line of text
			text = strings.TrimSuffix(text, "\n")
		}
		done(text, nil)
		return nil
	}, func(f *fault.Error) { done("", f) })
}

func separate(b *strings.Builder, i int, field string) {
	if i > 0 {
		b.WriteByte('\t')
	}
	writeField(b, field)
}

// answer runs what needs the clean table; failed hears why it could not be answered.
// Neither is called once the table is closed.
func (t *Table) answer(f func(ctx context.Context, d *data, o query.Order) error, failed func(*fault.Error)) {
	t.run(func(ctx context.Context) {
		t.mu.Lock()
		d, o := t.data, t.order
		t.mu.Unlock()
		err := error(fault.New(fault.NotFound, say.T("The clean table is not ready yet.")).Hint(say.T("Wait until its job has ended.")))
		if d != nil {
			err = f(ctx, d, o)
		}
		if err != nil && ctx.Err() == nil {
			failed(fault.Of(err))
		}
	})
}
