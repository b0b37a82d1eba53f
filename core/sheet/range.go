package sheet

import (
	"math"
	"strconv"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// ParseRange reads a range such as B3:F120. Without row numbers, as in B:F or
// B3:F, it begins at row 1 or ends with the sheet. Anything else is fault.Usage.
func ParseRange(text string) (Range, error) {
	from, to, ok := strings.Cut(strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), "$", "")), ":")
	firstCol, firstRow, ok1 := parseCorner(from)
	lastCol, lastRow, ok2 := parseCorner(to)
	if firstRow == 0 {
		firstRow = 1
	}
	if lastRow == 0 {
		lastRow = math.MaxInt64
	}
	if !ok || !ok1 || !ok2 || lastCol < firstCol || lastRow < firstRow {
		return Range{}, fault.New(fault.Usage, say.T("{range} is not a range of cells.", "range", strconv.Quote(text))).
			Hint(say.T("Write the top left and the bottom right cell, such as B3:F120, or B3:F for all rows down to the last."))
	}
	return Range{FirstRow: firstRow, LastRow: lastRow, FirstCol: firstCol, LastCol: lastCol}, nil
}

// parseCorner reads a column's letters and, if there is one, a row; 0 stands for none.
func parseCorner(text string) (col int, row int64, ok bool) {
	i := 0
	for i < len(text) && i < 4 && 'A' <= text[i] && text[i] <= 'Z' {
		col = col*26 + int(text[i]-'A') + 1
		i++
	}
	if i == 0 {
		return 0, 0, false
	}
	if i < len(text) {
		n, err := strconv.ParseInt(text[i:], 10, 64)
		if err != nil || n < 1 || text[i] == '+' {
			return 0, 0, false
		}
		row = n
	}
	return col - 1, row, true
}
