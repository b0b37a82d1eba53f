// Package catalog is the contract of the records, versions and jobs of a
// workspace. Package sqlite keeps them in one file; package catalogtest is the
// suite that every implementation must pass. Only catalogs know River and SQL.
//
//	id, err := cat.Add(ctx, catalog.NewDataset{...}, job.Request{Kind: "sheet_parse", Queue: "sheets", Args: args})
//	go cat.Work(ctx, registry, catalog.WorkOptions{Jobs: 2})
//
// # What every catalog promises
//
//   - A catalog is opened for one owner and shows, changes and runs only that
//     owner's records and jobs (BRIEF R16); another's are fault.NotFound.
//   - A record and its first job are written in one transaction, or neither is (R2).
//   - Status, progress, errors and attempts live in the queue's job table only (R4).
//   - A commit is fenced: it checks in its own transaction that the lease is the
//     job's newest and that the job runs; else fault.Conflict and nothing changes.
//   - No method holds a transaction while it waits for anything but the database.
//   - The death of a worker costs a job none of its attempts: whatever is killed, and
//     however often, the job goes on. It ends as failed after [MaxDeaths] deaths that
//     did not come at least 1 % further than all deaths before them, so a file that
//     kills its worker every time does end.
//   - A database that is busy is waited for, up to the context; one that is
//     away, full or damaged is fault.Unreachable.
//   - Times are UTC, to the millisecond.
package catalog

import (
	"context"
	"encoding/json"
	"time"

	"sheetmill/core/job"
)

// Column is one column of a clean table, as the record tells it.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Dataset is the business record of one added file: facts only (BRIEF R3).
type Dataset struct {
	ID           string    `json:"recordId"`
	Owner        string    `json:"owner"`
	FileName     string    `json:"fileName"`
	FileKey      string    `json:"fileKey"`      // object key of the source
	FileSize     int64     `json:"fileSize"`     // bytes of the source
	FileHash     string    `json:"fileHash"`     // SHA-256 of the source, hex
	CleanDataKey string    `json:"cleanDataKey"` // object key of the head version's clean table; "" before the first
	TotalRows    *int64    `json:"totalRows"`    // nil before the first version
	TotalCols    *int64    `json:"totalCols"`
	Columns      []Column  `json:"columns"`
	Head         int       `json:"head"` // number of the version that reads see; 0 before the first
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	ExpiresAt    time.Time `json:"expiresAt,omitzero"` // zero: never
}

// NewDataset is what a record starts with.
type NewDataset struct {
	ID        string // chosen by the caller, unique
	FileName  string
	FileKey   string
	FileSize  int64
	FileHash  string
	ExpiresAt time.Time
	// Idempotency is the client's name for this request, or "". Asked a second
	// time by that name for the same bytes and file name, Add answers what it did
	// the first time; for others it is fault.Conflict.
	Idempotency string
}

// Version is one clean table in a dataset's history.
type Version struct {
	Number    int             `json:"version"` // 1, 2, ... within the dataset; set by Commit
	CleanKey  string          `json:"cleanKey"`
	Keys      []string        `json:"keys"` // every object the version needs, CleanKey among them
	Rows      int64           `json:"rows"`
	Columns   []Column        `json:"columns"`
	Detail    json.RawMessage `json:"detail"` // what the worker wants kept with it; opaque here
	CreatedAt time.Time       `json:"createdAt"`
}

// Added answers Add and Import.
type Added struct {
	RecordID string
	JobID    int64 // 0 when there is none
	Again    bool  // the request was answered before; nothing was written now
}

// MaxDeaths is how many deaths of its worker that came no further than those
// before them end a job as failed. Retry starts the count anew.
const MaxDeaths = 20

// WorkOptions say how Work runs.
type WorkOptions struct {
	// Jobs is how many jobs run at once; at least 1.
	Jobs int
	// Ready is closed, when set, once the workers are registered and fetching (BRIEF R6).
	Ready chan<- struct{}
	// Trouble, when set, is told of what keeps a running job from ending: its
	// outcome cannot be written because the disk is full, say. It is tried
	// again every second, and told again.
	Trouble func(error)
	// Ended, when set, is told the keys that a job had claimed, once each and in
	// order, after it has ended here without a commit: failed or cancelled in this
	// process, or given up after the deaths of its workers. The claims are gone, so
	// that Sweep may remove what no record needs. It is called with no transaction
	// open, from a goroutine of its own that Work waits for, also after the context
	// of Work has ended; not at all when nothing was claimed, nor for an attempt
	// that lost its lease or gave its job back.
	Ended func(keys []string)
	// Observer, when set, hears of what is done, for metrics.
	Observer Observer
	// Grace is how long a stop waits for running attempts to give their job back; 5 s when 0.
	Grace time.Duration
}

