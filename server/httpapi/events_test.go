package httpapi

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/server/client"
	"sheetmill/server/httpapi/wire"
)

// listening is an event stream that a test reads line by line.
type listening struct {
	*bufio.Scanner
	leave context.CancelFunc
	body  io.Closer
}

func (b *bench) listen(token, id string) *listening {
	b.t.Helper()
	ctx, leave := context.WithTimeout(context.Background(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/api/v1/datasets/"+id+"/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	l := &listening{bufio.NewScanner(answer.Body), leave, answer.Body}
	b.t.Cleanup(func() { leave(); answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("%d %s", answer.StatusCode, answer.Header)
	}
	return l
}

// until reads to a line that begins like this, or the end of the stream.
func (l *listening) until(beginning string) (string, bool) {
	for l.Scan() {
		if strings.HasPrefix(l.Text(), beginning) {
			return l.Text(), true
		}
	}
	return "", false
}

func waiting(t *testing.T, b *bench) string {
	t.Helper()
	added, err := b.client(liToken).Add(within(t), strings.NewReader(people), "people.csv", client.AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return added.RecordID
}

// TestEventsBeatAndEnd: a stream lives by its heartbeats, and ends with the
// record, with a word when the server stops, and when the record is removed.
func TestEventsBeatAndEnd(t *testing.T) {
	b := serve(t, benchOptions{idle: true, alter: func(a *API) { a.beat = 20 * time.Millisecond }})
	id := waiting(t, b)
	l := b.listen(liToken, id)
	if line, ok := l.until("data: "); !ok || !strings.Contains(line, `"status":"processing"`) || !strings.Contains(line, `"fileName":"people.csv"`) {
		t.Fatalf("first: %q", line)
	}
	for range 3 {
		if _, ok := l.until(": beat"); !ok {
			t.Fatal("no heartbeat")
		}
	}
	if _, err := b.client(liToken).Cancel(within(t), id); err != nil {
		t.Fatal(err)
	}
	if line, ok := l.until("data: "); !ok || !strings.Contains(line, `"status":"error"`) || !strings.Contains(line, `"code":"cancelled"`) {
		t.Errorf("after cancel: %q", line)
	}
	if line, more := l.until("event: "); more {
		t.Errorf("after the last: %q", line)
	}

	id = waiting(t, b)
	l = b.listen(liToken, id)
	l.until("data: ")
	if err := b.client(liToken).Delete(within(t), id); err != nil {
		t.Fatal(err)
	}
	if line, _ := l.until("data: "); !strings.Contains(line, `"code":"not_found"`) {
		t.Errorf("after removal: %q", line)
	}

	id = waiting(t, b)
	l = b.listen(liToken, id)
	l.until("data: ")
	b.stop() // and it returns, though a stream is open
	if _, ok := l.until("event: end"); !ok {
		t.Fatal("the stream does not say that the server stops")
	}
	if line, _ := l.until("data: "); line != `data: {"reason":"stopping"}` {
		t.Errorf("reason: %q", line)
	}
}

// TestRevokedTokenEndsWhatRuns: a stream says so, an upload is refused, both
// within 5 s; and the other owner's go on.
func TestRevokedTokenEndsWhatRuns(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	id := waiting(t, b)
	streams := []*listening{b.listen(liToken, id), b.listen(liReads, id)}
	for _, l := range streams {
		l.until("data: ")
	}
	reader, writer := io.Pipe()
	defer writer.Close()
	uploaded := make(chan answered, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/api/v1/datasets", reader)
		if err != nil {
			t.Error(err)
		}
		r.Header.Set("Authorization", "Bearer "+liToken)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			close(uploaded)
			return
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		uploaded <- answered{answer, answer.StatusCode, string(text)}
	}()
	if _, err := writer.Write([]byte("a,b\n")); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	b.desk.set(func(d *desk) { delete(d.tokens, liToken) })
	if _, ok := streams[0].until("event: end"); !ok {
		t.Error("the stream does not say why it ends")
	}
	if line, _ := streams[0].until("data: "); line != `data: {"reason":"not_allowed"}` {
		t.Errorf("reason: %q", line)
	}
	if a, ok := <-uploaded; !ok || a.status != 401 {
		t.Errorf("the upload: %+v", a)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	for range 2 { // the answer remembered runs out
		if a := b.do("GET", "/api/v1/me", ""); a.status == 401 {
			break
		}
	}
	if _, err := b.client(liReads).Cancel(within(t), id); !fault.Is(err, fault.NotAllowed) {
		t.Error(err)
	}
	b.desk.set(func(d *desk) { d.tokens[liToken] = Identity{Owner: "li", Write: true} })
	if _, err := b.client(liToken).Cancel(within(t), id); err != nil && !fault.Is(err, fault.NotAllowed) {
		t.Fatal(err)
	}
	if line, ok := streams[1].until("data: "); !ok || !strings.Contains(line, `"code":"cancelled"`) {
		t.Errorf("the other token's stream: %q", line)
	}
}

// TestABackendThatIsAwayEndsNothing that runs: nothing can be revoked in it.
func TestABackendThatIsAwayEndsNothing(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	id := waiting(t, b)
	l := b.listen(liToken, id)
	l.until("data: ")
	asked := 0
	b.desk.set(func(d *desk) { d.away, asked = errors.New("away"), d.asked })
	deadline := time.Now().Add(20 * time.Second)
	for now := asked; now < asked+2 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond) // polls what another goroutine counts
		b.desk.set(func(d *desk) { now = d.asked })
	}
	b.desk.set(func(d *desk) { d.away = nil })
	if _, err := b.client(liToken).Cancel(within(t), id); err != nil {
		t.Fatal(err)
	}
	if line, ok := l.until("data: "); !ok || !strings.Contains(line, `"code":"cancelled"`) {
		t.Errorf("%q", line)
	}
}

// TestWatchOutlivesTheServer: the client's watch goes on when a server comes
// back, by asking, and ends with the record.
func TestWatchOutlivesTheServer(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	id := waiting(t, b)
	addr := strings.TrimPrefix(b.url, "http://")
	c := b.client(liToken)
	heard := make(chan wire.Status, 16)
	ended := make(chan error, 1)
	ctx := within(t)
	go func() {
		_, err := c.Wait(ctx, id, func(s wire.Status) { heard <- s })
		ended <- err
	}()
	if s := <-heard; s.Status != job.Processing {
		t.Fatalf("%+v", s)
	}
	b.stop()
	again := serve(t, benchOptions{idle: true, serve: ServeOptions{Addr: addr}, alter: func(a *API) { a.backend, a.tokens = b.desk, newTokens(b.desk) }})
	if _, err := again.client(liToken).Cancel(ctx, id); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	close(heard)
	var last wire.Status
	for s := range heard {
		last = s
	}
	if last.Status != job.Broken || last.Error.Code != fault.Cancelled {
		t.Errorf("%+v", last)
	}
}
