package view

import (
	"context"
	"io"

	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// glanceRows is how many rows are shown of a file that is not ready.
const glanceRows = 200

// bytesOf is a source of which any part can be read, for a look at its first rows.
type bytesOf interface {
	sheet.File
	io.Closer
}

// glanceAt reads a file's first rows while it is copied and milled. What goes wrong here
// is told by the job, which looks at the whole file.
func (c *Client) glanceAt(ctx context.Context, r Ref, src *source) {
	select { // many files may be added at once
	case c.glancing <- struct{}{}:
		defer func() { <-c.glancing }()
	case <-ctx.Done():
		return
	}
	file, err := src.look()
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()
	first, err := workspace.Glance(ctx, file, sheet.Options{Name: src.name}, glanceRows)
	if err != nil || len(first.Columns) == 0 {
		return
	}
	c.change(r, func(e *entry) func() {
		e.glance, e.item.Glance = &first, true
		return nil
	})
}
