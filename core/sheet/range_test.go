package sheet_test

import (
	"math"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

func TestParseRange(t *testing.T) {
	for text, want := range map[string]sheet.Range{
		"B3:F120":   {FirstRow: 3, LastRow: 120, FirstCol: 1, LastCol: 5},
		"$b$3:$f$4": {FirstRow: 3, LastRow: 4, FirstCol: 1, LastCol: 5},
		"A1:A1":     {FirstRow: 1, LastRow: 1},
		"B3:F":      {FirstRow: 3, LastRow: math.MaxInt64, FirstCol: 1, LastCol: 5},
		"B:XFD":     {FirstRow: 1, LastRow: math.MaxInt64, FirstCol: 1, LastCol: 16383},
	} {
		if got, err := sheet.ParseRange(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "B3", "3:4", "B3:A9", "B9:F3", "B0:C1", "B+3:C9", "B3:F12x", "B3:F9:G1", "ABCDE1:ABCDE2", "B3:F99999999999999999999"} {
		if got, err := sheet.ParseRange(text); !fault.Is(err, fault.Usage) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}
