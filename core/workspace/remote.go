package workspace

import (
	"context"
	"encoding/json"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// RemoteState is how far a dataset is between a local workspace and the shared one.
type RemoteState string

// The states of a dataset between two workspaces.
const (
	RemoteNone    RemoteState = "none"    // nobody asked for it
	RemotePending RemoteState = "pending" // under way, or waiting for a worker
	RemoteWaiting RemoteState = "waiting" // the network or the shared workspace is away; it is tried again
	RemoteDone    RemoteState = "done"    // both sides hold it and agree by hash
	RemoteFailed  RemoteState = "failed"  // it cannot be done; see the error
	RemoteStopped RemoteState = "stopped" // a person cancelled it
)

// Remote tells how a dataset stands between this workspace and the shared one,
// from its job: the record knows nothing of it.
type Remote struct {
	State    RemoteState  `json:"state"`
	Kind     string       `json:"kind,omitempty"`     // PushKind or PullKind
	JobID    int64        `json:"jobId,omitempty"`    //
	RemoteID string       `json:"remoteId,omitempty"` // the record over there
	Version  int          `json:"version,omitempty"`  // of the side that it comes from
	Progress job.Progress `json:"progress,omitzero"`
	NextAt   time.Time    `json:"nextAt,omitzero"` // when it is tried again
	Error    *fault.Error `json:"error,omitempty"` // the last trouble
}

// Remote tells how a dataset stands with the shared workspace, by its newest job.
func (w *Workspace) Remote(ctx context.Context, id string) (Remote, error) {
	if _, err := w.catalog.Dataset(ctx, id); err != nil {
		return Remote{}, err
	}
	info, err := w.catalog.LatestJob(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Remote{}, err
	}
	if info.Kind != PushKind && info.Kind != PullKind {
		return Remote{State: RemoteNone}, nil
	}
	r := Remote{Kind: info.Kind, JobID: info.ID, Progress: info.Progress, NextAt: info.NextAt, Error: info.Fault}
	var args pushArgs // a pull's have the same fields
	if json.Unmarshal(info.Args, &args) == nil {
		r.RemoteID, r.Version = args.RemoteID, args.Version
	}
	switch info.State {
	case job.Completed:
		r.State = RemoteDone
	case job.Failed:
		r.State = RemoteFailed
	case job.Cancelled:
		r.State = RemoteStopped
	case job.Retrying:
		r.State = RemoteWaiting
	default:
		r.State = RemotePending
	}
	return r, nil
}
