package view

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// ExportOptions say what to write and where.
type ExportOptions struct {
	Format Format
	Path   string // of the file; an existing one is replaced when the new one is whole
	BOM    bool   // CSV that Excel opens as UTF-8
}

// ExportState is how an export stands.
type ExportState struct {
	Name  string  // of the dataset
	Path  string  //
	Done  float64 // share of the rows written; negative while unknown
	Ended bool
	Fault *fault.Error // why nothing was written; nil when it was, or was cancelled
	// Cancelled tells that a person asked to end it; then there is no file, or the one that was there.
	Cancelled bool
}

// Export is an export under way.
type Export struct {
	mu      sync.Mutex
	state   ExportState
	cancel  context.CancelFunc
	changed func(ExportState)
	told    time.Time
	trace   *trace
}

// ExportName proposes a file name for a dataset in a format.
func ExportName(name string, f Format) string {
	return strings.TrimSuffix(name, filepath.Ext(name)) + "." + string(f)
}

// Export writes a dataset's clean table to a file. changed is told of the state,
// at most eight times a second and at the end.
func (c *Client) Export(r Ref, o ExportOptions, changed func(ExportState)) *Export {
	e := &Export{changed: changed, trace: c.trace, state: ExportState{Path: o.Path}, cancel: func() {}}
	item, _ := c.Item(r)
	e.state.Name = item.Name
	s, id, err := c.record(r)
	if err != nil {
		c.run(func(context.Context) { e.end(err) })
		return e
	}
	ctx, cancel := context.WithCancel(s.ctx)
	e.cancel = cancel
	if !s.run(func(context.Context) {
		defer cancel()
		e.end(writeExport(ctx, s.ws, id, o, func(rows int64) {
			if item.Rows > 0 {
				e.at(float64(rows) / float64(item.Rows))
			}
		}))
	}) {
		cancel()
	}
	return e
}

// Cancel ends the export; nothing is written then.
func (e *Export) Cancel() { e.cancel() }

// State is how it stands.
func (e *Export) State() ExportState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

func (e *Export) at(done float64) {
	e.mu.Lock()
	e.state.Done = min(1, done)
	if time.Since(e.told) < tellEvery {
		e.mu.Unlock()
		return
	}
	e.told = time.Now()
	state := e.state
	e.mu.Unlock()
	e.tell(state)
}

func (e *Export) end(err error) {
	e.mu.Lock()
	e.state.Ended = true
	switch {
	case err == nil:
		e.state.Done = 1
	case errors.Is(err, context.Canceled):
		e.state.Cancelled = true
	default:
		e.state.Fault = fault.Of(err)
	}
	state := e.state
	e.mu.Unlock()
	e.trace.write("export", state)
	e.tell(state)
}

func (e *Export) tell(s ExportState) {
	if e.changed != nil {
		e.changed(s)
	}
}

// writeExport writes beside the file's place and renames, so that there is never half a file.
func writeExport(ctx context.Context, ws reader, id string, o ExportOptions, progress func(int64)) error {
	file, err := os.CreateTemp(filepath.Dir(o.Path), ".sheetmill-*")
	if err != nil {
		return unwritable(o.Path, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // does nothing once renamed
	out := &remembering{file: file}
	buffered := bufio.NewWriterSize(out, 1<<18)
	err = ws.Export(ctx, id, o.Format, buffered, export.Options{BOM: o.BOM, Progress: progress})
	if err == nil {
		err = buffered.Flush()
	}
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), file.Close())
	case out.err != nil:
		return errors.Join(unwritable(o.Path, out.err), file.Close())
	case err != nil:
		return errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Chmod(exportMode), file.Sync(), file.Close()); err != nil {
		return unwritable(o.Path, err)
	}
	if err := os.Rename(file.Name(), o.Path); err != nil {
		return unwritable(o.Path, err)
	}
	return nil
}

// exportMode: exports are read by others than their owner.
const exportMode = 0o644

// remembering tells trouble with writing apart from trouble with reading the table.
type remembering struct {
	file *os.File
	err  error
}

func (r *remembering) Write(b []byte) (int, error) {
	n, err := r.file.Write(b)
	if err != nil {
		r.err = err
	}
	return n, err
}

func unwritable(path string, err error) error {
	return fault.New(fault.Unreachable, say.T("The file cannot be written.")).
		Hint(say.T("Check that the folder is there, that you may write in it, and that its disk has room.")).At(path).Because(err)
}
