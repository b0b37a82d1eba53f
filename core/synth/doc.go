// Package synth makes the spreadsheets that Sheetmill is shown, measured and
// tested with. Every person and hospital in them is invented.
//
//	f, _ := os.Create("reference.xlsx")
//	err := synth.Reference(f, synth.ReferenceOptions{Seed: 1}) // 3,339 x 151 below a header
//
// The same options give the same bytes on every run, 64-bit machine and Go release:
// random numbers, decimals and calendar are integer arithmetic of ours, and
// the compressor is the one pinned in go.mod, not the standard library's.
package synth

import (
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// What a worksheet can hold (ECMA-376 and Excel's own limits), header included.
const (
	maxRows = 1_048_576
	maxCols = 16_384
)

// orDefault is n, or what stands for an unset option.
func orDefault(n, unset int) int {
	if n == 0 {
		return unset
	}
	return n
}

// checkSize refuses a table that cannot be made. Rows are those below the
// header; most is the largest number of them, 0 for no limit.
func checkSize(rows, cols, most int) error {
	if rows < 0 || most > 0 && rows > most {
		return fault.New(fault.Usage, say.T("{rows} rows cannot be generated.", "rows", rows)).
			Hint(say.T("A worksheet holds a header and up to {most} rows.", "most", maxRows-1))
	}
	if cols < 1 || cols > maxCols {
		return fault.New(fault.Usage, say.T("{cols} columns cannot be generated.", "cols", cols)).
			Hint(say.T("Ask for 1 to {most} columns.", "most", maxCols))
	}
	return nil
}
