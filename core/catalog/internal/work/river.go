package work

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/job"
)

// JobArgs carries a job's arguments through River as they are, whatever the kind.
type JobArgs struct {
	kind string
	json json.RawMessage
}

// Insertion is a request as River takes it, checked; queueOf names River's queue.
func Insertion(r job.Request, queueOf func(string) string) (JobArgs, *river.InsertOpts, error) {
	if err := errors.Join(job.CheckName("job kind", r.Kind), job.CheckName("queue", r.Queue)); err != nil {
		return JobArgs{}, nil, err
	}
	raw, err := jobArgs(r.Args)
	if err != nil {
		return JobArgs{}, nil, err
	}
	priority, err := priorityOf(r.Priority)
	return JobArgs{kind: r.Kind, json: raw}, &river.InsertOpts{Queue: queueOf(r.Queue), Priority: priority}, err
}

// Kind is the job's kind.
func (a JobArgs) Kind() string { return a.kind }

// MarshalJSON answers the arguments as they are.
func (a JobArgs) MarshalJSON() ([]byte, error) { return a.json, nil }

// UnmarshalJSON keeps the arguments as they are.
func (a *JobArgs) UnmarshalJSON(b []byte) error { a.json = append([]byte(nil), b...); return nil }

// settled is what every attempt answers to River: an outcome for no job at
// all, because the attempt's own has been written already, fenced. River
// asks an error for its jobs before it reports anything.
type settled struct{}

func (settled) Error() string               { return "the outcome has been written" }
func (settled) Jobs() []*rivertype.JobRow   { return nil }
func (settled) ErrorsByID() map[int64]error { return nil }

// riverWorker is a job kind as River knows it.
type riverWorker struct {
	river.WorkerDefaults[JobArgs]
	runner *Runner
	worker job.Worker
}

func (w *riverWorker) Work(ctx context.Context, j *river.Job[JobArgs]) error {
	w.runner.attempt(ctx, j, w.worker)
	return settled{}
}

// riverPoll is how often River fetches without being woken. It need not be
// often: the beat wakes it when there is something to fetch, with a look that
// costs a fraction of River's.
const riverPoll = 10 * time.Second

// riverConfig is how River fetches for a runner.
func (r *Runner) riverConfig(reg *job.Registry) *river.Config {
	workers := river.NewWorkers()
	for _, w := range reg.Workers() {
		river.AddWorkerArgs(workers, JobArgs{kind: w.Kind()}, &riverWorker{runner: r, worker: w})
	}
	return &river.Config{
		ID:                     r.config.Worker,
		Logger:                 RiverLog(r.config.Logger),
		Queues:                 r.queues,
		Workers:                workers,
		FetchOnlyKnownKinds:    true,
		FetchCooldown:          2 * time.Millisecond,
		FetchPollInterval:      riverPoll,
		JobTimeout:             -1, // a big file takes as long as it takes
		MaxAttempts:            r.config.MaxAttempts,
		LeaderElectionDisabled: true, // see the package comment
	}
}

// RiverLog passes on what River finds troubling; its news is ours to tell.
func RiverLog(logger *slog.Logger) *slog.Logger {
	return slog.New(atLeast{Handler: logger.Handler(), level: slog.LevelWarn})
}

type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
