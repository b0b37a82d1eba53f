package report

import (
	"slices"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Way is one way to settle a finding.
type Way struct {
	Title say.Text
	// Options of sheetmill clean that do it, each ready for a shell.
	Options string
}

// mostRecoded is how many values are recoded by options of their own.
const mostRecoded = 3

// Ways are what would settle the finding, of the column with this name.
func (f *Finding) Ways(column string) (ways []Way) {
	for _, a := range f.Actions {
		title := a.Title
		if t, ok := title.Args["type"]; ok {
			title = say.T(title.Key, "type", typeName(table.Type(t)))
		}
		o := a.AsOptions()
		var words []string
		switch {
		case a.Do == "recode" && len(a.Map) > mostRecoded:
			words = []string{"--accept " + quoted(f.Code+"="+column)}
		default:
			words = optionWords(o)
		}
		ways = append(ways, Way{title, strings.Join(words, " ")})
	}
	return ways
}

// optionWords spell options of cleaning as a command takes them.
func optionWords(o clean.Options) (words []string) {
	add := func(flag string, values ...string) {
		for _, v := range values {
			words = append(words, flag+" "+quoted(v))
		}
	}
	if o.DateOrder != "" {
		add("--date-order", o.DateOrder)
	}
	add("--recode", o.RecodeWords()...)
	add("--repair", o.Repair...)
	add("--split", o.Split...)
	pairs := []string{}
	for name, t := range o.Types {
		pairs = append(pairs, name+"="+string(t))
	}
	slices.Sort(pairs)
	add("--type", pairs...)
	pairs = pairs[:0]
	for name, value := range o.Settings {
		pairs = append(pairs, name+"="+value)
	}
	slices.Sort(pairs)
	add("--rule-option", pairs...)
	return words
}

// quoted is a word for a shell.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r >= 0x80 || r == '=' || r == '_' || r == '-' || r == '.' || r == ':' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
