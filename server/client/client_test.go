package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

// The client is tried against a real server in package httpapi; here are the
// servers and networks that a real one cannot be made to be.

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// flaky serves a script: the n-th request, from 1, is answered by the handler.
func flaky(t *testing.T, handle func(n int, w http.ResponseWriter, r *http.Request)) (*client.Client, func() int) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		now := n
		mu.Unlock()
		handle(now, w, r)
	}))
	c, err := client.New(s.URL, "token", client.Options{Attempts: 4, Pause: time.Millisecond, Silence: 300 * time.Millisecond, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.CloseClientConnections(); s.Close() })
	return c, func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	if status >= 400 {
		w.Header().Set("Content-Type", wire.ProblemType)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func hangUp() { panic(http.ErrAbortHandler) }

// TestAddIsSentAgain under the same key, whole, when its source can be read
// again; and once when it cannot.
func TestAddIsSentAgain(t *testing.T) {
	keys := map[string]bool{}
	content := strings.Repeat("a,b\n", 100_000)
	c, asked := flaky(t, func(n int, w http.ResponseWriter, r *http.Request) {
		keys[r.Header.Get("Idempotency-Key")] = true
		switch n {
		case 1:
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			hangUp()
		case 2:
			answer(w, 503, wire.Problem{Status: 503, Code: fault.Unreachable, Detail: "away"})
		case 3:
			body, _ := io.ReadAll(r.Body)
			if string(body) != content[4:] || r.URL.Query().Get("name") != "a b.csv" || r.URL.Query().Get("header") != "2,3" || r.ContentLength != int64(len(content)-4) {
				answer(w, 400, wire.Problem{Status: 400, Code: fault.Usage, Detail: fmt.Sprintf("%d bytes, %s", len(body), r.URL)})
				return
			}
			answer(w, 202, wire.Added{RecordID: "r", JobID: 7})
		}
	})
	source := strings.NewReader(content)
	if _, err := source.Seek(4, io.SeekStart); err != nil { // from where it stands
		t.Fatal(err)
	}
	o := client.AddOptions{}
	o.Locate.HeaderRows = []int64{2, 3}
	added, err := c.Add(within(t), source, "a b.csv", o)
	if err != nil || added.JobID != 7 || asked() != 3 || len(keys) != 1 || keys[""] {
		t.Errorf("%+v %v after %d requests with keys %v", added, err, asked(), keys)
	}

	c, asked = flaky(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		answer(w, 503, wire.Problem{Status: 503, Code: fault.Unreachable, Detail: "away"})
	})
	if _, err := c.Add(within(t), io.MultiReader(strings.NewReader("a,b\n")), "x.csv", client.AddOptions{}); !fault.Is(err, fault.Unreachable) || asked() != 1 {
		t.Errorf("a pipe: %v after %d requests", err, asked())
	}
	if _, err := c.Add(within(t), strings.NewReader("a,b\n"), "x.csv", client.AddOptions{}); !fault.Is(err, fault.Unreachable) || asked() != 5 {
		t.Errorf("a server that stays away: %v after %d requests", err, asked())
	}
}

