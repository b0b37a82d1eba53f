package view

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Config says how a client starts.
type Config struct {
	// Home is the local workspace's folder, before that of the settings; "" leaves it to them.
	Home string
	// SettingsFile keeps the settings; "" is the platform's place.
	SettingsFile string
	// Version of the program, for About.
	Version string
	// Secrets keeps the connection's secrets; nil is the OS keyring with a file as the fallback.
	Secrets Secrets
	// Trace, when set, gets a line of JSON for whatever happens; for tests from outside.
	Trace io.Writer
	// Logger gets what a person need not read; nil drops it.
	Logger *slog.Logger
}

// Client is the whole state of the program. Start makes one, Close ends it.
type Client struct {
	config  Config
	hub     *hub
	told    chan struct{} // closed when there is no more to tell
	trace   *trace
	hubDone <-chan struct{}
	ctx     context.Context //nolint:containedctx // the client's life: Close ends it and waits for what runs in it
	stop    context.CancelFunc
	group   sync.WaitGroup

	mu          sync.Mutex
	state       State
	settings    Settings
	closed      bool
	moved       chan struct{} // closed when the state changes
	tables      map[*Table]bool
	lastTrouble string // with the local workspace, which is told once
	local       *space // nil until it is open
	shared      shared
	library     library
	instance    int // numbers new refs

	opening   sync.Mutex    // one opens or closes the local workspace at a time
	reopening sync.Mutex    // closes the local workspace and opens it, or another, in its place
	saving    sync.Mutex    // one writes the settings at a time
	copying   chan struct{} // held by whoever copies a file
	glancing  chan struct{} // held by whoever reads first rows
}

// Listen hears what happens; stop ends it. What is under way when stop returns may still be told.
// A listener first hears how things stand, and the first one also what happened before it.
func (c *Client) Listen(e Events) (stop func()) {
	stop = c.hub.listen(e)
	c.hub.list()
	c.hub.catchUp()
	return stop
}

// Version is the program's.
func (c *Client) Version() string { return c.config.Version }

// State is how the local workspace stands.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Settings are the ones in force.
func (c *Client) Settings() Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings
}

// Lang is the language to speak: the settings' or the system's.
func (c *Client) Lang() say.Lang {
	if l := c.Settings().Language; l != "" {
		return l
	}
	return systemLang()
}

// trouble tells of what failed.
func (c *Client) trouble(r Ref, what say.Text, err error) {
	f := fault.Of(err)
	if f == nil || f.Code == fault.Cancelled && c.ctx.Err() != nil {
		return
	}
	c.hub.tell(func(e Events) {
		if e.Trouble != nil {
			e.Trouble(Trouble{Ref: r, What: what, Fault: f})
		}
	})
}

// run runs f in the client's life, unless it is closed.
func (c *Client) run(f func(ctx context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.group.Go(func() { f(c.ctx) })
	}
}
