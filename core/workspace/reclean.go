package workspace

import (
	"context"
	"slices"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
)

// Clean cleans a dataset again with other options: its job starts from the raw
// table and adds a version. Until it has ended, reads see the version before.
func (w *Workspace) Clean(ctx context.Context, id string, o clean.Options) (Added, error) {
	if err := o.Check(); err != nil {
		return Added{}, err
	}
	d, err := w.catalog.Dataset(ctx, id)
	if err != nil {
		return Added{}, err
	}
	detail, err := w.detail(ctx, id)
	if err != nil {
		return Added{}, err
	}
	if detail.RawKey == "" {
		return Added{}, fault.New(fault.Conflict, say.T("The table was changed by steps after it was cleaned.")).
			Hint(say.T("Undo the steps first: cleaning starts from the file again."))
	}
	options := detail.Options
	options.Clean = o
	jobID, err := w.catalog.Enqueue(ctx, id, job.Request{Kind: pipeline.Kind, Queue: pipeline.Queue, Args: pipeline.Args{
		RecordID: d.ID, FileName: d.FileName, FileKey: d.FileKey, FileHash: d.FileHash, Options: options,
	}})
	return Added{RecordID: d.ID, JobID: jobID, Hash: d.FileHash, Size: d.FileSize}, err
}

// CleanOptions are the choices by which a dataset's newest table was cleaned.
func (w *Workspace) CleanOptions(ctx context.Context, id string) (clean.Options, error) {
	detail, err := w.detail(ctx, id)
	return detail.Options.Clean, err
}

// Accept gives the options with what findings of a code suggest for a column
// added; column "" is every column that has one. Where a finding suggests
// several things of which one must be chosen, or there is none, it is
// fault.Usage.
func Accept(r pipeline.Report, o clean.Options, code, column string) (clean.Options, error) {
	found := false
	for _, c := range r.Columns {
		if column != "" && c.Name != column {
			continue
		}
		for _, f := range c.Verdict.Findings {
			if f.Code != code || len(f.Actions) == 0 {
				continue
			}
			if len(f.Actions) > 1 {
				return o, fault.New(fault.Usage, say.T("The finding {code} of the column {column} suggests several things, of which one must be chosen.", "code", code, "column", c.Name)).
					Hint(f.Settle)
			}
			found = true
			o = o.With(f.Actions[0].AsOptions())
		}
	}
	if !found {
		return o, fault.New(fault.Usage, say.T("No finding {code} suggests anything for this table.", "code", code)).
			Hint(say.T("Run profile to see the findings, and what would settle each."))
	}
	return o, nil
}

// UndoRule takes back what one rule changed, by cleaning again without it, or
// without what was chosen for it. What only the rule made a number or a date is
// text then.
func (w *Workspace) UndoRule(ctx context.Context, id, rule string) (Added, error) {
	detail, err := w.detail(ctx, id)
	if err != nil {
		return Added{}, err
	}
	if err := detail.Options.Clean.Without(rule).Check(); err != nil { // there is such a rule
		return Added{}, err
	}
	report, err := w.Report(ctx, id)
	if err != nil {
		return Added{}, err
	}
	if !slices.ContainsFunc(report.Rules, func(c pipeline.RuleCount) bool { return slices.Contains(strings.Split(c.Rule, "+"), rule) }) {
		return Added{}, fault.New(fault.Usage, say.T("The rule {name} changed no cell of this table.", "name", rule)).
			Hint(say.T("Run profile to see the rules that changed something."))
	}
	return w.Clean(ctx, id, detail.Options.Clean.Undo(rule))
}
