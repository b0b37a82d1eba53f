package cli

import (
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// token makes and revokes what programs come to the API with.
func (a *app) token() *cobra.Command {
	var load func() (config.Config, error)
	var rights, name string
	var expires time.Duration
	create := &cobra.Command{Use: "create OWNER", Short: a.tr("Make a token of an analyst for the HTTP API"), Args: usage(cobra.ExactArgs(1)),
		Example: "  sheetmill token create ana --rights write --expires 720h",
		RunE: func(c *cobra.Command, args []string) error {
			n := workspace.NewToken{Owner: args[0], Name: name, Rights: workspace.Rights(rights)}
			switch n.Rights {
			case workspace.RightsRead, workspace.RightsWrite, workspace.RightsAdmin:
			default:
				return badValue("--rights", rights, say.T("Use read, write or admin."))
			}
			if expires < 0 {
				return badValue("--expires", expires.String(), say.T("It is a length of time such as 90s, 15m or 720h."))
			}
			if expires > 0 {
				n.ExpiresAt = time.Now().Add(expires)
			}
			return a.withServer(c, load, func(s *workspace.Server) error {
				text, t, err := s.CreateToken(c.Context(), n)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(struct {
						workspace.Token
						Text string `json:"token"`
					}{t, text})
				}
				a.printf("%s\n", text)
				a.errorf("%s\n", a.tr("Token {id} of {owner}. It is shown this once; keep it as you keep a password.", "id", t.ID, "owner", t.Owner))
				return nil
			})
		}}
	create.Flags().StringVar(&rights, "rights", "write", a.tr("read, write or admin; each includes those before it (default: write)"))
	create.Flags().Lookup("rights").DefValue = ""
	create.Flags().StringVar(&name, "name", "token", a.tr("what the token is called in lists"))
	create.Flags().Lookup("name").DefValue = ""
	create.Flags().DurationVar(&expires, "expires", 0, a.tr("how long it is good for, such as 720h (default: for ever)"))
	ls := &cobra.Command{Use: "ls [OWNER]", Short: a.tr("List an analyst's tokens, or all"), Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				owner := ""
				if len(args) > 0 {
					owner = args[0]
				}
				tokens, err := s.Tokens(c.Context(), owner)
				if err != nil {
					return err
				}
				return a.printTokens(tokens)
			})
		}}
	revoke := &cobra.Command{Use: "revoke ID", Short: a.tr("End a token; within seconds it opens nothing"), Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				if err := s.RevokeToken(c.Context(), args[0]); err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]string{"revoked": args[0]})
				}
				a.say("Revoked {id}.", "id", args[0])
				return nil
			})
		}}
	p := a.parent("token", a.tr("Make, list and revoke tokens for the HTTP API"), create, ls, revoke)
	load = a.settings(p, needsAll, config.Shared)
	return p
}

func (a *app) printTokens(tokens []workspace.Token) error {
	if a.json {
		return a.printJSON(tokens)
	}
	g := a.newGrid(40)
	g.add(a.tr("token"), a.tr("owner"), a.tr("name"), a.tr("rights"), a.tr("made"), a.tr("expires"), a.tr("last used"), a.tr("revoked"))
	for _, t := range tokens {
		g.add(t.ID, t.Owner, t.Name, string(t.Rights), when(t.CreatedAt), when(t.ExpiresAt), when(t.LastUsedAt), when(t.RevokedAt))
	}
	g.print(a.Stdout, "")
	return nil
}
