package view

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// source is where an added file's bytes come from.
type source struct {
	name string
	open func() (io.ReadCloser, int64, error) // size 0: unknown
	look func() (bytesOf, error)              // for the first rows; nil when only the whole can be read

	mu  sync.Mutex
	end context.CancelFunc // of the copy under way
}

func (s *source) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		s.end()
	}
}

// copyShare is how much of the bar copying is.
const copyShare = 0.1

// AddPaths adds files to a place, and what tables there are in folders. Each appears at
// once; the first one opens by itself as soon as it has rows to show.
func (c *Client) AddPaths(to Place, paths ...string) {
	c.run(func(ctx context.Context) {
		first := true
		for _, path := range paths {
			err := eachFile(ctx, path, func(file string, size int64) {
				c.begin(to, filepath.Base(file), size, first, fileSource(file))
				first = false
			})
			if err != nil {
				c.trouble(Ref{}, say.T("Add files"), err)
			}
		}
	})
}

// AddReader adds what a reader gives, once, and closes it.
func (c *Client) AddReader(to Place, name string, in io.ReadCloser) {
	taken := false
	c.begin(to, name, 0, true, &source{open: func() (io.ReadCloser, int64, error) {
		if taken {
			return nil, 0, fault.New(fault.BadInput, say.T("The file cannot be read a second time.")).Hint(say.T("Add it again."))
		}
		taken = true
		return in, 0, nil
	}})
}

// AddText adds a pasted table: tab-separated text, CSV or an HTML table. Text
// that is no table is fault.BadInput.
func (c *Client) AddText(to Place, text string) error {
	content, err := pasted(text)
	if err != nil {
		return err
	}
	name := say.T("Pasted table {time}", "time", time.Now().Format("2006-01-02 15.04.05")).In(c.Lang()) + ".tsv"
	c.addBytes(to, name, content)
	return nil
}

// AddBytes adds a file that is in memory, such as the sample workbook.
func (c *Client) AddBytes(to Place, name string, content []byte) { c.addBytes(to, name, content) }

func (c *Client) addBytes(to Place, name string, content []byte) {
	c.begin(to, name, int64(len(content)), true, &source{
		open: func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
		},
		look: func() (bytesOf, error) { return inMemory{bytes.NewReader(content)}, nil },
	})
}

// inMemory is a file in memory.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// onDisk is a file that a person named.
type onDisk struct {
	*os.File

	size int64
}

func (f onDisk) Size() int64 { return f.size }

func fileSource(path string) *source {
	return &source{
		open: func() (io.ReadCloser, int64, error) { return openFile(path) },
		look: func() (bytesOf, error) {
			file, size, err := openFile(path)
			if err != nil {
				return nil, err
			}
			return onDisk{file, size}, nil
		},
	}
}

// begin makes the item, has its bytes copied in its turn, and looks at its first rows meanwhile.
func (c *Client) begin(to Place, name string, size int64, opens bool, src *source) {
	src.name = name
	c.mu.Lock()
	c.instance++
	r := Ref{to, "new-" + strconv.Itoa(c.instance)}
	c.mu.Unlock()
	c.library.mu.Lock()
	if opens {
		for _, other := range c.library.entries {
			other.opens = false
		}
	}
	c.library.entries[r] = &entry{
		item:   Item{Ref: r, Name: name, Size: size, Added: time.Now(), Phase: Copying, Left: -1, Fresh: true},
		source: src, opens: opens,
	}
	c.library.mu.Unlock()
	c.hub.list()
	if src.look != nil {
		c.run(func(ctx context.Context) { c.glanceAt(ctx, r, src) })
	}
	c.copyLater(r, src)
}

// copyLater copies a source in its turn.
func (c *Client) copyLater(r Ref, src *source) {
	c.run(func(ctx context.Context) {
		ctx, end := context.WithCancel(ctx)
		defer end()
		src.mu.Lock()
		src.end = end
		src.mu.Unlock()
		err := c.copy(ctx, r, src)
		for errors.Is(err, errClosedMeanwhile) { // the settings were changed: it goes into the next one
			err = c.copy(ctx, r, src)
		}
		if err == nil {
			return
		}
		c.change(r, func(e *entry) func() {
			e.item.Phase, e.item.Fault, e.item.Left, e.item.Stage = Broken, fault.Of(err), -1, say.Text{}
			if ctx.Err() != nil {
				e.item.Phase, e.item.Fault = Cancelled, nil
			}
			return nil
		})
	})
}

