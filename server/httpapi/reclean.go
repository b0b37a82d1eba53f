package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

type (
	cleanInput struct {
		OneRecord
		Body wire.Clean
	}
	undoRuleInput struct {
		OneRecord
		Body wire.UndoRule
	}
	startedOutput struct{ Body wire.Started }
)

// cleanAgain registers what makes a new version by cleaning the raw table again.
func (a *API) cleanAgain() {
	o := operation{
		id: "cleanAgain", method: http.MethodPost, path: "/datasets/{id}/clean", tag: tagEdits, need: mayWrite, status: http.StatusAccepted,
		refusals: []int{
			http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		},
		summary: say.T("Clean a dataset again with other options"),
		description: say.T("Makes a new version from the cells as they were read; the file is not read again. The options are added to those it was cleaned with. " +
			"Reads see the version before until the job has ended."),
	}
	register(a, o, func(ctx context.Context, c call, in *cleanInput) (*startedOutput, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		options, err := c.options(ctx, in.ID, in.Body)
		if err != nil {
			return nil, err
		}
		return started(c.ws.Clean(ctx, in.ID, options))
	})
	o.id, o.path = "undoRule", "/datasets/{id}/undo-rule"
	o.summary = say.T("Take back what a rule changed")
	o.description = say.T("Cleans again without the rule, as a new version. What only the rule made a number or a date is text then.")
	register(a, o, func(ctx context.Context, c call, in *undoRuleInput) (*startedOutput, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		return started(c.ws.UndoRule(ctx, in.ID, in.Body.Rule))
	})
}

// options are the choices that cleaning again is to go by.
func (c call) options(ctx context.Context, id string, ask wire.Clean) (o workspace.CleanOptions, err error) {
	if !ask.Afresh {
		if o, err = c.ws.CleanOptions(ctx, id); err != nil {
			return o, err
		}
	}
	o = o.With(ask.Options)
	if len(ask.Accept) == 0 {
		return o, nil
	}
	report, err := c.ws.Report(ctx, id)
	for i := 0; i < len(ask.Accept) && err == nil; i++ {
		o, err = workspace.Accept(report, o, ask.Accept[i].Code, ask.Accept[i].Column)
	}
	return o, err
}

func started(added workspace.Added, err error) (*startedOutput, error) {
	if err != nil {
		return nil, err
	}
	return &startedOutput{wire.Started{RecordID: added.RecordID, JobID: added.JobID}}, nil
}

type jobInput struct {
	OneRecord
	JobID int64 `path:"jobId" minimum:"1"`
	Wait  int   `query:"wait" minimum:"0" maximum:"20"`
}

type jobOutput struct{ Body wire.Job }

// getJob tells of one job: a dataset that is ready may have one that cleans it again.
func (a *API) getJob() {
	register(a, operation{
		id: "getJob", method: http.MethodGet, path: "/datasets/{id}/jobs/{jobId}", tag: tagJobs, status: http.StatusOK,
		refusals: []int{http.StatusNotFound},
		summary:  say.T("Ask how far a job is"),
		description: say.T("One job of a dataset, such as one that cleans it again while the version before is read. " +
			"With wait, the answer comes when the job has ended, or after so many seconds."),
	}, func(ctx context.Context, c call, in *jobInput) (*jobOutput, error) {
		if _, err := c.dataset(ctx, in.ID); err != nil {
			return nil, err
		}
		if _, err := c.ws.Status(ctx, in.ID, in.JobID); err != nil { // the job is this record's
			return nil, err
		}
		c.job = in.JobID
		info, err := c.ws.Job(ctx, in.JobID)
		if err == nil && in.Wait > 0 && !info.State.Ended() {
			waiting, cancel := context.WithTimeout(ctx, time.Duration(in.Wait)*time.Second)
			defer cancel()
			if info, err = c.ws.WaitJob(waiting, in.JobID, nil); err != nil && ctx.Err() == nil && errors.Is(waiting.Err(), context.DeadlineExceeded) {
				info, err = c.ws.Job(ctx, in.JobID)
			}
		}
		if err != nil {
			return nil, err
		}
		return &jobOutput{jobOf(info, c.lang)}, nil
	})
}

func jobOf(info job.Info, lang say.Lang) wire.Job {
	out := wire.Job{
		RecordID: info.RecordID, JobID: info.ID, State: info.State, Stage: info.Progress.Stage,
		Progress: 100 * min(max(info.Progress.Done, 0), 1), Error: troubleOf(info.Fault, lang),
	}
	if info.State == job.Completed {
		out.Progress = 100
	}
	return out
}

type whereInput struct {
	OneRecord
	Row    int64  `query:"row" minimum:"0" required:"true"`
	Column string `query:"column" minLength:"1" maxLength:"2000" required:"true"`
}

type whereOutput struct{ Body wire.Origin }

// whereFrom tells where a cell of the clean table came from.
func (a *API) whereFrom() {
	register(a, operation{
		id: "whereFrom", method: http.MethodGet, path: "/datasets/{id}/where", tag: tagTables, status: http.StatusOK,
		refusals:    []int{http.StatusNotFound, http.StatusConflict},
		summary:     say.T("Ask where a cell came from"),
		description: say.T("Where the source of a cell of the clean table stands in the file, what the file holds there, and what was done to it."),
	}, func(ctx context.Context, c call, in *whereInput) (*whereOutput, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		origin, err := c.ws.WhereFrom(ctx, in.ID, in.Row, in.Column)
		if err != nil {
			return nil, err
		}
		out := wire.Origin{
			Row: origin.Row, Column: origin.Column, Value: origin.Value, Sheet: origin.Sheet, Address: origin.Address,
			Line: origin.Line, Offset: origin.Offset, Source: origin.Source,
		}
		if origin.Change != nil {
			change := wire.Change(*origin.Change)
			out.Change = &change
		}
		return &whereOutput{out}, nil
	})
}
