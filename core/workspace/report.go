package workspace

import (
	"context"
	"errors"

	"sheetmill/core/report"
)

// Document makes the report of a record's clean table, for a person or a
// program: what was found, changed and why, and what its columns hold.
func (w *Workspace) Document(ctx context.Context, id string) (*report.Document, error) {
	in := report.Input{RecordID: id, Changes: &report.Changes{}}
	dataset, err := w.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	in.Name = dataset.FileName
	if in.Report, err = w.Report(ctx, id); err != nil {
		return nil, err
	}
	enough := errors.New("enough examples")
	_, err = w.Ledger(ctx, id, LedgerOptions{}, func(e LedgerEntry) error {
		if !in.Changes.Add(e.Rule, report.Example{Address: e.Address, Column: e.Column, Before: e.Before, After: e.After}) {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, err
	}
	return report.New(in), nil
}
