package clean

import (
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Verdict is what a column is, from all of its cells. It survives JSON: a
// stored verdict converts the same cells to the same values again.
type Verdict struct {
	Type table.Type `json:"type"`
	// Order of day, month and year in the column's text dates: "ymd", "dmy"
	// or "mdy"; empty where there are none or they read the same in any.
	Order string `json:"dateOrder,omitempty"`
	// DecimalComma says that 1.234,5 is the number 1234.5 here.
	DecimalComma bool `json:"decimalComma,omitempty"`
	// Date1904 says that serial days count from 1904-01-01.
	Date1904 bool `json:"date1904,omitempty"`
	// DashAnswers says that "-" is an answer in this text column, the
	// negative one beside "+", and no missing value.
	DashAnswers bool `json:"dashAnswers,omitempty"`
	// Unit, Currency and Zone were split off every value that has one.
	Unit     string `json:"unit,omitempty"`
	Currency string `json:"currency,omitempty"`
	Zone     string `json:"zone,omitempty"` // +08:00
	// Elapsed says that some time of the column lies outside a single day.
	Elapsed bool `json:"elapsed,omitempty"`
	// Levels are the values of a text column that is a category, most frequent first.
	Levels []Level `json:"levels,omitempty"`
	// Chosen says that a person chose the type: what does not fit it becomes missing.
	Chosen bool `json:"chosen,omitempty"`
	// Year is that of dates without one, from the column's name or the options.
	Year int `json:"year,omitempty"`
	// Recode, Repaired and Part say what the cells are read as: see Options.
	Recode   map[string]*string `json:"recode,omitempty"`
	Repaired bool               `json:"repaired,omitempty"`
	Part     Part               `json:"part,omitempty"`
	// Options are those that the cells were read by, without those of single columns.
	Options Options `json:"options,omitzero"`
	// Missing counts the markers that stand for missing values here.
	Missing []Marker `json:"missing,omitempty"`
	// Reason says in a sentence why the column has this type.
	Reason say.Text `json:"reason"`
	// Findings are what a person should know of the column, worst first.
	Findings []Finding `json:"findings,omitempty"`
}

// Marker is a text that stands for a missing value, and how many cells hold it.
type Marker struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// reader makes a reader that reads cells as they were read for the verdict.
func (v *Verdict) reader() reader {
	set := v.Options.settingsOf("")
	set.year = v.Year
	rd := newReader(v.Date1904, set)
	rd.replace = newReplacer(v.Recode, v.Repaired, v.Part, set.off)
	return rd
}
