package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
)

// cleaning are the options of cleaning as flags.
type cleaning struct {
	off, types, settings  []string
	recode, repair, split []string
	dateOrder             string
	strict                bool
}

func (a *app) cleanFlags(c *cobra.Command, o *cleaning) {
	flags := c.Flags()
	flags.StringArrayVar(&o.types, "type", nil, a.tr("the type of a column, as COLUMN=TYPE; what does not fit becomes missing (may be given again)"))
	flags.StringVar(&o.dateOrder, "date-order", "", a.tr("order of dates that leave it open: ymd, dmy or mdy"))
	flags.StringArrayVar(&o.off, "off", nil, a.tr("a rule not to apply, see sheetmill rules (may be given again)"))
	flags.StringArrayVar(&o.settings, "rule-option", nil, a.tr("an option of a rule, as RULE.OPTION=VALUE (may be given again)"))
	flags.StringArrayVar(&o.recode, "recode", nil, a.tr("a value of a column and what it becomes, as COLUMN:FROM=TO, nothing for missing (may be given again)"))
	flags.StringArrayVar(&o.split, "split", nil, a.tr("a column of limits such as <0.01 whose signs and numbers go into two further columns (may be given again)"))
	flags.StringArrayVar(&o.repair, "repair", nil, a.tr("a column whose texts in the wrong encoding are decoded again (may be given again)"))
	flags.BoolVar(&o.strict, "strict", false, a.tr("take only unmistakable markers for missing values, and fail where a value does not fit a chosen type"))
}

// options checks the flags.
func (o *cleaning) options() (workspace.CleanOptions, error) {
	out := workspace.CleanOptions{}.With(workspace.CleanOptions{Off: o.off, Repair: o.repair, Split: o.split, DateOrder: o.dateOrder, Strict: o.strict})
	for _, s := range o.recode {
		one, ok := workspace.ParseRecode(s)
		if !ok {
			return out, badValue("--recode", s, say.T("It takes a column, a value and what that becomes, such as sex:M=male; nothing behind = makes it missing."))
		}
		out = out.With(one)
	}
	for _, s := range o.types {
		at := strings.LastIndexByte(s, '=') // a column's name may hold one
		if at <= 0 {
			return out, badValue("--type", s, say.T("It takes a column and its type, such as age=integer."))
		}
		if out.Types == nil {
			out.Types = map[string]table.Type{}
		}
		out.Types[s[:at]] = workspace.ParseType(s[at+1:])
	}
	for _, s := range o.settings {
		name, value, found := strings.Cut(s, "=")
		if !found {
			return out, badValue("--rule-option", s, say.T("It takes a rule's option and its value, such as two-digit-year.pivot=50."))
		}
		if out.Settings == nil {
			out.Settings = map[string]string{}
		}
		out.Settings[name] = value
	}
	return out, out.Check()
}

// rules lists the rules of cleaning.
func (a *app) rules() *cobra.Command {
	return &cobra.Command{
		Use:     "rules [RULE...]",
		GroupID: groupRest,
		Short:   a.tr("Show the rules of cleaning: what each does, an example, its options"),
		Example: "  sheetmill rules decimal-comma missing-marker",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			rules := workspace.Rules()
			if len(args) > 0 {
				if err := (workspace.CleanOptions{Off: args}).Check(); err != nil {
					return err
				}
				rules = slices.DeleteFunc(rules, func(r workspace.Rule) bool { return !slices.Contains(args, r.Name) })
			}
			if a.json {
				return a.printJSON(rules)
			}
			for _, r := range rules {
				a.printRule(r)
			}
			return nil
		},
	}
}

func (a *app) printRule(r workspace.Rule) {
	title := r.Title.In(a.lang)
	if r.Suggests {
		title += a.tr(" (suggests, changes nothing)")
	}
	a.printf("%s  %s\n", r.Name, title)
	a.printf("    %s\n", r.Doc.In(a.lang))
	if after := r.After; !r.Suggests {
		if after == "" {
			after = a.tr("missing")
		} else {
			after = strconv.Quote(after)
		}
		a.printf("    %s → %s\n", strconv.Quote(r.Before), after)
	}
	for _, s := range r.Settings {
		text := s.Doc.In(a.lang)
		if s.Default != "" {
			text += " " + a.tr("Default: {value}.", "value", s.Default)
		}
		a.printf("    --rule-option %s.%s=…  %s\n", r.Name, s.Name, text)
	}
}

func ruleNames() []string {
	var names []string
	for _, r := range workspace.Rules() {
		names = append(names, r.Name)
	}
	return names
}

// undoRule takes back what a rule changed.
func (a *app) undoRule() *cobra.Command {
	return &cobra.Command{
		Use:     "undo-rule ID RULE",
		GroupID: groupData,
		Short:   a.tr("Take back what one rule changed: cleans again without it, as a new version"),
		Example: "  sheetmill undo-rule 3kf0 boolean-word",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				added, err := ws.UndoRule(c.Context(), id, args[1])
				if err != nil {
					return err
				}
				return a.recleaned(c.Context(), ws, added)
			})
		},
	}
}

// recleaned works until a job that cleans again has ended, and tells of it.
func (a *app) recleaned(ctx context.Context, ws *workspace.Workspace, added workspace.Added) error {
	var info job.Info
	var waitErr error
	err := a.working(ctx, ws, 1, func(ctx context.Context) { info, waitErr = ws.WaitJob(ctx, added.JobID, nil) })
	switch {
	case err != nil:
		return err
	case waitErr != nil:
		return waitErr
	case info.Fault != nil:
		return info.Fault
	}
	report, err := ws.Report(ctx, added.RecordID)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(struct {
			workspace.Added
			Report workspace.Report `json:"report"`
		}{added, report})
	}
	a.printAccount(report)
	return nil
}

// where answers where a clean cell came from.
func (a *app) where() *cobra.Command {
	return &cobra.Command{
		Use:               "where ID ROW COLUMN",
		GroupID:           groupData,
		Short:             a.tr("Tell where a cell of the clean table came from, what the file holds there and what was done to it"),
		Example:           "  sheetmill where 3kf0 12 age",
		Args:              usage(cobra.ExactArgs(3)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			row, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil || row < 1 {
				return badValue("ROW", args[1], say.T("Rows of the clean table count from 1, as preview shows them."))
			}
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				origin, err := ws.WhereFrom(c.Context(), id, row-1, args[2])
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(origin)
				}
				a.printOrigin(origin)
				return nil
			})
		},
	}
}

func (a *app) printOrigin(o workspace.Origin) {
	shown := func(s *string) string {
		if s == nil {
			return "·"
		}
		return *s
	}
	g := a.newGrid(60)
	g.add(a.tr("clean"), shown(o.Value))
	if o.Address == "" {
		g.add(a.tr("cell"), a.tr("no cell of the file: the column was computed"))
		g.print(a.Stdout, "")
		return
	}
	if o.Sheet != "" {
		g.add(a.tr("sheet"), o.Sheet)
	}
	g.add(a.tr("cell"), o.Address)
	if o.Line > 0 {
		g.add(a.tr("line"), count(o.Line))
		g.add(a.tr("byte"), count(o.Offset))
	}
	g.add(a.tr("before"), shown(o.Source))
	if o.Change != nil {
		g.add(a.tr("rule"), a.ruleTitle(o.Change.Rule)+" ("+o.Change.Rule+")")
	} else {
		g.add(a.tr("rule"), a.tr("none: it is as it was"))
	}
	g.print(a.Stdout, "")
}
