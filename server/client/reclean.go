package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"sheetmill/server/httpapi/wire"
)

// Clean cleans a record again with other options. It is not sent a second
// time: each time would be a job. WaitJob waits for it.
func (c *Client) Clean(ctx context.Context, id string, ask wire.Clean) (wire.Started, error) {
	var out wire.Started
	return out, c.post(ctx, &out, ask, "datasets", part(id), "clean")
}

// UndoRule takes back what one rule changed, by cleaning again without it.
func (c *Client) UndoRule(ctx context.Context, id, rule string) (wire.Started, error) {
	var out wire.Started
	return out, c.post(ctx, &out, wire.UndoRule{Rule: rule}, "datasets", part(id), "undo-rule")
}

// longestAsk is how many seconds one question for a job may wait for its end.
const longestAsk = "20"

// WaitJob follows a job until it has ended, and answers its last state; a
// fault of the job is in its Error.
func (c *Client) WaitJob(ctx context.Context, id string, jobID int64) (wire.Job, error) {
	for {
		var out wire.Job
		err := c.get(ctx, &out, url.Values{"wait": {longestAsk}}, "datasets", part(id), "jobs", strconv.FormatInt(jobID, 10))
		if err != nil || out.State.Ended() {
			return out, err
		}
	}
}

// WhereFrom tells where a cell of the clean table came from; row counts from 0.
func (c *Client) WhereFrom(ctx context.Context, id string, row int64, column string) (wire.Origin, error) {
	var out wire.Origin
	q := url.Values{"row": {strconv.FormatInt(row, 10)}, "column": {column}}
	return out, c.get(ctx, &out, q, "datasets", part(id), "where")
}

// post sends JSON once.
func (c *Client) post(ctx context.Context, out, ask any, path ...string) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	return c.json(ctx, call{
		method: http.MethodPost, path: path, once: true, header: http.Header{"Content-Type": {"application/json"}},
		body: func() (io.Reader, int64, error) { return bytes.NewReader(body), int64(len(body)), nil },
	}, out)
}
