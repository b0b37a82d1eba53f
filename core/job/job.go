// Package job says what a job is: its kind, its states, how far it has come,
// and what a worker of one kind must do. It knows neither the queue nor any
// database; catalogs run jobs through [Worker].
//
// A new kind of job is one Worker and one entry in a [Registry]:
//
//	reg, err := job.NewRegistry(pipeline.NewParser(store))
//
// # States
//
// A job waits, runs, and ends once: completed, failed or cancelled. A running
// job that meets a passing trouble waits again for its next attempt.
package job

import (
	"context"
	"encoding/json"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// State is where a job is in its life.
type State string

// The states of a job.
const (
	Waiting   State = "waiting"   // not started, or given back by a worker that stopped
	Running   State = "running"   // a worker has it
	Retrying  State = "retrying"  // waits for its next attempt after a passing trouble
	Completed State = "completed" // done
	Failed    State = "failed"    // ended by a fault
	Cancelled State = "cancelled" // ended because a person asked
)

// Ended tells whether nothing more will happen to the job.
func (s State) Ended() bool { return s == Completed || s == Failed || s == Cancelled }

// Progress is how far an attempt has come, from work really done.
type Progress struct {
	Stage string  `json:"stage"` // the stage under way, such as "read" or "clean"
	Done  float64 `json:"done"`  // share of the whole job, 0 to 1; never falls within an attempt
	Bytes int64   `json:"bytes"` // bytes of the source read so far
	Total int64   `json:"total"` // bytes of the source
	Rows  int64   `json:"rows"`  // rows seen so far
}

// Info is a job as the queue holds it.
type Info struct {
	ID          int64           `json:"id"`
	Kind        string          `json:"kind"`
	RecordID    string          `json:"recordId"`
	State       State           `json:"state"`
	Attempt     int             `json:"attempt"`     // 1 for the first; 0 before it
	MaxAttempts int             `json:"maxAttempts"` // grows with each attempt that ended with its worker's death
	Progress    Progress        `json:"progress"`
	Fault       *fault.Error    `json:"error,omitempty"` // the last trouble; also while retrying
	CreatedAt   time.Time       `json:"createdAt"`
	StartedAt   time.Time       `json:"startedAt,omitzero"`
	EndedAt     time.Time       `json:"endedAt,omitzero"`
	NextAt      time.Time       `json:"nextAt,omitzero"` // when a retrying job runs again
	Worker      string          `json:"worker,omitempty"`
	Args        json.RawMessage `json:"args"`
}

// Request asks for a job.
type Request struct {
	Kind  string
	Queue string // where it waits: the queue of the worker of its kind
	Args  any    // marshals to a JSON object
	// Priority orders the jobs of one owner: 1 is fetched first, 4 last; 0 is 2.
	// Owners take turns, whatever the priorities.
	Priority int
}

// Lease is an attempt's hold on its job. A commit under a lease that is no
// longer the newest is refused.
type Lease struct {
	JobID   int64
	Attempt int // grows with every attempt, also past those that Info does not count
	Worker  string
}

// Run is one attempt, as a worker sees it.
type Run struct {
	Lease Lease
	// Owner is whose job it is. It comes from what the database guards, unlike
	// the arguments, which are the owner's word.
	Owner    string
	RecordID string
	Args     json.RawMessage
	// Report tells how far the work is. It may be called as often as liked,
	// from any goroutine; the catalog writes at most four times a second.
	Report func(Progress)
}

// Worker does the jobs of one kind.
type Worker interface {
	// Kind is the job kind: letters, digits, _ and - only.
	Kind() string
	// Queue is the queue its jobs wait in; same letters.
	Queue() string
	// Work does one attempt and commits its result under run.Lease; when it
	// answers nil the job must have been completed by that commit, or by Complete. A permanent
	// fault (fault.Permanent) ends the job; any other error is tried again
	// later. When ctx ends it returns soon: its cause says why.
	Work(ctx context.Context, run Run) error
}

// Patient is a Worker whose jobs depend on something that may be away for any
// time, such as another workspace behind a network. Such a job outlasts that: an
// attempt that ends with fault.Unreachable gives it back at no cost, and no
// number of deaths ends it. It frees its place while it waits, so that a
// job with somewhere else to go is not held up.
type Patient interface {
	Worker
	// Pause is how long a job waits after the n-th attempt in a row that found it away.
	Pause(n int) time.Duration
}

// The causes that end the context of a running attempt.
var (
	// ErrCancelled: a person asked to cancel the job.
	ErrCancelled = fault.New(fault.Cancelled, say.T("The job was cancelled."))
	// ErrLeaseLost: another worker has the job now; nothing of this attempt counts.
	ErrLeaseLost = fault.New(fault.Conflict, say.T("Another worker has taken over this job."))
	// ErrStopping: this worker is shutting down; the job goes back unharmed.
	ErrStopping = fault.New(fault.Unreachable, say.T("This worker is stopping; another will go on with the job."))
)

// Registry holds one worker per kind.
type Registry struct{ workers map[string]Worker }

// NewRegistry checks every kind and queue name and refuses bad or doubled
// ones by name, so that a program with a wrong name does not start.
func NewRegistry(workers ...Worker) (*Registry, error) {
	r := &Registry{workers: map[string]Worker{}}
	for _, w := range workers {
		if err := CheckName("job kind", w.Kind()); err != nil {
			return nil, err
		}
		if err := CheckName("queue", w.Queue()); err != nil {
			return nil, err
		}
		if _, twice := r.workers[w.Kind()]; twice {
			return nil, fault.New(fault.Usage, say.T("Two workers are registered for job kind {kind}.", "kind", w.Kind()))
		}
		r.workers[w.Kind()] = w
	}
	return r, nil
}

// Worker finds the worker of a kind.
func (r *Registry) Worker(kind string) (Worker, bool) { w, ok := r.workers[kind]; return w, ok }

// Workers lists all workers, in no order.
func (r *Registry) Workers() []Worker {
	out := make([]Worker, 0, len(r.workers))
	for _, w := range r.workers {
		out = append(out, w)
	}
	return out
}

// CheckName refuses a kind or queue name with anything but letters, digits,
// _ and - (BRIEF R5), or that River would refuse later: one that is a single
// letter, longer than 64, or starts with - or _. What is a word such as "queue".
func CheckName(what, name string) error {
	ok := len(name) >= 2 && len(name) <= 64 && name[0] != '-' && name[0] != '_'
	for _, c := range name {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			ok = false
		}
	}
	if ok {
		return nil
	}
	return fault.New(fault.Usage, say.T("The {what} name {name} is not allowed.", "what", what, "name", quoted(name))).
		Hint(say.T("Use 2 to 64 letters, digits, _ and - only, and start with a letter or digit."))
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }
