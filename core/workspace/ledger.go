package workspace

import (
	"context"
	"slices"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// LedgerEntry is one cell of the clean table that differs from the source.
type LedgerEntry struct {
	Row     int64   `json:"row"`     // 0-based row of the clean table
	Column  string  `json:"column"`  // of the clean table
	Address string  `json:"address"` // in the sheet, such as F12
	Kind    string  `json:"kind"`    // "changed", "missing" or "filled"
	Rule    string  `json:"rule"`    // the rules that did it, joined by +
	Before  string  `json:"before"`
	After   *string `json:"after"`            // nil when set missing
	Line    int64   `json:"line,omitempty"`   // text files: physical line, from 1
	Offset  int64   `json:"offset,omitempty"` // text files: byte where the row starts
}

// LedgerOptions filter a ledger; zero fields let everything through.
type LedgerOptions struct {
	Column string
	Rule   string // also one of several joined by +
	Row    *int64 // 0-based row of the clean table
	Limit  int64  // entries at most; 0: all
}

// Ledger calls use for the ledger's entries, in groups of rows and within a
// group by column. It tells how many entries matched in all when Limit is 0.
func (w *Workspace) Ledger(ctx context.Context, id string, o LedgerOptions, use func(LedgerEntry) error) (int64, error) {
	detail, err := w.detail(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := w.checkLedger(ctx, id, o); err != nil {
		return 0, err
	}
	matched := int64(0)
	err = w.withObject(ctx, detail.LedgerKey, func(t *openTable) error {
		offset := int64(0)
		for g := range t.Groups() { // a group is bounded in bytes, a number of rows is not
			rows := int64(t.GroupRows(g))
			vectors, err := t.Page(ctx, offset, rows, nil)
			if err != nil {
				return err
			}
			offset += rows
			for i := range vectors[0].Len() {
				if !o.matches(vectors, i) {
					continue
				}
				matched++
				if err := use(entry(vectors, i)); err != nil {
					return err
				}
				if o.Limit > 0 && matched >= o.Limit {
					return nil
				}
			}
		}
		return nil
	})
	return matched, err
}

// checkLedger refuses a column that the table does not have, and a rule that is none.
func (w *Workspace) checkLedger(ctx context.Context, id string, o LedgerOptions) error {
	if o.Column != "" {
		if err := w.withTable(ctx, id, 0, func(t *openTable) error {
			_, err := choose(t.Columns(), []string{o.Column})
			return err
		}); err != nil {
			return err
		}
	}
	for rule := range strings.SplitSeq(o.Rule, "+") {
		known := slices.ContainsFunc(Rules(), func(r Rule) bool { return r.Name == rule })
		if rule != "" && !known {
			return fault.New(fault.NotFound, say.T("There is no rule {name}.", "name", rule)).
				Hint(say.T("Run profile to see the rules that changed something."))
		}
	}
	return nil
}

// matches looks at the columns in the order of pipeline.LedgerColumns.
func (o LedgerOptions) matches(v []*table.Vector, i int) bool {
	if o.Row != nil && v[0].Ints[i] != *o.Row {
		return false
	}
	if o.Column != "" && string(v[1].StringAt(i)) != o.Column {
		return false
	}
	if o.Rule == "" {
		return true
	}
	for rule := range strings.SplitSeq(string(v[4].StringAt(i)), "+") {
		if rule == o.Rule {
			return true
		}
	}
	return string(v[4].StringAt(i)) == o.Rule
}

func entry(v []*table.Vector, i int) LedgerEntry {
	e := LedgerEntry{
		Row: v[0].Ints[i], Column: string(v[1].StringAt(i)), Address: string(v[2].StringAt(i)),
		Kind: string(v[3].StringAt(i)), Rule: string(v[4].StringAt(i)), Before: string(v[5].StringAt(i)),
	}
	if v[7].Valid[i] {
		after := string(v[7].StringAt(i))
		e.After = &after
	}
	if len(v) > 8 {
		e.Line, e.Offset = v[8].Ints[i], v[9].Ints[i]
	}
	return e
}
