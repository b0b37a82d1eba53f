package client

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"sheetmill/core/report"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

// Me tells whose token it is and what it may do.
func (c *Client) Me(ctx context.Context) (wire.Me, error) {
	var out wire.Me
	return out, c.get(ctx, &out, nil, "me")
}

// List lists records, newest first, from a cursor on; "" is the beginning,
// and limit 0 is the server's own.
func (c *Client) List(ctx context.Context, limit int, cursor string) (wire.Datasets, error) {
	var out wire.Datasets
	q := url.Values{}
	setInt(q, "limit", int64(limit))
	set(q, "cursor", cursor)
	return out, c.get(ctx, &out, q, "datasets")
}

// Dataset finds a record by its whole ID.
func (c *Client) Dataset(ctx context.Context, id string) (wire.Dataset, error) {
	var out wire.Dataset
	return out, c.get(ctx, &out, nil, "datasets", part(id))
}

// Delete removes a record with all that is its.
func (c *Client) Delete(ctx context.Context, id string) error {
	answer, err := c.send(ctx, call{method: http.MethodDelete, path: []string{"datasets", part(id)}})
	if err != nil || answer == nil {
		return err
	}
	return answer.Body.Close()
}

// Status tells how far a record is; job 0 is its newest.
func (c *Client) Status(ctx context.Context, id string, job int64) (wire.Status, error) {
	var out wire.Status
	q := url.Values{}
	setInt(q, "jobId", job)
	return out, c.get(ctx, &out, q, "datasets", part(id), "status")
}

// Cancel asks a record's newest job to end.
func (c *Client) Cancel(ctx context.Context, id string) (wire.Status, error) {
	var out wire.Status
	return out, c.json(ctx, call{method: http.MethodPost, path: []string{"datasets", part(id), "cancel"}}, &out)
}

// Retry makes a record's failed or cancelled job wait again.
func (c *Client) Retry(ctx context.Context, id string) (wire.Status, error) {
	var out wire.Status
	return out, c.json(ctx, call{method: http.MethodPost, path: []string{"datasets", part(id), "retry"}}, &out)
}

// RowsOptions say which part of a clean table is wanted; zero fields are the
// server's own choice.
type RowsOptions struct {
	Version int
	Offset  int64
	Limit   int64
	Columns []string
	Sort    []string // columns, descending with a minus before the name
	Filter  []string // conditions such as age>=18, all of which must hold
}

// Rows reads rows of the clean table. The page may be smaller than asked for;
// its NextOffset tells where to go on.
func (c *Client) Rows(ctx context.Context, id string, o RowsOptions) (wire.Rows, error) {
	var out wire.Rows
	q := url.Values{}
	setInt(q, "version", int64(o.Version))
	setInt(q, "offset", o.Offset)
	setInt(q, "limit", o.Limit)
	q["sort"], q["filter"] = o.Sort, o.Filter
	if len(o.Columns) > 0 {
		var line bytes.Buffer
		w := csv.NewWriter(&line)
		if err := w.Write(o.Columns); err != nil {
			return out, err
		}
		w.Flush()
		q.Set("columns", string(bytes.TrimSuffix(line.Bytes(), []byte("\n"))))
	}
	return out, c.get(ctx, &out, q, "datasets", part(id), "rows")
}

// Profile reads the report on the clean table.
func (c *Client) Profile(ctx context.Context, id string) (workspace.Report, error) {
	var out workspace.Report
	return out, c.get(ctx, &out, nil, "datasets", part(id), "profile")
}

// Report writes the report on the clean table in a form for people or programs,
// in the language of the client.
func (c *Client) Report(ctx context.Context, id string, f report.Format, out io.Writer) error {
	answer, err := c.send(ctx, call{method: http.MethodGet, path: []string{"datasets", part(id), "report"}, query: url.Values{"format": {string(f)}}})
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(out, answer.Body); err != nil {
		return c.unreachable(ctx, err)
	}
	return nil
}

// LedgerOptions filter the ledger; zero fields let everything through.
type LedgerOptions struct {
	Column, Rule string
	Row          *int64 // from 0
	Offset       int64
	Limit        int64 // 0 is the server's own
}

// Ledger reads a page of the changes.
func (c *Client) Ledger(ctx context.Context, id string, o LedgerOptions) (wire.Ledger, error) {
	var out wire.Ledger
	q := url.Values{}
	set(q, "column", o.Column)
	set(q, "rule", o.Rule)
	if o.Row != nil {
		q.Set("row", strconv.FormatInt(*o.Row, 10))
	}
	setInt(q, "offset", o.Offset)
	setInt(q, "limit", o.Limit)
	return out, c.get(ctx, &out, q, "datasets", part(id), "ledger")
}

// Versions lists the versions of the clean table.
func (c *Client) Versions(ctx context.Context, id string) (wire.Versions, error) {
	var out wire.Versions
	return out, c.get(ctx, &out, nil, "datasets", part(id), "versions")
}

// part is a text as one part of a path, whatever is in it.
func part(s string) string {
	if s == "" || s == "." || s == ".." {
		s = "_" + s // no ID; it must not name another path
	}
	return url.PathEscape(s)
}

func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func setInt(q url.Values, name string, value int64) {
	if value != 0 {
		q.Set(name, strconv.FormatInt(value, 10))
	}
}
