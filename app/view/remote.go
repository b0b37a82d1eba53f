package view

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// Secrets keeps the connection to the shared workspace. Package connection does.
type Secrets interface {
	// Save keeps it; inFile tells that there is no keyring and its secrets are in File.
	Save(c workspace.Connection) (inFile bool, err error)
	// Load is fault.NotFound when nothing is kept.
	Load() (c workspace.Connection, inFile bool, err error)
	Forget() error
	File() string
}

// shared is the client's side of the shared workspace. Its fields belong to the client's lock.
type shared struct {
	state SharedState
	space *space
	poke  chan struct{} // try now
	again bool          // open it anew: the connection or the settings changed
}

// Shared is how the shared workspace stands.
func (c *Client) Shared() SharedState {
	c.mu.Lock()
	state := c.shared.state
	c.mu.Unlock()
	for _, i := range c.Items() {
		if i.Phase.Ended() && i.Transfer == Pushing || i.Place == Local && i.Transfer == TransferWaits {
			state.Pushing++
		}
		if i.Transfer == Pulling {
			state.Pulling++
		}
	}
	return state
}

func (c *Client) tellShared() {
	c.hub.tell(func(e Events) {
		if e.Shared != nil {
			e.Shared(c.Shared())
		}
	})
}

func (c *Client) setLine(f func(s *SharedState)) {
	c.mu.Lock()
	before := c.shared.state
	f(&c.shared.state)
	moved := before != c.shared.state
	c.mu.Unlock()
	if moved {
		c.tellShared()
	}
}

// lineOf says how the line is after a request that ended so. What trying again
// cannot help, such as a workspace of another version, is a refusal.
func lineOf(err error) Line {
	switch {
	case err == nil:
		return Online
	case fault.Permanent(err):
		return Refused
	}
	return Offline
}

// keepShared keeps the shared workspace open for as long as there is a connection.
func (c *Client) keepShared(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		conn, inFile, err := c.config.Secrets.Load()
		if fault.Is(err, fault.NotFound) {
			c.setLine(func(s *SharedState) { *s = SharedState{Line: NoConnection} })
			failures = 0
			if !rest(ctx, time.Hour, c.shared.poke) {
				return
			}
			continue
		}
		if err == nil {
			c.setLine(func(s *SharedState) {
				*s = SharedState{Line: Connecting, Owner: conn.Owner, Where: whereOf(conn), SecretsInFile: inFile, File: c.config.Secrets.File(), Fault: s.Fault}
				if failures > 0 {
					s.Line = Offline
				}
			})
			err = c.hold(ctx, conn, &failures)
		}
		if ctx.Err() != nil {
			return
		}
		if err == nil { // asked to open it anew
			continue
		}
		failures++
		c.setLine(func(s *SharedState) { s.Line, s.Fault = lineOf(err), fault.Of(err) })
		pause := patience(failures)
		if lineOf(err) == Refused {
			pause = time.Minute // it may be set right over there
		}
		if !rest(ctx, pause, c.shared.poke) {
			return
		}
	}
}

// hold opens the shared workspace and keeps it until it is to be opened anew, which
// answers nil. An error says why it could not be opened.
func (c *Client) hold(ctx context.Context, conn workspace.Connection, failures *int) error {
	c.mu.Lock()
	c.shared.again = false
	settings := c.settings
	c.mu.Unlock()
	ws, err := c.dial(ctx, conn)
	if err != nil {
		return err
	}
	s := newSpace(c.ctx, Shared, ws) //nolint:contextcheck // it lives as long as the client, not as its opening
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return s.close()
	}
	c.shared.space = s
	c.mu.Unlock()
	*failures = 0
	c.setLine(func(s *SharedState) { s.Line, s.Fault = Online, nil })
	s.run(func(ctx context.Context) {
		s.work(ctx, workspace.WorkOptions{Jobs: 1, Memory: max(settings.Memory, 0)}, func(err error) { c.lineIs(err) })
	})
	s.run(func(ctx context.Context) { c.keepUp(ctx, s, c.lineIs) })
	for {
		if !rest(ctx, time.Hour, c.shared.poke) {
			return nil // Close closes the space
		}
		c.mu.Lock()
		again := c.shared.again
		c.mu.Unlock()
		if again {
			break
		}
		s.look()
	}
	c.mu.Lock()
	c.shared.space = nil
	c.mu.Unlock()
	if err := s.close(); err != nil && !errors.Is(err, context.Canceled) {
		c.config.Logger.Warn("the shared workspace did not close well", slog.Any("error", err))
	}
	c.library.mu.Lock()
	for r := range c.library.entries {
		if r.Place == Shared {
			delete(c.library.entries, r)
		}
	}
	c.library.mu.Unlock()
	c.hub.list()
	return nil
}

// lineIs takes in how a request to the shared workspace ended.
func (c *Client) lineIs(err error) {
	c.setLine(func(s *SharedState) { s.Line, s.Fault = lineOf(err), fault.Of(err) })
}

// dial opens the shared workspace.
func (c *Client) dial(ctx context.Context, conn workspace.Connection) (*workspace.Workspace, error) {
	s := c.Settings()
	return workspace.OpenShared(ctx, workspace.Config{
		CacheLimit: s.CacheLimit, Retention: time.Duration(s.RetentionDays) * 24 * time.Hour, Logger: c.config.Logger,
	}, conn)
}

