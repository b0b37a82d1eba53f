package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

// TestExportRangesAndTags: a strong tag, and everything that may be asked with it.
func TestExportRangesAndTags(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	id := b.added(c, "people.csv")
	path := "/api/v1/datasets/" + id + "/export"
	tags := map[string]string{}
	for _, format := range export.Formats() {
		want := &bytes.Buffer{}
		if err := b.desk.spaces["li"].Export(ctx, id, format, want, export.Options{}); err != nil {
			t.Fatal(err)
		}
		a := b.do("GET", path+"?format="+string(format), "")
		tag := a.Header.Get("ETag")
		if a.status != 200 || a.body != want.String() || a.Header.Get("Content-Type") != mediaTypes[format] || a.ContentLength != int64(want.Len()) {
			t.Errorf("%s: %d, %d of %d bytes, %s", format, a.status, len(a.body), want.Len(), a.Header)
		}
		if other, taken := tags[tag]; taken || !strings.HasPrefix(tag, `"`) {
			t.Errorf("%s has the tag %s of %s", format, tag, other)
		}
		tags[tag] = string(format)
		if head := b.do("HEAD", path+"?format="+string(format), ""); head.status != 200 || head.ContentLength != int64(want.Len()) || head.Header.Get("ETag") != tag {
			t.Errorf("HEAD %s: %d %s", format, head.status, head.Header)
		}
	}
	if bom := b.do("GET", path+"?bom=true", ""); !strings.HasPrefix(bom.body, "\uFEFF") || tags[bom.Header.Get("ETag")] != "" {
		t.Errorf("with a mark: %s", bom.Header)
	}
	whole := b.do("GET", path, "")
	tag, text := whole.Header.Get("ETag"), whole.body
	for _, r := range []struct {
		header []string
		status int
		body   string
	}{
		{[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-None-Match", "W/" + tag}, 304, ""},
		{[]string{"If-None-Match", `"x", ` + tag}, 304, ""},
		{[]string{"If-None-Match", "*"}, 304, ""},
		{[]string{"If-None-Match", `"x"`}, 200, text},
		{[]string{"If-Match", tag}, 200, text},
		{[]string{"If-Match", "*"}, 200, text},
		{[]string{"If-Match", `"x"`}, 412, ""},
		{[]string{"If-Match", "W/" + tag}, 412, ""},
		{[]string{"Range", "bytes=5-9"}, 206, text[5:10]},
		{[]string{"Range", "bytes=5-"}, 206, text[5:]},
		{[]string{"Range", "bytes=-5"}, 206, text[len(text)-5:]},
		{[]string{"Range", "bytes=5-", "If-Range", tag}, 206, text[5:]},
		{[]string{"Range", "bytes=5-", "If-Range", `"x"`}, 200, text},
		{[]string{"Range", "bytes=5-", "If-Range", "W/" + tag}, 200, text},
		{[]string{"Range", "bytes=9999-"}, 416, ""},
		{[]string{"Range", "lines=1-"}, 416, ""},
		{[]string{"Range", "bytes=9-5"}, 416, ""},
	} {
		a := b.do("GET", path, "", r.header...)
		if a.status != r.status || r.status < 300 && a.body != r.body {
			t.Errorf("%q: %d %q", r.header, a.status, a.body)
		}
		if r.status >= 400 {
			problemIn(t, a)
			if a.Header.Get("ETag") != "" || a.Header.Get("Content-Disposition") != "" {
				t.Errorf("%q: a problem with the headers of a file: %s", r.header, a.Header)
			}
		}
	}
	if a := b.do("GET", path, "", "Range", "bytes=0-1,4-5"); a.status != 206 || !strings.HasPrefix(a.Header.Get("Content-Type"), "multipart/byteranges") {
		t.Errorf("two ranges: %d %s", a.status, a.Header)
	}
	for query, status := range map[string]int{"?format=pdf": 400, "?format=json&bom=true": 400, "?sheetName=x": 400, "?format=xlsx&sheetName=a%2Fb": 400, "?bom=maybe": 400} {
		if a := b.do("GET", path+query, ""); a.status != status {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	noted := 0
	b.desk.set(func(d *desk) {
		for _, n := range d.notes {
			if n != "li export.made "+id+" csv" && n != "li export.made "+id+" xlsx" && n != "li export.made "+id+" json" && n != "li export.made "+id+" parquet" {
				t.Errorf("noted: %s", n)
			}
		}
		noted, d.noteErr = len(d.notes), fault.New(fault.Unreachable, say.T("PostgreSQL cannot be reached."))
	})
	if noted < 10 {
		t.Errorf("%d exports were noted", noted)
	}
	if a := b.do("GET", path, ""); a.status != 503 || strings.Contains(a.body, "王芳") {
		t.Errorf("what cannot be noted is sent: %d %s", a.status, a.body)
	}
}

// TestExportNamesAreSafe: whatever a file is called, its export's header is
// one line with two names in it.
func TestExportNamesAreSafe(t *testing.T) {
	for name, want := range map[string]string{
		"lab.xlsx":                        "lab.csv",
		"检验 结果.xlsx":                      "检验 结果.csv",
		"a\r\nSet-Cookie: x=1.csv":        "a__Set-Cookie_ x=1.csv",
		`quote".csv`:                      "quote_.csv",
		`back\slash.csv`:                  "slash.csv",
		"../../etc/passwd":                "passwd.csv",
		"..":                              "upload.csv",
		".bashrc":                         "bashrc.csv",
		"":                                "upload.csv",
		"a;filename=b.exe":                "a;filename=b.csv",
		"100%.csv":                        "100%.csv",
		"bad\xffutf8.csv":                 "bad\uFFFDutf8.csv",
		"right\u202Etoleft.csv":           "right_toleft.csv",
		strings.Repeat("长", 300) + ".csv": "table.csv",
		"nul\x00.csv":                     "nul_.csv",
		"emoji😀.csv":                      "emoji😀.csv",
		"no extension":                    "no extension.csv",
		"tab\there.csv":                   "tab_here.csv",
		`<script>alert("x")</script>.csv`: "script_.csv",
		"aux:stream.csv":                  "aux_stream.csv",
	} {
		header := disposition(name, "csv")
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != want {
			t.Errorf("%q: %q gives %q, want %q (%v)", name, header, params["filename"], want, err)
		}
		for _, c := range []byte(header) {
			if c < ' ' || c > '~' {
				t.Errorf("%q: %q holds the byte %d", name, header, c)
			}
		}
	}
}

// TestExportWithAHostileName, over the wire.
func TestExportWithAHostileName(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	added, err := c.Add(ctx, strings.NewReader(people), "x\r\nSet-Cookie: admin=1\r\n\r\n<html>\"; filename=evil.exe", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(ctx, added.RecordID, nil); err != nil {
		t.Fatal(err)
	}
	a := b.do("GET", "/api/v1/datasets/"+added.RecordID+"/export", "")
	_, params, err := mime.ParseMediaType(a.Header.Get("Content-Disposition"))
	if err != nil || a.status != 200 || a.Header.Get("Set-Cookie") != "" || !strings.HasSuffix(params["filename"], ".csv") {
		t.Errorf("%d %s %v", a.status, a.Header, err)
	}
}

// TestExportIsWrittenOnceForAll who want it at once, and again after it was evicted.
func TestExportIsWrittenOnceForAll(t *testing.T) {
	s, err := newSpool(t.TempDir(), 10, 2)
	if err != nil {
		t.Fatal(err)
	}
	same := func(context.Context) (bool, error) { return true, nil }
	var mu sync.Mutex
	writes := map[string]int{}
	begin := make(chan struct{})
	write := func(key string) func(context.Context, io.Writer) error {
		return func(_ context.Context, w io.Writer) error {
			<-begin
			mu.Lock()
			defer mu.Unlock()
			writes[key]++
			_, err := io.WriteString(w, key+"-bytes") // 7
			return err
		}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			e, err := s.get(t.Context(), "a", write("a"), same)
			if err != nil {
				t.Error(err)
				return
			}
			defer e.release()
			if text, err := os.ReadFile(e.path); err != nil || string(text) != "a-bytes" {
				t.Errorf("%q %v", text, err)
			}
		})
	}
	close(begin)
	all.Wait()
	for _, key := range []string{"a", "b", "a", "b"} { // two do not fit
		e, err := s.get(t.Context(), key, write(key), same)
		if err != nil {
			t.Fatal(err)
		}
		e.release()
	}
	if writes["a"] != 2 || writes["b"] != 2 {
		t.Errorf("written %v times", writes)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("%q lie in the spool", files)
	}
	if _, err := s.get(t.Context(), "c", write("c"), func(context.Context) (bool, error) { return false, nil }); !errors.Is(err, errMoved) {
		t.Errorf("a table that moved: %v", err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the spool is left: %v", err)
	}
	if _, err := s.get(t.Context(), "d", write("d"), same); !fault.Is(err, fault.Unreachable) {
		t.Errorf("after close: %v", err)
	}
}

// TestNobodyWaitsNobodyWrites: the writing ends with the last who wanted it.
func TestNobodyWaitsNobodyWrites(t *testing.T) {
	s, err := newSpool(t.TempDir(), 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	began, ended := make(chan struct{}), make(chan error, 1)
	stuck := func(ctx context.Context, _ io.Writer) error {
		close(began)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}
	ctx, leave := context.WithCancel(t.Context())
	got := make(chan error, 1)
	go func() {
		_, err := s.get(ctx, "a", stuck, nil)
		got <- err
	}()
	<-began
	leave()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	e, err := s.get(t.Context(), "a", func(_ context.Context, w io.Writer) error { _, err := fmt.Fprint(w, "new"); return err },
		func(context.Context) (bool, error) { return true, nil })
	if err != nil {
		t.Fatal(err)
	}
	e.release()
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestATableThatCannotBeExported is a problem, not half a file.
func TestATableThatCannotBeExported(t *testing.T) {
	b, ctx := serve(t, benchOptions{}), within(t)
	c := b.client(liToken)
	id := b.added(c, "people.csv")
	d, err := c.Dataset(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	// The table is lost under the server.
	lost := 0
	err = filepath.WalkDir(b.desk.homes["li"], func(file string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, path.Base(d.CleanDataKey)) && strings.Contains(file, "clean") {
			lost++
			return os.Remove(file)
		}
		return err
	})
	if err != nil || lost != 1 {
		t.Fatal(lost, err)
	}
	a := b.do("GET", "/api/v1/datasets/"+id+"/export", "")
	if a.status < 400 || a.Header.Get("Content-Type") != wire.ProblemType || strings.Contains(a.body, "objects") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
