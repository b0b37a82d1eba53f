package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// PushKind is the kind of the jobs that Push makes.
const PushKind = "push"

// pushArgs are the arguments of a push. They name where the secrets are, and hold none.
type pushArgs struct {
	Connection string `json:"connection"` // the file
	RemoteID   string `json:"remoteId"`   // what the record is called over there
	Version    int    `json:"version"`
}

// Push publishes a dataset of a local workspace, as it is now, in the shared one
// that Config.Connection leads to. It answers the number of a job, which waits out any
// absence of the network and goes on where it stopped; see [Workspace.Remote] and
// [Workspace.WaitJob]. Nothing is milled again over there, and what is there already is not sent.
// Asked again while the job has not ended, it answers the same one.
func (w *Workspace) Push(ctx context.Context, id string) (int64, error) {
	if err := w.canTransfer(ctx); err != nil {
		return 0, err
	}
	v, err := w.version(ctx, id, 0)
	if err != nil {
		return 0, err
	}
	args := pushArgs{Connection: w.config.Connection, RemoteID: remoteID(id, v.Number), Version: v.Number}
	last, err := w.catalog.LatestJob(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	if err == nil && last.Kind == PushKind && !last.State.Ended() {
		var under pushArgs
		if json.Unmarshal(last.Args, &under) == nil && under == args {
			return last.ID, nil
		}
	}
	return w.catalog.Enqueue(ctx, id, job.Request{Kind: PushKind, Queue: transferQueue, Args: args})
}

// canTransfer refuses what can come to nothing, while a person is there to hear it.
func (w *Workspace) canTransfer(ctx context.Context) error {
	if !w.local {
		return fault.New(fault.Usage, say.T("Only a local workspace pushes and pulls; this one is shared already.")).
			Hint(say.T("Run the command without a server or connection named."))
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// remoteID is what a version is called in the other workspace: the record's own
// ID for the first, one made of both for a later one, which is a record of its own there.
func remoteID(id string, version int) string {
	if version == 1 {
		return id
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", id, version))
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:8]))
}

// pusher does the jobs of kind push.
type pusher struct{ w *Workspace }

var _ job.Patient = (*pusher)(nil)

func (*pusher) Kind() string              { return PushKind }
func (*pusher) Queue() string             { return transferQueue }
func (*pusher) Pause(n int) time.Duration { return transferPause(n) }

// transferPause is 1 s, 2 s, 4 s, ..., at most 30 s: a look costs one attempt to connect.
func transferPause(n int) time.Duration {
	const most = 30 * time.Second
	return min(most, time.Second<<min(n-1, 5))
}

// Work does one attempt.
func (p *pusher) Work(ctx context.Context, run job.Run) error {
	var args pushArgs
	if err := json.Unmarshal(run.Args, &args); err != nil {
		return fault.New(fault.Usage, say.T("The job's arguments cannot be read.")).Because(err)
	}
	to, err := p.w.other(ctx, args.Connection)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }() // what it was to write is written, or was told as an error
	t, err := newTransfer(ctx, p.w, to, run.RecordID, args.Version, run.Report)
	if err != nil {
		return err
	}
	held, err := t.isAt(ctx, args.RemoteID)
	switch {
	case err == nil && !held:
		return fault.New(fault.Conflict, say.T("The shared workspace has another record under the ID {id}.", "id", args.RemoteID)).
			Hint(say.T("Remove one of the two records, then push again.")).ForGood()
	case fault.Is(err, fault.NotFound):
		err = p.publish(ctx, t, args, run.RecordID)
	case err == nil: // it is there; only the bytes are compared, and made good where some went
		if _, err = t.look(ctx); err == nil {
			err = t.run(ctx)
		}
	}
	if err != nil {
		return err
	}
	return p.w.catalog.Complete(ctx, run.Lease, t.finished())
}

// publish sends the objects and then writes the record, in one transaction over
// there. From before the first byte the objects are claimed there, and reserved for
// as long as the network may be away, so that no sweep takes what nothing refers to yet.
func (p *pusher) publish(ctx context.Context, t *transfer, args pushArgs, id string) (err error) {
	name := fmt.Sprintf("push-%s-%d", id, args.Version)
	if err := t.to.catalog.Claim(ctx, 0, t.keys()...); err != nil {
		return err
	}
	all, err := t.look(ctx)
	if err != nil {
		return err
	}
	if !all {
		if err := t.reserve(ctx, name); err != nil {
			return err
		}
		defer func() {
			// A stop, a takeover or an absence is not the end: another attempt goes on.
			if err == nil || ctx.Err() == nil && fault.Permanent(err) || errors.Is(context.Cause(ctx), job.ErrCancelled) {
				t.unreserve(ctx, name)
			}
		}()
	}
	if err := t.run(ctx); err != nil {
		return err
	}
	v, err := t.arrived()
	if err != nil {
		return err
	}
	_, err = t.to.catalog.Import(ctx, catalog.NewDataset{
		ID: args.RemoteID, FileName: t.dataset.FileName, FileKey: t.names()[t.dataset.FileKey],
		FileSize: t.dataset.FileSize, FileHash: t.dataset.FileHash, ExpiresAt: t.to.expiry(), Idempotency: name,
	}, v)
	if fault.Is(err, fault.Conflict) {
		return errGivenUp.Because(err)
	}
	return err
}
