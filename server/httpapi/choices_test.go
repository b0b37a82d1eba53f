package httpapi

import (
	"context"
	"strings"
	"testing"

	"sheetmill/core/job"
	"sheetmill/server/client"
)

// ward is two tables on a sheet, with units, titles of groups, totals and a note.
const ward = "Ward report,,\n,,\nName,Glucose,Visit\n,mmol/L,\nWard A,,\nLi,5.1,2024-01-02\nWu,6.2,2024-01-03\nXu,5.9,2024-01-04\n" +
	"Ward B,,\nYu,4.9,2024-01-05\nMa,7.3,2024-01-06\nTotal,29.4,\nNote: fasting,,\n,,\nDrug,Dose,\nAspirin,100,\nInsulin,8,\n"

// TestChoicesOfReading says otherwise than what would be found, in the query.
func TestChoicesOfReading(t *testing.T) {
	ctx := context.Background()
	b := serve(t, benchOptions{})
	c := b.client(liToken)
	for _, test := range []struct {
		query, columns string
		rows           int
	}{
		{"", "Name Glucose_mmol/L Visit", 5},
		{"?header=none&range=A6:C8", "column_1 column_2 column_3", 3},
		{"?header=3&units=none", "Name Glucose Visit", 8},
		{"?keepRows=true", "Name Glucose_mmol/L Visit", 8},
		{"?range=A3:C7", "Name Glucose_mmol/L Visit", 2},
		{"?firstRow=6&lastRow=7", "Name Glucose_mmol/L Visit", 2},
		{"?table=2", "Drug Dose", 2},
		{"?delimiter=%3B", "Ward report,,", 16},
	} {
		answer := b.do("POST", base+"/datasets"+test.query, ward, "Content-Type", "text/csv", "Content-Disposition", `attachment; filename="ward.csv"`)
		if answer.status != 202 {
			t.Errorf("%s: %d %s", test.query, answer.status, answer.body)
			continue
		}
		id := answer.Header.Get("Location")[len(base+"/datasets/"):]
		if s, err := c.Wait(ctx, id, nil); err != nil || s.Status != job.Ready {
			t.Errorf("%s: %+v %v", test.query, s, err)
			continue
		}
		rows, err := c.Rows(ctx, id, client.RowsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, column := range rows.Columns {
			names = append(names, column.Name)
		}
		if got := strings.Join(names, " "); got != test.columns || len(rows.Rows) != test.rows {
			t.Errorf("%s: %d rows of %s, want %d of %s", test.query, len(rows.Rows), got, test.rows, test.columns)
		}
	}
}
