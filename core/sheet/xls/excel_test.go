package xls_test

import (
	"testing"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// floorShown is the share of cells shown as Excel's own export has them. It
// only rises.
const floorShown = 0.997

// reasons are the exports that agree on fewer than 80 % of cells, or that are
// not of the file beside them, and why.
var reasons = map[string]string{}

// TestShownAsExcel compares Display with the CSV files that Excel itself
// wrote of the workbooks of Apache POI.
func TestShownAsExcel(t *testing.T) {
	share := readtest.ShownAsExcel(t, []string{".xls"}, xls.Open, reasons)
	if share < floorShown {
		t.Errorf("%.4f is below the floor of %.4f", share, floorShown)
	}
}