type broken struct{ io.Reader }

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestFaults: which error becomes which, and what is asked again.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		code   fault.Code
		asked  int
	}{
		{"a problem", 404, map[string]string{"Content-Type": wire.ProblemType}, `{"status":404,"code":"not_found","detail":"There is no {record}.","hint":"Look."}`, fault.NotFound, 1},
		{"a limit passes", 429, map[string]string{"Content-Type": wire.ProblemType, "Retry-After": "0"}, `{"status":429,"code":"limit","detail":"slower"}`, fault.Limit, 4},
		{"internal", 500, map[string]string{"Content-Type": wire.ProblemType}, `{"status":500,"code":"internal","detail":"Internal error.","requestId":"q1"}`, fault.Internal, 4},
		{"not yet", 501, map[string]string{"Content-Type": wire.ProblemType}, `{"status":501,"code":"usage","detail":"later"}`, fault.Usage, 1},
		{"a proxy", 502, map[string]string{"Content-Type": "text/html"}, `<h1>Bad Gateway</h1>`, fault.Unreachable, 4},
		{"a wall", 403, map[string]string{"Content-Type": "text/html"}, `<h1>Forbidden</h1>`, fault.NotAllowed, 1},
		{"a redirect", 302, map[string]string{"Location": "https://elsewhere.example/"}, "", fault.Usage, 1},
		{"no JSON", 200, nil, "<html>", fault.Unreachable, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl, asked := flaky(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
				for name, value := range c.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := cl.Me(within(t))
			if !fault.Is(err, c.code) || asked() != c.asked {
				t.Errorf("%v after %d requests", err, asked())
			}
			if c.name == "a problem" && (fault.Of(err).Sentence.String() != "There is no {record}." || fault.Of(err).Next.String() != "Look.") {
				t.Errorf("%+v", fault.Of(err))
			}
			if c.name == "internal" && !strings.Contains(err.Error(), "q1") {
				t.Errorf("%v does not name the request", err)
			}
		})
	}
	for _, address := range []string{"", "mill.example.org", "ftp://x", "http://", "http://user:secret@host", "http://[::1"} {
		if _, err := client.New(address, "", client.Options{}); !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", address, err)
		}
	}
	nobody, err := client.New("http://127.0.0.1:1", "", client.Options{Attempts: 2, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	if _, err := nobody.Me(within(t)); !fault.Is(err, fault.Unreachable) {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := nobody.Add(within(t), broken{}, "x", client.AddOptions{}); !fault.Is(err, fault.Unreachable) && !fault.Is(err, fault.BadInput) {
		t.Errorf("a source that fails: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := nobody.Me(ended); !fault.Is(err, fault.Cancelled) {
		t.Errorf("after its context: %v", err)
	}
}

// TestDeleteWhoseAnswerWasLost has been done.
func TestDeleteWhoseAnswerWasLost(t *testing.T) {
	c, _ := flaky(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			hangUp()
		}
		answer(w, 404, wire.Problem{Status: 404, Code: fault.NotFound, Detail: "none"})
	})
	if err := c.Delete(within(t), "r"); err != nil {
		t.Error(err)
	}
	if err := c.Delete(within(t), "r"); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that never was: %v", err)
	}
}

