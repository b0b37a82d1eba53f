package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// preview prints a page of a clean table.
func (a *app) preview() *cobra.Command {
	o := workspace.PageOptions{Limit: 20}
	c := &cobra.Command{
		Use:               "preview ID",
		GroupID:           groupData,
		Short:             a.tr("Show rows of a clean table"),
		Example:           "  sheetmill preview 3kf0 --offset 1000 --limit 50 --columns age,sex\n  sheetmill preview 3kf0 --sort=-age --filter 'sex=男' --filter 'age>=18'",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				page, err := ws.Page(c.Context(), id, o)
				if err != nil {
					return err
				}
				if a.json {
					return a.printPageJSON(page)
				}
				rows, err := ws.RowSource(c.Context(), id)
				if err != nil {
					return err
				}
				if len(page.Vectors) > 0 {
					a.printRows(rowsOf(page), page, rows)
				}
				a.say("{rows} rows of {columns} columns in all; in parentheses the row of the source.", "rows", count(page.Rows), "columns", count(len(page.Columns)))
				return nil
			})
		},
	}
	c.Flags().Int64Var(&o.Offset, "offset", 0, a.tr("first row, from 0"))
	c.Flags().Int64Var(&o.Limit, "limit", o.Limit, a.tr("how many rows"))
	c.Flags().StringSliceVar(&o.Columns, "columns", nil, a.tr("columns by name, joined by commas (default: all)"))
	c.Flags().StringArrayVar(&o.Sort, "sort", nil, a.tr("column to sort by, descending with a minus before it (--sort=-age); may be repeated"))
	c.Flags().StringArrayVar(&o.Filter, "filter", nil, a.tr("condition such as 'age>=18', 'sex=男|女', 'name~李', 'age is missing', '* is changed'; may be repeated"))
	return c
}

// pageJSON is the document of preview --json.
type pageJSON struct {
	workspace.Page
	Values [][]jsonValue `json:"rows"`
}

// jsonValue is a value that is JSON already.
type jsonValue []byte

// MarshalJSON gives the value as it is.
func (v jsonValue) MarshalJSON() ([]byte, error) { return v, nil }

func (a *app) printPageJSON(p workspace.Page) error {
	doc := pageJSON{Page: p, Values: [][]jsonValue{}}
	for i := range p.Vectors {
		for row := range p.Vectors[i].Len() {
			if i == 0 {
				doc.Values = append(doc.Values, nil)
			}
			value, err := export.AppendJSON(nil, p.Vectors[i], row)
			if err != nil {
				return err
			}
			doc.Values[row] = append(doc.Values[row], value)
		}
	}
	return a.printJSON(doc)
}

// ledger prints what was changed.
func (a *app) ledger() *cobra.Command {
	var o workspace.LedgerOptions
	var row string
	o.Limit = 50
	c := &cobra.Command{
		Use:               "ledger ID",
		GroupID:           groupData,
		Short:             a.tr("Show each cell that was changed: where it stands, what it was, what it is, which rule did it"),
		Example:           "  sheetmill ledger 3kf0 --rule full-width --limit 0",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			if row != "" {
				n, err := strconv.ParseInt(row, 10, 64)
				if err != nil || n < 1 {
					return fault.New(fault.Usage, say.T("{value} is not a valid value for {flag}.", "value", strconv.Quote(row), "flag", "--row")).
						Hint(say.T("Rows of the clean table count from 1, as preview shows them."))
				}
				n--
				o.Row = &n
			}
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				return a.printLedger(c, ws, id, o)
			})
		},
	}
	c.Flags().StringVar(&o.Rule, "rule", "", a.tr("only changes by this rule"))
	c.Flags().StringVar(&o.Column, "column", "", a.tr("only changes in this column"))
	c.Flags().StringVar(&row, "row", "", a.tr("only changes in this row of the clean table, from 1"))
	c.Flags().Int64Var(&o.Limit, "limit", o.Limit, a.tr("how many at most; 0 for all"))
	return c
}

