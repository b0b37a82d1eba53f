package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// pacedBody reads a request's body and lets no client take its time: a read
// that brings nothing for StallTimeout ends, and so does a body that comes
// slower than MinUploadRate. Only waiting for the client counts, not what the
// server does between two reads.
//
// The deadline is set for each read and taken back after it: one that passed
// while a handler works would end the request's context.
type pacedBody struct {
	io.ReadCloser
	rc     *http.ResponseController
	limits Limits
	bytes  int64
	free   time.Duration // what the client may still take
	ended  bool          // its end was read

	mu      sync.Mutex
	stopped error // no more reads, for this reason
}

// Read reads on, for as long as the client may take.
func (b *pacedBody) Read(p []byte) (int, error) {
	if err := b.deadline(max(min(b.free, b.limits.StallTimeout), 1)); err != nil {
		return 0, err
	}
	began := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.free -= time.Since(began)
	b.free += time.Duration(float64(n) / float64(b.limits.MinUploadRate) * float64(time.Second))
	b.bytes += int64(n)
	if stopped := b.deadline(0); stopped != nil {
		return n, stopped
	}
	switch {
	case errors.Is(err, io.EOF):
		b.ended = true
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.free = 0
		err = tooSlow(b.limits)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = cutShort(err)
	}
	return n, err
}

// deadline allows a read this long, or any time when 0; unless reading was stopped.
func (b *pacedBody) deadline(wait time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped != nil {
		return b.stopped
	}
	var at time.Time
	if wait != 0 {
		at = time.Now().Add(wait)
	}
	_ = b.rc.SetReadDeadline(at) // a test's recorder has none
	return nil
}

// stop ends the read under way and every later one.
func (b *pacedBody) stop(cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = cause
	_ = b.rc.SetReadDeadline(time.Now())
}

// patience is how long the server still reads of a body that no handler
// wanted: a client that has sent it all hears its answer better.
const patience = 2 * time.Second

// Close bounds what is read of the rest.
func (b *pacedBody) Close() error {
	b.finish()
	return b.ReadCloser.Close()
}

// finish bounds what the server itself still reads; nothing of a client that was too slow.
func (b *pacedBody) finish() {
	if !b.ended {
		_ = b.rc.SetReadDeadline(time.Now().Add(min(b.free, patience)))
	}
}

func tooSlow(l Limits) error {
	return answerWith(http.StatusRequestTimeout, fault.New(fault.Limit, say.T(
		"The upload came to a halt, or is slower than the limit of {rate} bytes a second.", "rate", l.MinUploadRate)).
		Hint(say.T("Try again over a better connection.")))
}

func cutShort(cause error) error {
	return answerWith(http.StatusBadRequest, fault.New(fault.Usage, say.T("The request's body ended before all of it had come.")).
		Hint(say.T("Send it again.")).Because(cause))
}

// answerWriter writes an answer and remembers what it was. A client that takes
// nothing for StallTimeout is left.
type answerWriter struct {
	http.ResponseWriter
	rc     *http.ResponseController
	stall  time.Duration
	status int
	bytes  int64

	mu     sync.Mutex
	cause  error     // why no more may be written
	endsAt time.Time // from when on
}

// writePiece is how much is written under one deadline.
const writePiece = 64 << 10

// WriteHeader sends the status, once.
func (w *answerWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the answer.
func (w *answerWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	written := 0
	for {
		if err := w.deadline(w.stall); err != nil {
			return written, err
		}
		piece := p[written:min(len(p), written+writePiece)]
		n, err := w.ResponseWriter.Write(piece)
		written += n
		w.bytes += int64(n)
		if stopped := w.deadline(0); stopped != nil && err == nil {
			err = stopped
		}
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// Flush sends what is buffered.
func (w *answerWriter) Flush() { _ = w.flush() }

func (w *answerWriter) flush() error {
	if err := w.deadline(w.stall); err != nil {
		return err
	}
	err := w.rc.Flush()
	return errors.Join(err, w.deadline(0))
}

// Unwrap is for http.ResponseController.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// deadline allows a write this long, or any time when 0; unless writing was stopped.
func (w *answerWriter) deadline(wait time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	at := now.Add(wait)
	if wait == 0 {
		at = time.Time{}
	}
	if w.cause != nil {
		if !now.Before(w.endsAt) {
			return w.cause
		}
		at = w.endsAt
	}
	_ = w.rc.SetWriteDeadline(at) // a test's recorder has none
	return nil
}

// lastWords is how long an answer that must end may still say why.
const lastWords = 500 * time.Millisecond

// stop ends the write under way and every later one, after lastWords.
func (w *answerWriter) stop(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cause, w.endsAt = cause, time.Now().Add(lastWords)
	_ = w.rc.SetWriteDeadline(w.endsAt)
}

// finish bounds the sending of what is still buffered when the handler returns.
// The server reads the rest of the request's body first.
func (w *answerWriter) finish() { _ = w.rc.SetWriteDeadline(time.Now().Add(patience + w.stall)) }

// gone tells that the client has left, so that an error is nobody's.
func gone(ctx context.Context) bool { return errors.Is(context.Cause(ctx), context.Canceled) }
