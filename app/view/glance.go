package view

import "context"

// glance is the first rows of a file, as it has them.
type glance struct{}

// look reads a file's first rows while it is copied and milled.
func (c *Client) look(context.Context, Ref, string) {}
