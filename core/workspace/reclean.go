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

// UndoRule takes back what one rule changed, by cleaning again without it. What
// only the rule made a number or a date is text then.
func (w *Workspace) UndoRule(ctx context.Context, id, rule string) (Added, error) {
	detail, err := w.detail(ctx, id)
	if err != nil {
		return Added{}, err
	}
	o := detail.Options.Clean.Without(rule)
	if err := o.Check(); err != nil {
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
	if rule == clean.ChosenType {
		o = detail.Options.Clean
		o.Types = nil
	}
	return w.Clean(ctx, id, o)
}
