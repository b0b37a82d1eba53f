package xlsx_test

import (
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// floorShown is the share of cells shown as Excel's own export has them. It
// only rises. The rest are formulas that Excel calculated anew when it wrote
// the export.
const floorShown = 0.999

// otherVersion are exports that are not of the file beside them.
var otherVersion = map[string]string{
	"NumberFormatTests.xlsx.1.csv": "the file has a row 105 that the export lacks",
}

// TestShownAsExcel compares Display with the CSV files that Excel itself
// wrote of the workbooks of Apache POI.
func TestShownAsExcel(t *testing.T) {
	share := readtest.ShownAsExcel(t, []string{".xlsx", ".xlsm"}, xlsx.Open, otherVersion)
	if share < floorShown {
		t.Errorf("%.4f is below the floor of %.4f", share, floorShown)
	}
}
