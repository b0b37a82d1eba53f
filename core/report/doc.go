// Package report tells what was found in a file, what was changed and why, and
// what its columns hold, for people and for programs:
//
//	doc := report.New(report.Input{Name: "lab.xlsx", Report: parsed, Changes: changes})
//	err := doc.Write(out, report.HTML, say.English)
//
// The HTML page is one file that asks for nothing: style, script and charts are
// inside, and its policy forbids every request. It holds both languages and both
// colour schemes. JSON and Markdown tell the same facts.
//
// What a cell holds is not trusted: it is escaped, cut to a bounded length, kept
// from turning the text around it, and its control characters are shown as signs.
package report

import (
	"io"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Format is a form in which a report is written.
type Format string

// The formats.
const (
	HTML     Format = "html"
	JSON     Format = "json"
	Markdown Format = "md"
)

// Formats lists the formats.
func Formats() []Format { return []Format{HTML, JSON, Markdown} }

// ParseFormat finds a format by name; fault.Usage when there is none.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", fault.New(fault.Usage, say.T("There is no report format {name}.", "name", name)).
		Hint(say.T("Use html, json or md."))
}

// ContentType is the media type of a format.
func (f Format) ContentType() string {
	switch f {
	case HTML:
		return "text/html; charset=utf-8"
	case JSON:
		return "application/json"
	case Markdown:
		return "text/markdown; charset=utf-8"
	}
	return "application/octet-stream"
}

// Write writes the report. HTML opens in the language given and can switch;
// JSON holds both; Markdown is in the language given.
func (d *Document) Write(w io.Writer, f Format, lang say.Lang) error {
	switch f {
	case HTML:
		return d.writeHTML(w, lang)
	case JSON:
		return d.writeJSON(w)
	case Markdown:
		return d.writeMarkdown(w, lang)
	}
	_, err := ParseFormat(string(f))
	return err
}
