package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// sniffed is the document of sniff --json: a contract that other programs
// read. Rows count from 0 in it.
type sniffed struct {
	Format   string         `json:"format"`
	Encoding string         `json:"encoding"`
	Dialect  *sheet.Dialect `json:"dialect"`
	Tables   []sniffedTable `json:"tables"`
}

type sniffedTable struct {
	Sheet        string          `json:"sheet"`
	Range        string          `json:"range"`
	HeaderRows   []int64         `json:"headerRows"`
	FirstDataRow int64           `json:"firstDataRow"`
	LastDataRow  int64           `json:"lastDataRow"`
	Columns      []sniffedColumn `json:"columns"`
	Skipped      []sniffedRow    `json:"skipped,omitempty"`
	Reasons      []string        `json:"reasons"` // of the table, then of each column
	found        []string        // the reasons of the table alone
}

// sniffedRow is a row within the data, or right below it, that is none.
type sniffedRow struct {
	Row int64  `json:"row"`
	Why string `json:"why"` // group, totals or repeated-header
}

type sniffedColumn struct {
	Name     string     `json:"name"`
	Type     table.Type `json:"type"`
	Missing  int64      `json:"missing"`
	Distinct int64      `json:"distinct"`
	Unit     string     `json:"unit,omitempty"`
	reason   string
}

// sniff tells what a file is and where its tables are.
func (a *app) sniff() *cobra.Command {
	var o choices
	c := &cobra.Command{
		Use:     "sniff FILE",
		GroupID: groupMill,
		Short:   a.tr("Tell a file's format, encoding and dialect, and its tables with header, data and types"),
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) (err error) {
			options, err := o.options()
			if err != nil {
				return err
			}
			file, name, closeFile, err := a.wholeFile(args[0], o.name)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeFile()) }()
			survey, err := workspace.Sniff(c.Context(), file, name, options, sheet.Limits{})
			if err != nil {
				return err
			}
			doc := a.sniffed(survey)
			if a.json {
				return a.printJSON(doc)
			}
			a.printSniffed(name, doc)
			return nil
		},
	}
	a.choiceFlags(c, &o)
	return c
}

func (a *app) sniffed(survey workspace.Survey) sniffed {
	doc := sniffed{Format: survey.Format, Encoding: survey.Encoding, Dialect: survey.Dialect, Tables: []sniffedTable{}}
	for _, r := range survey.Reports {
		t := sniffedTable{
			Sheet: r.Source.Sheet, Range: r.Table.Range.String(), HeaderRows: []int64{},
			FirstDataRow: r.Table.FirstDataRow - 1, LastDataRow: r.Table.LastDataRow - 1,
			Columns: []sniffedColumn{}, found: a.texts(r.Table.Reasons),
		}
		t.Reasons = slices.Clone(t.found)
		for _, row := range r.Table.HeaderRows {
			t.HeaderRows = append(t.HeaderRows, row-1)
		}
		for _, left := range r.Table.Skipped {
			t.Skipped = append(t.Skipped, sniffedRow{left.Row - 1, left.Why})
		}
		for i, c := range r.Columns {
			p := r.Profile.Columns[i]
			reason := c.Verdict.Reason.In(a.lang)
			t.Columns = append(t.Columns, sniffedColumn{Name: c.Name, Type: c.Verdict.Type, Missing: p.Missing, Distinct: p.Distinct, Unit: r.Table.Columns[i].Unit, reason: reason})
			t.Reasons = append(t.Reasons, c.Name+": "+reason)
		}
		doc.Tables = append(doc.Tables, t)
	}
	return doc
}

func (a *app) printSniffed(name string, doc sniffed) {
	what := []string{doc.Format}
	if doc.Encoding != "" {
		what = append(what, doc.Encoding)
	}
	if doc.Dialect != nil {
		what = append(what, a.dialect(*doc.Dialect))
	}
	a.printf("%s: %s\n", sheet.ShownName(name), strings.Join(what, a.tr(", ")))
	if len(doc.Tables) == 0 {
		a.say("No sheet of the file holds any cell.")
	}
	for i, t := range doc.Tables {
		title := t.Range
		if t.Sheet != "" {
			title = t.Sheet + "!" + t.Range
		}
		if n, of := placeAmong(doc.Tables, i); of > 1 {
			title = a.tr("{range} (table {n} of {of} on the sheet)", "range", title, "n", n, "of", of)
		}
		a.printf("\n%s\n", title)
		for _, reason := range t.found {
			a.printf("  %s\n", reason)
		}
		a.say("  Data: rows {first} to {last}.", "first", t.FirstDataRow+1, "last", t.LastDataRow+1)
		g := a.newGrid(60, false, false, true, true)
		g.add(a.tr("column"), a.tr("type"), a.tr("missing"), a.tr("distinct"), a.tr("reason"))
		for _, c := range t.Columns {
			g.add(c.Name, a.typeName(c.Type), count(c.Missing), count(c.Distinct), c.reason)
		}
		g.print(a.Stdout, "  ")
	}
}

// placeAmong tells which table of its sheet table i is, from 1, and of how many.
func placeAmong(tables []sniffedTable, i int) (n, of int) {
	for j, t := range tables {
		if t.Sheet == tables[i].Sheet {
			of++
			if j <= i {
				n++
			}
		}
	}
	return n, of
}

// dialect spells how a text file separates its fields.
func (a *app) dialect(d sheet.Dialect) string {
	newlines := map[string]string{"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
	newline := d.Newline
	if shown, ok := newlines[newline]; ok {
		newline = shown
	}
	quote := d.Quote
	if quote == "" {
		quote = a.tr("none")
	}
	delimiter := d.Delimiter
	switch delimiter {
	case "":
		delimiter = a.tr("none")
	case "\t":
		delimiter = a.tr("tab")
	case " ":
		delimiter = a.tr("space")
	}
	return a.tr("delimiter {delimiter}, quote {quote}, newline {newline}", "delimiter", delimiter, "quote", quote, "newline", newline)
}

// typeName is a type in the language of this run.
func (a *app) typeName(t table.Type) string {
	switch t {
	case table.Integer:
		return a.tr("integer")
	case table.Float:
		return a.tr("float")
	case table.Boolean:
		return a.tr("boolean")
	case table.Date:
		return a.tr("date")
	case table.DateTime:
		return a.tr("datetime")
	case table.Time:
		return a.tr("time")
	case table.String:
		return a.tr("text")
	case table.Empty:
		return a.tr("empty")
	}
	return string(t)
}
