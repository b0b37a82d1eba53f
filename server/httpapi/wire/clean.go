package wire

import (
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// Clean asks to clean a dataset again.
type Clean struct {
	// Options are added to those that the dataset was cleaned with.
	Options workspace.CleanOptions `json:"options,omitzero" required:"false"`
	// Accept does what findings suggest.
	Accept []Accept `json:"accept,omitempty" maxItems:"1000"`
	// Afresh forgets the options of before.
	Afresh bool `json:"afresh,omitempty"`
}

// Accept names findings by their code, in one column or, where that is "", in all.
type Accept struct {
	Code   string `json:"code" minLength:"1" maxLength:"64"`
	Column string `json:"column,omitempty" maxLength:"2000"`
}

// UndoRule asks to take back what a rule changed.
type UndoRule struct {
	Rule string `json:"rule" minLength:"1" maxLength:"64"`
}

// Started answers what makes a new version: its job.
type Started struct {
	RecordID string `json:"recordId"`
	JobID    int64  `json:"jobId"`
}

// Job is one job of a dataset.
type Job struct {
	RecordID string    `json:"recordId"`
	JobID    int64     `json:"jobId"`
	State    job.State `json:"state" enum:"waiting,running,retrying,completed,failed,cancelled"`
	Progress float64   `json:"progress" minimum:"0" maximum:"100"`
	Stage    string    `json:"stage,omitempty"`
	Error    *Trouble  `json:"error,omitempty"`
}

// Origin says where a cell of the clean table came from.
type Origin struct {
	Row    int64   `json:"row"`
	Column string  `json:"column"`
	Value  *string `json:"value"`
	Sheet  string  `json:"sheet,omitempty"`
	// Address is "" for a column that no column of the sheet became.
	Address string  `json:"address,omitempty"`
	Line    int64   `json:"line,omitempty"`
	Offset  int64   `json:"offset,omitempty"`
	Source  *string `json:"source"`
	Change  *Change `json:"change,omitempty"`
}