// Observer hears of what the workers of one Work do. Its methods are called
// from many goroutines and must not block.
type Observer interface {
	// Started: an attempt began; its job had waited this long since it was due.
	Started(kind string, waited time.Duration)
	// Ended: an attempt ended and left its job in this state, which is job.Running
	// when another worker has it.
	Ended(kind string, left job.State, ran time.Duration, last job.Progress)
	// TakenOver: a job of a silent worker was made available.
	TakenOver(kind string)
	// Refused: a commit came too late.
	Refused(kind string)
}

// Catalog keeps records, versions and jobs. All methods may be called from
// many goroutines and, on one workspace, from many processes.
type Catalog interface {
	// Owner is whose catalog this is.
	Owner() string

	// Add writes the record and its job in one transaction and releases the
	// claim this process holds on the source's key, which the record now refers to.
	// A claim that was swept meanwhile, because this process was not heard of for
	// long, is fault.Conflict: the object may be gone, so it must be stored again.
	Add(ctx context.Context, d NewDataset, r job.Request) (Added, error)
	// Import writes a record that is ready at once, with its first version and no
	// job, in one transaction: what was milled elsewhere. Its objects are there already; the
	// claims that this process holds on them for no job, the source's and every key's of
	// the version, are released, with the same fault.Conflict as Add's when one was swept
	// meanwhile. Idempotency works as in Add, for the version too: the first one stays.
	Import(ctx context.Context, d NewDataset, v Version) (Added, error)
	// Dataset finds a record; fault.NotFound when there is none.
	Dataset(ctx context.Context, id string) (Dataset, error)
	// Find resolves an identifier typed by a person: a whole ID or a unique
	// prefix of at least 4 letters. fault.NotFound, or fault.Usage when several match.
	Find(ctx context.Context, prefix string) (Dataset, error)
	// Datasets lists records, newest first, at most limit (0: all).
	Datasets(ctx context.Context, limit int) ([]Dataset, error)
	// Remove deletes a record, its versions and its jobs, which are cancelled
	// first when they run. It answers the keys that the record referred to;
	// Sweep decides which of them go.
	Remove(ctx context.Context, id string) (keys []string, err error)
	// Expired lists records whose ExpiresAt has passed.
	Expired(ctx context.Context, now time.Time) ([]string, error)

	// Versions lists a dataset's versions by ascending number.
	Versions(ctx context.Context, id string) ([]Version, error)
	// Version is one version; number 0 is the head. fault.NotFound when there is none.
	Version(ctx context.Context, id string, number int) (Version, error)

	// Commit, in one transaction: checks the lease, adds the version, points
	// the record at it, fills its metadata, completes the job with its final
	// progress, and releases the job's claims.
	Commit(ctx context.Context, lease job.Lease, id string, v Version, final job.Progress) error

	// Enqueue adds another job for a record; fault.NotFound when there is none.
	Enqueue(ctx context.Context, recordID string, r job.Request) (jobID int64, err error)
	// Complete ends a job that publishes no version, under the same fence as Commit.
	Complete(ctx context.Context, lease job.Lease, final job.Progress) error

	// Claim says that this process is about to write these objects, for the
	// job (0 when there is none yet). A claim protects an object from Sweep
	// until a record refers to it, the job ends, or the process is gone.
	//
	// A job that has ended, or is gone, claims nothing: fault.Conflict, fault.NotFound.
	Claim(ctx context.Context, jobID int64, keys ...string) error
	// Release gives up what this process claimed for no job: nothing came of the add.
	Release(ctx context.Context, keys ...string) error
	// Sweep calls remove for those of the keys that no record, version or live claim refers
	// to, in a way that no claim can be made on a key while it is removed. It tells how
	// many it removed. Stale claims go first. With dryRun nothing changes and it counts.
	Sweep(ctx context.Context, keys []string, dryRun bool, remove func(key string) error) (int, error)
	// Check lists records that hang in the air: they have neither a version nor any job.
	Check(ctx context.Context) (recordIDs []string, err error)

	// Job finds a job of this owner.
	Job(ctx context.Context, id int64) (job.Info, error)
	// LatestJob finds a record's newest job; fault.NotFound when none is kept.
	LatestJob(ctx context.Context, recordID string) (job.Info, error)
	// Cancel asks a job to end. A waiting one ends at once, a running one
	// within 1 s; an ended one stays as it is.
	Cancel(ctx context.Context, id int64) (job.Info, error)
	// Retry makes a failed or cancelled job wait again, with fresh attempts; a job in
	// any other state stays as it is.
	Retry(ctx context.Context, id int64) (job.Info, error)

	// Work runs jobs until ctx ends, then stops softly: running attempts are
	// given back without costing an attempt. It returns when everything it started has stopped.
	// It also takes over jobs whose worker is gone: at once where its death can be
	// known (a local workspace), after 12 s of silence otherwise.
	Work(ctx context.Context, reg *job.Registry, opts WorkOptions) error

	// Changed is signalled (never blocked on) when a job of the record made progress or ended, as
	// far as this process hears of it; a watcher may look again at once. "" is any record. The
	// function ends the subscription.
	Changed(recordID string) (<-chan struct{}, func())

	// Close waits for what the catalog started and closes the database.
	Close() error
}
