package wire

import (
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// ProblemType is the media type of an error answer (RFC 9457).
const ProblemType = "application/problem+json"

// Problem is an error answer: RFC 9457 with the code, hint and place of a fault.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem
	Type      string     `json:"type" format:"uri-reference"`
	Title     string     `json:"title"`
	Status    int        `json:"status"`
	Detail    string     `json:"detail"`
	Code      fault.Code `json:"code" enum:"internal,usage,bad_input,limit,not_found,not_allowed,unreachable,cancelled,conflict"`
	Hint      string     `json:"hint,omitempty"`
	Place     string     `json:"place,omitempty"`
	RequestID string     `json:"requestId,omitempty"`
	Errors    []Invalid  `json:"errors,omitempty"`
}

// Invalid is one thing that is wrong with a request.
type Invalid struct {
	// Place is such as query.limit or body.steps[0].do.
	Place   string `json:"place"`
	Message string `json:"message"`
}

// Error is the sentence of the problem.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it a problem where an answer would be plain JSON.
func (p *Problem) ContentType(string) string { return ProblemType }

// Fault is the fault that the problem tells of. Its sentence is in the
// language that was asked for.
func (p *Problem) Fault() *fault.Error {
	f := Trouble{Code: p.Code, Detail: p.Detail, Hint: p.Hint, Place: p.Place}.Fault()
	if len(p.Errors) > 0 {
		f = f.At(p.Errors[0].Place)
	}
	return f
}

// Trouble is why a record is in error.
type Trouble struct {
	Code   fault.Code `json:"code" enum:"internal,usage,bad_input,limit,not_found,not_allowed,unreachable,cancelled,conflict"`
	Detail string     `json:"detail"`
	Hint   string     `json:"hint,omitempty"`
	Place  string     `json:"place,omitempty"`
}

// Fault is the fault that the trouble tells of.
func (t Trouble) Fault() *fault.Error {
	code := t.Code
	if code == "" {
		code = fault.Internal
	}
	// A text without arguments is shown as it is, braces and all.
	return fault.New(code, say.Text{Key: t.Detail}).Hint(say.Text{Key: t.Hint}).At(t.Place)
}
