package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Sources are where settings come from.
type Sources struct {
	Flags   *Flags
	Environ []string // NAME=value, as os.Environ tells it
	// Need are the settings that the command cannot do without.
	Need []string
}

// Flags are the flags of a command.
type Flags struct {
	set  *pflag.FlagSet
	file string
}

// AddFlags adds the flags of some groups to a command's, and --config. Usages
// are put into a language by in.
func AddFlags(to *pflag.FlagSet, in func(say.Text) string, groups ...Group) *Flags {
	f := &Flags{set: to}
	if slices.Contains(groups, Shared) {
		groups = append(groups, Bucket)
	}
	to.StringVar(&f.file, "config", "", in(say.T("file of settings, a JSON object (default: SHEETMILL_CONFIG)")))
	for _, s := range settings {
		if !slices.Contains(groups, s.group) {
			continue
		}
		usage := in(s.usage)
		if s.initial != "" {
			usage = in(say.T("{usage} (default: {value})", "usage", s.usage, "value", s.initial))
		}
		to.String(s.name, "", usage)
		if s.bool {
			to.Lookup(s.name).NoOptDefVal = "true"
		}
		if s.secret {
			to.String(s.name+fileSuffix, "", in(say.T("file that holds {setting}", "setting", s.name)))
		}
	}
	return f
}

// otherwise are names in the environment that are no settings of a server.
var otherwise = []string{"HOME", "LANG", "CONFIG", "CONNECTION", "SERVER", "TOKEN", "TOKEN_FILE", "CORPORA", "CI"}

// WrongError is all that is wrong with the settings.
type WrongError struct{ Faults []*fault.Error }

// Error names them all.
func (w *WrongError) Error() string {
	lines := make([]string, len(w.Faults))
	for i, f := range w.Faults {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// gathering is one run of Load.
type gathering struct {
	wrong []*fault.Error
	found map[string]value // by the setting's name; the first to be found wins
}

// Load gathers the settings. Its error is a [*WrongError].
func Load(from Sources) (Config, error) {
	g := &gathering{found: map[string]value{}}
	g.flags(from.Flags)
	file := g.environment(from.Environ)
	if from.Flags != nil && from.Flags.file != "" {
		file = from.Flags.file
	}
	if file != "" {
		g.file(file)
	}
	var c Config
	for _, s := range settings {
		v, ok := g.found[s.name]
		if !ok {
			v = value{setting: s, text: s.initial}
		}
		c.values = append(c.values, v)
		if v.text == "" {
			if slices.Contains(from.Need, s.name) && !ok {
				g.complain(s.env(), say.T("The setting {name} is missing.", "name", s.name), s.usage)
			}
			continue
		}
		if takes := s.set(&c, v.text); takes != nil {
			g.complain(v.from, say.T("{value} is not a valid value for {flag}.", "value", fmt.Sprintf("%q", s.show(v.text)), "flag", s.name), *takes)
		}
	}
	c.Limits.MaxUpload = c.MaxSource
	if len(g.wrong) > 0 {
		return c, &WrongError{g.wrong}
	}
	return c, nil
}

func (g *gathering) complain(place string, sentence, hint say.Text) {
	g.wrong = append(g.wrong, fault.New(fault.Usage, sentence).Hint(hint).At(place))
}

// take notes a setting unless one that wins is there already. It tells whether the name is one.
func (g *gathering) take(name, text, from string, seen map[string]string) bool {
	s, inFile := named(name)
	if s == nil {
		return false
	}
	if before, twice := seen[s.name]; twice {
		g.complain(from, say.T("The setting {name} is given twice.", "name", s.name), say.T("{place} gives it too; remove one of them.", "place", before))
		return true
	}
	seen[s.name] = from
	if _, has := g.found[s.name]; has {
		return true
	}
	if inFile {
		b, err := os.ReadFile(text)
		if err != nil {
			g.complain(from, say.T("The file {path} cannot be read.", "path", text), say.T("Check that it is there and that this user may read it."))
			g.found[s.name] = value{setting: s, from: from}
			return true
		}
		text = strings.TrimRight(string(b), "\r\n")
	}
	g.found[s.name] = value{s, text, from}
	return true
}

// named finds a setting by its name, or by that of the file which it stands in.
func named(name string) (s *setting, inFile bool) {
	for _, s := range settings {
		if s.name == name {
			return s, false
		}
		if s.secret && s.name+fileSuffix == name {
			return s, true
		}
	}
	return nil, false
}

func (g *gathering) flags(f *Flags) {
	if f == nil {
		return
	}
	seen := map[string]string{}
	f.set.VisitAll(func(flag *pflag.Flag) { // Visit misses what a command parsed for those above it
		if flag.Changed {
			g.take(flag.Name, flag.Value.String(), "--"+flag.Name, seen)
		}
	})
}

// environment takes the settings of the environment and answers the file that it names.
func (g *gathering) environment(environ []string) (file string) {
	seen := map[string]string{}
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(entry, "=")
		short, ours := strings.CutPrefix(name, envPrefix)
		switch {
		case !ours || text == "":
		case short == "CONFIG":
			file = text
		case slices.Contains(otherwise, short), strings.HasPrefix(short, "TEST_"):
		case g.take(strings.ToLower(strings.ReplaceAll(short, "_", "-")), text, name, seen):
		default:
			g.unknown(name)
		}
	}
	return file
}

func (g *gathering) unknown(place string) {
	g.complain(place, say.T("There is no such setting."), say.T("Run sheetmill serve --help to see the settings."))
}

func (g *gathering) file(path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		g.complain(path, say.T("The file {path} cannot be read.", "path", path), say.T("Check that it is there and that this user may read it."))
		return
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.UseNumber()
	err = decoder.Decode(&object)
	if err == nil && decoder.More() {
		err = errors.New("more after the object")
	}
	if err != nil { // the reason may quote a secret
		g.complain(path, say.T("The file of settings is not one JSON object."), say.T(`Write it like {example}.`, "example", `{"addr": ":8080", "database-file": "/etc/sheetmill/database"}`))
		return
	}
	seen := map[string]string{}
	for _, name := range sortedKeys(object) {
		place := path + ": " + name
		var text string
		switch v := object[name].(type) {
		case string:
			text = v
		case json.Number, bool:
			text = fmt.Sprint(v)
		default:
			g.complain(place, say.T("A setting is a text, a number, true or false."), say.T("Write it like {example}.", "example", `"addr": ":8080"`))
			continue
		}
		if !g.take(name, text, place, seen) {
			g.unknown(place)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
