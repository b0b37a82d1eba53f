package workspace

import (
	"context"
	"encoding/json"
	"io"

	"sheetmill/core/catalog"
	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// PageOptions say which part of a clean table is wanted.
type PageOptions struct {
	Version int   // 0: the head
	Offset  int64 // first row, from 0
	Limit   int64 // rows
	Columns []string
	Sort    []string // columns, descending with a minus before the name; see query.ParseSort
	Filter  []string // conditions that a row must meet, all of them; see query.ParseFilter
}

// Page is a part of a clean table.
type Page struct {
	Rows    int64           `json:"totalRows"` // of the whole table, or as many as pass the filters
	Offset  int64           `json:"offset"`
	Columns []table.Column  `json:"columns"`
	Numbers []int64         `json:"numbers,omitempty"` // where sorted or filtered: each row's number in the table, from 0
	Vectors []*table.Vector `json:"-"`
}

// Page reads rows of the clean table, in its own order or sorted and filtered. A
// condition that cannot be read is fault.Usage, a name of no column fault.NotFound.
func (w *Workspace) Page(ctx context.Context, id string, o PageOptions) (Page, error) {
	if o.Offset < 0 || o.Limit < 0 {
		return Page{}, fault.New(fault.Usage, say.T("Offset and limit must not be negative."))
	}
	var page Page
	err := w.withTable(ctx, id, o.Version, func(t *openTable) error {
		all := t.Columns()
		columns, err := choose(all, o.Columns)
		if err != nil {
			return err
		}
		page.Rows, page.Offset = t.Rows(), o.Offset
		for _, c := range columns {
			page.Columns = append(page.Columns, all[c])
		}
		if len(o.Sort)+len(o.Filter) > 0 {
			return w.ordered(ctx, id, o, t, columns, &page)
		}
		page.Vectors, err = t.Page(ctx, o.Offset, o.Limit, columns)
		return err
	})
	return page, err
}

func choose(all []table.Column, names []string) ([]int, error) {
	var columns []int
	for i := range all {
		if names == nil {
			columns = append(columns, i)
		}
	}
names:
	for _, name := range names {
		for i, c := range all {
			if c.Name == name {
				columns = append(columns, i)
				continue names
			}
		}
		return nil, fault.New(fault.NotFound, say.T("The table has no column {name}.", "name", name)).
			Hint(say.T("Run preview to see its columns."))
	}
	return columns, nil
}

// withTable lends a version's clean table.
func (w *Workspace) withTable(ctx context.Context, id string, version int, use func(*openTable) error) error {
	v, err := w.version(ctx, id, version)
	if err != nil {
		return err
	}
	return w.withObject(ctx, v.CleanKey, use)
}

func (w *Workspace) withObject(ctx context.Context, key string, use func(*openTable) error) error {
	t, err := w.tables.get(ctx, w.store, key)
	if err != nil {
		return err
	}
	defer w.tables.put(t)
	return use(t)
}

// version finds a version; a record without any says how its job stands.
func (w *Workspace) version(ctx context.Context, id string, number int) (catalog.Version, error) {
	v, err := w.catalog.Version(ctx, id, number)
	if err == nil || !fault.Is(err, fault.NotFound) || number != 0 {
		return v, err
	}
	status, statusErr := w.Status(ctx, id, 0)
	switch {
	case statusErr != nil:
		return v, statusErr
	case status.Error != nil && status.Error.Code == fault.Cancelled:
		return v, fault.New(fault.NotFound, say.T("The record has no clean table: its job was cancelled.")).
			Hint(say.T("Run retry {id}, then wait {id}.", "id", id))
	case status.Error != nil:
		return v, status.Error
	}
	return v, fault.New(fault.NotFound, say.T("The clean table is not ready yet: its job has not ended.")).
		Hint(say.T("Run wait {id}, then try again.", "id", id))
}

// Report reads what the parse found and did, with the profile of every column.
func (w *Workspace) Report(ctx context.Context, id string) (pipeline.Report, error) {
	detail, err := w.detail(ctx, id)
	if err != nil {
		return pipeline.Report{}, err
	}
	return pipeline.ReadReport(ctx, w.store, detail.ReportKey)
}

func (w *Workspace) detail(ctx context.Context, id string) (pipeline.Detail, error) {
	var detail pipeline.Detail
	v, err := w.version(ctx, id, 0)
	if err != nil {
		return detail, err
	}
	return detail, json.Unmarshal(v.Detail, &detail)
}

// Export writes the clean table in a format.
func (w *Workspace) Export(ctx context.Context, id string, format export.Format, out io.Writer, o export.Options) error {
	return w.withTable(ctx, id, 0, func(t *openTable) error {
		return export.Write(ctx, export.Table{Reader: t.Reader, Bytes: t.object}, format, out, o)
	})
}

// RowSource tells which row of the sheet each row of a page came from, 1-based.
func (w *Workspace) RowSource(ctx context.Context, id string) (*table.RowMap, error) {
	var rows table.RowMap
	err := w.withTable(ctx, id, 0, func(t *openTable) error {
		return json.Unmarshal([]byte(t.Meta(table.MetaRows)), &rows)
	})
	return &rows, err
}
