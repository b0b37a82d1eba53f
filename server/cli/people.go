package cli

import (
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// user makes and removes analysts.
func (a *app) user() *cobra.Command {
	var load func() (config.Config, error)
	var output string
	var withData bool
	add := &cobra.Command{Use: "add NAME", Short: a.tr("Make an analyst and the connection file with which her desktop comes in"), Args: usage(cobra.ExactArgs(1)),
		Example: "  sheetmill user add ana -o ana.connection.json",
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				connection, err := s.AddUser(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.handOver(connection, output)
			})
		}}
	rotate := &cobra.Command{Use: "rotate NAME", Short: a.tr("Give an analyst new secrets; her old connection file is worth nothing"), Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				connection, err := s.RotateUser(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.handOver(connection, output)
			})
		}}
	for _, c := range []*cobra.Command{add, rotate} {
		c.Flags().StringVarP(&output, "output", "o", "", a.tr("connection file to write, readable for you alone (default: NAME.connection.json)"))
	}
	rm := &cobra.Command{Use: "rm NAME", Short: a.tr("Remove an analyst"), Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				return a.removed(args[0], s.RemoveUser(c.Context(), args[0], withData))
			})
		}}
	rm.Flags().BoolVar(&withData, "with-data", false, a.tr("also remove all her records and objects"))
	ls := &cobra.Command{Use: "ls", Short: a.tr("List the analysts"), Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				users, err := s.Users(c.Context())
				if err != nil {
					return err
				}
				return a.printUsers(users)
			})
		}}
	p := a.parent("user", a.tr("Make, list and remove the analysts of a shared workspace"), add, rm, ls, rotate)
	load = a.settings(p, needsAll, config.Shared)
	return p
}

// server makes and removes what servers log in with.
func (a *app) server() *cobra.Command {
	var load func() (config.Config, error)
	var output string
	add := &cobra.Command{Use: "add NAME", Short: a.tr("Make a login for servers and workers, and write it as a file of settings"), Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				connection, err := s.AddServer(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.handOverServer(connection, output)
			})
		}}
	add.Flags().StringVarP(&output, "output", "o", "", a.tr("file of settings to write, readable for you alone (default: NAME.settings.json)"))
	rm := &cobra.Command{Use: "rm NAME", Short: a.tr("Remove a login for servers and workers"), Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error {
				return a.removed(args[0], s.RemoveServer(c.Context(), args[0]))
			})
		}}
	p := a.parent("server", a.tr("Make and remove the logins of a shared workspace's servers"), add, rm)
	load = a.settings(p, needsAll, config.Shared)
	return p
}

// handOver writes an analyst's connection file.
func (a *app) handOver(c workspace.Connection, output string) error {
	if output == "" {
		output = c.Owner + ".connection.json"
	}
	if err := c.Write(output); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"name": c.Owner, "output": output})
	}
	a.say("Written: {path}", "path", output)
	a.say("It holds secrets: hand it to {name} by a safe way, and keep no copy.", "name", c.Owner)
	return nil
}

// handOverServer writes a server's login as a file that --config reads.
func (a *app) handOverServer(c workspace.Connection, output string) error {
	if output == "" {
		output = c.Owner + ".settings.json"
	}
	if err := config.Write(output, c); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"name": c.Owner, "output": output})
	}
	a.say("Written: {path}", "path", output)
	a.say("It holds secrets that reach everyone's data. Start a server with it: sheetmill serve --config {path}", "path", output)
	return nil
}

func (a *app) removed(name string, err error) error {
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"removed": name})
	}
	a.say("Removed {name}.", "name", name)
	return nil
}

func (a *app) printUsers(users []workspace.User) error {
	if a.json {
		return a.printJSON(users)
	}
	if len(users) == 0 {
		a.say("No users yet. Run sheetmill user add NAME to begin.")
		return nil
	}
	g := a.newGrid(40, false, true, true, true, false, false)
	g.add(a.tr("user"), a.tr("datasets"), a.tr("running"), a.tr("tokens"), a.tr("last seen"), a.tr("whole"))
	for _, u := range users {
		whole := a.tr("yes")
		switch {
		case !u.Database:
			whole = a.tr("not in PostgreSQL")
		case !u.Objects:
			whole = a.tr("not in MinIO")
		}
		g.add(u.Name, count(u.Datasets), count(u.Running), count(u.Tokens), when(u.LastSeen), whole)
	}
	g.print(a.Stdout, "")
	return nil
}

// when spells a time; "" where there is none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateTime)
}
