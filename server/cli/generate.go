package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/synth"
)

// generate writes test files: the same options give the same bytes.
func (a *app) generate() *cobra.Command {
	var rows, cols int
	var seed uint64
	var output string
	c := &cobra.Command{
		Use:       "generate {reference|csv|sample}",
		GroupID:   groupRest,
		Short:     a.tr("Write a test file: the reference workbook, a large CSV, or the sample; same options, same bytes"),
		Example:   "  sheetmill generate reference -o reference.xlsx\n  sheetmill generate csv --rows 1000000 --cols 50 -o large.csv",
		Args:      usage(cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)),
		ValidArgs: []string{"reference", "csv", "sample"},
		RunE: func(_ *cobra.Command, args []string) (err error) {
			if rows < 0 || cols < 0 {
				return fault.New(fault.Usage, say.T("Rows and columns must not be negative."))
			}
			out := a.Stdout
			if output != "" && output != "-" {
				file, err := os.Create(filepath.Clean(output))
				if err != nil {
					return outputFault(output, err)
				}
				defer func() { err = errors.Join(err, file.Close()) }()
				out = file
			}
			return generators[args[0]](out, rows, cols, seed)
		},
	}
	c.Flags().IntVar(&rows, "rows", 0, a.tr("rows of data (default: 3339 for reference, 1000000 for csv)"))
	c.Flags().IntVar(&cols, "cols", 0, a.tr("columns (default: 151 for reference, 50 for csv)"))
	c.Flags().Uint64Var(&seed, "seed", 1, a.tr("seed of the random values"))
	c.Flags().StringVarP(&output, "output", "o", "", a.tr("file to write (default: standard output)"))
	return c
}

var generators = map[string]func(w io.Writer, rows, cols int, seed uint64) error{
	"reference": func(w io.Writer, rows, cols int, seed uint64) error {
		return synth.Reference(w, synth.ReferenceOptions{Rows: rows, Cols: cols, Seed: seed})
	},
	"csv": func(w io.Writer, rows, cols int, seed uint64) error {
		return synth.CSV(w, synth.CSVOptions{Rows: rows, Cols: cols, Seed: seed})
	},
	"sample": func(w io.Writer, _, _ int, _ uint64) error { return synth.Sample(w) },
}
