package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/report"
	"sheetmill/core/workspace"
)

// clean cleans a dataset again: what a person knows better, and what findings suggest.
func (a *app) clean() *cobra.Command {
	var o cleaning
	var accept []string
	var afresh bool
	c := &cobra.Command{
		Use:     "clean ID",
		GroupID: groupData,
		Short:   a.tr("Clean a dataset again with other options, as a new version; the file is not read again"),
		Long: a.tr("Cleans the cells again as they were read from the file, and makes a new version of the dataset.\n" +
			"The options are added to those it was cleaned with; --afresh forgets those first.\n" +
			"--accept does what findings suggest: profile shows them with their codes."),
		Example: "  sheetmill clean 3kf0 --type crp=float --date-order dmy --off boolean-word\n" +
			"  sheetmill clean 3kf0 --accept compared=crp --accept sentinel\n  sheetmill clean 3kf0 --recode 'sex:M=male' --recode 'age:999='",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			more, err := o.options()
			if err != nil {
				return err
			}
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				var options workspace.CleanOptions
				if !afresh {
					if options, err = ws.CleanOptions(c.Context(), id); err != nil {
						return err
					}
				}
				options = options.With(more)
				if len(accept) > 0 {
					found, err := ws.Report(c.Context(), id)
					if err != nil {
						return err
					}
					for _, s := range accept {
						code, column, _ := strings.Cut(s, "=")
						if options, err = workspace.Accept(found, options, code, column); err != nil {
							return err
						}
					}
				}
				added, err := ws.Clean(c.Context(), id, options)
				if err != nil {
					return err
				}
				return a.recleaned(c.Context(), ws, added)
			})
		},
	}
	a.cleanFlags(c, &o)
	c.Flags().StringArrayVar(&accept, "accept", nil, a.tr("a finding whose suggestion is to be done, as CODE or CODE=COLUMN (may be given again)"))
	c.Flags().BoolVar(&afresh, "afresh", false, a.tr("forget the options that it was cleaned with"))
	return c
}

// remedies are the commands that would settle a finding, ready to run.
func (a *app) remedies(id string, f report.Finding, column string) (lines []string) {
	for _, way := range f.Ways(column) {
		lines = append(lines, way.Title.In(a.lang)+a.tr(": ")+"sheetmill clean "+id+" "+way.Options)
	}
	return lines
}
