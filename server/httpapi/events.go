package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// heartbeat is how often a stream shows that it lives, so that nothing between
// the two ends takes it for dead.
const heartbeat = 15 * time.Second

func (a *API) watchDataset() {
	text := &huma.Schema{Type: huma.TypeString}
	register(a, operation{
		id: "watchDataset", method: http.MethodGet, path: "/datasets/{id}/events", tag: tagJobs, status: http.StatusOK,
		refusals: []int{http.StatusNotFound},
		content:  map[string]*huma.MediaType{"text/event-stream": {Schema: text, Example: exampleEvents}},
		summary:  say.T("Watch a dataset until it is ready"),
		description: say.T("A stream of events (server-sent events): status, with what getStatus answers as its data, for each change; " +
			"it ends after the status ready or error. A comment comes every 15 s. " +
			"The event end says that the stream ends before the record is done: its reason is stopping when the server stops, and a code otherwise."),
	}, func(ctx context.Context, c call, in *OneRecord) (*struct{}, error) {
		d, err := c.dataset(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		end, err := a.owners.stream(c.caller.Owner)
		if err != nil {
			return nil, err
		}
		defer end()
		c.w.Header().Set("Content-Type", "text/event-stream")
		c.w.Header().Set("X-Accel-Buffering", "no") // a proxy in between must not wait for more
		c.w.WriteHeader(http.StatusOK)
		if c.r.Method == http.MethodHead {
			return nil, nil
		}
		a.metrics.streams.Inc()
		defer a.metrics.streams.Dec()
		s := eventStream{c: c}
		s.stream(ctx, a, func() (wire.Status, error) {
			st, err := c.ws.Status(ctx, d.ID, 0)
			return statusOfRecord(st, &d, c.lang), err
		})
		return nil, nil
	})
}

// eventStream is one view of a record that somebody has open.
type eventStream struct {
	c   call
	buf bytes.Buffer
}

// stream sends statuses until the record is done, the client has gone, the
// token is revoked or the server stops.
func (s *eventStream) stream(ctx context.Context, a *API, now func() (wire.Status, error)) {
	watching, leave := context.WithCancel(ctx)
	defer leave()
	id := s.c.record
	statuses := s.c.ws.Watch(watching, id)
	beat := time.NewTicker(a.beat)
	defer beat.Stop()
	if err := s.comment("watching"); err != nil {
		return
	}
	for {
		var err error
		select {
		case st, more := <-statuses:
			if !more {
				s.broken(ctx, a, now)
				return
			}
			if done, err := s.status(ctx, st); done || err != nil {
				return
			}
		case <-beat.C:
			err = s.comment("beat")
		case <-a.stopping:
			_ = s.send("end", wire.End{Reason: "stopping"}) // the client may be gone; then it is nobody's news
			return
		case <-ctx.Done():
			s.broken(ctx, a, now)
			return
		}
		if err != nil {
			return
		}
	}
}

// status sends a status, with the record as it is once it is done.
func (s *eventStream) status(ctx context.Context, st job.Status) (done bool, err error) {
	s.c.job = st.JobID
	d, err := s.c.ws.Find(ctx, s.c.record)
	out := statusOfRecord(st, nil, s.c.lang)
	if err == nil && d.ID == s.c.record {
		out = statusOfRecord(st, &d, s.c.lang)
	}
	return st.Done(), s.send("status", out)
}

// broken says why the stream ends before its record is done, to a client that is still there.
func (s *eventStream) broken(ctx context.Context, a *API, now func() (wire.Status, error)) {
	cause := context.Cause(ctx)
	switch {
	case a.draining():
		_ = s.send("end", wire.End{Reason: "stopping"})
	case cause != nil && fault.Is(cause, fault.NotAllowed):
		s.c.note(cause)
		_ = s.send("end", wire.End{Reason: string(fault.NotAllowed)})
	case cause != nil: // the client has left
	default: // the watcher was closed, or the record was done before it looked
		if st, err := now(); err == nil && st.Done() {
			_ = s.send("status", st)
			return
		}
		_ = s.send("end", wire.End{Reason: string(fault.Unreachable)})
	}
}

func (s *eventStream) comment(text string) error {
	s.buf.Reset()
	s.buf.WriteString(": " + text + "\n\n")
	return s.flush()
}

func (s *eventStream) send(event string, data any) error {
	s.buf.Reset()
	s.buf.WriteString("event: " + event + "\ndata: ")
	if err := json.NewEncoder(&s.buf).Encode(data); err != nil { // ends with a line feed
		return err
	}
	s.buf.WriteByte('\n')
	return s.flush()
}

func (s *eventStream) flush() error {
	if _, err := s.c.w.Write(s.buf.Bytes()); err != nil {
		return err
	}
	return s.c.w.flush()
}
