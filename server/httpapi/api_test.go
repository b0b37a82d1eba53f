package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// TestTheWayOfAFile takes a file through every operation, by the client.
func TestTheWayOfAFile(t *testing.T) { inBothModes(t, theWayOfAFile) }

func theWayOfAFile(t *testing.T, o benchOptions) {
	t.Helper()
	b, ctx := serve(t, o), within(t)
	c := b.client(liToken)
	me, err := c.Me(ctx)
	if err != nil || !strings.HasPrefix(me.Owner, "li") || !me.Write || me.Admin {
		t.Fatal(me, err)
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	added, err := c.Add(ctx, file, "people.csv", client.AddOptions{})
	if err != nil || added.RecordID == "" || added.JobID == 0 || added.Size != int64(len(people)) {
		t.Fatal(added, err)
	}
	var seen []wire.Status
	s, err := c.Wait(ctx, added.RecordID, func(s wire.Status) { seen = append(seen, s) })
	if err != nil || s.Status != job.Ready || s.Progress != 100 || s.Record == nil || *s.Record.TotalRows != 3 || s.JobID != added.JobID {
		t.Fatal(s, err)
	}
	if !reflect.DeepEqual(seen[len(seen)-1], s) {
		t.Errorf("the last status seen is %+v", seen[len(seen)-1])
	}
	for _, asked := range []int64{0, added.JobID} {
		if got, err := c.Status(ctx, added.RecordID, asked); err != nil || cmp.Diff(got, s) != "" {
			t.Errorf("status of job %d: %v %s", asked, err, cmp.Diff(got, s))
		}
	}
	d, err := c.Dataset(ctx, added.RecordID)
	if err != nil || d.FileName != "people.csv" || d.Head != 1 || len(d.Columns) != 3 {
		t.Errorf("dataset: %+v %v", d, err)
	}
	rows, err := c.Rows(ctx, added.RecordID, client.RowsOptions{Offset: 1, Limit: 1, Columns: []string{"drawn", "name"}})
	if err != nil || rows.TotalRows != 3 || *rows.NextOffset != 2 || len(rows.Rows) != 1 ||
		string(rows.Rows[0][0]) != `"2026-01-03"` || string(rows.Rows[0][1]) != `"李雷"` {
		t.Errorf("rows: %+v %v", rows, err)
	}
	report, err := c.Profile(ctx, added.RecordID)
	if err != nil || report.Account.Source != 12 || report.Account.Changed != 2 || report.Account.Check() != nil {
		t.Errorf("profile: %+v %v", report.Account, err)
	}
	ledger, err := c.Ledger(ctx, added.RecordID, client.LedgerOptions{Column: "age", Limit: 1})
	if err != nil || len(ledger.Changes) != 1 || ledger.Changes[0].Address != "B3" || *ledger.NextOffset != 1 {
		t.Errorf("ledger: %+v %v", ledger, err)
	}
	row := int64(0)
	ledger, err = c.Ledger(ctx, added.RecordID, client.LedgerOptions{Row: &row})
	if err != nil || len(ledger.Changes) != 1 || *ledger.Changes[0].After != "2026-01-02" || ledger.NextOffset != nil {
		t.Errorf("ledger of row 0: %+v %v", ledger, err)
	}
	versions, err := c.Versions(ctx, added.RecordID)
	if err != nil || len(versions.Versions) != 1 || !versions.Versions[0].Head || versions.Versions[0].Rows != 3 {
		t.Errorf("versions: %+v %v", versions, err)
	}
	var csv bytes.Buffer
	got, err := c.Export(ctx, added.RecordID, export.CSV, &csv, client.ExportOptions{})
	if err != nil || got.Size != int64(csv.Len()) || !strings.Contains(csv.String(), "王芳,47,2026-01-02") {
		t.Errorf("export: %+v %v %s", got, err, csv.String())
	}
	if s, err := c.Cancel(ctx, added.RecordID); err != nil || s.Status != job.Ready {
		t.Errorf("cancel of what is done: %+v %v", s, err)
	}
	if err := c.Delete(ctx, added.RecordID); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"status": second(c.Status(ctx, added.RecordID, 0)), "dataset": second(c.Dataset(ctx, added.RecordID)),
		"rows": second(c.Rows(ctx, added.RecordID, client.RowsOptions{})), "delete": c.Delete(ctx, added.RecordID),
		"watch": second(c.Wait(ctx, added.RecordID, nil)),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s of a record that is gone: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestAFileThatCannotBeUsed is an error by R8, tried again and cancelled.
func TestAFileThatCannotBeUsed(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	added, err := c.Add(ctx, strings.NewReader("PK\x03\x04 this is no workbook"), "broken.xlsx", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Wait(ctx, added.RecordID, nil)
	if err != nil || s.Status != job.Broken || s.Error == nil || s.Error.Code != fault.BadInput || s.Error.Hint == "" || !strings.Contains(s.Error.Place, "broken.xlsx") {
		t.Fatalf("%+v %v", s, err)
	}
	_, err = c.Rows(ctx, added.RecordID, client.RowsOptions{})
	if !fault.Is(err, fault.BadInput) {
		t.Errorf("rows: %v", err)
	}
	if a := b.do("GET", "/api/v1/datasets/"+added.RecordID+"/rows", ""); a.status != 409 {
		t.Errorf("rows: %d", a.status)
	}
	if s, err := c.Retry(ctx, added.RecordID); err != nil || s.JobID != added.JobID {
		t.Errorf("retry: %+v %v", s, err)
	}
	if s, err = c.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Broken {
		t.Errorf("after retry: %+v %v", s, err)
	}
}

// TestAWaitingJobIsCancelled in a workspace where nobody works.
func TestAWaitingJobIsCancelled(t *testing.T) {
	b, ctx := serve(t, benchOptions{idle: true}), within(t)
	c := b.client(liToken)
	added, err := c.Add(ctx, strings.NewReader(people), "people.csv", client.AddOptions{Priority: 4})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Status(ctx, added.RecordID, 0); err != nil || s.Status != job.Processing || s.Record.TotalRows != nil {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := c.Status(ctx, added.RecordID, added.JobID+17); !fault.Is(err, fault.NotFound) {
		t.Errorf("another job: %v", err)
	}
	a := b.do("GET", "/api/v1/datasets/"+added.RecordID+"/export", "")
	if a.status != 409 || a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "not ready yet") {
		t.Errorf("export before the end: %d %s", a.status, a.body)
	}
	if s, err := c.Cancel(ctx, added.RecordID); err != nil || s.Status != job.Broken || s.Error.Code != fault.Cancelled {
		t.Errorf("cancelled: %+v %v", s, err)
	}
	if s, err := c.Retry(ctx, added.RecordID); err != nil || s.Status != job.Processing {
		t.Errorf("retried: %+v %v", s, err)
	}
}

// TestListIsPaged walks through all records by the cursor, also past one that
// was removed meanwhile.
func TestListIsPaged(t *testing.T) { inBothModes(t, listIsPaged) }

func listIsPaged(t *testing.T, o benchOptions) {
	t.Helper()
	o.idle = true
	b, ctx := serve(t, o), within(t)
	c := b.client(liToken)
	var ids []string
	for i := range 7 {
		added, err := c.Add(ctx, strings.NewReader(fmt.Sprintf("a\n%d\n", i)), fmt.Sprintf("%d.csv", i), client.AddOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append([]string{added.RecordID}, ids...)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		page, err := c.List(ctx, 3, cursor)
		if err != nil || pages > 3 {
			t.Fatal(err, pages)
		}
		for _, d := range page.Datasets {
			got = append(got, d.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if cmp.Diff(got, ids) != "" {
		t.Error(cmp.Diff(got, ids))
	}
	first, err := c.List(ctx, 3, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, ids[2]); err != nil {
		t.Fatal(err)
	}
	next, err := c.List(ctx, 3, first.Next)
	if err != nil || len(next.Datasets) == 0 || next.Datasets[len(next.Datasets)-1].ID == ids[2] {
		t.Errorf("%+v %v", next, err)
	}
	if a := b.do("GET", "/api/v1/datasets?cursor=xxx", ""); a.status != 400 {
		t.Errorf("a cursor of one's own: %d", a.status)
	}
}

// TestOwnersAreApart: another's records are not there, for anything.
func TestOwnersAreApart(t *testing.T) { inBothModes(t, ownersAreApart) }

func ownersAreApart(t *testing.T, o benchOptions) {
	t.Helper()
	b, ctx := serve(t, o), within(t)
	li, wang, reads := b.client(liToken), b.client(wangToken), b.client(liReads)
	id := b.added(li, "people.csv")
	if list, err := wang.List(ctx, 0, ""); err != nil || len(list.Datasets) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	for _, try := range []string{"GET ", "GET /status", "GET /events", "GET /rows", "GET /profile", "GET /ledger", "GET /versions", "GET /export", "POST /cancel", "POST /retry", "POST /undo", "DELETE "} {
		method, path, _ := strings.Cut(try, " ")
		if a := b.do(method, "/api/v1/datasets/"+id+path, "", "Authorization", "Bearer "+wangToken); a.status != 404 {
			t.Errorf("wang: %s answers %d", try, a.status)
		}
	}
	if rows, err := reads.Rows(ctx, id, client.RowsOptions{}); err != nil || rows.TotalRows != 3 {
		t.Errorf("a token for reading cannot read: %v", err)
	}
	for _, try := range []string{"POST /cancel", "POST /retry", "POST /undo", "POST /redo", "DELETE "} {
		method, path, _ := strings.Cut(try, " ")
		a := b.do(method, "/api/v1/datasets/"+id+path, "", "Authorization", "Bearer "+liReads)
		if a.status != 403 || !strings.Contains(a.Header.Get("WWW-Authenticate"), "insufficient_scope") {
			t.Errorf("a token for reading: %s answers %d", try, a.status)
		}
	}
	if _, err := reads.Add(ctx, strings.NewReader(people), "x.csv", client.AddOptions{}); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a token for reading adds: %v", err)
	}
}

// TestOptionsReachTheParse: what a client chooses about reading is what is done.
func TestOptionsReachTheParse(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	o := client.AddOptions{}
	o.Delimiter, o.Encoding = ";", "gb18030"
	o.Locate.NoHeader = true
	o.Locate.FirstRow, o.Locate.LastRow = 2, 3
	added, err := c.Add(ctx, strings.NewReader("x;y\n\xcd\xf5;2\n5;6\n7;8\n"), "a.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Wait(ctx, added.RecordID, nil)
	if err != nil || s.Status != job.Ready || *s.Record.TotalRows != 2 || *s.Record.TotalCols != 2 {
		t.Fatalf("%+v %v", s.Record, err)
	}
	rows, err := c.Rows(ctx, added.RecordID, client.RowsOptions{})
	if err != nil || string(rows.Rows[0][0]) != `"王"` {
		t.Errorf("%s %v", rows.Rows, err)
	}
}

// TestUploadForms: a body, a form and their ways to name the file give the same record.
// TestPasswords: an encrypted workbook is milled with the password of its upload,
// which is refused at once when it does not fit.
func TestPasswords(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	f := excelize.NewFile()
	for i, row := range [][]any{{"姓名", "值"}, {"a", 1}, {"b", 2}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	const secret = "密码 %20"
	var book bytes.Buffer
	if err := errors.Join(f.Write(&book, excelize.Options{Password: secret}), f.Close()); err != nil {
		t.Fatal(err)
	}
	var o client.AddOptions
	o.Password = "密码"
	if _, err := c.Add(ctx, bytes.NewReader(book.Bytes()), "locked.xlsx", o); !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), "does not open") {
		t.Error(err)
	}
	o.Password = secret
	added, err := c.Add(ctx, bytes.NewReader(book.Bytes()), "locked.xlsx", o)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Ready || *s.Record.TotalRows != 2 {
		t.Error(s, err)
	}
}

func TestUploadForms(t *testing.T) {
	b, ctx := serve(t, benchOptions{idle: true}), within(t)
	form := func(field, name, content string) string {
		return "--B\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + name + "\"\r\nContent-Type: text/csv\r\n\r\n" + content + "\r\n--B--\r\n"
	}
	const multi = "multipart/form-data; boundary=B"
	for _, c := range []struct {
		name, query, body string
		header            []string
		want              string
	}{
		{"form", "", form("file", "检验 结果.csv", people), []string{"Content-Type", multi}, "检验 结果.csv"},
		{"form, named by the query", "?name=other.csv", form("file", "a.csv", people), []string{"Content-Type", multi}, "other.csv"},
		{"body", "?name=a.csv", people, []string{"Content-Type", "text/csv; charset=utf-8"}, "a.csv"},
		{"body without a type", "?name=a.csv", people, []string{"Content-Type", ""}, "a.csv"},
		{"body with a disposition", "", people, []string{"Content-Type", "application/octet-stream", "Content-Disposition", `attachment; filename*=UTF-8''%E6%A3%80%E9%AA%8C.csv`}, "检验.csv"},
		{"no name", "", people, []string{"Content-Type", "application/octet-stream"}, "upload"},
		{"path tricks", "?name=..%2F..%2Fetc%2Fpasswd", people, []string{"Content-Type", "text/csv"}, "passwd"},
		{"windows tricks", `?name=C:%5Cboot%5C..%5Cx.csv`, people, []string{"Content-Type", "text/csv"}, "x.csv"},
		{"dots", "?name=..", people, []string{"Content-Type", "text/csv"}, "upload"},
		{"line ends", "?name=a%0D%0ASet-Cookie:%20x%3D1.csv", people, []string{"Content-Type", "text/csv"}, "a__Set-Cookie: x=1.csv"},
		{"sql", "?name=%27%3B%20DROP%20TABLE%20dataset%3B--.csv", people, []string{"Content-Type", "text/csv"}, "'; DROP TABLE dataset;--.csv"},
		{"right to left", "?name=a%E2%80%AEvsc.exe", people, []string{"Content-Type", "text/csv"}, "a_vsc.exe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := b.do("POST", "/api/v1/datasets"+c.query, c.body, c.header...) //nolint:contextcheck // it has the context of its test
			if a.status != 202 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			var added wire.Added
			if err := json.Unmarshal([]byte(a.body), &added); err != nil {
				t.Fatal(err)
			}
			if want := base + "/datasets/" + added.RecordID; a.Header.Get("Location") != want {
				t.Errorf("Location %q", a.Header.Get("Location"))
			}
			d, err := b.client(liToken).Dataset(ctx, added.RecordID)
			if err != nil || d.FileName != c.want || d.FileSize != int64(len(people)) {
				t.Errorf("%q of %d bytes, %v", d.FileName, d.FileSize, err)
			}
		})
	}
	for _, c := range []struct {
		name, query, body string
		header            []string
		status            int
	}{
		{"json", "", "{}", []string{"Content-Type", "application/json"}, 415},
		{"url form", "", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"another multipart", "", form("file", "a", "b"), []string{"Content-Type", "multipart/mixed; boundary=B"}, 415},
		{"malformed type", "", people, []string{"Content-Type", "text/;;=="}, 415},
		{"compressed", "", people, []string{"Content-Encoding", "gzip", "Content-Type", "text/csv"}, 415},
		{"no boundary", "", form("file", "a", "b"), []string{"Content-Type", "multipart/form-data"}, 400},
		{"another part", "", form("upload", "a", "b"), []string{"Content-Type", multi}, 400},
		{"two files", "", strings.TrimSuffix(form("file", "a", "b"), "--\r\n") + "\r\n" + strings.TrimPrefix(form("file", "c", "d"), "--B\r\n"), []string{"Content-Type", multi}, 400},
		{"no part", "", "--B--\r\n", []string{"Content-Type", multi}, 400},
		{"cut short", "", form("file", "a", people)[:120], []string{"Content-Type", multi}, 400},
		{"empty", "", "", []string{"Content-Type", "text/csv"}, 422},
		{"empty in a form", "", form("file", "a", ""), []string{"Content-Type", multi}, 422},
		{"long name", "?name=" + strings.Repeat("x", 256), people, []string{"Content-Type", "text/csv"}, 400},
		{"bad header", "?header=0", people, []string{"Content-Type", "text/csv"}, 400},
		{"last before first", "?firstRow=5&lastRow=4", people, []string{"Content-Type", "text/csv"}, 400},
		{"NUL in a sheet", "?sheet=a%00b", people, []string{"Content-Type", "text/csv"}, 400},
		{"not UTF-8", "?sheet=%FF", people, []string{"Content-Type", "text/csv"}, 400},
		{"priority", "?priority=5", people, []string{"Content-Type", "text/csv"}, 400},
		{"unknown parameter", "?sheets=a", people, []string{"Content-Type", "text/csv"}, 400},
		{"twice", "?sheet=a&sheet=b", people, []string{"Content-Type", "text/csv"}, 400},
		{"malformed query", "?sheet=%zz", people, []string{"Content-Type", "text/csv"}, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := b.do("POST", "/api/v1/datasets"+c.query, c.body, c.header...); a.status != c.status || a.Header.Get("Content-Type") != wire.ProblemType {
				t.Errorf("%d, want %d: %s", a.status, c.status, a.body)
			}
		})
	}
	if health, err := b.desk.spaces["li"].Doctor(ctx, workspace.DoctorOptions{}); err != nil || !health.Clean() {
		t.Errorf("what was refused left something: %+v %v", health, err)
	}
}

// TestIdempotency: one key is one record, whatever is sent again.
func TestIdempotency(t *testing.T) { inBothModes(t, idempotency) }

func idempotency(t *testing.T, o benchOptions) {
	t.Helper()
	o.idle = true
	b, ctx := serve(t, o), within(t)
	c := b.client(liToken)
	add := func(content, name string) (wire.Added, error) {
		return c.Add(ctx, strings.NewReader(content), name, client.AddOptions{Idempotency: "monday's file"})
	}
	first, err := add(people, "people.csv")
	if err != nil {
		t.Fatal(err)
	}
	again, err := add(people, "people.csv")
	if err != nil || !again.Again || again.RecordID != first.RecordID || again.JobID != first.JobID {
		t.Errorf("%+v, %v; first %+v", again, err, first)
	}
	if _, err := add(people+"x,1,\n", "people.csv"); !fault.Is(err, fault.Conflict) {
		t.Errorf("other bytes: %v", err)
	}
	if _, err := add(people, "other.csv"); !fault.Is(err, fault.Conflict) {
		t.Errorf("another name: %v", err)
	}
	// The answer is lost after the server did all of it; the client sends it again.
	lossy, err := client.New(b.url, liToken, client.Options{Transport: &losing{}, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	lost, err := lossy.Add(ctx, strings.NewReader(people), "lost.csv", client.AddOptions{})
	if err != nil || !lost.Again {
		t.Errorf("%+v %v", lost, err)
	}
	if list, err := c.List(ctx, 0, ""); err != nil || len(list.Datasets) != 2 {
		t.Errorf("%d records, %v", len(list.Datasets), err)
	}
}

// losing loses the first answer to an upload.
type losing struct{ lost bool }

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && !l.lost {
		l.lost = true
		return nil, errors.Join(errors.New("the cable was pulled"), answer.Body.Close())
	}
	return answer, err
}

// TestRowsStopAtTheirBound: a page of large values is cut, and tells where it goes on.
func TestRowsStopAtTheirBound(t *testing.T) {
	o := benchOptions{}
	o.Limits.MaxPageBytes = 10_000
	b, ctx := serve(t, o), within(t)
	c := b.client(liToken)
	var table strings.Builder
	table.WriteString("n,\"text, long\"\n")
	for i := range 3000 {
		fmt.Fprintf(&table, "%d,%s\n", i, strings.Repeat("长", 100))
	}
	added, err := c.Add(ctx, strings.NewReader(table.String()), "long.csv", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Wait(ctx, added.RecordID, nil); err != nil || s.Status != job.Ready {
		t.Fatal(s, err)
	}
	n, pages := 0, 0
	for offset := int64(0); ; pages++ {
		page, err := c.Rows(ctx, added.RecordID, client.RowsOptions{Offset: offset, Limit: 10_000, Columns: []string{"n", "text, long"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			if string(row[0]) != fmt.Sprint(n) {
				t.Fatalf("row %d is %s", n, row[0])
			}
			n++
		}
		if page.NextOffset == nil {
			break
		}
		offset = *page.NextOffset
	}
	if n != 3000 || pages < 80 {
		t.Errorf("%d rows in %d pages", n, pages)
	}
	sorted, err := c.Rows(ctx, added.RecordID, client.RowsOptions{Offset: 1, Limit: 2, Columns: []string{"n"}, Sort: []string{"-n"}, Filter: []string{"n>=10", "n < 15", "n!=13"}})
	if err != nil || sorted.TotalRows != 4 || fmt.Sprint(sorted.Numbers) != "[12 11]" || fmt.Sprintf("%s", sorted.Rows) != "[[12] [11]]" || sorted.NextOffset == nil || *sorted.NextOffset != 3 {
		t.Errorf("%+v, %v", sorted, err)
	}
	for query, status := range map[string]int{
		"?offset=3000": 200, "?offset=9223372036854775807": 200, "?limit=10001": 400, "?limit=0": 400, "?offset=-1": 400,
		"?columns=none": 404, "?columns=n,n": 400, `?columns="`: 400, "?version=1": 200, "?version=2": 404, "?version=1&version=1": 400, "?sort=n": 200, "?sort=-n&filter=n%3E1&filter=n%3C5": 200, "?sort=none": 404, "?filter=n%3Ex": 400, "?filter=n": 400,
	} {
		if a := b.do("GET", "/api/v1/datasets/"+added.RecordID+"/rows"+query, ""); a.status != status {
			t.Errorf("%s answers %d: %.200s", query, a.status, a.body)
		}
	}
}

// TestAnswersFitTheDocument checks answers against their own schemas.
func TestAnswersFitTheDocument(t *testing.T) {
	b := serve(t, benchOptions{})
	id := b.added(b.client(liToken), "people.csv")
	schemas := b.api.huma.OpenAPI().Components.Schemas
	for path, schema := range map[string]string{
		"/datasets": "Datasets", "/datasets/" + id: "Dataset", "/datasets/" + id + "/status": "Status", "/datasets/" + id + "/rows": "Rows",
		"/datasets/" + id + "/profile": "PipelineReport", "/datasets/" + id + "/ledger": "Ledger", "/datasets/" + id + "/versions": "Versions",
		"/me": "Me", "/nothing": "Problem", "/datasets?limit=x": "Problem",
	} {
		a := b.do("GET", base+path, "")
		var tree any
		if err := json.Unmarshal([]byte(a.body), &tree); err != nil {
			t.Fatal(path, err)
		}
		s := schemas.Map()[schema]
		if s == nil {
			t.Fatalf("no schema %s", schema)
		}
		result := &huma.ValidateResult{}
		huma.Validate(schemas, s, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, tree, result)
		for _, err := range result.Errors {
			t.Errorf("%s: %v", path, err)
		}
	}
}
