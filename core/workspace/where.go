package workspace

import (
	"context"
	"encoding/json"
	"slices"
	"sort"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Origin says where a cell of the clean table came from.
type Origin struct {
	Row    int64   `json:"row"` // 0-based row of the clean table
	Column string  `json:"column"`
	Value  *string `json:"value"` // the clean value; nil when missing
	Sheet  string  `json:"sheet,omitempty"`
	// Address is the cell in the sheet, such as F12; "" for a column that no
	// column of the sheet became.
	Address string `json:"address,omitempty"`
	Line    int64  `json:"line,omitempty"`   // text files: physical line, from 1
	Offset  int64  `json:"offset,omitempty"` // text files: byte where the row starts
	// Source is what the cell holds in the file; nil where there is no cell.
	Source *string `json:"source"`
	// Change is the ledger's entry; nil for a cell that is as it was.
	Change *LedgerEntry `json:"change,omitempty"`
}

// WhereFrom tells where a cell of the clean table came from, what the file
// holds there, and what was done to it. Row counts from 0.
func (w *Workspace) WhereFrom(ctx context.Context, id string, row int64, column string) (Origin, error) {
	origin := Origin{Row: row, Column: column}
	var source int64
	from := -1
	err := w.withTable(ctx, id, 0, func(t *openTable) error {
		at, err := choose(t.Columns(), []string{column})
		if err != nil {
			return err
		}
		if row < 0 || row >= t.Rows() {
			return fault.New(fault.NotFound, say.T("The table has {rows} rows; there is no row {row}.", "rows", t.Rows(), "row", row+1)).
				Hint(say.T("Rows of the clean table count from 1, as preview shows them."))
		}
		from = t.Columns()[at[0]].Source
		vectors, err := t.Page(ctx, row, 1, at)
		if err != nil {
			return err
		}
		if vectors[0].Valid[0] {
			value := string(vectors[0].AppendText(nil, 0))
			origin.Value = &value
		}
		var rows table.RowMap
		if meta := t.Meta(table.MetaRows); meta != "" {
			if err := json.Unmarshal([]byte(meta), &rows); err != nil {
				return err
			}
		}
		source = rows.Source(row)
		return nil
	})
	if err != nil || from < 0 || source == 0 {
		return origin, err
	}
	origin.Address = string(sheet.AppendAddress(nil, from, source))
	detail, err := w.detail(ctx, id)
	if err != nil || detail.RawKey == "" {
		return origin, err
	}
	if err := w.lookUp(ctx, detail.RawKey, source, from, &origin); err != nil {
		return origin, err
	}
	_, err = w.Ledger(ctx, id, LedgerOptions{Row: &row, Column: column, Limit: 1}, func(e LedgerEntry) error {
		origin.Change = &e
		return nil
	})
	return origin, err
}

// lookUp reads a cell of the raw table.
func (w *Workspace) lookUp(ctx context.Context, key string, row int64, column int, o *Origin) error {
	object, err := w.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	raw, err := table.NewRawReader(object)
	if err != nil {
		return err
	}
	o.Sheet = raw.Info().Sheet
	for g := range raw.Groups() {
		heads, err := raw.Heads(ctx, g)
		if err != nil {
			return err
		}
		at := sort.Search(len(heads.Rows), func(i int) bool { return heads.Rows[i] >= row })
		if at == len(heads.Rows) || heads.Rows[at] != row {
			continue
		}
		if heads.Lines != nil {
			o.Line, o.Offset = heads.Lines[at], heads.Offset[at]
		}
		position, found := slices.BinarySearch(raw.Columns(), column)
		if !found {
			return nil
		}
		var cells table.Cells
		if err := raw.Cells(ctx, g, position, &cells); err != nil {
			return err
		}
		if kind, text := cells.At(at); kind != sheet.Empty {
			held := string(text)
			o.Source = &held
		}
		return nil
	}
	return nil
}
