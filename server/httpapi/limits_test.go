package httpapi

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
)

// TestRateOfOneOwner: past the burst it is 429 with a time, another owner is
// not touched, and the bucket fills again.
func TestRateOfOneOwner(t *testing.T) {
	now := time.Now()
	o := newOwners(Limits{RequestsPerSecond: 10, Burst: 5}.orDefault())
	o.now = func() time.Time { return now }
	take := func(owner string) (n int) {
		for o.request(owner) == nil {
			n++
		}
		return n
	}
	if n := take("li"); n != 5 {
		t.Errorf("%d at once", n)
	}
	if n := take("wang"); n != 5 {
		t.Errorf("%d of another", n)
	}
	now = now.Add(250 * time.Millisecond)
	if n := take("li"); n != 2 {
		t.Errorf("%d after a while", n)
	}
	now = now.Add(time.Hour)
	for i := range keptOwners + 10 {
		now = now.Add(time.Second)
		if err := o.request(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.by) > keptOwners {
		t.Errorf("%d owners are remembered", len(o.by))
	}

	limits := benchOptions{idle: true}
	limits.Limits = Limits{RequestsPerSecond: .01, Burst: 3}
	b := serve(t, limits)
	for i := range 4 {
		a := b.do("GET", "/api/v1/me", "")
		if want := map[bool]int{true: 200, false: 429}[i < 3]; a.status != want {
			t.Errorf("request %d: %d", i, a.status)
		}
		if i == 3 {
			p := problemIn(t, a)
			if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || seconds < 50 || p.Code != fault.Limit || !strings.Contains(p.Detail, "0.01") {
				t.Errorf("%s %+v", a.Header, p)
			}
		}
	}
	if a := b.do("GET", "/api/v1/me", "", "Authorization", "Bearer "+wangToken); a.status != 200 {
		t.Errorf("wang: %d", a.status)
	}
}

// TestUploadsAndStreamsAtOnce are counted for each owner, and given back.
func TestUploadsAndStreamsAtOnce(t *testing.T) {
	o := benchOptions{idle: true}
	o.Limits = Limits{Uploads: 1, Streams: 1}
	b := serve(t, o)
	id := waiting(t, b)
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/datasets?name=slow.csv", reader)
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+liToken)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		answer.Body.Close()
		ended <- answer.StatusCode
	}()
	if _, err := writer.Write([]byte("a,b\n")); err != nil {
		t.Fatal(err)
	}
	a := b.do("POST", "/api/v1/datasets", people, "Content-Type", "text/csv")
	for until := time.Now().Add(10 * time.Second); a.status == 202 && time.Now().Before(until); { // till the first is at its handler
		a = b.do("POST", "/api/v1/datasets", people, "Content-Type", "text/csv")
	}
	if p := problemIn(t, a); p.Status != 429 || a.Header.Get("Retry-After") == "" || p.Code != fault.Limit {
		t.Errorf("a second upload: %s", a.body)
	}
	if a := b.do("POST", "/api/v1/datasets", people, "Content-Type", "text/csv", "Authorization", "Bearer "+wangToken); a.status != 202 {
		t.Errorf("wang's: %s", a.body)
	}
	if err := writer.Close(); err != nil {
		t.Error(err)
	}
	if status := <-ended; status != 202 {
		t.Errorf("the first: %d", status)
	}
	if a := b.do("POST", "/api/v1/datasets", people, "Content-Type", "text/csv"); a.status != 202 {
		t.Errorf("after it: %s", a.body)
	}

	l := b.listen(liToken, id)
	l.until("data: ")
	if a := b.do("GET", "/api/v1/datasets/"+id+"/events", ""); a.status != 429 {
		t.Errorf("a second stream: %d", a.status)
	}
	c := b.client(liToken)
	waited := make(chan error, 1)
	go func() { // the client asks where it may not listen
		_, err := c.Wait(within(t), id, nil)
		waited <- err
	}()
	if _, err := c.Cancel(within(t), id); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("watch without a stream: %v", err)
	}
	l.until("nothing")
	var end func()
	for until := time.Now().Add(10 * time.Second); end == nil && time.Now().Before(until); { // its handler ends after the client has left
		end, _ = b.api.owners.stream("li")
	}
	if end == nil {
		t.Fatal("the stream's place is not given back")
	}
	end()
}