// TestExportGoesOnWhereItBroke, as long as the table is the same.
func TestExportGoesOnWhereItBroke(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	tag := `"one"`
	var ranges []string
	c, _ := flaky(t, func(n int, w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
		w.Header().Set("ETag", tag)
		from := 0
		if value, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && r.Header.Get("If-Range") == tag {
			from, _ = strconv.Atoi(strings.TrimSuffix(value, "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(content)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		switch n {
		case 1, 3: // broken off
			_, _ = w.Write(content[from : from+300_000])
			_ = http.NewResponseController(w).Flush()
			hangUp()
		case 2: // silent
			_, _ = w.Write(content[from : from+10])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			hangUp()
		default:
			_, _ = w.Write(content[from:])
		}
	})
	var got bytes.Buffer
	e, err := c.Export(within(t), "r", export.CSV, &got, client.ExportOptions{BOM: true})
	if err != nil || !bytes.Equal(got.Bytes(), content) || e.Size != int64(len(content)) || e.ETag != tag || len(ranges) != 4 {
		t.Errorf("%+v %v: %d bytes, asked %q", e, err, got.Len(), ranges)
	}

	changed, _ := flaky(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		hangUp()
	})
	if _, err := changed.Export(within(t), "r", export.CSV, io.Discard, client.ExportOptions{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a table that changed: %v", err)
	}
	never, asked := flaky(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		hangUp()
	})
	if _, err := never.Export(within(t), "r", export.CSV, io.Discard, client.ExportOptions{}); !fault.Is(err, fault.Unreachable) || asked() != 4 {
		t.Errorf("nothing ever comes: %v after %d requests", err, asked())
	}
	full := errors.New("the disk is full")
	if _, err := c.Export(within(t), "r", export.CSV, failing{full}, client.ExportOptions{}); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestWatchIsSerial: streams that break, hang, are refused or are no streams
// are made up for by asking; never are two requests under way; the last status ends it.
func TestWatchIsSerial(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	status := func(progress float64, phase job.Phase) wire.Status {
		return wire.Status{RecordID: "r", Status: phase, Progress: progress}
	}
	event := func(w http.ResponseWriter, s wire.Status) {
		data, _ := json.Marshal(s)
		_, _ = fmt.Fprintf(w, ": beat\n\nevent: status\ndata: %s\n\n", data)
		_ = http.NewResponseController(w).Flush()
	}
	c, _ := flaky(t, func(n int, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		defer func() { mu.Lock(); running--; mu.Unlock() }()
		stream := strings.HasSuffix(r.URL.Path, "/events")
		if stream && n != 5 && n != 7 {
			w.Header().Set("Content-Type", "text/event-stream")
		}
		switch {
		case n == 1:
			event(w, status(10, job.Processing))
			event(w, status(10, job.Processing)) // nothing new
			hangUp()
		case n == 2:
			answer(w, 200, status(20, job.Processing))
		case n == 3: // silent
			event(w, status(30, job.Processing))
			<-r.Context().Done()
		case n == 4:
			answer(w, 200, status(30, job.Processing)) // nothing new
		case n == 5:
			answer(w, 429, wire.Problem{Status: 429, Code: fault.Limit, Detail: "too many"})
		case n == 6:
			answer(w, 200, status(40, job.Processing))
		case n == 7:
			answer(w, 200, "no stream")
		case n == 8:
			answer(w, 200, status(50, job.Processing))
		case n == 9:
			_, _ = io.WriteString(w, "event: end\ndata: {\"reason\":\"stopping\"}\n\n")
		case n == 10:
			answer(w, 200, status(60, job.Processing))
		default:
			event(w, status(100, job.Ready))
			event(w, status(100, job.Ready))
		}
	})
	var seen []float64
	last, err := c.Wait(within(t), "r", func(s wire.Status) { seen = append(seen, s.Progress) })
	if err != nil || last.Status != job.Ready || fmt.Sprint(seen) != "[10 20 30 40 50 60 100]" {
		t.Errorf("%+v %v: saw %v", last, err, seen)
	}
	if most != 1 {
		t.Errorf("%d requests under way at once", most)
	}
}

// TestWatchEnds when its caller has seen enough, its context ends, the record
// is gone, or the server stays away past the patience.
func TestWatchEnds(t *testing.T) {
	stream := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: status\ndata: {\"status\":\"processing\"}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	c, asked := flaky(t, func(_ int, w http.ResponseWriter, r *http.Request) { stream(w, r) })
	for _, err := range c.Watch(within(t), "r") {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if asked() != 1 {
		t.Errorf("%d requests", asked())
	}
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	var err error
	for _, err = range c.Watch(ctx, "r") {
		cancel()
	}
	if !fault.Is(err, fault.Cancelled) {
		t.Errorf("after its context: %v", err)
	}
	gone, _ := flaky(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		answer(w, 404, wire.Problem{Status: 404, Code: fault.NotFound, Detail: "none"})
	})
	if _, err := gone.Wait(within(t), "r", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a record that is gone: %v", err)
	}
	away, _ := flaky(t, func(int, http.ResponseWriter, *http.Request) { hangUp() })
	if _, err := away.Wait(within(t), "r", nil); !fault.Is(err, fault.Unreachable) {
		t.Errorf("a server that stays away: %v", err)
	}
}
