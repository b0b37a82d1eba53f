package clean

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Options are what a person may choose about cleaning. The zero value leaves
// everything to be found.
type Options struct {
	// Off names rules that are not to be applied. What only such a rule makes
	// a number or a date is text.
	Off []string `json:"off,omitempty"`
	// Types gives columns a type by name, whatever their values are. A value
	// that does not fit it becomes missing, by the rule "chosen-type".
	Types map[string]table.Type `json:"types,omitempty"`
	// Recode gives values of columns others before anything is decided: by column,
	// from value to value, nil for a missing one. A value is meant by its text
	// without spaces around it, or by the number it is.
	Recode map[string]map[string]*string `json:"recode,omitempty"`
	// Repair names columns whose texts are decoded again where they were decoded
	// with the wrong encoding.
	Repair []string `json:"repair,omitempty"`
	// Split names columns of numbers and limits, such as <0.01, which get two
	// more columns: the sign, and the number.
	Split []string `json:"split,omitempty"`
	// DateOrder settles "ymd", "dmy" or "mdy" where the dates of a column
	// leave it open.
	DateOrder string `json:"dateOrder,omitempty"`
	// Strict takes only unmistakable markers for missing values, and fails
	// where a value does not fit a type of Types.
	Strict bool `json:"strict,omitempty"`
	// Settings are the rules' options: "two-digit-year.pivot" to "30".
	Settings map[string]string `json:"settings,omitempty"`
}

// Category is a word that Options.Types takes for text with levels.
const Category table.Type = "category"

// chosenTypes are the words that Types takes.
var chosenTypes = []table.Type{table.Integer, table.Float, table.Boolean, table.Date, table.DateTime, table.Time, Category, table.String}

// Setting is an option of a rule.
type Setting struct {
	Name    string   `json:"name"` // "pivot" in "two-digit-year.pivot"
	Doc     say.Text `json:"doc"`
	Default string   `json:"default"`
	check   func(string) bool
}

// Check refuses rules, types and settings that there are not. Its faults are
// fault.Usage.
func (o Options) Check() error {
	for _, name := range o.Off {
		if ruleNamed(name) < 0 {
			return fault.New(fault.Usage, say.T("There is no rule {name}.", "name", name)).
				Hint(say.T("Run sheetmill rules to see them."))
		}
	}
	for _, column := range slices.Sorted(maps.Keys(o.Types)) {
		if !slices.Contains(chosenTypes, o.Types[column]) {
			return fault.New(fault.Usage, say.T("A column cannot be made {type}.", "type", string(o.Types[column]))).
				Hint(say.T("The types are integer, float, boolean, date, datetime, time, category and string."))
		}
	}
	if o.DateOrder != "" && !slices.Contains(orderNames[:], o.DateOrder) {
		return fault.New(fault.Usage, say.T("{order} is no order of day, month and year.", "order", strconv.Quote(o.DateOrder))).
			Hint(say.T("The orders are ymd, dmy and mdy."))
	}
	for _, key := range slices.Sorted(maps.Keys(o.Settings)) {
		s := settingNamed(key)
		if s == nil {
			return fault.New(fault.Usage, say.T("There is no option {name} of a rule.", "name", key)).
				Hint(say.T("Run sheetmill rules to see each rule with its options."))
		}
		if !s.check(o.Settings[key]) {
			return fault.New(fault.Usage, say.T("{value} is not a value for {name}.", "value", strconv.Quote(o.Settings[key]), "name", key)).
				Hint(s.Doc)
		}
	}
	return nil
}

// ParseType reads a type as a person writes it: "text" is string, too.
func ParseType(word string) table.Type {
	word = strings.ToLower(strings.TrimSpace(word))
	if word == "text" {
		return table.String
	}
	return table.Type(word)
}

// settingNamed finds "rule.option".
func settingNamed(key string) *Setting {
	rule, option, _ := strings.Cut(key, ".")
	if i := ruleNamed(rule); i >= 0 {
		for k := range ruleTable[i].Settings {
			if s := &ruleTable[i].Settings[k]; s.Name == option {
				return s
			}
		}
	}
	return nil
}

func ruleNamed(name string) int {
	return slices.IndexFunc(ruleTable[:], func(r Rule) bool { return r.Name == name })
}

// settings are a column's options as its cells are read by them.
type settings struct {
	off       ruleSet
	strict    bool
	pivot     int // two-digit years from here on are of the last century
	year      int // of dates that have none; 0 is unknown
	more      []string
	keep      map[string]bool
	levels    int
	dateOrder string
	decimal   string // "point", "comma" or ""
	chosen    table.Type
}

const defaultPivot, defaultLevels = 30, 50

// settingsOf resolves options that Check let pass.
func (o Options) settingsOf(column string) settings {
	s := settings{strict: o.Strict, pivot: defaultPivot, levels: defaultLevels, dateOrder: o.DateOrder, chosen: o.Types[column], year: yearIn(column)}
	for _, name := range o.Off {
		if i := ruleNamed(name); i >= 0 {
			s.off |= 1 << i
		}
	}
	number := func(key string, into *int) {
		if n, err := strconv.Atoi(o.Settings[key]); err == nil {
			*into = n
		}
	}
	number("two-digit-year.pivot", &s.pivot)
	number("date-month-day.year", &s.year)
	number("category.levels", &s.levels)
	s.decimal = o.Settings["decimal-comma.mark"]
	s.more = wordList(o.Settings["missing-marker.add"])
	for _, word := range wordList(o.Settings["missing-marker.keep"]) {
		if s.keep == nil {
			s.keep = map[string]bool{}
		}
		s.keep[word] = true
	}
	return s
}

// wordList reads words joined by commas, in the spelling in which markers are compared.
func wordList(joined string) []string {
	var words []string
	for word := range strings.SplitSeq(joined, ",") {
		folded, _ := fold([]byte(strings.TrimSpace(word)), new([]byte))
		if w := strings.ToLower(string(folded)); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// yearIn is the one year that a column's name tells, such as 2023年随访日期.
func yearIn(name string) int {
	year := 0
	for i := 0; i < len(name); {
		n := 0
		for i+n < len(name) && digit(name[i+n]) {
			n++
		}
		if n == 4 {
			if y := atoi([]byte(name[i : i+4])); y >= 1900 && y <= 2100 {
				if year != 0 && year != y {
					return 0
				}
				year = y
			}
		}
		i += n + 1
	}
	return year
}

func wholeBetween(low, high int) func(string) bool {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= low && n <= high
	}
}
