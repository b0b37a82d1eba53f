package view

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"sheetmill/app/connection"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// ConfigDir is the platform's folder for what a person chose.
func ConfigDir() string { return filepath.Join(xdg.ConfigHome, "sheetmill") }

// Start starts a client. It answers at once and always; whether the workspace
// could be opened is told as State.
func Start(config Config) *Client {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.SettingsFile == "" {
		config.SettingsFile = filepath.Join(ConfigDir(), "settings.json")
	}
	if config.Secrets == nil {
		config.Secrets = connection.NewStore(filepath.Dir(config.SettingsFile))
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{
		config: config, hub: newHub(), ctx: ctx, stop: stop, told: make(chan struct{}),
		library: library{entries: map[Ref]*entry{}, records: map[Ref]Ref{}},
		tables:  map[*Table]bool{}, copying: make(chan struct{}, 1), glancing: make(chan struct{}, 2), moved: make(chan struct{}),
	}
	c.trace = &trace{out: config.Trace}
	c.traced()
	var err error
	c.settings, err = readSettings(config.SettingsFile)
	c.state = State{Condition: Opening, Home: c.home()}
	c.shared.state.Line = NoConnection
	c.shared.poke = make(chan struct{}, 1)
	hubDone := make(chan struct{})
	c.hubDone = hubDone
	go func() {
		defer close(hubDone)
		c.hub.run(c.told, c.Item)
	}()
	if err != nil {
		c.trouble(Ref{}, say.T("Settings"), err)
	}
	c.run(c.open)
	c.run(c.keepShared)
	return c
}

// Close stops everything and waits for it. Jobs under way are given back and go on at the next start.
func (c *Client) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	spaces := []*space{c.local, c.shared.space}
	c.local, c.shared.space = nil, nil
	tables := c.tables
	c.tables = map[*Table]bool{}
	c.mu.Unlock()
	c.stop()
	for t := range tables {
		t.shut()
	}
	var err error
	for _, s := range spaces {
		if s != nil {
			err = errors.Join(err, s.close())
		}
	}
	c.group.Wait()
	close(c.told)
	<-c.hubDone
	return err
}

// home is the local workspace's folder. The caller may hold the lock.
func (c *Client) home() string {
	switch {
	case c.config.Home != "":
		return c.config.Home
	case c.settings.Home != "":
		return c.settings.Home
	}
	return filepath.Join(xdg.DataHome, "sheetmill")
}

// open opens the local workspace and starts what runs on it.
func (c *Client) open(ctx context.Context) {
	c.opening.Lock()
	defer c.opening.Unlock()
	c.mu.Lock()
	home, settings := c.home(), c.settings
	already := c.local != nil
	c.mu.Unlock()
	if already {
		return
	}
	c.setState(State{Condition: Opening, Home: home})
	ws, err := workspace.Open(ctx, workspace.Config{
		Home: home, Retention: time.Duration(settings.RetentionDays) * 24 * time.Hour, CacheLimit: settings.CacheLimit,
		Logger: c.config.Logger, Reach: c.reach,
	})
	if err != nil {
		if ctx.Err() == nil {
			c.setState(State{Condition: Failed, Home: home, Fault: fault.Of(err), CanSetAside: workspace.Damaged(err)})
		}
		return
	}
	s := newSpace(c.ctx, Local, ws) //nolint:contextcheck // it lives as long as the client, not as its opening
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		_ = s.close() // nothing was done with it
		return
	}
	c.local = s
	c.mu.Unlock()
	c.setState(State{Condition: Opened, Home: home})
	s.run(func(ctx context.Context) {
		c.keepUp(ctx, s, func(err error) { c.localTrouble(say.T("Look at the workspace"), err) })
	})
	s.run(func(ctx context.Context) {
		s.work(ctx, workspace.WorkOptions{Jobs: settings.Workers, Memory: settings.Memory}, func(err error) {
			c.localTrouble(say.T("Work on jobs"), err)
		})
	})
}

func (c *Client) setState(s State) {
	c.mu.Lock()
	if c.closed || c.state == s {
		c.mu.Unlock()
		return
	}
	c.state = s
	close(c.moved)
	c.moved = make(chan struct{})
	c.mu.Unlock()
	c.hub.tell(func(e Events) {
		if e.State != nil {
			e.State(s)
		}
	})
}

