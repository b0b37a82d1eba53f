package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

// OneRecord names a dataset. It is exported because huma fills no other embedded fields.
type OneRecord struct {
	ID string `path:"id"`
}

type (
	datasetOutput  struct{ Body wire.Dataset }
	datasetsOutput struct{ Body wire.Datasets }
	statusOutput   struct{ Body wire.Status }
	meOutput       struct{ Body wire.Me }
)

func (a *API) me() {
	register(a, operation{
		id: "me", method: http.MethodGet, path: "/me", tag: tagAccess, status: http.StatusOK,
		summary:     say.T("Who am I?"),
		description: say.T("Tells whose token this is and what it may do."),
	}, func(_ context.Context, c call, _ *struct{}) (*meOutput, error) {
		return &meOutput{wire.Me{Owner: c.caller.Owner, Write: c.caller.Write, Admin: c.caller.Admin}}, nil
	})
}

type listInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" maxLength:"200"`
}

func (a *API) listDatasets() {
	register(a, operation{
		id: "listDatasets", method: http.MethodGet, path: "/datasets", tag: tagDatasets, status: http.StatusOK,
		summary:     say.T("List the datasets"),
		description: say.T("The records of this owner, newest first. Where there are more, next is the cursor of the next page."),
	}, func(ctx context.Context, c call, in *listInput) (*datasetsOutput, error) {
		after, err := readCursor(in.Cursor)
		if err != nil {
			return nil, err
		}
		ask := in.Limit + 1
		if after.id != "" {
			ask = 0 // the contract lists from the newest on
		}
		all, err := c.ws.Datasets(ctx, ask)
		if err != nil {
			return nil, err
		}
		page := after.rest(all)
		out := wire.Datasets{Datasets: []wire.Dataset{}}
		if len(page) > in.Limit {
			page = page[:in.Limit]
			out.Next = cursorAt(page[in.Limit-1])
		}
		for _, d := range page {
			out.Datasets = append(out.Datasets, datasetOf(d))
		}
		return &datasetsOutput{out}, nil
	})
}

// cursor is the last record of a page. It holds its place when that record is gone.
type cursor struct {
	at time.Time
	id string
}

func cursorAt(d workspace.Dataset) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(d.CreatedAt.UnixMilli()))
	return base64.RawURLEncoding.EncodeToString(append(raw, d.ID...))
}

func readCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) <= 8 || !plain(string(raw[8:])) {
		return cursor{}, wrongValue("query.cursor", say.T("It must be the next of an earlier page."))
	}
	return cursor{time.UnixMilli(int64(binary.BigEndian.Uint64(raw))), string(raw[8:])}, nil
}

// rest is what comes after the cursor in a list from the newest on.
func (c cursor) rest(all []workspace.Dataset) []workspace.Dataset {
	if c.id == "" {
		return all
	}
	for i, d := range all {
		if d.ID == c.id {
			return all[i+1:]
		}
	}
	for i, d := range all {
		if d.CreatedAt.Before(c.at) {
			return all[i:]
		}
	}
	return nil
}

func (a *API) getDataset() {
	register(a, operation{
		id: "getDataset", method: http.MethodGet, path: "/datasets/{id}", tag: tagDatasets, status: http.StatusOK,
		refusals:    []int{http.StatusNotFound},
		summary:     say.T("Get a dataset"),
		description: say.T("The record's business facts. How far its job is, is in its status."),
	}, func(ctx context.Context, c call, in *OneRecord) (*datasetOutput, error) {
		d, err := c.dataset(ctx, in.ID)
		return &datasetOutput{datasetOf(d)}, err
	})
}

func (a *API) deleteDataset() {
	register(a, operation{
		id: "deleteDataset", method: http.MethodDelete, path: "/datasets/{id}", tag: tagDatasets, need: mayWrite, status: http.StatusNoContent,
		refusals:    []int{http.StatusForbidden, http.StatusNotFound},
		summary:     say.T("Delete a dataset"),
		description: say.T("Removes the record, its history and its objects. A job that runs is cancelled."),
	}, func(ctx context.Context, c call, in *OneRecord) (*struct{}, error) {
		if err := c.about(in.ID); err != nil {
			return nil, err
		}
		return nil, c.ws.Remove(ctx, in.ID)
	})
}

type statusInput struct {
	OneRecord
	JobID int64 `query:"jobId" minimum:"1"`
}

func (a *API) getStatus() {
	register(a, operation{
		id: "getStatus", method: http.MethodGet, path: "/datasets/{id}/status", tag: tagJobs, status: http.StatusOK,
		refusals:    []int{http.StatusNotFound},
		summary:     say.T("Ask how far a dataset is"),
		description: say.T("A record with a clean table is ready; until then its job decides. Without jobId the newest job counts. Watch the events rather than asking in a loop."),
	}, func(ctx context.Context, c call, in *statusInput) (*statusOutput, error) {
		return c.status(ctx, in.ID, in.JobID)
	})
}

// status is the answer of the status, and of what moves a job.
func (c call) status(ctx context.Context, id string, jobID int64) (*statusOutput, error) {
	d, err := c.dataset(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := c.ws.Status(ctx, id, jobID)
	if err != nil {
		return nil, err
	}
	c.job = s.JobID
	if s.Status == job.Ready && d.TotalRows == nil { // it became ready in between
		if d, err = c.ws.Find(ctx, id); err != nil {
			return nil, err
		}
	}
	return &statusOutput{statusOfRecord(s, &d, c.lang)}, nil
}

func (a *API) cancelJob() {
	register(a, operation{
		id: "cancelJob", method: http.MethodPost, path: "/datasets/{id}/cancel", tag: tagJobs, need: mayWrite, status: http.StatusAccepted,
		refusals:    []int{http.StatusForbidden, http.StatusNotFound},
		summary:     say.T("Cancel a dataset's job"),
		description: say.T("Takes effect within a second. A job that has ended stays as it is."),
	}, func(ctx context.Context, c call, in *OneRecord) (*statusOutput, error) {
		return c.move(ctx, in.ID, c.ws.Cancel)
	})
}

func (a *API) retryJob() {
	register(a, operation{
		id: "retryJob", method: http.MethodPost, path: "/datasets/{id}/retry", tag: tagJobs, need: mayWrite, status: http.StatusAccepted,
		refusals:    []int{http.StatusForbidden, http.StatusNotFound},
		summary:     say.T("Try a dataset's job again"),
		description: say.T("Makes a failed or cancelled job wait again. A job in any other state stays as it is."),
	}, func(ctx context.Context, c call, in *OneRecord) (*statusOutput, error) {
		return c.move(ctx, in.ID, c.ws.Retry)
	})
}

func (c call) move(ctx context.Context, id string, how func(context.Context, string) (job.Info, error)) (*statusOutput, error) {
	if _, err := c.dataset(ctx, id); err != nil {
		return nil, err
	}
	if _, err := how(ctx, id); err != nil {
		return nil, err
	}
	return c.status(ctx, id, 0)
}

// dataset finds a record by its whole ID.
func (c call) dataset(ctx context.Context, id string) (workspace.Dataset, error) {
	if err := c.about(id); err != nil {
		return workspace.Dataset{}, err
	}
	d, err := c.ws.Find(ctx, id)
	if err == nil && d.ID != id { // a beginning is for people
		err = noRecord(id)
	}
	if isAmbiguous(err) {
		err = noRecord(id)
	}
	return d, err
}
