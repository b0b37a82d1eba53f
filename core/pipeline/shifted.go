package pipeline

import (
	"sheetmill/core/clean"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// FindingShifted is the code of rows that a stray delimiter may have shifted.
const FindingShifted = "shifted-rows"

// shifted names the data rows of a text file that have more or fewer fields
// than most: a delimiter inside a value, or a lost one, shifts what follows.
func shifted(raw *rawTable, r *Report) []ColumnFinding {
	facts := raw.Info().Facts
	var cells []string
	inside := int64(0)
	for _, row := range facts.Ragged {
		if row < r.Table.FirstDataRow || row > r.Table.LastDataRow {
			continue
		}
		inside++
		if len(cells) < maxFlagged && len(r.Columns) > 0 {
			cells = append(cells, string(sheet.AppendAddress(nil, r.Columns[0].Source, row)))
		}
	}
	if inside == 0 {
		return nil
	}
	n := facts.RaggedCount - int64(len(facts.Ragged)) + inside // those past the list lie in the data
	return []ColumnFinding{{clean.Finding{
		Code: FindingShifted, Severity: clean.Warning, Count: n, Cells: cells,
		Text:   say.T("Rows of the data with more or fewer fields than most: {n} of {all}. A stray delimiter may have shifted their values.", "n", n, "all", r.Profile.Rows),
		Settle: say.T("Look at these rows in the file; put values that hold the delimiter in quotes."),
	}, -1}}
}