func (c *Client) copy(ctx context.Context, r Ref, src *source) error {
	select { // one at a time: the first file of many is at work soonest
	case c.copying <- struct{}{}:
		defer func() { <-c.copying }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s, err := c.await(ctx, r.Place)
	if err != nil {
		return err
	}
	in, size, err := src.open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	c.change(r, func(e *entry) func() {
		e.item.Stage = say.T("Copying")
		e.pace = pace{}
		return nil
	})
	counted := &counting{in: in, at: func(n int64) {
		c.change(r, func(e *entry) func() {
			if e.item.Size = max(e.item.Size, n); size > 0 {
				e.copied = copyShare
				e.item.Done = max(e.item.Done, copyShare*min(1, float64(n)/float64(size)))
			}
			return nil
		})
	}}
	added, err := addTo(ctx, s, counted, workspace.AddOptions{FileName: src.name, Size: size})
	if err != nil && s.ctx.Err() != nil && ctx.Err() == nil {
		return errClosedMeanwhile
	}
	if err != nil {
		return err
	}
	c.change(r, func(e *entry) func() {
		e.record, e.item.Phase, e.item.Size, e.item.Stage = added.RecordID, Waiting, added.Size, say.Text{}
		c.library.records[Ref{r.Place, added.RecordID}] = r
		return nil
	})
	// A look at the list that was under way may have met the record before it was known by its ref.
	c.library.mu.Lock()
	twin := Ref{r.Place, added.RecordID}
	_, twice := c.library.entries[twin]
	delete(c.library.entries, twin)
	c.library.mu.Unlock()
	if twice {
		c.hub.list()
	}
	c.follow(s, r)
	return nil
}

// errClosedMeanwhile: the workspace was closed under a copy, whose file is as it was.
var errClosedMeanwhile = errors.New("the workspace was closed meanwhile")

// addTo adds in the space's life, so that it is not closed before Add has ended.
func addTo(ctx context.Context, s *space, in io.Reader, o workspace.AddOptions) (added workspace.Added, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(s.ctx, stop)() //nolint:contextcheck // the space's end ends the copy, beside the caller's
	done := make(chan struct{})
	if !s.run(func(context.Context) {
		defer close(done)
		added, err = s.ws.Add(ctx, in, o)
	}) {
		return added, errClosedMeanwhile
	}
	<-done
	return added, err
}

// await waits until a place is open.
func (c *Client) await(ctx context.Context, p Place) (*space, error) {
	for {
		s, err := c.space(p)
		if err == nil || p == Shared {
			return s, err
		}
		c.mu.Lock()
		opening, moved := c.state.Condition != Failed, c.moved
		c.mu.Unlock()
		if !opening {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-moved:
		}
	}
}

// counting tells how many bytes were read.
type counting struct {
	in io.Reader
	n  int64
	at func(n int64)
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.n += int64(n)
	c.at(c.n)
	return n, err
}

func openFile(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(unreadable(path, err), file.Close())
	}
	return file, info.Size(), nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, say.T("There is no such file.")).Hint(say.T("It may have been moved or renamed; add it again.")).At(path).Because(err)
	}
	return fault.New(fault.BadInput, say.T("The file cannot be read.")).
		Hint(say.T("Check that it is a file, that you may read it, and that its disk is there.")).At(path).Because(err)
}

// tableFiles are the endings of what is taken from a folder. A file that is
// named by itself is taken whatever it is called: its content decides.
var tableFiles = []string{".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".tab", ".txt"}

// mostFiles bounds what a folder adds.
const mostFiles = 2000

// eachFile calls use for a file, or for each table in a folder and below it,
// hidden ones and those that Excel locks with apart.
func eachFile(ctx context.Context, path string, use func(path string, size int64)) error {
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(path, err)
	}
	if !info.IsDir() {
		use(path, info.Size())
		return nil
	}
	n := 0
	err = filepath.WalkDir(path, func(at string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return unreadable(at, err)
		case at != path && d.IsDir() && strings.HasPrefix(name, "."):
			return fs.SkipDir
		case !d.Type().IsRegular(), strings.HasPrefix(name, "."), strings.HasPrefix(name, "~$"),
			!slices.Contains(tableFiles, strings.ToLower(filepath.Ext(name))):
			return nil
		case n == mostFiles:
			return fault.New(fault.Limit, say.T("The folder holds more than {most} tables; the first ones were added.", "most", mostFiles)).
				Hint(say.T("Add its parts one by one.")).At(path)
		}
		n++
		size := int64(0)
		if info, err := d.Info(); err == nil {
			size = info.Size()
		}
		use(at, size)
		return nil
	})
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, say.T("There is no table in the folder.")).
			Hint(say.T("Add a file by its name to have it looked at whatever it is called.")).At(path)
	}
	return err
}
