package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// exportOptions are the flags about output files.
type exportOptions struct {
	folder  string
	formats string
	bom     bool
	force   bool
}

func (o *exportOptions) flags(a *app, c *cobra.Command) {
	c.Flags().StringVarP(&o.folder, "output", "o", "", a.tr("folder for the clean tables (made when it is not there)"))
	c.Flags().StringVar(&o.formats, "format", "", a.tr("formats to export, joined by commas: parquet, csv, xlsx, json (default with -o: parquet,csv)"))
	o.shared(a, c)
}

func (o *exportOptions) shared(a *app, c *cobra.Command) {
	c.Flags().BoolVar(&o.bom, "bom", false, a.tr("start CSV files with a byte order mark, for Excel"))
	c.Flags().BoolVar(&o.force, "force", false, a.tr("overwrite output files that are there"))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"parquet", "csv", "xlsx", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

// exportPlan is what to write, and where.
type exportPlan struct {
	exportOptions
	list  []export.Format
	taken map[string]bool // output names given away in this run
	never []os.FileInfo   // the inputs: never written over
}

func (o *exportOptions) plan() (exportPlan, error) {
	p := exportPlan{exportOptions: *o, taken: map[string]bool{}}
	names := o.formats
	if names == "" && o.folder != "" {
		names = "parquet,csv"
	}
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			continue
		}
		format, err := export.ParseFormat(name)
		if err != nil {
			return p, err
		}
		p.list = append(p.list, format)
	}
	return p, nil
}

// avoid notes the input files, and refuses outputs that are there already as
// far as their names are known: before the work, not after it.
func (p *exportPlan) avoid(paths []string, oneSheet bool) error {
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			p.never = append(p.never, info)
		}
	}
	if !oneSheet {
		return nil
	}
	names := exportPlan{taken: map[string]bool{}}
	for _, path := range paths {
		base := names.baseName(&milled{File: path})
		for _, format := range p.list {
			if err := p.mayWrite(p.path(base, format)); err != nil {
				return err
			}
		}
	}
	return nil
}

// path is where a result goes in a format.
func (p *exportPlan) path(base string, format export.Format) string {
	return filepath.Join(p.folder, base+"."+string(format))
}

// mayWrite refuses to write over an input, and over anything else without --force.
func (p *exportPlan) mayWrite(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil //nolint:nilerr // it is not there, or the writing will tell
	}
	for _, input := range p.never {
		if os.SameFile(info, input) {
			return fault.New(fault.Usage, say.T("The output {path} is one of the input files and will not be written over.", "path", path)).
				Hint(say.T("Choose another folder with -o."))
		}
	}
	if p.force {
		return nil
	}
	return fault.New(fault.Usage, say.T("The output {path} is there already.", "path", path)).
		Hint(say.T("Choose another folder with -o, or overwrite with --force."))
}

// write exports one result in every format and answers the files' paths.
func (p *exportPlan) write(ctx context.Context, from place, r *milled) ([]string, error) {
	if len(p.list) == 0 {
		return nil, nil
	}
	folder := filepath.Clean(p.folder)                 // "." when none is named
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // the user's own output folder
		return nil, outputFault(folder, err)
	}
	base := p.baseName(r)
	var outputs []string
	for _, format := range p.list {
		path := p.path(base, format)
		if err := p.writeFile(path, func(w io.Writer) error {
			return from.export(ctx, r.RecordID, format, w, export.Options{BOM: p.bom})
		}); err != nil {
			return outputs, err
		}
		outputs = append(outputs, path)
	}
	return outputs, nil
}

// baseName names a result's files after its file and sheet; a second result of
// the same name in this run gets a number.
func (p *exportPlan) baseName(r *milled) string {
	name := filepath.Base(r.File)
	if r.File == "-" {
		name = sheet.ShownName(r.Name)
	}
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if r.Sheet != "" {
		name += "." + r.Sheet
	}
	name = strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, name)
	unique := name
	for n := 2; p.taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	p.taken[unique] = true
	return unique
}

// writeFile writes beside the target and renames, so that a broken export
// leaves nothing and an old file stays whole till the new one is.
func (p *exportPlan) writeFile(path string, write func(io.Writer) error) (err error) {
	if err := p.mayWrite(path); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".sheetmill-*")
	if err != nil {
		return outputFault(path, err)
	}
	defer func() {
		if err != nil {
			_ = temp.Close()
			_ = os.Remove(temp.Name())
		}
	}()
	if err := write(temp); err != nil {
		if _, ok := errors.AsType[*fault.Error](err); ok {
			return err
		}
		return outputFault(path, err)
	}
	if err := errors.Join(temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return outputFault(path, err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return outputFault(path, err)
	}
	return nil
}

func outputFault(path string, err error) error {
	return fault.New(fault.Unreachable, say.T("The output {path} cannot be written.", "path", path)).
		Hint(say.T("Check that the folder may be written and that its disk has room.")).Because(err)
}

// export writes the clean table of a dataset.
func (a *app) export() *cobra.Command {
	var o exportOptions
	var output string
	c := &cobra.Command{
		Use:               "export ID",
		GroupID:           groupData,
		Short:             a.tr("Write a clean table as parquet, csv, xlsx or json"),
		Example:           "  sheetmill export 3kf0 --format csv --bom -o lab.csv\n  sheetmill export 3kf0 --format json | jq length",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			name := o.formats
			if name == "" {
				name = strings.TrimPrefix(filepath.Ext(output), ".")
			}
			if name == "" {
				name = string(export.CSV)
			}
			format, err := export.ParseFormat(name)
			if err != nil {
				return err
			}
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				write := func(w io.Writer) error { return ws.Export(c.Context(), id, format, w, export.Options{BOM: o.bom}) }
				if output == "" || output == "-" {
					return write(a.Stdout)
				}
				plan := exportPlan{exportOptions: o}
				if err := plan.writeFile(output, write); err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]string{"recordId": id, "output": output})
				}
				a.say("Written: {path}", "path", output)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", a.tr("file to write (default: standard output)"))
	c.Flags().StringVar(&o.formats, "format", "", a.tr("parquet, csv, xlsx or json (default: by the output's ending, else csv)"))
	o.shared(a, c)
	return c
}
