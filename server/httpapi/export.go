package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

type exportInput struct {
	OneRecord
	Format string `query:"format" enum:"parquet,csv,xlsx,json" default:"csv"`
	BOM    bool   `query:"bom"`
	Sheet  string `query:"sheetName" maxLength:"31"`
	// Read by http.ServeContent; they are here for the documentation.
	IfMatch     string `header:"If-Match"`
	IfNoneMatch string `header:"If-None-Match"`
	IfRange     string `header:"If-Range"`
	Range       string `header:"Range"`
}

// mediaTypes of the formats.
var mediaTypes = map[export.Format]string{
	export.Parquet: "application/vnd.apache.parquet",
	export.CSV:     "text/csv; charset=utf-8",
	export.XLSX:    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	export.JSON:    "application/json",
}

func (a *API) exportTable() {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	content := map[string]*huma.MediaType{}
	for _, f := range export.Formats() {
		content[strings.TrimSuffix(mediaTypes[f], "; charset=utf-8")] = &huma.MediaType{Schema: binary}
	}
	register(a, operation{
		id: "exportTable", method: http.MethodGet, path: "/datasets/{id}/export", tag: tagTables, status: http.StatusOK,
		refusals: []int{
			http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed,
			http.StatusRequestEntityTooLarge, http.StatusRequestedRangeNotSatisfiable,
		},
		content: content,
		summary: say.T("Export the clean table"),
		description: say.T("The whole table as a file. Its ETag is strong: it changes with the table, the format and the options. " +
			"A download that broke off goes on with Range and If-Range (206). The audit log notes each export."),
	}, a.export)
	a.describeExport()
}

// exported is one file that can be sent: a table in a format.
type exported struct {
	dataset workspace.Dataset
	format  export.Format
	options export.Options
	etag    string
}

func (a *API) export(ctx context.Context, c call, in *exportInput) (*struct{}, error) {
	e := exported{format: export.Format(in.Format), options: export.Options{BOM: in.BOM, Sheet: in.Sheet}}
	if (in.BOM && e.format != export.CSV) || (in.Sheet != "" && e.format != export.XLSX) {
		return nil, wrongValue("query", say.T("bom belongs to csv and sheetName to xlsx."))
	}
	var file *spooled
	for { // until the table stayed the same while it was written
		var err error
		if e.dataset, err = c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		e.etag = a.etag(e)
		if done, err := precondition(c.r, e.etag); done || err != nil {
			if done {
				c.w.Header().Set("ETag", e.etag)
				c.w.WriteHeader(http.StatusNotModified)
			}
			return nil, err
		}
		file, err = a.exports.get(ctx, c.caller.Owner+" "+e.etag, func(ctx context.Context, w io.Writer) error {
			return c.ws.Export(ctx, in.ID, e.format, w, e.options)
		}, func(ctx context.Context) (bool, error) {
			now, err := c.ws.Find(ctx, in.ID)
			return now.CleanDataKey == e.dataset.CleanDataKey, err
		})
		if err == nil {
			break
		}
		if !errors.Is(err, errMoved) {
			return nil, err
		}
	}
	defer file.release()
	if c.r.Method != http.MethodHead {
		if err := a.backend.Note(ctx, c.caller.Owner, "export.made", in.ID+" "+in.Format); err != nil {
			return nil, err
		}
	}
	return nil, a.send(ctx, c, e, file)
}

// etag names the bytes of an export: the clean table's content name, format
// and options, and the program that writes them.
func (a *API) etag(e exported) string {
	h := sha256.New()
	for _, part := range []string{e.dataset.CleanDataKey, string(e.format), e.options.Sheet, a.options.Version} {
		_, _ = io.WriteString(h, part+"\x00") // hashes never fail
	}
	if e.options.BOM {
		_, _ = io.WriteString(h, "bom")
	}
	return `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`
}

// precondition answers If-Match and If-None-Match before any work is done:
// done is 304, and a mismatch is 412.
func precondition(r *http.Request, etag string) (done bool, err error) {
	if list := r.Header.Get("If-Match"); list != "" && !matches(list, etag, false) {
		return false, answerWith(http.StatusPreconditionFailed, fault.New(fault.Conflict, say.T("The table is not the one that If-Match names any more.")).
			Hint(say.T("Export it anew, without If-Match.")))
	}
	if list := r.Header.Get("If-None-Match"); list != "" && matches(list, etag, true) {
		return true, nil
	}
	return false, nil
}

// matches tells whether a list of entity tags holds this one. Our tags hold no
// comma, so another's that does cannot match by mistake.
func matches(list, etag string, weak bool) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimSpace(tag)
		if weak {
			tag = strings.TrimPrefix(tag, "W/")
		}
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}

// send sends a spooled export, whole or in ranges.
func (a *API) send(ctx context.Context, c call, e exported, file *spooled) error {
	content, err := os.Open(file.path)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	h := c.w.Header()
	h.Set("Content-Type", mediaTypes[e.format])
	h.Set("ETag", e.etag)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Disposition", disposition(e.dataset.FileName, string(e.format)))
	w := &rangeWriter{answerWriter: c.w}
	http.ServeContent(w, c.r.WithContext(ctx), "", time.Time{}, content)
	switch {
	case w.unsatisfiable:
		return answerWith(http.StatusRequestedRangeNotSatisfiable, fault.New(fault.Usage, say.T("The range lies outside the file.")).
			Hint(say.T("The header Content-Range tells its size.")))
	case w.failed != nil: // the length was announced: net/http breaks the connection off
		c.note(w.failed)
	}
	return nil
}

// rangeWriter keeps back the plain text with which http.ServeContent refuses a range.
type rangeWriter struct {
	*answerWriter
	unsatisfiable bool
	failed        error
}

// WriteHeader keeps a 416 back.
func (w *rangeWriter) WriteHeader(status int) {
	if status == http.StatusRequestedRangeNotSatisfiable {
		w.unsatisfiable = true
		return
	}
	w.answerWriter.WriteHeader(status)
}

// Write drops what follows a 416.
func (w *rangeWriter) Write(p []byte) (int, error) {
	if w.unsatisfiable {
		return len(p), nil
	}
	n, err := w.answerWriter.Write(p)
	if err != nil && w.failed == nil {
		w.failed = err
	}
	return n, err
}