// reach is how pushes and pulls open the shared workspace.
func (c *Client) reach(ctx context.Context, _ string) (*workspace.Workspace, error) {
	conn, _, err := c.config.Secrets.Load()
	if err != nil {
		return nil, err
	}
	return c.dial(ctx, conn)
}

// whereOf names a shared workspace without secrets.
func whereOf(conn workspace.Connection) string {
	objects := conn.Objects.Endpoint + "/" + conn.Objects.Bucket
	if u, err := url.Parse(conn.Database); err == nil {
		return u.Host + u.Path + ", " + objects
	}
	return objects
}

// Reconnect tries to reach the shared workspace at once.
func (c *Client) Reconnect() {
	select {
	case c.shared.poke <- struct{}{}:
	default:
	}
}

func (c *Client) reshare() {
	c.mu.Lock()
	c.shared.again = true
	c.mu.Unlock()
	c.Reconnect()
}

// ImportConnection takes over a connection file: tests it, keeps it, and
// connects. One that leads to what is away now is kept as well, and connected once it is
// back; err tells then what is away. One that is refused is not kept.
func (c *Client) ImportConnection(path string, done func(kept bool, err error)) {
	c.run(func(ctx context.Context) {
		conn, err := workspace.ReadConnection(path)
		if err != nil {
			done(false, err)
			return
		}
		for _, check := range c.checks(ctx, conn) {
			if check.Fault == nil {
				continue
			}
			if lineOf(check.Fault) == Refused {
				done(false, check.Fault)
				return
			}
			if err == nil {
				err = check.Fault
			}
		}
		if _, unsaved := c.config.Secrets.Save(conn); unsaved != nil {
			done(false, unsaved)
			return
		}
		c.reshare()
		done(true, err)
	})
}

// ForgetConnection removes the connection and its secrets from this machine. What was pushed stays over there.
func (c *Client) ForgetConnection(done func(error)) {
	c.run(func(context.Context) {
		err := c.config.Secrets.Forget()
		c.reshare()
		done(err)
	})
}

// The names of checks.
const (
	CheckFile     = "file"     // the connection is there and complete
	CheckDatabase = "database" // PostgreSQL answers and accepts the login
	CheckObjects  = "objects"  // the bucket answers and accepts the keys
	CheckWhole    = "whole"    // both together are a workspace of this owner
)

// TestConnection tests a connection file, or the imported connection when path is
// "", and says of each part whether it works. Parts after one that is missing are left out.
func (c *Client) TestConnection(path string, done func([]Check)) {
	c.run(func(ctx context.Context) {
		var conn workspace.Connection
		var err error
		if path == "" {
			conn, _, err = c.config.Secrets.Load()
		} else {
			conn, err = workspace.ReadConnection(path)
		}
		if err != nil {
			done([]Check{{CheckFile, fault.Of(err)}})
			return
		}
		done(c.checks(ctx, conn))
	})
}

// testPatience bounds each part of a test.
const testPatience = 10 * time.Second

func (c *Client) checks(ctx context.Context, conn workspace.Connection) []Check {
	ctx, cancel := context.WithTimeout(ctx, 3*testPatience)
	defer cancel()
	database, objects := workspace.Probe(ctx, conn)
	checks := []Check{{CheckFile, nil}, {CheckDatabase, fault.Of(database)}, {CheckObjects, fault.Of(objects)}}
	if database != nil || objects != nil {
		return checks
	}
	ws, err := c.dial(ctx, conn)
	if err == nil {
		_, err = ws.Datasets(ctx, 1)
		err = errors.Join(err, ws.Close())
	}
	return append(checks, Check{CheckWhole, fault.Of(err)})
}

// Push publishes a dataset in the shared workspace. It waits out any absence of the network.
func (c *Client) Push(r Ref) {
	c.do(r, say.T("Push"), func(ctx context.Context, s *space, id string) error {
		if c.Shared().Line == NoConnection {
			return fault.New(fault.Usage, say.T("There is no shared workspace to push to.")).
				Hint(say.T("Import a connection file in the settings."))
		}
		jobID, err := s.ws.Push(ctx, id)
		if err != nil {
			return err
		}
		c.change(r, func(e *entry) func() {
			e.item.Transfer, e.item.TransferDone, e.item.TransferFault = Pushing, 0, nil
			return nil
		})
		c.tellShared()
		c.followTransfer(s, r, jobID)
		return nil
	})
}

// Pull fetches a dataset of the shared workspace into the local one, to be read without a network.
func (c *Client) Pull(r Ref) {
	_, id, err := c.record(r)
	if err != nil {
		c.trouble(r, say.T("Pull"), err)
		return
	}
	c.run(func(ctx context.Context) {
		local, err := c.await(ctx, Local)
		if err != nil {
			c.trouble(r, say.T("Pull"), err)
			return
		}
		local.run(func(ctx context.Context) {
			if _, err := local.ws.Pull(ctx, id); err != nil && ctx.Err() == nil {
				c.trouble(r, say.T("Pull"), err)
			}
			local.look()
			c.tellShared()
		})
	})
}
