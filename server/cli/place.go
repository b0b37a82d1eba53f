package cli

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

// place is where files are milled: in a workspace by this process, or by a
// server. Its methods may be called from many goroutines.
type place interface {
	// during runs use with a context that ends early when the place is in trouble, which it answers.
	during(ctx context.Context, jobs int, use func(context.Context)) error
	// add adds a file; asked again under the same name that is not "", it answers the same.
	add(ctx context.Context, src *source, o workspace.Options, name string) (recordID string, jobID int64, err error)
	remove(ctx context.Context, id string) error
	await(ctx context.Context, id string, see func(job.Status)) (job.Status, error)
	report(ctx context.Context, id string) (workspace.Report, error)
	export(ctx context.Context, id string, f export.Format, w io.Writer, o export.Options) error
	firstRows(ctx context.Context, id string, n int) (firstRows, error)
}

// firstRows are rows as they are printed.
type firstRows struct {
	columns []table.Column
	cells   [][]string // "·" for what is missing
}

// withPlace opens where files are to be milled, for one command, and closes it after.
func (a *app) withPlace(ctx context.Context, o serverOptions, use func(place) error) error {
	if o.url == "" || a.connection != "" {
		return a.withWorkspace(ctx, func(ws *workspace.Workspace) error { return use(&here{a, ws}) })
	}
	c, err := a.client(o)
	if err != nil {
		return err
	}
	defer c.Close()
	return use(&there{client: c})
}

// here is a workspace that this process works on.
type here struct {
	*app

	ws *workspace.Workspace
}

func (h *here) during(ctx context.Context, jobs int, use func(context.Context)) error {
	return h.working(ctx, h.ws, jobs, use)
}

func (h *here) add(ctx context.Context, src *source, o workspace.Options, name string) (string, int64, error) {
	added, err := h.ws.Add(ctx, src, workspace.AddOptions{FileName: src.name, Size: src.size, Options: o, Idempotency: name})
	return added.RecordID, added.JobID, err
}

func (h *here) remove(ctx context.Context, id string) error { return h.ws.Remove(ctx, id) }

func (h *here) await(ctx context.Context, id string, see func(job.Status)) (job.Status, error) {
	return h.app.await(ctx, h.ws, id, see)
}

func (h *here) report(ctx context.Context, id string) (workspace.Report, error) {
	return h.ws.Report(ctx, id)
}

func (h *here) export(ctx context.Context, id string, f export.Format, w io.Writer, o export.Options) error {
	return h.ws.Export(ctx, id, f, w, o)
}

func (h *here) firstRows(ctx context.Context, id string, n int) (firstRows, error) {
	page, err := h.ws.Page(ctx, id, workspace.PageOptions{Limit: int64(n)})
	if err != nil {
		return firstRows{}, err
	}
	return rowsOf(page), nil
}

// rowsOf spells a page.
func rowsOf(p workspace.Page) firstRows {
	f := firstRows{columns: p.Columns}
	if len(p.Vectors) == 0 {
		return f
	}
	for row := range p.Vectors[0].Len() {
		line := make([]string, len(p.Vectors))
		for i, v := range p.Vectors {
			if line[i] = "·"; v.Valid[row] {
				line[i] = string(v.AppendText(nil, row))
			}
		}
		f.cells = append(f.cells, line)
	}
	return f
}

// there is a server.
type there struct {
	client  *client.Client
	uploads sync.Mutex // one file goes over the line at a time, in order
}

func (t *there) during(ctx context.Context, _ int, use func(context.Context)) error {
	use(ctx)
	return nil
}

func (t *there) add(ctx context.Context, src *source, o workspace.Options, name string) (string, int64, error) {
	t.uploads.Lock()
	defer t.uploads.Unlock()
	var body io.Reader = src
	if src.regular {
		body = src.file // it can be sent again
	}
	added, err := t.client.Add(ctx, body, src.name, client.AddOptions{Options: o, Size: src.size, Idempotency: name})
	return added.RecordID, added.JobID, err
}

func (t *there) remove(ctx context.Context, id string) error { return t.client.Delete(ctx, id) }

func (t *there) await(ctx context.Context, id string, see func(job.Status)) (job.Status, error) {
	s, err := t.client.Wait(ctx, id, func(s wire.Status) { see(statusOf(s)) })
	return statusOf(s), err
}

// statusOf is a server's word on a record as this program shows its own.
func statusOf(s wire.Status) job.Status {
	out := job.Status{RecordID: s.RecordID, JobID: s.JobID, Status: s.Status, Progress: s.Progress, Stage: s.Stage}
	if s.Error != nil {
		out.Error = s.Error.Fault()
	}
	return out
}

func (t *there) report(ctx context.Context, id string) (workspace.Report, error) {
	return t.client.Profile(ctx, id)
}

func (t *there) export(ctx context.Context, id string, f export.Format, w io.Writer, o export.Options) error {
	_, err := t.client.Export(ctx, id, f, w, client.ExportOptions{BOM: o.BOM})
	return err
}

func (t *there) firstRows(ctx context.Context, id string, n int) (firstRows, error) {
	var f firstRows
	page, err := t.client.Rows(ctx, id, client.RowsOptions{Limit: int64(max(n, 1))})
	if err != nil {
		return f, err
	}
	for _, c := range page.Columns {
		f.columns = append(f.columns, table.Column{Name: c.Name, Type: table.Type(c.Type)})
	}
	for _, row := range page.Rows[:min(n, len(page.Rows))] {
		line := make([]string, len(row))
		for i, value := range row {
			line[i] = shownJSON(value)
		}
		f.cells = append(f.cells, line)
	}
	return f, nil
}

// shownJSON spells a value of an answer as a table shows it.
func shownJSON(value json.RawMessage) string {
	var text string
	switch {
	case string(value) == "null":
		return "·"
	case json.Unmarshal(value, &text) == nil:
		return text
	}
	return string(value)
}

// serverOptions are the flags about a server to use instead of a workspace.
type serverOptions struct{ url, tokenFile string }

func (o *serverOptions) flags(a *app, c *cobra.Command) {
	c.Flags().StringVar(&o.url, "server", "", a.tr("address of a server that does it, such as https://mill.example.org"))
	c.Flags().StringVar(&o.tokenFile, "token-file", "", a.tr("file that holds the server's token (default: SHEETMILL_TOKEN)"))
}

// client is a client of the server that was named, with the token of the
// environment or of a file.
func (a *app) client(o serverOptions) (*client.Client, error) {
	token := a.Getenv("SHEETMILL_TOKEN")
	path := o.tokenFile
	if path == "" && token == "" {
		path = a.Getenv("SHEETMILL_TOKEN_FILE")
	}
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, pathFault(path, err)
		}
		token = strings.TrimSpace(string(b))
	}
	if token == "" {
		return nil, fault.New(fault.NotAllowed, say.T("The server wants a token, and none is named.")).
			Hint(say.T("Put it into SHEETMILL_TOKEN, or into a file named with --token-file; sheetmill token create makes one."))
	}
	return client.New(o.url, token, client.Options{Lang: a.lang})
}
