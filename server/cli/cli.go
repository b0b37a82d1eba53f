// Package cli is the command line: one file per command, each a thin layer
// over core/workspace.
//
//	code := cli.Main(ctx, cli.Process{Args: []string{"ls"}, Stdout: os.Stdout, ...})
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// Process is what a command needs of its process.
type Process struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Environ        []string // NAME=value, where a server's settings may be
	Version        string
}

// app is one run of the program.
type app struct {
	Process
	lang say.Lang
	json bool
	home string
	// connection is the file that leads to the shared workspace to use instead of the local one.
	connection string
	// partner is the connection file for pushes and pulls of the local workspace; "" is as configured.
	partner string
}

// Main runs the command line and answers its exit status.
func Main(ctx context.Context, p Process) int {
	a := &app{Process: p, lang: language(p)}
	root := a.root() //nolint:contextcheck // commands take theirs from cobra, which has ctx from below
	root.SetArgs(p.Args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if done, ok := errors.AsType[*exitError](err); ok {
		return done.code
	}
	if wrong, ok := errors.AsType[*config.WrongError](err); ok {
		a.showWrong(wrong)
		return exitUsage
	}
	a.showError(err)
	return exitCode(err)
}

// language is chosen by --lang, SHEETMILL_LANG or the locale, before any
// command is built: help is in that language too.
func language(p Process) say.Lang {
	for i, arg := range p.Args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return say.LangOf(value)
		}
		if arg == "--lang" && i+1 < len(p.Args) {
			return say.LangOf(p.Args[i+1])
		}
	}
	for _, name := range []string{"SHEETMILL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := p.Getenv(name); value != "" {
			return say.LangOf(value)
		}
	}
	return say.English
}

// tr is a sentence in the language of this run.
func (a *app) tr(key string, pairs ...any) string { return say.T(key, pairs...).In(a.lang) }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "sheetmill",
		Short:         a.tr("Mill messy spreadsheets into clean tables"),
		Long:          a.tr("Sheetmill reads a messy spreadsheet once, finds its table, cleans and types the values,\naccounts for every cell it changed, and keeps the clean table."),
		Version:       a.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			f := fault.New(fault.Usage, say.T("There is no command {name}.", "name", args[0]))
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				return f.Hint(say.T("Did you mean {name}?", "name", strings.Join(near, ", ")))
			}
			return f.Hint(say.T("Run sheetmill --help to see the commands."))
		},
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, a.tr("print one JSON document"))
	flags.StringVar(&a.home, "home", "", a.tr("folder of the local workspace (default: SHEETMILL_HOME, else the platform's data folder)"))
	flags.StringVar(&a.connection, "connection", "", a.tr("connection file of a shared workspace, to use that instead of the local one"))
	flags.String("lang", "", a.tr("language of the output: en or zh"))
	flags.BoolP("help", "h", false, a.tr("show this help"))
	root.Flags().Bool("version", false, a.tr("show the version"))
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fault.New(fault.Usage, optionTrouble(err)).
			Hint(say.T("Run {command} --help to see them.", "command", c.CommandPath()))
	})
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if value := c.Flag("lang").Value.String(); value != "" && value != "en" && say.LangOf(value) == say.English {
			return badValue("--lang", value, say.T("Use en or zh."))
		}
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	root.SetUsageTemplate(a.usageTemplate())
	root.SetVersionTemplate(a.tr("sheetmill version {version}", "version", "{{.Version}}") + "\n")
	root.SetHelpCommand(&cobra.Command{Use: "help " + a.tr("[command]"), DisableFlagsInUseLine: true, Short: a.tr("Show help for a command"), RunE: func(_ *cobra.Command, args []string) error {
		found, rest, err := root.Find(args)
		if err != nil || found == root && len(rest) > 0 {
			return root.RunE(root, args)
		}
		return found.Help()
	}})
	root.AddGroup(&cobra.Group{ID: groupMill, Title: a.tr("The main job:")},
		&cobra.Group{ID: groupData, Title: a.tr("Datasets in the workspace:")},
		&cobra.Group{ID: groupShared, Title: a.tr("A shared workspace and its servers:")},
		&cobra.Group{ID: groupRest, Title: a.tr("More:")})
	root.SetHelpCommandGroupID(groupRest)
	root.SetCompletionCommandGroupID(groupRest)
	root.AddCommand(a.mill(), a.sniff(), a.report(), a.read(),
		a.add(), a.ls(), a.status(), a.wait(), a.cancel(), a.retry(), a.preview(), a.profile(), a.ledger(), a.where(), a.clean(), a.undoRule(), a.export(), a.rm(),
		a.watch(), a.push(), a.pull(), a.serve(), a.worker(), a.migrate(), a.user(), a.server(), a.token(), a.audit(), a.queue(),
		a.rules(), a.doctor(), a.generate())
	root.InitDefaultCompletionCmd()
	a.spell(root)
	for _, c := range root.Commands() {
		a.spell(c)
		for _, below := range c.Commands() {
			a.spell(below)
		}
		if c.Name() == "completion" {
			a.spellCompletion(c)
		}
	}
	return root
}

const (
	groupMill   = "mill"
	groupData   = "data"
	groupShared = "shared"
	groupRest   = "rest"
)

// open opens the workspace that this run is about.
func (a *app) open(ctx context.Context) (*workspace.Workspace, error) {
	if a.connection != "" {
		connection, err := workspace.ReadConnection(a.connection)
		if err != nil {
			return nil, err
		}
		return workspace.OpenShared(ctx, workspace.Config{}, connection)
	}
	partner := a.partner
	if partner == "" {
		partner = a.Getenv("SHEETMILL_CONNECTION")
	}
	if partner != "" { // jobs keep it, and may run in another folder
		var err error
		if partner, err = filepath.Abs(partner); err != nil {
			return nil, err
		}
	}
	return workspace.Open(ctx, workspace.Config{Home: a.homeFolder(), Connection: partner})
}

func (a *app) homeFolder() string {
	if a.home != "" {
		return a.home
	}
	if home := a.Getenv("SHEETMILL_HOME"); home != "" {
		return home
	}
	return filepath.Join(xdg.DataHome, "sheetmill")
}

// withWorkspace opens the workspace for one command and closes it after.
func (a *app) withWorkspace(ctx context.Context, use func(*workspace.Workspace) error) (err error) {
	ws, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ws.Close()) }()
	return use(ws)
}

// completeIDs completes record IDs in the shell.
func (a *app) completeIDs(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if _, err := os.Stat(a.homeFolder()); err != nil && a.connection == "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []string
	err := a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
		datasets, err := ws.Datasets(c.Context(), 0)
		for _, d := range datasets {
			ids = append(ids, d.ID+"\t"+d.FileName)
		}
		return err
	})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
