package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

// AddOptions go with an added file.
type AddOptions struct {
	// Options of reading and cleaning.
	workspace.Options
	// Size in bytes where it is known and the source cannot tell; 0 when unknown.
	Size int64
	// Priority is 1 for first to 4 for last among the owner's jobs; 0 is the server's own.
	Priority int
	// Idempotency names the request, so that it adds one record however often it
	// is sent; a random name when "".
	Idempotency string
}

// Add uploads a file and answers with its record and job. When the source can
// be read again (an io.Seeker), it is sent again after a broken connection or
// an answer that says so; its idempotency key makes that one record.
func (c *Client) Add(ctx context.Context, src io.Reader, name string, o AddOptions) (wire.Added, error) {
	var out wire.Added
	if o.Idempotency == "" {
		o.Idempotency = randomKey()
	}
	q := call{
		method: http.MethodPost, path: []string{"datasets"}, query: o.query(name),
		header: http.Header{
			"Idempotency-Key": {o.Idempotency},
			"Content-Type":    {"application/octet-stream"},
			"Expect":          {"100-continue"}, // so that a refusal comes before the bytes go
		},
	}
	if o.Password != "" {
		q.header.Set("Sheetmill-Password", url.PathEscape(o.Password)) // headers are ASCII
	}
	var body *attempt
	defer func() { body.leave() }()
	again, err := rereadable(src)
	if err != nil {
		return out, err
	}
	size := o.Size
	if again != nil && size == 0 {
		size = again.size
	}
	q.once = again == nil
	q.body = func() (io.Reader, int64, error) {
		body.leave() // the attempt before reads no more
		if again != nil {
			if _, err := again.Seek(again.start, io.SeekStart); err != nil {
				return nil, 0, sourceFault(err)
			}
		}
		body = &attempt{src: src}
		if size == 0 {
			return body, -1, nil // in chunks
		}
		return body, size, nil
	}
	return out, c.json(ctx, q, &out)
}

func (o AddOptions) query(name string) url.Values {
	q := url.Values{}
	set(q, "name", name)
	set(q, "sheet", o.Sheet)
	set(q, "encoding", o.Encoding)
	set(q, "delimiter", o.Delimiter)
	if o.Locate.NoHeader {
		q.Set("header", "none")
	} else {
		rows := make([]string, len(o.Locate.HeaderRows))
		for i, row := range o.Locate.HeaderRows {
			rows[i] = strconv.FormatInt(row, 10)
		}
		set(q, "header", strings.Join(rows, ","))
	}
	setInt(q, "firstRow", o.Locate.FirstRow)
	setInt(q, "lastRow", o.Locate.LastRow)
	setInt(q, "table", int64(o.Locate.Table))
	set(q, "range", o.Locate.Range)
	setInt(q, "units", o.Locate.UnitRow)
	if o.Locate.NoUnits {
		q.Set("units", "none")
	}
	if o.Locate.KeepRows {
		q.Set("keepRows", "true")
	}
	q["off"], q["repair"], q["split"] = o.Clean.Off, o.Clean.Repair, o.Clean.Split
	q["recode"] = o.Clean.RecodeWords()
	for _, column := range slices.Sorted(maps.Keys(o.Clean.Types)) {
		q.Add("type", column+"="+string(o.Clean.Types[column]))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Clean.Settings)) {
		q.Add("ruleOption", name+"="+o.Clean.Settings[name])
	}
	set(q, "dateOrder", o.Clean.DateOrder)
	if o.Clean.Strict {
		q.Set("strict", "true")
	}
	setInt(q, "priority", int64(o.Priority))
	return q
}

// source can be read again from where it stood.
type source struct {
	io.Seeker
	start, size int64
}

// rereadable is nil for a source that can be read once, such as a pipe.
func rereadable(src io.Reader) (*source, error) {
	seeker, ok := src.(io.Seeker)
	if !ok {
		return nil, nil
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, nil //nolint:nilerr // a pipe is a file too, but does not seek
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = seeker.Seek(start, io.SeekStart)
	}
	if err != nil {
		return nil, sourceFault(err)
	}
	return &source{seeker, start, end - start}, nil
}

// attempt lends the source to one attempt: a transport may read on for a
// while after it gave up.
type attempt struct {
	mu   sync.Mutex
	src  io.Reader
	gone bool
}

// Read reads the source while the attempt lasts.
func (a *attempt) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone {
		return 0, io.ErrClosedPipe
	}
	n, err := a.src.Read(p)
	if err != nil && err != io.EOF {
		err = sourceFault(err)
	}
	return n, err
}

func (a *attempt) leave() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gone = true
}

func sourceFault(err error) error {
	return fault.New(fault.BadInput, say.T("The file cannot be read to its end.")).
		Hint(say.T("Check that its disk is there, then try again.")).Because(err)
}

func randomKey() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	return hex.EncodeToString(random[:])
}
