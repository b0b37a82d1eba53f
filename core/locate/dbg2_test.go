package locate

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/delim"
	"strings"
	"testing"
)

func TestAll(t *testing.T) {
	g := os.Getenv("DBGALL")
	if g == "" {
		t.Skip()
	}
	files, _ := filepath.Glob(g)
	for _, p := range files {
		raw, _ := os.ReadFile(p)
		b, err := delim.Open(t.Context(), bytes.NewReader(raw), sheet.Options{Name: "x.csv"})
		if err != nil {
			fmt.Println(p, err)
			continue
		}
		rows, _ := b.Rows(t.Context(), 0)
		var s Sketch
		var batch sheet.Batch
		n := 0
		for {
			err := rows.Next(t.Context(), &batch)
			if err != nil {
				if err != io.EOF {
					fmt.Println(p, err)
				}
				break
			}
			s.Observe(&batch)
			n += len(batch.Rows)
		}
		l := s.Decide(rows.Facts(), Options{})
		fmt.Printf("%s rows %d tables %d\n", filepath.Base(p), n, len(l.Tables))
		for _, x := range l.Tables {
			var ns []string
			for i, c := range x.Columns {
				if i < 6 {
					nn := c.Name
					if len(nn) > 24 {
						nn = nn[:24]
					}
					ns = append(ns, nn)
				}
			}
			fmt.Printf("     H%v %d-%d skip %d cols %d %s\n", x.HeaderRows, x.FirstDataRow, x.LastDataRow, len(x.Skipped), len(x.Columns), strings.Join(ns, "|"))
		}
	}
}
