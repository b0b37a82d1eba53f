package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// push publishes a dataset of the local workspace in a shared one.
func (a *app) push() *cobra.Command {
	var wait bool
	c := &cobra.Command{
		Use:     "push ID",
		GroupID: groupShared,
		Short:   a.tr("Publish a dataset of the local workspace in the shared one, without milling it again"),
		Long: a.tr("Publishes a dataset, as it is now, by a job that waits out any absence of the network and goes on where it\n" +
			"stopped. Ctrl-C leaves the job; sheetmill wait ID goes on with it."),
		Example:           "  sheetmill push 3kf0 --to ana.connection.json",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				if _, err := ws.Push(c.Context(), id); err != nil {
					return err
				}
				return a.carry(c.Context(), ws, id, wait)
			})
		},
	}
	c.Flags().StringVar(&a.partner, "to", "", a.tr("connection file of the shared workspace (default: SHEETMILL_CONNECTION, else connection.json in the workspace)"))
	a.waitFlag(c, &wait)
	return c
}

// pull brings a dataset of a shared workspace into the local one.
func (a *app) pull() *cobra.Command {
	var wait bool
	c := &cobra.Command{
		Use:     "pull ID",
		GroupID: groupShared,
		Short:   a.tr("Bring a dataset of the shared workspace into the local one, to read it without a network"),
		Example: "  sheetmill pull 3kf0 --from ana.connection.json",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				added, err := ws.Pull(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.carry(c.Context(), ws, added.RecordID, wait)
			})
		},
	}
	c.Flags().StringVar(&a.partner, "from", "", a.tr("connection file of the shared workspace (default: SHEETMILL_CONNECTION, else connection.json in the workspace)"))
	a.waitFlag(c, &wait)
	return c
}

func (a *app) waitFlag(c *cobra.Command, wait *bool) {
	c.Flags().BoolVar(wait, "wait", true, a.tr("wait until it is done; --wait=false leaves it to a working process (default: true)"))
	c.Flags().Lookup("wait").DefValue = "false"
}

// carry works on a record's push or pull until it has ended, and tells how it stands.
func (a *app) carry(ctx context.Context, ws *workspace.Workspace, id string, wait bool) error {
	remote, err := ws.Remote(ctx, id)
	if err != nil {
		return err
	}
	if wait && underWay(remote) {
		d, err := ws.Find(ctx, id)
		if err != nil {
			return err
		}
		var waitErr error
		err = a.working(ctx, ws, 1, func(ctx context.Context) {
			meter := a.newMeter(ctx)
			defer meter.wait()
			waitErr = a.awaitTransfer(ctx, ws, remote.JobID, meter.track(d.FileName))
		})
		if ctx.Err() != nil {
			return fault.New(fault.Cancelled, say.T("Interrupted. The transfer goes on with the next process that works; nothing is lost.")).
				Hint(say.T("Run sheetmill wait {id} to go on with it, or sheetmill cancel {id} to give it up.", "id", id))
		}
		if err = errors.Join(err, waitErr); err != nil {
			return err
		}
		if remote, err = ws.Remote(ctx, id); err != nil {
			return err
		}
	}
	return a.showRemote(id, remote)
}

// underWay tells that a transfer has not ended.
func underWay(r workspace.Remote) bool {
	return r.State == workspace.RemotePending || r.State == workspace.RemoteWaiting
}

// awaitTransfer follows a push's or pull's job to its end, however long the network is away.
func (a *app) awaitTransfer(ctx context.Context, ws *workspace.Workspace, id int64, see func(job.Status)) error {
	info, err := ws.WaitJob(ctx, id, func(i job.Info) {
		s := job.Status{RecordID: i.RecordID, JobID: i.ID, Status: job.Processing, Stage: i.Progress.Stage, Progress: 100 * i.Progress.Done, Job: &i}
		switch {
		case i.State == job.Retrying:
			s.Stage = stageAway
		case i.State == job.Completed:
			s.Status, s.Progress = job.Ready, 100
		case i.State.Ended():
			s.Status, s.Error = job.Broken, i.Fault
		}
		see(s)
	})
	if err == nil && info.State != job.Completed && info.Fault != nil {
		return info.Fault
	}
	return err
}

// stageAway is shown while a transfer waits for the network.
const stageAway = "away"

func (a *app) showRemote(id string, r workspace.Remote) error {
	if a.json {
		return a.printJSON(struct {
			RecordID string `json:"recordId"`
			workspace.Remote
		}{id, r})
	}
	switch r.State {
	case workspace.RemoteDone:
		if r.Kind == workspace.PushKind {
			a.say("Pushed {id}: the shared workspace has it as {remote}; both sides agree.", "id", id, "remote", r.RemoteID)
		} else {
			a.say("Pulled {id}: both sides agree.", "id", id)
		}
	case workspace.RemotePending, workspace.RemoteWaiting:
		a.say("Job {job} carries {id}. Run sheetmill wait {id} to do it now.", "job", r.JobID, "id", id)
	case workspace.RemoteNone:
		a.say("The record {id} is here already.", "id", id)
	default:
		a.say("The transfer of {id} did not end well.", "id", id)
		if r.Error != nil {
			return r.Error
		}
	}
	return nil
}
