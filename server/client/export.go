package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// ExportOptions say how to write.
type ExportOptions struct {
	BOM   bool   // CSV: start with a byte order mark
	Sheet string // xlsx: the sheet's name
}

// Exported tells what was downloaded.
type Exported struct {
	Size int64
	ETag string // names exactly these bytes
}

// Export downloads the clean table. A download that breaks off goes on where
// it stopped, as long as the table is the same; when it changed meanwhile, the
// answer is fault.Conflict and out holds a part of the older one.
func (c *Client) Export(ctx context.Context, id string, format export.Format, out io.Writer, o ExportOptions) (Exported, error) {
	d := &download{c: c, out: out, path: []string{"datasets", part(id), "export"}, query: url.Values{"format": {string(format)}}}
	if o.BOM {
		d.query.Set("bom", "true")
	}
	set(d.query, "sheetName", o.Sheet)
	pause := c.options.Pause
	for failures := 0; ; {
		before := d.size
		err := d.run(ctx)
		var broken *brokenError
		if !errors.As(err, &broken) {
			return Exported{d.size, d.etag}, err
		}
		if d.size > before {
			failures, pause = 0, c.options.Pause
		} else if failures++; failures >= c.options.Attempts {
			return Exported{d.size, d.etag}, c.unreachable(ctx, broken.cause)
		}
		if !sleep(ctx, pause) {
			return Exported{d.size, d.etag}, fault.Of(context.Cause(ctx))
		}
		pause *= 2
	}
}

// download is an export on its way.
type download struct {
	c     *Client
	out   io.Writer
	path  []string
	query url.Values
	size  int64 // written to out
	etag  string
}

// brokenError is a download that can go on.
type brokenError struct{ cause error }

func (b *brokenError) Error() string { return b.cause.Error() }

func (d *download) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := call{method: http.MethodGet, path: d.path, query: d.query}
	if d.size > 0 {
		q.header = http.Header{"Range": {"bytes=" + strconv.FormatInt(d.size, 10) + "-"}, "If-Range": {d.etag}}
	}
	answer, err := d.c.send(ctx, q)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if err := d.check(answer); err != nil {
		return err
	}
	silence := time.AfterFunc(d.c.options.Silence, func() { cancel(errSilent) })
	defer silence.Stop()
	buffer := make([]byte, 128<<10)
	for {
		n, err := answer.Body.Read(buffer)
		silence.Reset(d.c.options.Silence)
		if n > 0 {
			written, writeErr := d.out.Write(buffer[:n])
			d.size += int64(written)
			if writeErr != nil { // the caller's own, as it is
				return writeErr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errSilent) {
				return fault.Of(context.Cause(ctx))
			}
			return &brokenError{err}
		}
	}
}

// check refuses an answer that does not go on where the download stopped.
func (d *download) check(answer *http.Response) error {
	etag := answer.Header.Get("ETag")
	if d.size == 0 {
		d.etag = etag
		return nil
	}
	begins := "bytes " + strconv.FormatInt(d.size, 10) + "-"
	if answer.StatusCode == http.StatusPartialContent && etag == d.etag && strings.HasPrefix(answer.Header.Get("Content-Range"), begins) {
		return nil
	}
	return fault.New(fault.Conflict, say.T("The table changed while it was downloaded.")).Hint(say.T("Export it again."))
}
