package cli

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestEverySheet mills all sheets of a workbook whose names look like numbers,
// with an empty and a hidden one among them.
func TestEverySheet(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	f := excelize.NewFile()
	for i, name := range []string{"First", "#1", "2", "Empty", "Hidden"} {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if name == "Empty" {
			continue
		}
		for row, values := range [][]any{{"id", "of"}, {i, name}} {
			if err := f.SetSheetRow(name, "A"+string(rune('1'+row)), &values); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.SetSheetVisible("Hidden", false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "book.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	out := run(t, sheetmill(ctx, folder, "mill", path, "--sheet", "all", "-o", filepath.Join(folder, "out"), "--format", "csv", "--json"))
	var doc struct {
		Files []struct {
			Sheet    string   `json:"sheet"`
			RecordID string   `json:"recordId"`
			Outputs  []string `json:"outputs"`
		} `json:"files"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Files) != 3 {
		t.Fatalf("%d sheets were milled, want the three that are visible and hold cells", len(doc.Files))
	}
	for i, file := range doc.Files {
		csv := string(run(t, sheetmill(ctx, folder, "export", file.RecordID)))
		if want := []string{"First", "#1", "2"}[i]; file.Sheet != want || !strings.Contains(csv, want) {
			t.Errorf("sheet %q holds %q", file.Sheet, csv)
		}
	}
	// One of them by number, whatever it is called.
	if csv := string(run(t, sheetmill(ctx, folder, "read", path, "--sheet", "#2"))); !strings.Contains(csv, "#1") {
		t.Errorf("the second sheet holds %q", csv)
	}
}
