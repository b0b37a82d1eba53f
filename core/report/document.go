package report

import (
	"encoding/json"
	"io"

	"sheetmill/core/clean"
	"sheetmill/core/pipeline"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// Schema names the shape of the JSON form. It changes when a field changes its
// meaning or goes; new fields may come.
const Schema = "sheetmill.report/1"

// Sentence is a text for a person. In JSON it is in both languages: {"en", "zh"}.
type Sentence struct{ say.Text }

// MarshalJSON writes the sentence in both languages.
func (s Sentence) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[say.Lang]string{say.English: s.In(say.English), say.Chinese: s.In(say.Chinese)})
}

// Document is a report, whatever its form. Columns are told by their index in Columns.
type Document struct {
	Schema   string                `json:"schema"`
	File     File                  `json:"file"`
	Rows     int64                 `json:"rows"`
	Account  pipeline.Account      `json:"account"`
	Findings []Finding             `json:"findings"` // worst first
	Changes  []Change              `json:"changes"`  // most cells first
	Columns  []Column              `json:"columns"`
	Missing  int64                 `json:"missing"` // cells of the clean table without a value
	Reasons  []Sentence            `json:"reasons"` // why the table is where it is
	Notes    []Sentence            `json:"notes"`   // what is to be known of the file
	Repeats  *profile.Repeats      `json:"repeats,omitempty"`
	Gaps     *profile.Gaps         `json:"gaps,omitempty"`
	Others   []pipeline.OtherTable `json:"otherTables,omitempty"`
}

// File tells what was milled.
type File struct {
	Name     string         `json:"name"`
	RecordID string         `json:"recordId,omitempty"`
	Format   string         `json:"format"`
	Encoding string         `json:"encoding,omitempty"`
	Dialect  *sheet.Dialect `json:"dialect,omitempty"`
	Sheet    string         `json:"sheet,omitempty"`
	Range    string         `json:"range"`
}

// Finding is something that a person should know or decide.
type Finding struct {
	Code     string         `json:"code"`
	Severity clean.Severity `json:"severity"`
	Column   int            `json:"column"` // -1: the whole table
	Text     Sentence       `json:"text"`
	Count    int64          `json:"count"` // cells, rows or columns that it is about
	Cells    []string       `json:"cells,omitempty"`
	Examples []string       `json:"examples,omitempty"`
	Settle   *Sentence      `json:"settle,omitempty"`
	Actions  []clean.Action `json:"actions,omitempty"` // steps that would settle it, ready to run
}

// Change is what one rule did.
type Change struct {
	Rule     string    `json:"rule"`
	Title    Sentence  `json:"title"`
	Why      Sentence  `json:"why"`
	Cells    int64     `json:"cells"` // a cell that two rules touched counts with both
	Columns  int       `json:"columns,omitempty"`
	Examples []Example `json:"examples,omitempty"`
}

// Example is a cell that was changed.
type Example struct {
	Address string  `json:"address"`
	Column  string  `json:"column"`
	Before  string  `json:"before"`
	After   *string `json:"after"` // nil: set missing
}

// Column tells of one column.
type Column struct {
	Name     string         `json:"name"`
	Letter   string         `json:"letter"` // of the sheet, such as F
	Type     table.Type     `json:"type"`
	Unit     string         `json:"unit,omitempty"`
	Currency string         `json:"currency,omitempty"`
	Zone     string         `json:"zone,omitempty"`
	Reason   Sentence       `json:"reason"`
	Counts   clean.Counts   `json:"counts"`
	Findings []int          `json:"findings,omitempty"` // indices in Document.Findings
	Profile  profile.Column `json:"profile"`
}

func (d *Document) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(d)
}