// TestSizeOfAnUpload: over the limit it is 413, before and while it comes, and
// nothing is left of it.
func TestSizeOfAnUpload(t *testing.T) {
	o := benchOptions{idle: true}
	o.Limits.MaxUpload = 1000
	b := serve(t, o)
	big := strings.Repeat("a,b\n", 251)
	for name, send := range map[string]func() answered{
		"with a length": func() answered { return b.do("POST", "/api/v1/datasets", big, "Content-Type", "text/csv") },
		"in chunks": func() answered {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/datasets", io.MultiReader(strings.NewReader(big)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+liToken)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answered{answer, answer.StatusCode, string(text)}
		},
		"in a form": func() answered {
			return b.do("POST", "/api/v1/datasets", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"+big+"\r\n--B--\r\n", "Content-Type", "multipart/form-data; boundary=B")
		},
	} {
		if p := problemIn(t, send()); p.Status != 413 || p.Code != fault.Limit || !strings.Contains(p.Detail, "1000 bytes") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	exact := strings.Repeat("a,b\n", 250)
	if a := b.do("POST", "/api/v1/datasets", exact, "Content-Type", "text/csv"); a.status != 202 {
		t.Errorf("at the limit: %s", a.body)
	}
	if health, err := b.desk.spaces["li"].Doctor(within(t), workspace.DoctorOptions{}); err != nil || !health.Clean() || health.Records != 1 {
		t.Errorf("%+v %v", health, err)
	}
}

// TestSlowClientsAreLeft: a header, a body and an answer that are not taken
// further hold nothing for long, and the server goes on.
func TestSlowClientsAreLeft(t *testing.T) {
	o := benchOptions{idle: true}
	o.Limits = Limits{HeaderTimeout: 300 * time.Millisecond, IdleTimeout: 300 * time.Millisecond, StallTimeout: 300 * time.Millisecond, MinUploadRate: 1 << 20}
	b := serve(t, o)
	addr := strings.TrimPrefix(b.url, "http://")
	post := "POST /api/v1/datasets?name=a.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + liToken + "\r\nContent-Type: text/csv\r\n"
	for _, c := range []struct{ name, first, drip, answer string }{
		{"header", "GET /healthz HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n", ""},
		{"nothing", "", "", ""},
		{"body, not a byte", post + "Content-Length: 1000\r\n\r\n", "", "HTTP/1.1 408"},
		{"body, byte by byte", post + "Content-Length: 1000000\r\n\r\n", "a", "HTTP/1.1 408"},
		{"chunks, byte by byte", post + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", "HTTP/1.1 408"},
		{"body of a request without a right", strings.Replace(post, liToken, "x", 1) + "Content-Length: 100000\r\n\r\n", "a", "HTTP/1.1 401"},
		{"json", "POST /api/v1/datasets/x/steps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + liToken + "\r\nContent-Length: 1000\r\n\r\n", "{", "HTTP/1.1 408"},
		{"too long a header", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "", "HTTP/1.1 431"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, c.first); err != nil {
				t.Fatal(err)
			}
			dripping, stop := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(dripping)
				tick := time.NewTicker(20 * time.Millisecond)
				defer tick.Stop()
				for c.drip != "" {
					select {
					case <-stop:
						return
					case <-tick.C:
						if _, err := io.WriteString(conn, c.drip); err != nil {
							return
						}
					}
				}
			}()
			text, err := io.ReadAll(bufio.NewReader(conn))
			close(stop)
			<-dripping
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("the server holds on; it said %q", text)
			}
			if !strings.HasPrefix(string(text), c.answer) {
				t.Errorf("answered %.200q", text)
			}
		})
	}
	if a := b.do("GET", "/healthz", ""); a.status != 200 {
		t.Errorf("%d", a.status)
	}
}

// TestASlowReaderIsLeft: who asks for much and takes nothing is left.
func TestASlowReaderIsLeft(t *testing.T) {
	o := benchOptions{}
	o.Limits.StallTimeout = 500 * time.Millisecond
	b := serve(t, o)
	c := b.client(liToken)
	var table strings.Builder
	table.WriteString("a,b\n")
	for i := range 20_000 {
		fmt.Fprintf(&table, "%d,%s\n", i, strings.Repeat("x", 900))
	}
	added, err := c.Add(within(t), strings.NewReader(table.String()), "big.csv", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(within(t), added.RecordID, nil); err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if tcp, ok := conn.(*net.TCPConn); ok { // so that little lies between
		if err := tcp.SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
	}
	_, err = fmt.Fprintf(conn, "GET /api/v1/datasets/%s/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", added.RecordID, liToken)
	if err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); !strings.Contains(b.log.String(), "/export"); {
		if time.Now().After(until) {
			t.Fatal("the server waits for a client that takes nothing")
		}
		time.Sleep(20 * time.Millisecond) // polls the log
	}
	b.stop() // it waits for no one
	for line := range strings.Lines(b.log.String()) {
		var entry struct {
			Route string `json:"route"`
			Bytes int64  `json:"bytes"`
			Error string `json:"error"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(entry.Route, "/export") && (entry.Bytes >= 18_000_000 || entry.Error == "") {
			t.Errorf("%+v", entry)
		}
	}
}

// zeros is a large file without a disk: a header and then one line over and over.
type zeros struct {
	left int64
	most *atomic.Uint64 // of the heap, seen on the way
	at   int64
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	for i := range n {
		p[i] = "0000000,\n"[(z.at+i)%9]
	}
	z.left -= n
	z.at += n
	if z.at%(16<<20) < n {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > z.most.Load() {
			z.most.Store(m.HeapAlloc)
		}
	}
	return int(n), nil
}

// TestALargeUploadDoesNotGrowMemory: client and server are in this process,
// and the heap stays flat while half a gigabyte passes.
func TestALargeUploadDoesNotGrowMemory(t *testing.T) {
	size := int64(512 << 20)
	if testing.Short() {
		size = 64 << 20
	}
	b := serve(t, benchOptions{idle: true})
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, send := range map[string]func(io.Reader) (*http.Response, error){
		"body": func(r io.Reader) (*http.Response, error) { return post(t, b, "application/octet-stream", r) },
		"form": func(r io.Reader) (*http.Response, error) {
			return post(t, b, "multipart/form-data; boundary=B", io.MultiReader(
				strings.NewReader("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"z.csv\"\r\n\r\n"), r, strings.NewReader("\r\n--B--\r\n")))
		},
	} {
		var most atomic.Uint64
		size := size
		if name == "form" { // the same bytes behind a form's head
			size /= 4
		}
		answer, err := send(&zeros{left: size, most: &most})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
		grown := int64(most.Load()) - int64(before.HeapAlloc)
		t.Logf("%s: %d MiB uploaded, the heap grew by %.1f MiB at most", name, size>>20, float64(grown)/(1<<20))
		if grown > 32<<20 {
			t.Errorf("%s: the heap grew by %d bytes", name, grown)
		}
	}
	list, err := b.desk.spaces["li"].Datasets(within(t), 0)
	if err != nil || len(list) != 2 || list[0].FileSize+list[1].FileSize != size+size/4 {
		t.Errorf("%+v %v", list, err)
	}
}

func post(t *testing.T, b *bench, kind string, body io.Reader) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/datasets?name=z.csv", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+liToken)
	r.Header.Set("Content-Type", kind)
	return http.DefaultClient.Do(r)
}
