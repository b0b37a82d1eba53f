// Package fault is how every part of Sheetmill says that something went wrong:
// a code for programs, a sentence for the person, a hint at the next step and
// the place it happened.
//
//	return fault.New(fault.BadInput, say.T("{file} is not a workbook.", "file", name)).
//		Hint(say.T("Save it as .xlsx and try again.")).At("xl/workbook.xml").Because(err)
//
// One function maps codes to exit statuses (server/cli) and one to HTTP answers;
// an error without a code is internal.
package fault

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"sheetmill/core/say"
)

// Code says what kind of trouble it is. It decides exit status, HTTP answer
// and whether trying again can help.
type Code string

// The codes. Exit statuses are those of DESIGN: 1 internal, 2 usage, 3 bad
// input, 4 over a limit, 5 not found, 6 not allowed, 7 not reachable.
const (
	Internal    Code = "internal"    // a defect or an unforeseen failure of ours
	Usage       Code = "usage"       // the request itself is wrong
	BadInput    Code = "bad_input"   // the file can never work as it is
	Limit       Code = "limit"       // the file is past a named limit
	NotFound    Code = "not_found"   // no such record, job, sheet or column
	NotAllowed  Code = "not_allowed" // someone else's, or no right to it
	Unreachable Code = "unreachable" // a disk, database or server cannot be used just now
	Cancelled   Code = "cancelled"   // a person asked to stop
	Conflict    Code = "conflict"    // another worker or edit was first
)

// Error is a fault. Build one with [New] and its chained methods; each method
// returns a changed copy, so a fault may be a package variable.
type Error struct {
	Code     Code     `json:"code"`
	Sentence say.Text `json:"sentence"`
	Next     say.Text `json:"hint,omitzero"`
	// Final says that trying again cannot help, whatever the code.
	Final bool `json:"final,omitempty"`
	// Place is where in the input or the system: a file, a part, a row, a cell.
	Place string `json:"place,omitempty"`
	cause error
}

// New makes a fault with a full sentence.
func New(code Code, sentence say.Text) *Error {
	return &Error{Code: code, Sentence: sentence}
}

// Hint adds the next step for the person, as a full sentence.
func (e *Error) Hint(next say.Text) *Error { c := *e; c.Next = next; return &c }

// At adds the place. An outer place comes first: At("a.xlsx") on a fault at
// "xl/workbook.xml" gives "a.xlsx: xl/workbook.xml".
func (e *Error) At(place string) *Error {
	c := *e
	if c.Place == "" {
		c.Place = place
	} else if place != "" {
		c.Place = place + ": " + c.Place
	}
	return &c
}

// Within adds an outer place, such as a file, unless the fault tells it already.
func (e *Error) Within(place string) *Error {
	if strings.HasPrefix(e.Place, place) {
		return e
	}
	return e.At(place)
}

// Because adds the error that led here; errors.Is and errors.As see it.
func (e *Error) Because(cause error) *Error { c := *e; c.cause = cause; return &c }

// ForGood marks the fault as one that trying again cannot help.
func (e *Error) ForGood() *Error { c := *e; c.Final = true; return &c }

// Error is the English sentence with its place and cause, for logs.
func (e *Error) Error() string {
	s := e.Sentence.String()
	if e.Place != "" {
		s = e.Place + ": " + s
	}
	if e.cause != nil {
		s += " (" + e.cause.Error() + ")"
	}
	return s
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.cause }

// MarshalJSON keeps the cause as text, for job rows and logs.
func (e *Error) MarshalJSON() ([]byte, error) {
	type plain Error
	out := struct {
		*plain
		Cause string `json:"cause,omitempty"`
	}{plain: (*plain)(e)}
	if e.cause != nil {
		out.Cause = e.cause.Error()
	}
	return json.Marshal(out)
}

// UnmarshalJSON restores what MarshalJSON wrote.
func (e *Error) UnmarshalJSON(b []byte) error {
	type plain Error
	in := struct {
		*plain
		Cause string `json:"cause"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in.Cause != "" {
		e.cause = errors.New(in.Cause)
	}
	return nil
}

// Of is the fault in an error's chain; an error without one becomes an
// internal fault (or a cancelled one, when its context ended). nil stays nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return New(Cancelled, say.T("The work was cancelled.")).Because(err)
	}
	return New(Internal, say.T("Something went wrong inside Sheetmill.")).
		Hint(say.T("Try again; if it happens again, report it with the details shown here.")).Because(err)
}

// CodeOf is the code of Of(err); empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return Of(err).Code
}

// Is tells whether err carries this code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// Permanent tells whether trying the same work again cannot help.
func Permanent(err error) bool {
	if err == nil {
		return false
	}
	f := Of(err)
	if f.Final {
		return true
	}
	switch f.Code {
	case BadInput, Limit, Usage, NotFound, NotAllowed, Cancelled:
		return true
	}
	return false
}
