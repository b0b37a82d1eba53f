package job

import (
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Phase is what a person needs to know of a record.
type Phase string

// The phases of a record. Ready and Broken last until somebody does something.
const (
	Processing Phase = "processing"
	Ready      Phase = "ready"
	Broken     Phase = "error"
)

// Status answers "how far is this record?" (BRIEF R8).
type Status struct {
	RecordID string       `json:"recordId"`
	JobID    int64        `json:"jobId,omitempty"` // 0 when no job is kept
	Status   Phase        `json:"status"`
	Progress float64      `json:"progress"` // percent, 0 to 100
	Stage    string       `json:"stage,omitempty"`
	Error    *fault.Error `json:"error,omitempty"` // set when Broken
	Job      *Info        `json:"job,omitempty"`   // the queue's own view, when a job is kept
}

// Done tells that watching on will show nothing new.
func (s Status) Done() bool { return s.Status == Ready || s.Status == Broken }

// StatusOf is the status of a record that exists. ready tells that its row
// count is known; info is its job, nil when none is kept. The record decides
// first, then the job.
func StatusOf(recordID string, ready bool, info *Info) Status {
	s := Status{RecordID: recordID, Status: Processing, Job: info}
	if info != nil {
		s.JobID = info.ID
		s.Stage = info.Progress.Stage
		s.Progress = 100 * min(max(info.Progress.Done, 0), 1)
	}
	switch {
	case ready, info != nil && info.State == Completed:
		s.Status, s.Progress = Ready, 100
	case info == nil:
		s.Status = Broken
		s.Error = fault.New(fault.NotFound, say.T("This record has no table, and its job is no longer kept.")).
			Hint(say.T("Remove the record and add the file again."))
	case info.State == Failed, info.State == Cancelled:
		s.Status, s.Error = Broken, info.Fault
		if s.Error == nil {
			s.Error = fault.New(fault.Internal, say.T("The job ended without a reason.")).
				Hint(say.T("Try it again; if it happens again, report it."))
		}
	}
	return s
}
