package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/report"
	"sheetmill/core/say"
)

type reportInput struct {
	OneRecord
	Format string `query:"format" enum:"html,json,md" default:"html"`
}

func (a *API) getReport() {
	content := map[string]*huma.MediaType{}
	for _, f := range report.Formats() {
		content[strings.TrimSuffix(f.ContentType(), "; charset=utf-8")] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	register(a, operation{
		id: "getReport", method: http.MethodGet, path: "/datasets/{id}/report", tag: tagTables, status: http.StatusOK,
		refusals: []int{http.StatusNotFound, http.StatusConflict},
		content:  content,
		summary:  say.T("Read the report on the clean table as a page"),
		description: say.T("What was found, changed and why, and what each column holds, for people: one self-contained page that works offline. " +
			"The page holds both languages and opens in that of the request; json and md tell the same facts."),
	}, func(ctx context.Context, c call, in *reportInput) (*struct{}, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		doc, err := c.ws.Document(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		format := report.Format(in.Format)
		var body bytes.Buffer
		if err := doc.Write(&body, format, c.lang); err != nil {
			return nil, err
		}
		if format == report.HTML {
			c.w.Header().Set("Content-Security-Policy", report.Policy()+"; frame-ancestors 'none'")
		}
		c.w.Header().Set("Content-Type", format.ContentType())
		_, err = c.w.Write(body.Bytes())
		return nil, err
	})
}