func (a *app) printLedger(c *cobra.Command, ws *workspace.Workspace, id string, o workspace.LedgerOptions) error {
	entries := []workspace.LedgerEntry{}
	g := a.newGrid(36, true)
	g.add(a.tr("row"), a.tr("cell"), a.tr("column"), a.tr("before"), a.tr("after"), a.tr("rule"))
	n, err := ws.Ledger(c.Context(), id, o, func(e workspace.LedgerEntry) error {
		if a.json {
			entries = append(entries, e)
			return nil
		}
		after := "·"
		if e.After != nil {
			after = *e.After
		}
		g.add(count(e.Row+1), e.Address, e.Column, e.Before, after, e.Rule)
		return nil
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(entries)
	}
	g.print(a.Stdout, "")
	if o.Limit > 0 && n == o.Limit {
		a.say("The first {n}; --limit 0 shows all.", "n", count(n))
	}
	return nil
}

// doctor checks the workspace: the local one, an analyst's shared one with
// --connection, or everyone's with --shared.
func (a *app) doctor() *cobra.Command {
	var o workspace.DoctorOptions
	var shared bool
	var owner string
	c := &cobra.Command{
		Use:     "doctor",
		GroupID: groupRest,
		Short:   a.tr("Check that the workspace is whole: every record, object and source, nothing orphaned"),
		Args:    usage(cobra.NoArgs),
	}
	load := a.settings(c, needsAll, config.Shared)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !shared && c.Flags().Lookup("config").Value.String() == "" {
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				h, err := ws.Doctor(c.Context(), o)
				if err != nil {
					return err
				}
				return a.showHealth(h, o)
			})
		}
		return a.withServer(c, load, func(s *workspace.Server) error {
			h, err := s.Doctor(c.Context(), owner, o)
			if err != nil {
				return err
			}
			return a.showHealth(h, o)
		})
	}
	c.Flags().BoolVar(&o.Fix, "fix", false, a.tr("remove what nothing refers to"))
	c.Flags().BoolVar(&o.Quick, "quick", false, a.tr("do not read every source to compare its hash"))
	c.Flags().BoolVar(&shared, "shared", false, a.tr("check the shared workspace that the settings lead to, for all its owners"))
	c.Flags().StringVar(&owner, "owner", "", a.tr("only this owner's part of the shared workspace"))
	return c
}

func (a *app) showHealth(h workspace.Health, o workspace.DoctorOptions) (err error) {
	if a.json {
		err = a.printJSON(struct {
			workspace.Health
			Clean bool `json:"clean"`
		}{h, h.Clean()})
	} else {
		a.printHealth(h, o.Fix)
	}
	if err == nil && len(h.Faults) > 0 || !o.Fix && !h.Clean() {
		return &exitError{exitInternal}
	}
	return err
}

func (a *app) printHealth(h workspace.Health, fixed bool) {
	a.say("Records: {records}; objects that they refer to: {objects}.", "records", count(h.Records), "objects", count(h.Objects))
	for _, f := range h.Faults {
		a.printf("%s\n", a.faultText(f))
	}
	loose := h.Swept.Objects + h.Unfinished + h.Expired
	switch {
	case loose > 0 && fixed:
		a.say("Removed: objects without a record {objects}, unfinished files {files}, expired records {expired}.",
			"objects", h.Swept.Objects, "files", h.Unfinished, "expired", h.Expired)
	case loose > 0:
		a.say("Left over: objects without a record {objects}, unfinished files {files}, expired records {expired}. A working process removes them; doctor --fix does it now.",
			"objects", h.Swept.Objects, "files", h.Unfinished, "expired", h.Expired)
	}
	if h.Clean() || fixed && len(h.Faults) == 0 {
		a.say("The workspace is clean.")
	}
}
