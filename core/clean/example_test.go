package clean_test

import (
	"fmt"

	"sheetmill/core/clean"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

func Example() {
	var cells table.Cells
	for _, text := range []string{"2023年5月1日", "2023-05-02", "未查", "2023/5/3"} {
		cells.Append(sheet.Text, []byte(text))
	}
	facts := clean.NewFacts(clean.Context{}, "入院日期")
	facts.Observe(&cells, 0, cells.Len())
	verdict := facts.Decide()
	fmt.Println(verdict.Type, verdict.Reason)

	var out table.Vector
	out.Reset(verdict.Type)
	counts, err := verdict.Apply(&cells, 0, cells.Len(), &out, func(i int, c clean.Change) {
		_, before := cells.At(i)
		fmt.Printf("%s -> %q by %s\n", before, c.After, c.Rule)
	})
	fmt.Printf("%+v %v\n", counts, err)
	// Output:
	// date Every value is a date (3 in all).
	// 2023年5月1日 -> "2023-05-01" by date-ymd-cn
	// 未查 -> "" by missing-marker
	// 2023/5/3 -> "2023-05-03" by date-ymd
	// {Cells:4 Kept:1 Changed:2 Missing:1} <nil>
}
