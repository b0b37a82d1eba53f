package locate

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/delim"
	"testing"
)

func TestDbg(t *testing.T) {
	p := os.Getenv("DBG")
	if p == "" {
		t.Skip()
	}
	raw, _ := os.ReadFile(p)
	b, err := delim.Open(t.Context(), bytes.NewReader(raw), sheet.Options{Name: "x.csv"})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := b.Rows(t.Context(), 0)
	var s Sketch
	var batch sheet.Batch
	for {
		err := rows.Next(t.Context(), &batch)
		if err == io.EOF {
			break
		}
		s.Observe(&batch)
	}
	for _, r := range s.regions(s.sections()) {
		v := newView(r.lines(), r.columns, nil)
		fmt.Println("REGION", r.first(), r.last(), "width", v.width, "left", v.left, "agreed", v.agreed, "first", v.firstData())
		for c := range r.columns {
			fmt.Print(c, r.columns[c].counts, " ")
		}
		fmt.Println()
		for i := range v.lines {
			if i > 22 {
				break
			}
			l := &v.lines[i]
			a, c := v.agreement(l)
			fmt.Printf("%d n=%d agree %d contrast %d data %v labels %v names %v heads %v kinds %v\n", l.number-1, l.count, a, c, v.dataLine(i), v.labels(i), v.namesColumns(i), v.heads(i, v.firstData()), l.byKind)
		}
		fmt.Println(v.header(v.firstData()))
	}
}