// localTrouble tells of trouble with the local workspace once, until it has passed.
func (c *Client) localTrouble(what say.Text, err error) {
	f := fault.Of(err)
	c.mu.Lock()
	sentence := ""
	if f != nil {
		sentence = f.Sentence.String()
	}
	news := sentence != "" && c.lastTrouble != sentence
	if c.lastTrouble != sentence && (f != nil || what.Key == "Look at the workspace") {
		c.lastTrouble = sentence
	}
	home := c.home()
	c.mu.Unlock()
	if !news {
		return
	}
	if workspace.Damaged(err) {
		c.setState(State{Condition: Failed, Home: home, Fault: f, CanSetAside: true})
		return
	}
	c.trouble(Ref{}, what, err)
}

// Reopen tries to open the local workspace again.
func (c *Client) Reopen() {
	c.run(func(ctx context.Context) {
		c.reopening.Lock()
		defer c.reopening.Unlock()
		c.mu.Lock()
		home := c.home()
		c.mu.Unlock()
		c.setState(State{Condition: Opening, Home: home}) // first, so that nobody takes what is away for removed
		c.closeLocal()
		c.open(ctx)
	})
}

// closeLocal closes the local workspace, where it is open.
func (c *Client) closeLocal() {
	c.opening.Lock()
	defer c.opening.Unlock()
	c.mu.Lock()
	s := c.local
	c.local = nil
	c.mu.Unlock()
	if s == nil {
		return
	}
	if err := s.close(); err != nil {
		c.config.Logger.Warn("the workspace did not close well", slog.Any("error", err))
	}
	c.library.mu.Lock()
	for r, e := range c.library.entries {
		if r.Place == Local && e.record != "" {
			delete(c.library.entries, r) // it keeps its ref, should it come back
		}
	}
	c.library.mu.Unlock()
	c.hub.list()
}

// SetAside moves a damaged workspace into a folder of its own beside it, opens a new
// one, and adds the source files of the old one again. Nothing is deleted.
func (c *Client) SetAside() {
	c.run(func(ctx context.Context) {
		c.reopening.Lock() // what an attempt under way finds is waited for
		defer c.reopening.Unlock()
		c.mu.Lock()
		can, home := c.state.CanSetAside, c.home()
		c.mu.Unlock()
		if !can {
			return
		}
		c.closeLocal()
		aside, err := setAside(home)
		if err != nil {
			c.trouble(Ref{}, say.T("Put the damaged workspace aside"), err)
		}
		c.open(ctx)
		if err == nil {
			c.addAgain(ctx, aside)
		}
	})
}

// SetSettings changes the settings, keeps them, and opens the workspace again
// where they ask for that. Settings that cannot work are fault.Usage, and nothing changes.
func (c *Client) SetSettings(s Settings) error {
	if err := s.Check(); err != nil {
		return err
	}
	c.mu.Lock()
	before, home := c.settings, c.home()
	c.settings = s
	moved := c.home() != home || before.RetentionDays != s.RetentionDays || before.CacheLimit != s.CacheLimit ||
		before.Workers != s.Workers || before.Memory != s.Memory
	c.mu.Unlock()
	c.hub.tell(func(e Events) {
		if e.Settings != nil {
			e.Settings(s)
		}
	})
	c.run(func(context.Context) {
		c.saving.Lock()
		defer c.saving.Unlock()
		if err := c.Settings().write(c.config.SettingsFile); err != nil {
			c.trouble(Ref{}, say.T("Settings"), err)
		}
	})
	if moved {
		c.Reopen()
		c.reshare()
	}
	return nil
}

// Raise tells that another start of the program handed over: its window is asked for.
func (c *Client) Raise() {
	c.hub.tell(func(e Events) {
		if e.Raise != nil {
			e.Raise()
		}
	})
}

// systemLang is the language of the system.
func systemLang() say.Lang {
	for _, name := range []string{"SHEETMILL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return say.LangOf(v)
		}
	}
	return say.English
}
