package cli

import (
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// audit shows and verifies the audit log.
func (a *app) audit() *cobra.Command {
	var load func() (config.Config, error)
	var filter workspace.AuditFilter
	var since time.Duration
	ls := &cobra.Command{Use: "ls", Short: a.tr("List who did what, newest first"), Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if since > 0 {
				filter.Since = time.Now().Add(-since)
			}
			return a.withServer(c, load, func(s *workspace.Server) error {
				entries, err := s.Audit(c.Context(), filter)
				if err != nil {
					return err
				}
				return a.printAudit(entries)
			})
		}}
	ls.Flags().StringVar(&filter.Chain, "chain", "", a.tr("only this owner's, or sheetmill for what administrators did"))
	ls.Flags().StringVar(&filter.Action, "action", "", a.tr("only actions that begin so, such as dataset."))
	ls.Flags().StringVar(&filter.Subject, "subject", "", a.tr("only about this record, user or token"))
	ls.Flags().DurationVar(&since, "since", 0, a.tr("only the last while, such as 24h (default: all)"))
	ls.Flags().IntVar(&filter.Limit, "limit", 200, a.tr("how many at most"))
	var heads []string
	verify := &cobra.Command{Use: "verify", Short: a.tr("Compute the hash of every entry anew, and name the first that is not as it was written"), Args: usage(cobra.NoArgs),
		Example: "  sheetmill audit verify --head ana:17:9f86d081...",
		RunE: func(c *cobra.Command, _ []string) error {
			noted := make([]workspace.AuditHead, len(heads))
			for i, text := range heads {
				var err error
				if noted[i], err = workspace.ParseAuditHead(text); err != nil {
					return err
				}
			}
			return a.withServer(c, load, func(s *workspace.Server) error {
				report, err := s.VerifyAudit(c.Context(), noted...)
				if err != nil {
					return err
				}
				return a.showVerified(report)
			})
		}}
	verify.Flags().StringArrayVar(&heads, "head", nil, a.tr("head that was noted before, as audit verify prints it; may be given several times"))
	p := a.parent("audit", a.tr("Show and verify the audit log of a shared workspace"), ls, verify)
	load = a.settings(p, needsAll, config.Shared)
	return p
}

func (a *app) printAudit(entries []workspace.AuditEntry) error {
	if a.json {
		return a.printJSON(entries)
	}
	g := a.newGrid(60, false, false, true)
	g.add(a.tr("at"), a.tr("chain"), "n", a.tr("login"), a.tr("as"), a.tr("action"), a.tr("subject"), a.tr("detail"))
	for _, e := range entries {
		detail := string(e.Detail)
		if detail == "{}" || detail == "null" {
			detail = ""
		}
		g.add(when(e.At), e.Chain, count(e.N), e.Login, e.Role, e.Action, e.Subject, detail)
	}
	g.print(a.Stdout, "")
	return nil
}

func (a *app) showVerified(r workspace.AuditReport) error {
	var err error
	if !r.Whole() {
		err = &exitError{exitInternal}
	}
	if a.json {
		type chain struct {
			Head    string `json:"head"`
			Entries int64  `json:"entries"`
			Broken  int64  `json:"brokenAt,omitempty"`
			Why     string `json:"why,omitempty"`
		}
		chains := make([]chain, len(r.Chains))
		for i, c := range r.Chains {
			chains[i] = chain{Head: c.String(), Entries: c.Entries}
			if c.Broken != nil {
				chains[i].Broken, chains[i].Why = c.Broken.N, c.Broken.Why.In(a.lang)
			}
		}
		if printErr := a.printJSON(map[string]any{"whole": r.Whole(), "entries": r.Entries, "chains": chains}); printErr != nil {
			return printErr
		}
		return err
	}
	for _, c := range r.Chains {
		a.printf("%s\n", c.String())
		if c.Broken != nil {
			a.printf("  %s\n", a.tr("Entry {n} is not as it was written: {why}", "n", c.Broken.N, "why", c.Broken.Why))
		}
	}
	if r.Whole() {
		a.say("The audit log is whole: {n} entries. Note the heads above outside the database.", "n", count(r.Entries))
	} else {
		a.say("The audit log was tampered with.")
	}
	return err
}
