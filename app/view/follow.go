package view

import (
	"context"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// listEvery is how often the list is looked at for what other programs do.
const listEvery = 5 * time.Second

// follow watches a record's job until it has ended. As many as watchesAtOnce are
// watched at once, the longest waiting first: those are the ones that run.
func (c *Client) follow(s *space, r Ref) {
	record := ""
	c.change(r, func(e *entry) func() {
		if !e.followed {
			e.followed, record = true, e.record
		}
		return nil
	})
	if record == "" {
		return
	}
	s.run(func(ctx context.Context) {
		defer c.change(r, func(e *entry) func() { e.followed = false; return nil })
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
			return
		}
		c.transferOf(ctx, s, r, record)
		if i, ok := c.Item(r); !ok || i.Phase.Ended() {
			return
		}
		for status := range s.ws.Watch(ctx, record) {
			c.change(r, func(e *entry) func() {
				e.status(status)
				if e.item.Phase == Running && status.Job != nil {
					e.began = true
					e.item.Left = e.pace.left(time.Now(), e.item.Done)
				} else {
					e.item.Left = -1
				}
				if status.Done() && e.began && status.Job != nil && !status.Job.StartedAt.IsZero() {
					e.item.Took = status.Job.EndedAt.Sub(status.Job.StartedAt)
				}
				return nil
			})
		}
		s.look() // for what the record tells now
	})
}

// transferOf finds out whether a record is on its way to or from the shared workspace.
func (c *Client) transferOf(ctx context.Context, s *space, r Ref, record string) {
	if s.place != Local {
		return
	}
	remote, err := s.ws.Remote(ctx, record)
	if err != nil || remote.State == workspace.RemoteNone || remote.State == workspace.RemoteStopped {
		return
	}
	c.change(r, func(e *entry) func() { e.transfer(remote); return nil })
	if remote.Kind == workspace.PushKind && (remote.State == workspace.RemotePending || remote.State == workspace.RemoteWaiting) {
		c.followTransfer(s, r, remote.JobID)
	}
}

// transfer takes in how a push or a pull stands.
func (e *entry) transfer(remote workspace.Remote) {
	e.item.TransferFault, e.item.TransferDone = remote.Error, remote.Progress.Done
	switch remote.State {
	case workspace.RemoteDone:
		e.item.Transfer, e.item.TransferFault = TransferDone, nil
	case workspace.RemoteFailed:
		e.item.Transfer = TransferFailed
	case workspace.RemoteWaiting:
		e.item.Transfer = TransferWaits
	case workspace.RemotePending:
		e.item.Transfer = Pushing
		if remote.Kind == workspace.PullKind {
			e.item.Transfer = Pulling
		}
	case workspace.RemoteNone, workspace.RemoteStopped:
		e.item.Transfer, e.item.TransferFault = "", nil
	}
}

// followTransfer follows a push of a record that is ready.
func (c *Client) followTransfer(s *space, r Ref, id int64) {
	s.run(func(ctx context.Context) {
		_, err := s.ws.WaitJob(ctx, id, func(info job.Info) {
			c.change(r, func(e *entry) func() {
				e.transfer(remoteOf(info))
				return c.tellShared
			})
		})
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.NotFound) {
			c.trouble(r, stageText(workspace.StageCopy), err)
		}
		c.tellShared()
	})
}

func remoteOf(info job.Info) workspace.Remote {
	r := workspace.Remote{Kind: info.Kind, JobID: info.ID, Progress: info.Progress, Error: info.Fault, State: workspace.RemotePending}
	switch info.State {
	case job.Completed:
		r.State = workspace.RemoteDone
	case job.Failed:
		r.State = workspace.RemoteFailed
	case job.Cancelled:
		r.State = workspace.RemoteStopped
	case job.Retrying:
		r.State = workspace.RemoteWaiting
	case job.Running, job.Waiting:
		if info.Fault != nil && fault.Is(info.Fault, fault.Unreachable) && info.State == job.Waiting {
			r.State = workspace.RemoteWaiting
		}
	}
	return r
}
