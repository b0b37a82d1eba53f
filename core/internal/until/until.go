// Package until ties plain readers to a context.
//
//	n, err := io.Copy(w, until.Reader(ctx, file))
package until

import (
	"context"
	"io"
)

// Reader reads from r until ctx ends; then it answers the context's cause. A
// read that is under way is not interrupted.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx, r} }

type reader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

func (u *reader) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
