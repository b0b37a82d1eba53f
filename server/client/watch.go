package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"reflect"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// Watch gives every new status of a record until it is ready or in error; that
// one is the last. It is serial: one request at a time, the event stream where
// it comes through and a question now and then where it does not. An error
// ends it: one that trying again cannot help, or that the server was not
// reached for Patience.
//
//	for s, err := range c.Watch(ctx, id) { ... }
func (c *Client) Watch(ctx context.Context, id string) iter.Seq2[wire.Status, error] {
	return func(yield func(wire.Status, error) bool) {
		w := &watch{c: c, id: id, yield: yield, reached: time.Now()}
		pause := c.options.Pause
		for {
			before := w.seen
			err := w.stream(ctx)
			if err == nil && !w.over {
				err = w.ask(ctx) // the stream ended early: ask, then listen again
			}
			switch {
			case w.over:
				return
			case ctx.Err() != nil:
				yield(wire.Status{}, fault.Of(context.Cause(ctx)))
				return
			case err != nil && (permanent(err) || time.Since(w.reached) > c.options.Patience):
				yield(wire.Status{}, err)
				return
			}
			if w.seen != before {
				pause = c.options.Pause
			} else {
				pause = min(2*pause, 5*time.Second)
			}
			sleep(ctx, pause)
		}
	}
}

// permanent tells that a watch cannot go on. A limit is waited out.
func permanent(err error) bool { return fault.Permanent(err) && !fault.Is(err, fault.Limit) }

// watch is one run of Watch.
type watch struct {
	c       *Client
	id      string
	yield   func(wire.Status, error) bool
	last    wire.Status
	seen    int // statuses given
	over    bool
	reached time.Time
}

// give gives a status where it is new, and ends the watch with the last one.
func (w *watch) give(s wire.Status) {
	w.reached = time.Now()
	if w.seen > 0 && reflect.DeepEqual(s, w.last) {
		return
	}
	w.last = s
	w.seen++
	if !w.yield(s, nil) || s.Done() {
		w.over = true
	}
}

func (w *watch) ask(ctx context.Context) error {
	s, err := w.c.Status(ctx, w.id, 0)
	if err == nil {
		w.give(s)
	}
	return err
}

// errSilent: a stream brought nothing for too long.
var errSilent = errors.New("the stream is silent")

// stream listens to the events. nil is a stream that ended, however.
func (w *watch) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(w.c.options.Silence, func() { cancel(errSilent) })
	defer silence.Stop()
	answer, err := w.c.send(ctx, call{
		method: http.MethodGet, path: []string{"datasets", part(w.id), "events"}, once: true,
		header: http.Header{"Accept": {"text/event-stream"}},
	})
	if err != nil {
		if errors.Is(context.Cause(ctx), errSilent) || fault.Is(err, fault.Usage) || fault.Is(err, fault.Limit) {
			return nil // streams do not come through, or are too many: ask instead
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return nil
	}
	w.reached = time.Now()
	events := newEvents(answer.Body)
	for !w.over {
		silence.Reset(w.c.options.Silence)
		event, data, err := events.next()
		if err != nil {
			return nil // broken or at its end: asking tells
		}
		switch event {
		case "status":
			var s wire.Status
			if err := json.Unmarshal(data, &s); err != nil {
				return fault.New(fault.Unreachable, say.T("The server's events cannot be read.")).Because(err)
			}
			w.give(s)
		case "end":
			return nil
		}
	}
	return nil
}

// events reads server-sent events.
type events struct{ in *bufio.Scanner }

func newEvents(r io.Reader) events {
	const longest = 4 << 20 // a record of 16,384 columns
	in := bufio.NewScanner(r)
	in.Buffer(nil, longest)
	return events{in}
}

// next is the next event; one without a name is a comment, a sign of life.
func (e events) next() (event string, data []byte, err error) {
	for e.in.Scan() {
		line := e.in.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			return event, data, nil
		case field == "event":
			event = value
		case field == "data":
			data = append(data, value...)
		}
	}
	if err := e.in.Err(); err != nil {
		return "", nil, err
	}
	return "", nil, io.EOF
}

// Wait watches a record until it is ready or in error, and calls see, when it
// is not nil, for each status on the way.
func (c *Client) Wait(ctx context.Context, id string, see func(wire.Status)) (wire.Status, error) {
	var last wire.Status
	for s, err := range c.Watch(ctx, id) {
		if err != nil {
			return last, err
		}
		last = s
		if see != nil {
			see(s)
		}
	}
	return last, nil
}
