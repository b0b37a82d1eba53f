package work

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river/rivertype"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// Output is what a job row keeps of the progress, under River's name for it.
type Output struct {
	Attempt  int          `json:"attempt"` // the attempt that wrote it
	Progress job.Progress `json:"progress"`
}

// Notes is what is kept in the metadata of a job row.
type Notes struct {
	Output    Output `json:"output"`
	Deaths    Deaths `json:"deaths"`    // of its workers, since the last Retry
	Away      Away   `json:"away"`      // the last attempt of a patient worker that found something away
	Uncounted int    `json:"uncounted"` // attempts that do not count: soft stops, and those before a Retry
	Since     int    `json:"since"`     // the last attempt before the last Retry
	Cancel    string `json:"cancel_attempted_at"`
}

// Away is an attempt that ended because something that may be away was.
type Away struct {
	Attempt int    `json:"attempt"`
	Times   int    `json:"times"` // in a row, with this one
	Fault   string `json:"fault"` // as JSON, so that no part of one stays under the next
}

// Deaths are the takeovers of a job, as its row keeps them.
type Deaths struct {
	All  int     `json:"all"`
	Vain int     `json:"vain"` // those that came no further than all before them
	Best float64 `json:"best"` // the furthest that an attempt came before its worker died
}

// further is how much further an attempt must come for its death not to be in
// vain. It bounds those: a file that kills its worker never dies at quite the
// same progress twice.
const further = 0.01

func (d Deaths) another(done float64) Deaths {
	d.All++
	if done >= d.Best+further {
		d.Best = done
	} else {
		d.Vain++
	}
	return d
}

// FailedAttempt is River's form of one failed attempt. Its text is our fault as JSON.
type FailedAttempt struct {
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error"`
	Trace   string    `json:"trace"`
}

// Failed is a failed attempt as River keeps it.
func Failed(attempt int, f *fault.Error, at time.Time) []byte {
	b, _ := json.Marshal(FailedAttempt{At: at.UTC(), Attempt: attempt, Error: encodeFault(f)}) // plain fields always marshal
	return b
}

// maxFault bounds what one failed attempt may add to a job row.
const maxFault = 16 << 10

func encodeFault(f *fault.Error) string {
	b, err := json.Marshal(f)
	if err != nil || len(b) > maxFault {
		// Its cause or its places are beyond measure; the sentence is not lost.
		b, err = json.Marshal(fault.New(f.Code, f.Sentence).Hint(f.Next))
	}
	if err != nil || len(b) > maxFault {
		b, _ = json.Marshal(fault.New(f.Code, say.T("The job failed, and the reason is too long to keep."))) // always marshals
	}
	return string(b)
}

// decodeFault reads what encodeFault wrote; anything else is River's own word.
func decodeFault(text string) *fault.Error {
	var f fault.Error
	if err := json.Unmarshal([]byte(text), &f); err == nil && f.Code != "" {
		return &f
	}
	return fault.Of(errors.New(text))
}

// Fields are the columns of a job row as the database holds them.
type Fields struct {
	State                                      rivertype.JobState
	Metadata, LastError                        []byte // JSON; LastError may be empty
	Attempted, Finalized, Scheduled, CreatedAt time.Time
}

// Fill completes a job's view from its row: state, fault, progress, times, and
// attempts without those that do not count.
func (f Fields) Fill(i *job.Info) error {
	var n Notes
	if err := json.Unmarshal(f.Metadata, &n); err != nil {
		return err
	}
	var last FailedAttempt
	if len(f.LastError) > 0 {
		if err := json.Unmarshal(f.LastError, &last); err != nil {
			return err
		}
	}
	if n.Away.Attempt > last.Attempt {
		last.Attempt, last.Error = n.Away.Attempt, n.Away.Fault
	}
	troubled := last.Attempt > n.Since
	i.State = StateOf(f.State, troubled)
	switch {
	case i.State == job.Cancelled:
		i.Fault = job.ErrCancelled
	case i.State != job.Completed && troubled:
		i.Fault = decodeFault(last.Error)
	}
	if n.Output.Attempt == i.Attempt {
		i.Progress = n.Output.Progress
	}
	i.Attempt -= n.Uncounted
	i.MaxAttempts -= n.Uncounted
	i.CreatedAt, i.StartedAt, i.EndedAt = f.CreatedAt.UTC(), f.Attempted.UTC(), f.Finalized.UTC()
	if i.State == job.Retrying {
		i.NextAt = f.Scheduled.UTC()
	}
	return nil
}

// StateOf reads River's state. A job that waits after a trouble is retrying.
func StateOf(river rivertype.JobState, troubled bool) job.State {
	switch river {
	case rivertype.JobStateRunning:
		return job.Running
	case rivertype.JobStateCompleted:
		return job.Completed
	case rivertype.JobStateDiscarded:
		return job.Failed
	case rivertype.JobStateCancelled:
		return job.Cancelled
	}
	if troubled {
		return job.Retrying
	}
	return job.Waiting
}

// jobArgs checks a job's arguments: a JSON object, {} for nil.
func jobArgs(v any) (json.RawMessage, error) {
	if v == nil {
		return json.RawMessage(`{}`), nil
	}
	raw, err := json.Marshal(v)
	if err == nil {
		var object map[string]json.RawMessage
		err = json.Unmarshal(raw, &object)
	}
	if err != nil {
		return nil, fault.New(fault.Usage, say.T("The arguments of a job must be a JSON object.")).Because(err)
	}
	return raw, nil
}

// River has priorities 1 to 4; ours leaves room on both sides.
const (
	defaultPriority = 2
	lastPriority    = 4
)

// priorityOf checks a request's priority.
func priorityOf(p int) (int, error) {
	if p == 0 {
		return defaultPriority, nil
	}
	if p < 1 || p > lastPriority {
		return 0, fault.New(fault.Usage, say.T("A job cannot have priority {n}.", "n", p)).Hint(say.T("Use 1 for first to 4 for last."))
	}
	return p, nil
}
