package cli

import (
	"bufio"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
	"sheetmill/core/workspace"
)

// read prints cells as the file has them.
func (a *app) read() *cobra.Command {
	var o choices
	var values string
	c := &cobra.Command{
		Use:     "read FILE",
		GroupID: groupMill,
		Short:   a.tr("Print a sheet's cells as they are in the file, as CSV, uncleaned"),
		Example: "  sheetmill read lab.xlsx --sheet 2 --values display",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if values != "raw" && values != "display" {
				return fault.New(fault.Usage, say.T("{value} is not a valid value for {flag}.", "value", values, "flag", "--values")).
					Hint(say.T("Use raw or display."))
			}
			file, name, closeFile, err := a.wholeFile(args[0], o.name)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeFile()) }()
			options, err := o.options()
			if err != nil {
				return err
			}
			book, err := detect.Open(c.Context(), file, sheet.Options{Name: name, Encoding: options.Encoding, Delimiter: options.Delimiter, Password: options.Password})
			if err != nil {
				return fault.Of(err).Within(sheet.ShownName(name))
			}
			defer func() { err = errors.Join(err, book.Close()) }()
			indexes, err := workspace.ChooseSheets(book.Sheets(), options.Sheet)
			if err != nil {
				return err
			}
			if len(indexes) == 0 {
				return fault.New(fault.BadInput, say.T("The file has no sheet with cells.")).
					Hint(say.T("Check that the right file was exported.")).At(sheet.ShownName(name))
			}
			out := bufio.NewWriterSize(a.Stdout, 1<<20)
			for _, index := range indexes {
				rows, err := printSheet(c, book, index, values == "display", out)
				if err != nil {
					_ = out.Flush()
					return fault.Of(err).Within(sheet.ShownName(name))
				}
				if rows > 0 {
					break // the first sheet with cells
				}
			}
			return out.Flush()
		},
	}
	a.choiceFlags(c, &o)
	c.Flags().StringVar(&values, "values", "raw", a.tr("raw: numbers and dates as stored; display: as the program shows them"))
	for _, hidden := range []string{"header", "first-row", "last-row", "table", "range", "units", "keep-rows"} {
		_ = c.Flags().MarkHidden(hidden) // cells are printed as they are: these have no say here
	}
	_ = c.RegisterFlagCompletionFunc("values", cobra.FixedCompletions([]string{"raw", "display"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// printSheet prints every row from the sheet's first to its last, empty rows
// between them too, so that line N of the output is row N. It tells how many.
func printSheet(c *cobra.Command, book sheet.Book, index int, display bool, out *bufio.Writer) (int64, error) {
	rows, err := book.Rows(c.Context(), index)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	next := int64(1)
	for {
		err := rows.Next(c.Context(), &batch)
		if errors.Is(err, io.EOF) {
			return next - 1, nil
		}
		if err != nil {
			return 0, err
		}
		for _, row := range batch.Rows {
			for ; next < row.Number; next++ {
				_ = out.WriteByte('\n') // bufio keeps the first error
			}
			at := int32(0)
			for _, cell := range batch.CellsOf(row) {
				for ; at < cell.Col; at++ {
					_ = out.WriteByte(',')
				}
				text := batch.Text(cell)
				if display {
					text = []byte(book.Display(cell, text))
				}
				writeField(out, text)
			}
			next++
			if err := out.WriteByte('\n'); err != nil {
				return 0, err
			}
		}
	}
}

func writeField(out *bufio.Writer, text []byte) {
	quote := false
	for _, b := range text {
		if b == ',' || b == '"' || b == '\n' || b == '\r' {
			quote = true
			break
		}
	}
	if !quote {
		_, _ = out.Write(text)
		return
	}
	_ = out.WriteByte('"')
	for _, b := range text {
		if b == '"' {
			_ = out.WriteByte('"')
		}
		_ = out.WriteByte(b)
	}
	_ = out.WriteByte('"')
}
