package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sheetmill/core/say"
)

// What cobra says by itself, it says in English. This file says it in the
// language of the run.

func (a *app) usageTemplate() string {
	t := strings.NewReplacer(
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`,
		a.tr(`Run "{program} COMMAND --help" to learn more about a command.`, "program", "{{.CommandPath}}"),
		"{{.UseLine}}", "{{.UseLine}}{{if .HasAvailableFlags}} "+a.tr("[options]")+"{{end}}", "[command]", a.tr("[command]"),
		"Usage:", a.tr("Usage:"), "Aliases:", a.tr("Aliases:"), "Examples:", a.tr("Examples:"),
		"Available Commands:", a.tr("Commands:"), "Additional Commands:", a.tr("More:"),
		"Global Flags:", a.tr("Options of every command:"), "Flags:", a.tr("Options:"),
	)
	return t.Replace((&cobra.Command{}).UsageTemplate())
}

// spell rids a command's help of what cobra would add to it: "[flags]" after
// the usage, which the template has, and "(default 8)" after a flag.
func (a *app) spell(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	for _, name := range []string{"jobs", "rows", "limit", "seed", "values"} {
		f := c.Flags().Lookup(name)
		if f == nil || f.DefValue == "0" || f.DefValue == "" {
			continue
		}
		f.Usage = a.tr("{usage} (default: {value})", "usage", f.Usage, "value", f.DefValue)
		if f.DefValue = "0"; f.Value.Type() == "string" {
			f.DefValue = ""
		}
	}
}

// completions tells for each shell how to load the completion script in a
// session, and once for every new one.
var completions = map[string][2]string{
	"bash": {"source <(sheetmill completion bash)",
		"sheetmill completion bash > ~/.local/share/bash-completion/completions/sheetmill"},
	"fish": {"sheetmill completion fish | source",
		"sheetmill completion fish > ~/.config/fish/completions/sheetmill.fish"},
	"powershell": {"sheetmill completion powershell | Out-String | Invoke-Expression",
		"sheetmill completion powershell >> $PROFILE"},
	"zsh": {"source <(sheetmill completion zsh)",
		`sheetmill completion zsh > "${fpath[1]}/_sheetmill"`},
}

func (a *app) spellCompletion(c *cobra.Command) {
	c.Short = a.tr("Make a completion script for a shell")
	c.Long = ""
	for _, shell := range c.Commands() {
		a.spell(shell)
		lines := completions[shell.Name()]
		shell.Short = a.tr("Make the completion script for {shell}", "shell", shell.Name())
		shell.Long = a.tr("Load the completion in this session:") + "\n\n  " + lines[0] + "\n\n" +
			a.tr("Load it in every new session, by running once:") + "\n\n  " + lines[1]
		if f := shell.Flags().Lookup("no-descriptions"); f != nil {
			f.Usage = a.tr("complete without descriptions")
		}
	}
}

// optionTrouble is what pflag says of an option, taken apart to be said in the
// language of the run.
func optionTrouble(err error) say.Text {
	text := err.Error()
	if flag, ok := strings.CutPrefix(text, "unknown flag: "); ok {
		return say.T("There is no option {flag}.", "flag", flag)
	}
	if flag, ok := strings.CutPrefix(text, "unknown shorthand flag: "); ok {
		return say.T("There is no option {flag}.", "flag", shorthand(flag))
	}
	if flag, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		return say.T("The option {flag} needs a value.", "flag", shorthand(flag))
	}
	var value, flag string
	if n, _ := fmt.Sscanf(text, "invalid argument %q for %q flag:", &value, &flag); n == 2 {
		return say.T("{value} is not a valid value for {flag}.", "value", fmt.Sprintf("%q", value), "flag", flag)
	}
	return say.T("The options are not right: {error}.", "error", text)
}

// shorthand is the option in "'x' in -xyz"; another spelling stays as it is.
func shorthand(text string) string {
	if letter, _, ok := strings.Cut(text, " in -"); ok {
		return "-" + strings.Trim(letter, "'")
	}
	return text
}
