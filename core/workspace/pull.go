package workspace

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// PullKind is the kind of the jobs that Pull makes.
const PullKind = "pull"

// pullArgs are the arguments of a pull. They name where the secrets are, and hold none.
type pullArgs struct {
	Connection string `json:"connection"` // the file
	RemoteID   string `json:"remoteId"`
	Version    int    `json:"version"` // over there
}

// Pull brings a dataset of the shared workspace that Config.Connection leads to
// into this local one, to be read without a network. It answers a record and the job that fills it,
// which outlasts any absence of the network; nothing is milled again. What is here already is
// answered as it is. Unlike Push it needs the shared workspace at once, to know what the dataset is.
func (w *Workspace) Pull(ctx context.Context, remoteID string) (Added, error) {
	if err := w.canTransfer(ctx); err != nil {
		return Added{}, err
	}
	from, err := w.config.Reach(ctx, w.config.Connection)
	if err != nil {
		return Added{}, err
	}
	defer func() { _ = from.Close() }() // only read from
	found, err := from.catalog.Find(ctx, remoteID)
	if err != nil {
		return Added{}, err
	}
	t, err := newTransfer(ctx, from, w, found.ID, 0, nil)
	if err != nil {
		return Added{}, err
	}
	added := Added{RecordID: found.ID, Hash: found.FileHash, Size: found.FileSize, Again: true}
	if held, err := t.isAt(ctx, found.ID); err == nil && held {
		return added, nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return Added{}, err
	}
	d := catalog.NewDataset{
		ID: found.ID, FileName: found.FileName, FileKey: t.names()[found.FileKey], FileSize: found.FileSize, FileHash: found.FileHash,
		ExpiresAt: w.expiry(), Idempotency: fmt.Sprintf("pull-%s-%d-%.16s", found.ID, t.version.Number, found.FileHash),
	}
	r := job.Request{Kind: PullKind, Queue: transferQueue, Args: pullArgs{w.config.Connection, found.ID, t.version.Number}}
	result, err := w.catalog.Add(ctx, d, r)
	if fault.Is(err, fault.Conflict) { // something else has the ID here
		d.ID = newID()
		result, err = w.catalog.Add(ctx, d, r)
	}
	if err != nil {
		return Added{}, err
	}
	added.RecordID, added.JobID, added.Again = result.RecordID, result.JobID, result.Again
	return added, nil
}

// isPulled tells whether a record's newest job is a pull.
func (w *Workspace) isPulled(ctx context.Context, id string) bool {
	last, err := w.catalog.LatestJob(ctx, id)
	return err == nil && last.Kind == PullKind
}

// puller does the jobs of kind pull.
type puller struct{ w *Workspace }

var _ job.Patient = (*puller)(nil)

func (*puller) Kind() string              { return PullKind }
func (*puller) Queue() string             { return transferQueue }
func (*puller) Pause(n int) time.Duration { return transferPause(n) }

// Work does one attempt.
func (p *puller) Work(ctx context.Context, run job.Run) error {
	var args pullArgs
	if err := json.Unmarshal(run.Args, &args); err != nil {
		return fault.New(fault.Usage, say.T("The job's arguments cannot be read.")).Because(err)
	}
	from, err := p.w.other(ctx, args.Connection)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only read from
	mine, err := p.w.catalog.Dataset(ctx, run.RecordID)
	if err != nil {
		return err
	}
	t, err := newTransfer(ctx, from, p.w, args.RemoteID, args.Version, run.Report)
	if err != nil {
		return err
	}
	if t.dataset.FileHash != mine.FileHash {
		return fault.New(fault.Conflict, say.T("The shared workspace has another file under the ID {id} now.", "id", args.RemoteID)).
			Hint(say.T("Remove the record here and pull again.")).ForGood()
	}
	if err := p.w.catalog.Claim(ctx, run.Lease.JobID, t.keys()...); err != nil {
		return err
	}
	if _, err := t.look(ctx); err != nil {
		return err
	}
	if err := t.run(ctx); err != nil {
		return err
	}
	v, err := t.arrived()
	if err != nil {
		return err
	}
	return p.w.catalog.Commit(ctx, run.Lease, run.RecordID, v, t.finished())
}
