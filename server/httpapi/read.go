package httpapi

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

type rowsInput struct {
	OneRecord
	Offset  int64    `query:"offset" minimum:"0"`
	Limit   int64    `query:"limit" minimum:"1" maximum:"10000" default:"200"`
	Columns string   `query:"columns" maxLength:"20000"`
	Version int      `query:"version" minimum:"1"`
	Sort    []string `query:"sort,explode" maxItems:"8"`
	Filter  []string `query:"filter,explode" maxItems:"32"`
}

func (a *API) getRows() {
	register(a, operation{
		id: "getRows", method: http.MethodGet, path: "/datasets/{id}/rows", tag: tagTables, status: http.StatusOK,
		refusals: []int{http.StatusNotFound, http.StatusConflict},
		content:  map[string]*huma.MediaType{"application/json": {Schema: a.schema(reflect.TypeFor[wire.Rows]())}},
		summary:  say.T("Read rows of the clean table"),
		description: say.T("A page of rows. It may hold fewer than asked for where they are large; nextOffset tells where the next one starts. " +
			"Sorted or filtered, totalRows is as many as pass, and numbers are the rows' own in the table."),
	}, a.rows)
}

func (a *API) rows(ctx context.Context, c call, in *rowsInput) (*struct{}, error) {
	d, err := c.table(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	o := workspace.PageOptions{Version: in.Version, Offset: in.Offset, Sort: in.Sort, Filter: in.Filter}
	if o.Version == 0 {
		o.Version = d.Head // all parts of the page come from one table
	}
	if o.Columns, err = columnNames(in.Columns); err != nil {
		return nil, err
	}
	b := pageBody{most: a.limits.MaxPageBytes}
	if err := b.fill(ctx, c.ws, in.ID, o, in.Limit); err != nil {
		return nil, err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, err = c.w.Write(b.bytes)
	return nil, err
}

// columnNames reads names joined by commas, as a line of CSV: a name with a
// comma in it stands in quotes. None are nil, which is all of them.
func columnNames(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	names, err := csv.NewReader(strings.NewReader(list)).Read()
	if err != nil {
		return nil, wrongValue("query.columns", say.T("It must be names joined by commas, as in a line of CSV."))
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return nil, wrongValue("query.columns", say.T("It names one column twice."))
		}
		seen[name] = true
	}
	return names, nil
}

// pageBody is wire.Rows written by hand: a page has ten thousands of values.
type pageBody struct {
	bytes   []byte
	numbers []int64
	most    int // about how large it may grow
}

// partRows is how many rows are read at once, so that a page of large values
// stops near its bound.
const partRows = 512

func (b *pageBody) fill(ctx context.Context, ws *workspace.Workspace, id string, o workspace.PageOptions, limit int64) error {
	start, total := o.Offset, int64(0)
	for first := true; ; first = false {
		o.Limit = min(limit-(o.Offset-start), partRows)
		page, err := ws.Page(ctx, id, o)
		if err != nil {
			return err
		}
		if first {
			total = page.Rows
			if err := b.head(page); err != nil {
				return err
			}
		}
		rows, err := b.rows(page, first)
		if err != nil {
			return err
		}
		if page.Numbers != nil {
			b.numbers = append(b.numbers, page.Numbers[:rows]...)
		}
		o.Offset += rows
		if rows == 0 || o.Offset >= total || o.Offset-start >= limit || len(b.bytes) >= b.most {
			break
		}
	}
	b.bytes = append(b.bytes, ']')
	for i, n := range b.numbers {
		if b.bytes = append(b.bytes, ','); i == 0 {
			b.bytes = append(b.bytes, `"numbers":[`...)
		}
		b.bytes = strconv.AppendInt(b.bytes, n, 10)
	}
	if len(b.numbers) > 0 {
		b.bytes = append(b.bytes, ']')
	}
	b.bytes = append(b.bytes, `,"nextOffset":`...)
	if o.Offset < total {
		b.bytes = strconv.AppendInt(b.bytes, o.Offset, 10)
	} else {
		b.bytes = append(b.bytes, "null"...)
	}
	b.bytes = append(b.bytes, "}\n"...)
	return nil
}

func (b *pageBody) head(page workspace.Page) error {
	columns := make([]wire.RowColumn, 0, len(page.Columns))
	for _, c := range page.Columns {
		columns = append(columns, wire.RowColumn{Name: c.Name, Type: string(c.Type), Source: c.Source, Elapsed: c.Elapsed})
	}
	text, err := json.Marshal(columns)
	b.bytes = append(b.bytes, `{"totalRows":`...)
	b.bytes = strconv.AppendInt(b.bytes, page.Rows, 10)
	b.bytes = append(b.bytes, `,"offset":`...)
	b.bytes = strconv.AppendInt(b.bytes, page.Offset, 10)
	b.bytes = append(b.bytes, `,"columns":`...)
	b.bytes = append(b.bytes, text...)
	b.bytes = append(b.bytes, `,"rows":[`...)
	return err
}

// rows appends the page's rows until the bound, and tells how many there were.
func (b *pageBody) rows(page workspace.Page, first bool) (int64, error) {
	if len(page.Vectors) == 0 {
		return 0, nil
	}
	n := page.Vectors[0].Len()
	for row := range n {
		if len(b.bytes) >= b.most && (row > 0 || !first) {
			return int64(row), nil
		}
		if row > 0 || !first {
			b.bytes = append(b.bytes, ',')
		}
		b.bytes = append(b.bytes, '\n', '[')
		for i, v := range page.Vectors {
			if i > 0 {
				b.bytes = append(b.bytes, ',')
			}
			var err error
			if b.bytes, err = export.AppendJSON(b.bytes, v, row); err != nil {
				return 0, err
			}
		}
		b.bytes = append(b.bytes, ']')
	}
	return int64(n), nil
}

// table finds a record that has a clean table; one that has none yet, or will
// not have any, is in conflict with reading it.
func (c call) table(ctx context.Context, id string) (workspace.Dataset, error) {
	d, err := c.dataset(ctx, id)
	if err != nil || d.Head != 0 {
		return d, err
	}
	s, err := c.ws.Status(ctx, id, 0)
	switch {
	case err != nil:
		return d, err
	case s.Status == job.Ready: // in between
		return c.dataset(ctx, id)
	case s.Error != nil:
		return d, answerWith(http.StatusConflict, s.Error)
	}
	return d, answerWith(http.StatusConflict, fault.New(fault.Conflict, say.T("The clean table is not ready yet: its job has not ended.")).
		Hint(say.T("Watch the dataset's events until it is ready."))).retryAfter(1)
}

func notYet(sentence say.Text) error {
	return answerWith(http.StatusNotImplemented, fault.New(fault.Usage, sentence).
		Hint(say.T("This comes with recipes, in a later version.")))
}

type profileInput struct{ OneRecord }

func (a *API) getProfile() {
	register(a, operation{
		id: "getProfile", method: http.MethodGet, path: "/datasets/{id}/profile", tag: tagTables, status: http.StatusOK,
		refusals: []int{http.StatusNotFound, http.StatusConflict},
		content:  map[string]*huma.MediaType{"application/json": {Schema: a.schema(reflect.TypeFor[workspace.Report]())}},
		summary:  say.T("Read the report on the clean table"),
		description: say.T("What was found in the file, where every cell went, what each column holds, and what is to be known of it. " +
			"Sentences come with their key and arguments; their text is in the language of the request."),
	}, func(ctx context.Context, c call, in *profileInput) (*struct{}, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		report, err := c.ws.Report(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		body, err := json.Marshal(report)
		if err == nil && c.lang != say.English {
			body, err = translated(body, c.lang)
		}
		if err != nil {
			return nil, err
		}
		c.w.Header().Set("Content-Type", "application/json")
		_, err = c.w.Write(append(body, '\n'))
		return nil, err
	})
}

type ledgerInput struct {
	OneRecord
	Offset int64  `query:"offset" minimum:"0"`
	Limit  int64  `query:"limit" minimum:"1" maximum:"10000" default:"200"`
	Column string `query:"column" maxLength:"2000"`
	Rule   string `query:"rule" maxLength:"200"`
	Row    int64  `query:"row" minimum:"-1" default:"-1"`
}

type ledgerOutput struct{ Body wire.Ledger }

func (a *API) getLedger() {
	register(a, operation{
		id: "getLedger", method: http.MethodGet, path: "/datasets/{id}/ledger", tag: tagTables, status: http.StatusOK,
		refusals:    []int{http.StatusNotFound, http.StatusConflict},
		summary:     say.T("Read the ledger of changed cells"),
		description: say.T("One entry for each cell that differs from the source: where it stands, what it was, what it is, and which rule did it."),
	}, func(ctx context.Context, c call, in *ledgerInput) (*ledgerOutput, error) {
		if _, err := c.table(ctx, in.ID); err != nil {
			return nil, err
		}
		o := workspace.LedgerOptions{Column: in.Column, Rule: in.Rule}
		if in.Row >= 0 {
			o.Row = &in.Row
		}
		out := wire.Ledger{Changes: []wire.Change{}, Offset: in.Offset}
		seen, size := int64(0), 0
		_, err := c.ws.Ledger(ctx, in.ID, o, func(e workspace.LedgerEntry) error {
			if seen++; seen <= in.Offset {
				return nil
			}
			if int64(len(out.Changes)) == in.Limit || size >= a.limits.MaxPageBytes {
				next := in.Offset + int64(len(out.Changes))
				out.NextOffset = &next
				return errEnough
			}
			size += len(e.Before) + len(e.Column) + 100
			if e.After != nil {
				size += len(*e.After)
			}
			out.Changes = append(out.Changes, wire.Change(e))
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
		return &ledgerOutput{out}, nil
	})
}

var errEnough = errors.New("the page is full")

type versionsOutput struct{ Body wire.Versions }

func (a *API) getVersions() {
	register(a, operation{
		id: "getVersions", method: http.MethodGet, path: "/datasets/{id}/versions", tag: tagTables, status: http.StatusOK,
		refusals:    []int{http.StatusNotFound},
		summary:     say.T("List the versions of the clean table"),
		description: say.T("The dataset's history, oldest first; reads see the head. It is empty until the dataset is ready."),
	}, func(ctx context.Context, c call, in *OneRecord) (*versionsOutput, error) {
		d, err := c.dataset(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := wire.Versions{Versions: []wire.Version{}}
		history, err := c.ws.Versions(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range history {
			out.Versions = append(out.Versions, wire.Version{
				Number: v.Number, Head: v.Number == d.Head, CleanKey: v.CleanKey, Rows: v.Rows, Columns: columnsOf(v.Columns), CreatedAt: v.CreatedAt,
			})
		}
		return &versionsOutput{out}, nil
	})
}
