package httpapi

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// speakProblems makes huma answer its own refusals as our problems. It is
// huma's global, so it is set once and for all APIs of the process.
var speakProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p, _ := problemOf(refusal(status, message, errs), say.English, "")
		return p
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		x := exchangeOf(ctx.Context())
		if x == nil {
			return huma.NewError(status, message, errs...)
		}
		err := refusal(status, message, errs)
		x.note(err)
		p, header := problemOf(err, x.lang, x.id)
		for name, values := range header {
			ctx.SetHeader(name, values[0])
		}
		return p
	}
})

// refusal is the fault behind an error of huma: ours, which a handler answered
// or a body's reader met, or one of its own checks.
func refusal(status int, message string, errs []error) error {
	for _, err := range errs {
		if _, ours := errors.AsType[*fault.Error](err); ours {
			return err
		}
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.Limit, say.T("The request's body is larger than the limit for JSON."))
	case http.StatusRequestTimeout:
		return answerWith(status, fault.New(fault.Limit, say.T("The request's body came too slowly.")))
	case http.StatusUnsupportedMediaType:
		return answerWith(status, fault.New(fault.Usage, say.T("The request's body must be JSON.")).
			Hint(say.T("Send it with Content-Type: application/json.")))
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return invalidRequest(message, errs)
	}
	if len(errs) == 1 && errs[0] != nil {
		return errs[0] // a handler's own; internal unless its context ended
	}
	return fault.New(fault.Internal, say.T("The request cannot be answered.")).Because(errors.New(message))
}

// invalid is a request with parts that are wrong.
type invalid struct {
	fault *fault.Error
	wrong []wrongPart
}

type wrongPart struct {
	place string
	text  say.Text
}

func (i *invalid) Error() string { return i.fault.Error() }

func (i *invalid) Unwrap() error { return i.fault }

func (i *invalid) parts(lang say.Lang) []wire.Invalid {
	out := make([]wire.Invalid, len(i.wrong))
	for n, w := range i.wrong {
		out[n] = wire.Invalid{Place: w.place, Message: w.text.In(lang)}
	}
	return out
}

// maxWrong is how many wrong parts are told of.
const maxWrong = 20

func invalidRequest(message string, errs []error) error {
	i := &invalid{}
	for _, err := range errs {
		if len(i.wrong) == maxWrong {
			break
		}
		detail, ok := errors.AsType[*huma.ErrorDetail](err)
		if !ok {
			i.wrong = append(i.wrong, wrongPart{place: "body", text: inWords(message)})
			continue
		}
		text := inWords(detail.Message)
		if detail.Location == "body" && strings.Contains(detail.Message, "JSON") || strings.HasPrefix(detail.Message, "invalid character") {
			text = say.T("This is not JSON.")
		}
		i.wrong = append(i.wrong, wrongPart{place: shortened(detail.Location), text: text})
	}
	if len(i.wrong) == 0 {
		i.fault = fault.New(fault.Usage, say.T("The request is not valid: {what}", "what", inWords(message)))
		return i
	}
	i.fault = fault.New(fault.Usage, say.T("The request is not valid at {place}: {what}", "place", i.wrong[0].place, "what", i.wrong[0].text)).
		Hint(say.T("See /docs for what it takes."))
	return i
}

// wrongValue is a request with one value that is wrong.
func wrongValue(place string, text say.Text) error {
	return &invalid{
		fault: fault.New(fault.Usage, say.T("The request is not valid at {place}: {what}", "place", place, "what", text)).
			Hint(say.T("See /docs for what it takes.")),
		wrong: []wrongPart{{place, text}},
	}
}

// shortened keeps a client's own words from filling the answer, and valid.
func shortened(s string) string {
	const most = 120
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// findings are huma's messages, and what we say instead.
var findings = []struct {
	like *regexp.Regexp
	text func(value string) say.Text
}{
	{regexp.MustCompile(`^invalid integer|^expected integer`), func(string) say.Text { return say.T("It must be a whole number.") }},
	{regexp.MustCompile(`^invalid float|^expected number$`), func(string) say.Text { return say.T("It must be a number.") }},
	{regexp.MustCompile(`^invalid boolean|^expected boolean`), func(string) say.Text { return say.T("It must be true or false.") }},
	{regexp.MustCompile(`^expected string$`), func(string) say.Text { return say.T("It must be a text.") }},
	{regexp.MustCompile(`^expected array$`), func(string) say.Text { return say.T("It must be a list.") }},
	{regexp.MustCompile(`^expected object$`), func(string) say.Text { return say.T("It must be an object.") }},
	{regexp.MustCompile(`^expected number >= (\S+)`), func(v string) say.Text { return say.T("It must be at least {value}.", "value", v) }},
	{regexp.MustCompile(`^expected number <= (\S+)`), func(v string) say.Text { return say.T("It must be at most {value}.", "value", v) }},
	{regexp.MustCompile(`^expected length >= (\d+)`), func(v string) say.Text { return say.T("It must have at least {n} characters.", "n", v) }},
	{regexp.MustCompile(`^expected length <= (\d+)`), func(v string) say.Text { return say.T("It must have at most {n} characters.", "n", v) }},
	{regexp.MustCompile(`^expected array length >= (\d+)`), func(v string) say.Text { return say.T("It must have at least {n} entries.", "n", v) }},
	{regexp.MustCompile(`^expected array length <= (\d+)`), func(v string) say.Text { return say.T("It must have at most {n} entries.", "n", v) }},
	{regexp.MustCompile(`^expected value to be one of "(.*)"`), func(v string) say.Text { return say.T("It must be one of {values}.", "values", v) }},
	{regexp.MustCompile(`^expected required property (\S+)`), func(v string) say.Text { return say.T("{name} is missing.", "name", v) }},
	{regexp.MustCompile(`^required .* is missing`), func(string) say.Text { return say.T("It is missing.") }},
	{regexp.MustCompile(`^request body is required`), func(string) say.Text { return say.T("The body is missing.") }},
	{regexp.MustCompile(`^unexpected property`), func(string) say.Text { return say.T("There is no such property.") }},
	{regexp.MustCompile(`^unknown query parameter`), func(string) say.Text { return say.T("There is no such parameter.") }},
	{regexp.MustCompile(`^expected string to match pattern|^expected string to be`), func(string) say.Text { return say.T("It does not have the right form.") }},
}

// inWords is a message of huma in words of ours.
func inWords(message string) say.Text {
	for _, f := range findings {
		if m := f.like.FindStringSubmatch(message); m != nil {
			return f.text(m[len(m)-1])
		}
	}
	return say.T("It is not valid.")
}
