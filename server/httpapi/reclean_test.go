package httpapi

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

// lab is a file with something to decide in every column.
const lab = "id,age,crp,smokes\n1,35,<0.01,是\n2,42,5.2,否\n3,61,>100,是\n4,28,7,是\n5,33,8,否\n6,999,6,否\n7,57,9,是\n"

// TestCleanAgain cleans again over HTTP with options and accepted suggestions,
// undoes a rule, and asks of cells where they came from.
func TestCleanAgain(t *testing.T) {
	ctx := context.Background()
	b := serve(t, benchOptions{})
	c := b.client(liToken)
	added, err := c.Add(ctx, strings.NewReader(lab), "lab.csv", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	id := added.RecordID
	if s, err := c.Wait(ctx, id, nil); err != nil || s.Status != job.Ready {
		t.Fatal(s, err)
	}
	done := func(s wire.Started, err error) wire.Job {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		j, err := c.WaitJob(ctx, id, s.JobID)
		if err != nil || s.RecordID != id {
			t.Fatal(j, err)
		}
		return j
	}
	j := done(c.Clean(ctx, id, wire.Clean{Options: workspace.CleanOptions{Types: map[string]table.Type{"id": table.String}}, Accept: []wire.Accept{{Code: "sentinel"}, {Code: "compared", Column: "crp"}}}))
	if j.State != job.Completed || j.Progress != 100 {
		t.Fatalf("%+v", j)
	}
	rows, err := c.Rows(ctx, id, client.RowsOptions{Limit: 6})
	if err != nil || len(rows.Columns) != 6 || rows.Columns[4].Name != "crp_value" || rows.Columns[4].Type != "float" || rows.Columns[0].Type != "string" ||
		string(rows.Rows[0][3]) != `"\u003c"` || string(rows.Rows[0][4]) != "0.01" || string(rows.Rows[5][1]) != "null" {
		t.Fatalf("%+v %v", rows, err)
	}
	origin, err := c.WhereFrom(ctx, id, 5, "age")
	if err != nil || origin.Address != "B7" || origin.Line != 7 || origin.Value != nil || *origin.Source != "999" || origin.Change == nil || origin.Change.Rule != "recode" {
		t.Errorf("%+v %v", origin, err)
	}
	done(c.UndoRule(ctx, id, "recode"))
	if origin, err = c.WhereFrom(ctx, id, 5, "age"); err != nil || *origin.Value != "999" || origin.Change != nil {
		t.Errorf("%+v %v", origin, err)
	}
	zero := ""
	recode := map[string]map[string]*string{"age": {"35": nil, "42": &zero}}
	done(c.Clean(ctx, id, wire.Clean{Options: workspace.CleanOptions{Recode: recode}, Afresh: true}))
	if rows, err = c.Rows(ctx, id, client.RowsOptions{}); err != nil || len(rows.Columns) != 4 || string(rows.Rows[0][1]) != "null" {
		t.Errorf("%+v %v", rows, err)
	}
	row := int64(0)
	if l, err := c.Ledger(ctx, id, client.LedgerOptions{Rule: "boolean-word", Column: "smokes", Row: &row}); err != nil || len(l.Changes) != 1 || l.Changes[0].Before != "是" {
		t.Errorf("%+v %v", l, err)
	}
	if v, err := c.Versions(ctx, id); err != nil || len(v.Versions) != 4 || !v.Versions[3].Head {
		t.Errorf("%+v %v", v, err)
	}
	j = done(c.Clean(ctx, id, wire.Clean{Options: workspace.CleanOptions{Split: []string{"nobody"}}}))
	if j.State != job.Failed || j.Error == nil || !strings.Contains(j.Error.Fault().Error(), "nobody") {
		t.Errorf("a column that is not there: %+v", j)
	}
}

// TestCleanAgainRefuses what there is not, and others' records.
func TestCleanAgainRefuses(t *testing.T) {
	ctx := context.Background()
	b := serve(t, benchOptions{})
	c := b.client(liToken)
	id := b.added(c, "people.csv")
	for what, err := range map[string]error{
		"rule":    second(c.Clean(ctx, id, wire.Clean{Options: workspace.CleanOptions{Off: []string{"no-such"}}})),
		"finding": second(c.Clean(ctx, id, wire.Clean{Accept: []wire.Accept{{Code: "no-such"}}})),
		"undo":    second(c.UndoRule(ctx, id, "percent")),
	} {
		if !fault.Is(err, fault.Usage) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"row":    second(c.WhereFrom(ctx, id, 1<<40, "name")),
		"column": second(c.WhereFrom(ctx, id, 0, "nobody")),
		"job":    second(c.WaitJob(ctx, id, 1<<40)),
		"record": second(b.client(wangToken).UndoRule(ctx, id, "percent")),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	path := "/api/v1/datasets/" + id
	for _, q := range []string{"", "?row=-1&column=a", "?row=1&column=", "?row=x&column=a"} {
		if a := b.do("GET", path+"/where"+q, ""); a.status != 400 {
			t.Errorf("%q: %d %s", q, a.status, a.body)
		}
	}
	if a := b.do("POST", path+"/clean", `{"colour":"red"}`, "Content-Type", "application/json"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestUploadTakesEveryChoice of cleaning.
func TestUploadTakesEveryChoice(t *testing.T) {
	ctx := context.Background()
	b := serve(t, benchOptions{})
	c := b.client(liToken)
	to := "F"
	var o client.AddOptions
	o.Clean = workspace.CleanOptions{Split: []string{"crp"}, Repair: []string{"smokes"}, Recode: map[string]map[string]*string{"age": {"999": nil, "35": &to}}}
	added, err := c.Add(ctx, strings.NewReader(lab), "lab.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Ready {
		t.Fatal(s, err)
	}
	rows, err := c.Rows(ctx, added.RecordID, client.RowsOptions{})
	if err != nil || len(rows.Columns) != 6 || string(rows.Rows[0][1]) != `"F"` || string(rows.Rows[5][1]) != "null" {
		t.Errorf("%+v %v", rows, err)
	}
	q := url.Values{"name": {"x.csv"}, "recode": {"age"}}
	if a := b.do("POST", "/api/v1/datasets?"+q.Encode(), lab, "Content-Type", "text/csv"); a.status != 400 || !strings.Contains(a.body, "query.recode") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
