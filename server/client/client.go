// Package client talks to a Sheetmill server's HTTP API.
//
//	c, err := client.New("https://mill.example.org", token, client.Options{})
//	defer c.Close()
//	added, err := c.Add(ctx, file, "lab.xlsx", client.AddOptions{})
//	status, err := c.Wait(ctx, added.RecordID, nil)
//	_, err = c.Export(ctx, added.RecordID, export.CSV, out, client.ExportOptions{})
//
// Every error is a [fault.Error]: the server's own with its code, or
// fault.Unreachable when the server cannot be reached. What may be sent again
// is sent again: reads always, an upload when its source can be read again.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// Options say how to talk. The zero value is usable.
type Options struct {
	// Lang is the language of the server's sentences; English when "".
	Lang say.Lang
	// Transport, when set, is used instead of one of the client's own.
	Transport http.RoundTripper
	// Attempts is how often a request is sent at most; 5 when 0.
	Attempts int
	// Pause is the first pause between two attempts, doubled for each; 200 ms when 0.
	Pause time.Duration
	// Silence is how long an event stream or a download may bring nothing before
	// it counts as broken; 45 s when 0.
	Silence time.Duration
	// Patience is how long Watch goes on without reaching the server; 5 min when 0.
	Patience time.Duration
}

// Client is a server's client. It may be used from many goroutines.
type Client struct {
	base    *url.URL
	token   string
	options Options
	http    *http.Client
	close   func()
}

// New makes a client of the server at an address such as https://host:8443.
func New(server, token string, o Options) (*Client, error) {
	base, err := url.Parse(server)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.User != nil {
		return nil, fault.New(fault.Usage, say.T("{address} is not the address of a server.", "address", strconv.Quote(server))).
			Hint(say.T("Write it like https://mill.example.org:8443."))
	}
	setDefault(&o.Attempts, 5)
	setDefault(&o.Pause, 200*time.Millisecond)
	setDefault(&o.Silence, 45*time.Second)
	setDefault(&o.Patience, 5*time.Minute)
	c := &Client{base: base.JoinPath("api", "v1"), token: token, options: o, close: func() {}}
	if o.Transport == nil {
		t := &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second, ExpectContinueTimeout: time.Second,
			IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 16, ForceAttemptHTTP2: true,
		}
		o.Transport, c.close = t, t.CloseIdleConnections
	}
	c.http = &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a token goes to the server it was given for
	}}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Close closes idle connections.
func (c *Client) Close() { c.close() }

// call is one request, as often as it may be sent.
type call struct {
	method string
	path   []string // below the API's base
	query  url.Values
	header http.Header
	// body makes the body of each attempt; nil when there is none.
	body func() (io.Reader, int64, error)
	// once: it must not be sent a second time.
	once bool
}

// send sends a call until it is answered with success, or with an error that
// sending it again cannot change. The caller closes the body.
func (c *Client) send(ctx context.Context, q call) (*http.Response, error) {
	pause := c.options.Pause
	for attempt := 1; ; attempt++ {
		answer, again, err := c.sendOnce(ctx, q)
		if err == nil {
			return answer, nil
		}
		if attempt > 1 && q.method == http.MethodDelete && fault.Is(err, fault.NotFound) {
			return nil, nil // an earlier attempt did it, though its answer was lost
		}
		if !again.worth || q.once || attempt >= c.options.Attempts || ctx.Err() != nil {
			return nil, err
		}
		wait := max(again.after, pause/2+rand.N(pause)) //nolint:gosec // pauses need no secrets
		pause *= 2
		if !sleep(ctx, wait) {
			return nil, err
		}
	}
}

// again tells whether sending a request once more may help, and when.
type again struct {
	worth bool
	after time.Duration
}

func (c *Client) sendOnce(ctx context.Context, q call) (*http.Response, again, error) {
	var body io.Reader
	length := int64(0)
	if q.body != nil {
		var err error
		if body, length, err = q.body(); err != nil {
			return nil, again{}, err
		}
	}
	target := c.base.JoinPath(q.path...)
	target.RawQuery = q.query.Encode()
	r, err := http.NewRequestWithContext(ctx, q.method, target.String(), body)
	if err != nil {
		return nil, again{}, fault.New(fault.Internal, say.T("The request cannot be made.")).Because(err)
	}
	if body != nil {
		r.ContentLength = length
	}
	maps.Copy(r.Header, q.header)
	r.Header.Set("Authorization", "Bearer "+c.token)
	if c.options.Lang != "" {
		r.Header.Set("Accept-Language", string(c.options.Lang))
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, again{worth: true}, c.unreachable(ctx, err)
	}
	if answer.StatusCode < http.StatusMultipleChoices || answer.StatusCode == http.StatusNotModified {
		return answer, again{}, nil
	}
	defer func() { _ = answer.Body.Close() }()
	return nil, again{worthAgain(answer.StatusCode), retryAfter(answer)}, faultOf(answer)
}

func worthAgain(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// longestWait bounds what a server may ask a client to wait.
const longestWait = 30 * time.Second

func retryAfter(answer *http.Response) time.Duration {
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestWait)
}

// unreachable is a request that got no answer.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.Of(context.Cause(ctx))
	}
	if own, ok := errors.AsType[*fault.Error](err); ok { // of the body's source
		return own
	}
	return fault.New(fault.Unreachable, say.T("The server {address} cannot be reached.", "address", c.base.Host)).
		Hint(say.T("Check the address, the network, and that the server runs.")).Because(err)
}

// faultOf reads an error answer.
func faultOf(answer *http.Response) error {
	const most = 1 << 20
	var p wire.Problem
	if strings.HasPrefix(answer.Header.Get("Content-Type"), wire.ProblemType) &&
		json.NewDecoder(io.LimitReader(answer.Body, most)).Decode(&p) == nil && p.Detail != "" {
		f := p.Fault()
		if p.Code == fault.Internal && p.RequestID != "" {
			f = f.Because(errors.New("request " + p.RequestID))
		}
		return f
	}
	code := fault.Unreachable // something between here and the server answered
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		code = fault.NotAllowed
	case status == http.StatusNotFound:
		code = fault.NotFound
	case status == http.StatusRequestEntityTooLarge, status == http.StatusTooManyRequests:
		code = fault.Limit
	case status < http.StatusInternalServerError:
		code = fault.Usage
	}
	return fault.New(code, say.T("The server answered {status}.", "status", answer.Status)).
		Hint(say.T("Is the address that of a Sheetmill server?"))
}

// get reads a JSON answer.
func (c *Client) get(ctx context.Context, out any, query url.Values, path ...string) error {
	return c.json(ctx, call{method: http.MethodGet, path: path, query: query}, out)
}

func (c *Client) json(ctx context.Context, q call, out any) error {
	answer, err := c.send(ctx, q)
	if err != nil || answer == nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	const most = 256 << 20 // far past any page
	if err := json.NewDecoder(io.LimitReader(answer.Body, most)).Decode(out); err != nil {
		return c.unreachable(ctx, err)
	}
	return nil
}

// sleep waits, and tells whether it was not interrupted.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
