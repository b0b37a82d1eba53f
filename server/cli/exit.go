package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// The exit statuses.
const (
	exitInternal    = 1
	exitUsage       = 2
	exitBadInput    = 3
	exitLimit       = 4
	exitNotFound    = 5
	exitNotAllowed  = 6
	exitUnreachable = 7
	exitInterrupted = 130 // as shells have it for SIGINT
)

// exitCode maps a fault to the exit status; the one place that does.
func exitCode(err error) int {
	switch fault.CodeOf(err) {
	case fault.Usage:
		return exitUsage
	case fault.BadInput:
		return exitBadInput
	case fault.Limit:
		return exitLimit
	case fault.NotFound:
		return exitNotFound
	case fault.NotAllowed:
		return exitNotAllowed
	case fault.Unreachable:
		return exitUnreachable
	case fault.Cancelled:
		return exitInterrupted
	default:
		return exitInternal
	}
}

// exitError ends the program with a status when all has been said already.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// showError prints a fault: for a person on standard error, and with --json as
// the one document on standard output.
func (a *app) showError(err error) {
	f := fault.Of(err)
	if a.json {
		_ = a.printJSON(map[string]errorJSON{"error": a.errorJSON(f)})
	}
	_, _ = fmt.Fprintln(a.Stderr, "sheetmill: "+a.faultText(f))
}

// errorJSON is a fault as --json prints it, its texts in the language of the run.
type errorJSON struct {
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
	Place   string     `json:"place,omitempty"`
	Detail  string     `json:"detail,omitempty"`
}

func (a *app) errorJSON(f *fault.Error) errorJSON {
	e := errorJSON{Code: f.Code, Message: f.Sentence.In(a.lang), Hint: f.Next.In(a.lang), Place: f.Place}
	if cause := f.Unwrap(); cause != nil {
		e.Detail = cause.Error()
	}
	return e
}

// faultText spells a fault: its place and sentence, the cause where it tells
// more, and the hint on a line of its own.
func (a *app) faultText(f *fault.Error) string {
	var b strings.Builder
	if f.Place != "" {
		b.WriteString(f.Place + ": ")
	}
	sentence := f.Sentence
	if cause := f.Unwrap(); cause != nil && f.Code != fault.Cancelled {
		sentence = say.T("{sentence} ({cause})", "sentence", sentence, "cause", cause)
	}
	b.WriteString(sentence.In(a.lang))
	if !f.Next.IsZero() {
		b.WriteString("\n  " + f.Next.In(a.lang))
	}
	return b.String()
}

// printJSON prints the one document of --json.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// args wraps cobra's checks so that a wrong number of arguments is a usage
// fault with the usage line as its hint.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return fault.New(fault.Usage, say.T("The command needs other arguments.")).
				Hint(say.T("Usage: {usage}", "usage", c.UseLine()))
		}
		return nil
	}
}
