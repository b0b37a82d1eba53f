package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/report"
	"sheetmill/core/workspace"
)

// report writes the report on a dataset or a file: what was found, changed and
// why, and what its columns hold. A file is milled in a workspace of its own,
// which goes with the command.
func (a *app) report() *cobra.Command {
	var o choices
	var at serverOptions
	var output, format string
	var force bool
	c := &cobra.Command{
		Use:               "report {FILE|ID}",
		GroupID:           groupMill,
		Short:             a.tr("Write a report: what was found, changed and why, and what each column holds"),
		Example:           "  sheetmill report lab.xlsx -o lab.html\n  sheetmill report 3kf0 --format md --lang zh",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			form, err := a.reportFormat(format, output)
			if err != nil {
				return err
			}
			options, err := o.options()
			if err != nil {
				return err
			}
			plan := exportPlan{exportOptions: exportOptions{force: force}}
			if output != "" && output != "-" {
				if info, err := os.Stat(args[0]); err == nil { // an input is never written over
					plan.never = append(plan.never, info)
				}
				if err := plan.mayWrite(output); err != nil {
					return err
				}
			}
			write, err := a.reportOf(c.Context(), args[0], form, o.name, options, at)
			if err != nil {
				return err
			}
			if output == "" || output == "-" {
				return write(a.Stdout)
			}
			if err := plan.writeFile(output, write); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"output": output})
			}
			a.say("Written: {path}", "path", output)
			return nil
		},
	}
	a.choiceFlags(c, &o)
	at.flags(a, c)
	c.Flags().StringVarP(&output, "output", "o", "", a.tr("file to write (default: standard output)"))
	c.Flags().StringVar(&format, "format", "", a.tr("html, json or md (default: by the output's ending, else html)"))
	c.Flags().BoolVar(&force, "force", false, a.tr("overwrite output files that are there"))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"html", "json", "md"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// reportFormat is the format asked for: by name, by --json, by the output's ending, else HTML.
func (a *app) reportFormat(name, output string) (report.Format, error) {
	if name != "" {
		return report.ParseFormat(name)
	}
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(output), "."))
	switch {
	case output == "" && a.json:
		return report.JSON, nil
	case ending == "markdown":
		return report.Markdown, nil
	case ending == "" || ending == "htm":
		return report.HTML, nil
	}
	return report.ParseFormat(ending)
}

// reportOf makes ready to write the report, made here or by a server.
func (a *app) reportOf(ctx context.Context, arg string, f report.Format, name string, o workspace.Options, at serverOptions) (func(io.Writer) error, error) {
	if at.url == "" {
		doc, err := a.document(ctx, arg, name, o)
		return func(w io.Writer) error { return doc.Write(w, f, a.lang) }, err
	}
	server, err := a.client(at)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	id := arg
	if !isRecord(arg) {
		m := &miller{app: a, place: &there{client: server}, options: o, o: millOptions{jobs: 1, choices: choices{name: name}}}
		results, err := m.run(ctx, []string{arg})
		if err != nil {
			return nil, err
		}
		if results[0].Error != nil {
			return nil, results[0].Error
		}
		id = results[0].RecordID
	}
	var page bytes.Buffer
	if err := server.Report(ctx, id, f, &page); err != nil {
		return nil, err
	}
	return func(w io.Writer) error {
		_, err := w.Write(page.Bytes())
		return err
	}, nil
}

// isRecord tells that an argument is a record's ID and no file.
func isRecord(arg string) bool {
	info, statErr := os.Stat(arg)
	return arg != "-" && (statErr != nil || info.IsDir()) && !looksLikePath(arg, statErr)
}

// document makes the report of what an argument names: a file that is there, else a record.
func (a *app) document(ctx context.Context, arg, name string, o workspace.Options) (doc *report.Document, err error) {
	if isRecord(arg) {
		err = a.withDataset(ctx, arg, func(ws *workspace.Workspace, id string) error {
			doc, err = ws.Document(ctx, id)
			return err
		})
		return doc, err
	}
	home, err := os.MkdirTemp("", "sheetmill-report-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ws.Close()) }()
	m := &miller{app: a, place: &here{a, ws}, options: o, o: millOptions{jobs: 1, choices: choices{name: name}}}
	results, err := m.run(ctx, []string{arg})
	if err != nil {
		return nil, err
	}
	if r := results[0]; r.Error != nil {
		return nil, r.Error
	}
	if doc, err = ws.Document(ctx, results[0].RecordID); err == nil {
		doc.File.RecordID = "" // it goes with the workspace
	}
	return doc, err
}

// looksLikePath tells whether an argument that names no file was meant as one:
// an ID has neither dot nor slash.
func looksLikePath(arg string, statErr error) bool {
	return statErr == nil || strings.ContainsAny(arg, `./\`) && errors.Is(statErr, fs.ErrNotExist)
}
