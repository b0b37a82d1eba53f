package cli

import (
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// settings adds the flags of a server's settings to a command and answers how
// to read them when it runs. Need are those that it cannot do without.
func (a *app) settings(c *cobra.Command, need []string, groups ...config.Group) func() (config.Config, error) {
	flags := config.AddFlags(c.PersistentFlags(), func(t say.Text) string { return t.In(a.lang) }, groups...)
	return func() (config.Config, error) {
		return config.Load(config.Sources{Flags: flags, Environ: a.Environ, Need: need})
	}
}

// What a command needs of the settings.
var (
	needsDatabase = []string{"database"}
	needsAll      = []string{"database", "endpoint", "bucket", "access-key", "secret-key"}
)

// showWrong prints all that is wrong with the settings.
func (a *app) showWrong(w *config.WrongError) {
	if a.json {
		list := make([]errorJSON, len(w.Faults))
		for i, f := range w.Faults {
			list[i] = a.errorJSON(f)
		}
		sum := fault.New(fault.Usage, say.T("The settings are wrong in {n} places.", "n", len(list)))
		_ = a.printJSON(map[string]any{"error": a.errorJSON(sum), "settings": list})
	}
	for _, f := range w.Faults {
		a.errorf("sheetmill: %s\n", a.faultText(f))
	}
}

// printSettings shows the settings with secrets hidden, and where each comes from.
func (a *app) printSettings(c config.Config) error {
	if a.json {
		return a.printJSON(c.Shown())
	}
	g := a.newGrid(100)
	g.add(a.tr("setting"), a.tr("value"), a.tr("from"))
	for _, s := range c.Shown() {
		from := s.From
		if from == "" {
			from = a.tr("default")
		}
		g.add(s.Name, s.Value, from)
	}
	g.print(a.Stdout, "")
	return nil
}

// logger writes on standard error.
func (a *app) logger(c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(a.Stderr, o))
	}
	return slog.New(slog.NewJSONHandler(a.Stderr, o))
}

// withServer opens the shared workspace for one command of an administrator and closes it after.
func (a *app) withServer(c *cobra.Command, load func() (config.Config, error), use func(*workspace.Server) error) (err error) {
	settings, err := load()
	if err != nil {
		return err
	}
	s, err := workspace.OpenServer(c.Context(), settings.Server(nil))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return use(s)
}

// parent is a command that only holds others.
func (a *app) parent(name, short string, commands ...*cobra.Command) *cobra.Command {
	p := &cobra.Command{
		Use: name, GroupID: groupShared, Short: short, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return fault.New(fault.Usage, say.T("There is no command {name}.", "name", c.Name()+" "+args[0])).
				Hint(say.T("Run {command} --help to see them.", "command", c.CommandPath()))
		},
	}
	p.AddCommand(commands...)
	return p
}
