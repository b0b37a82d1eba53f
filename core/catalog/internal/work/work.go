// Package work runs the jobs of a catalog, whichever database keeps them: it
// fetches through River, reports progress, watches for cancels, writes outcomes
// and takes over from workers that are gone. What a database must do for that
// is [Table]: a few steps, each guarded by the lease.
//
//	runner := work.New(table, work.Config{...}, opts, ...)
//	err := runner.Run(ctx, registry, newRiverClient)
//
// # The life of a job
//
// Add makes a job available. River's fetch makes it running and counts the
// attempt. From then on every change is written by one guarded step, which
// checks that the job runs and that the attempt is its newest:
//
//	available -> running      River fetched it
//	running   -> completed    Commit together with the version, or Complete
//	running   -> available    a passing trouble (due later, the trouble kept), something
//	                          away that a patient worker waits for (likewise, at no
//	                          cost), a soft stop or a takeover (due at once)
//	running   -> discarded    a permanent fault, no attempts left, or too many deaths
//	running   -> cancelled    a person asked
//	available -> cancelled    a person asked
//	discarded, cancelled -> available    Retry
//
// River's own reporting of results checks the state but not the attempt, so a
// worker that was given up and comes back could end its successor's attempt;
// River is therefore told, in its own terms, that there is nothing to report.
// The attempt number in the row only ever grows: it is the fencing number.
// Attempts that do not count (soft stops, those before a Retry) are subtracted
// when a job is shown.
//
// A retry waits as an available job that is due later, which the fetch
// honours, so no leader is needed to wake it. Job rows stay as long as their
// record; Remove deletes both. So nothing of River's leader is needed here and none is elected.
package work

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// Table is the job table of one catalog. Every step is one transaction.
type Table interface {
	// SignIn makes this process known as a worker; SignOut takes that back; Beat
	// shows that it lives.
	SignIn(ctx context.Context) error
	SignOut(ctx context.Context) error
	Beat(ctx context.Context) error

	// Belongs tells whose a fetched job is and which record it works for.
	Belongs(ctx context.Context, j *rivertype.JobRow) (owner, recordID string, err error)
	// Look reads what a running attempt must know of its row.
	Look(ctx context.Context, lease job.Lease) (Sight, error)
	// Progress writes the output of an attempt that holds its job, and looks.
	Progress(ctx context.Context, lease job.Lease, output Output) (Sight, error)
	// Conclude reads the row, if the lease holds it, and writes what decide answers.
	// When that ends the job it ends the job's claims too and answers their keys,
	// once each and in order. held is false when the lease is no longer the newest.
	Conclude(ctx context.Context, lease job.Lease, decide func(Row) Outcome) (held bool, keys []string, err error)
	// Running lists the jobs that run and how long their workers have been silent.
	Running(ctx context.Context) ([]Running, error)
	// Due tells whether a job waits that may start now.
	Due(ctx context.Context) (bool, error)
}

// Sight is a row as a running attempt sees it.
type Sight struct {
	Gone      bool // the row was removed
	State     rivertype.JobState
	Attempt   int
	Cancelled bool // a person asked
}

// Row is what an outcome depends on.
type Row struct {
	Attempt, Max int
	Notes        Notes
}

// Outcome is what an attempt leaves its job as.
type Outcome struct {
	State        rivertype.JobState
	Due          time.Time      // when an available job may start; zero is now
	Fault        *fault.Error   // kept with the failed attempts, when set
	Patch        map[string]any // replaces these fields of the row's metadata
	MoreAttempts int            // added to the row's limit
}

// Ended tells whether the job goes no further.
func (o Outcome) Ended() bool { return o.State != rivertype.JobStateAvailable }

// Running is a running job as a takeover sees it.
type Running struct {
	Lease   job.Lease
	Kind    string
	Fetched time.Duration // how long ago
	Silent  time.Duration // how long its worker has not been heard of
	Dead    bool          // its worker is known to be gone
	Notes   Notes
}

// Config is how one catalog's work is done.
type Config struct {
	Options
	// Worker is this process's name as a worker.
	Worker string
	// Changed is called when a job of a record made progress or ended here; ""
	// when the record is not known.
	Changed func(recordID string)
}

// Options say how a catalog behaves. The zero value is right for programs;
// tests shorten the times.
type Options struct {
	// Logger hears what no caller can be told; nothing is logged without one.
	Logger *slog.Logger
	// Beat is how often a working process shows that it lives; 3 s when 0.
	Beat time.Duration
	// Silence is how long a worker may be unheard before its jobs are taken over; 12 s when 0.
	Silence time.Duration
	// Look is how often a worker looks for jobs to take over; 1 s when 0.
	Look time.Duration
	// Poll is how often a worker looks for jobs that other processes added or that are due again; 100 ms when 0.
	Poll time.Duration
	// MaxAttempts is how often a job is tried, attempts that end with their
	// worker's death aside; 5 when 0.
	MaxAttempts int
	// Backoff is how long a job waits after its n-th failed attempt; when nil
	// 1 s, 4 s, 16 s, ..., at most 5 min, give or take a quarter.
	Backoff func(attempt int) time.Duration
}

// WithDefaults fills what is zero.
func (c Options) WithDefaults() Options {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Beat == 0 {
		c.Beat = 3 * time.Second
	}
	if c.Silence == 0 {
		c.Silence = 12 * time.Second
	}
	if c.Look == 0 {
		c.Look = time.Second
	}
	if c.Poll == 0 {
		c.Poll = 100 * time.Millisecond
	}
	if c.MaxAttempts == 0 {
		c.MaxAttempts = 5
	}
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	return c
}
