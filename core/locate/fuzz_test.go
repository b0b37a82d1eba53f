package locate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
)

// FuzzDecide draws a sheet as text, one line a row and "|" between cells, with
// merged cells and options as numbers, and asks what TestAnyGrid asks.
func FuzzDecide(f *testing.F) {
	f.Add("id|name|n\n1|Ann|5\n2|Bob|6\n合计||11\nnote: by hand", []byte{1, 1, 0, 2}, uint16(0), uint8(0), uint8(0), "")
	f.Add("编号|姓名||项目|结果\n1|张三||白细胞|5.1\n2|李四||血小板|210\n3|王五", []byte{}, uint16(2), uint8(1), uint8(3), "A1:B3")
	f.Add("Title\n\na|b|c\n(kg)|%|mmol/L\nwest\n1|2|3\n4|5|6\ntotal|7|9", []byte{3, 4, 0, 0}, uint16(7), uint8(2), uint8(0), "B2:C")
	f.Fuzz(func(t *testing.T, text string, merges []byte, flags uint16, first, last uint8, within string) {
		if len(text) > 20_000 || len(within) > 40 {
			return
		}
		var lines [][]string
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Count(line, "|") > 300 || len(lines) > 400 {
				return
			}
			var cells []string
			if line != "" {
				cells = strings.Split(line, "|")
			}
			lines = append(lines, cells)
		}
		var facts sheet.Facts
		for ; len(merges) >= 4 && len(facts.Merged) < 50; merges = merges[4:] {
			r := sheet.Range{FirstRow: int64(merges[0]) + 1, FirstCol: int(merges[1])}
			r.LastRow, r.LastCol = r.FirstRow+int64(merges[2]), r.FirstCol+int(merges[3])
			facts.Merged = append(facts.Merged, r)
		}
		o := locate.Options{NoHeader: flags&1 > 0, NoUnits: flags&2 > 0, KeepRows: flags&4 > 0, Table: int(flags >> 14), FirstRow: int64(first), LastRow: int64(last), Range: within}
		if flags&8 > 0 {
			o.HeaderRows = []int64{int64(flags>>4&31) + 1, int64(flags>>9&31) + 1}
		}
		if flags&32 > 0 {
			o.UnitRow = int64(flags>>6&15) + 1
		}
		layout := observe(batches(lines, nil)).Decide(facts, o)
		cut := observe(batches(lines, []int{1, 3, 70})).Decide(facts, o)
		if diff := cmp.Diff(layout, cut); diff != "" {
			t.Fatalf("another layout from other batches\n%s", diff)
		}
		for _, table := range layout.Tables {
			if len(table.Reasons) == 0 || table.LastDataRow < table.FirstDataRow-1 {
				t.Fatalf("%+v", table)
			}
			source, seen := -1, map[string]bool{}
			for _, c := range table.Columns {
				if c.Name == "" || seen[c.Name] || c.Source <= source {
					t.Fatalf("columns %+v", table.Columns)
				}
				seen[c.Name], source = true, c.Source
			}
			for i, s := range table.Skipped {
				if i > 0 && s.Row <= table.Skipped[i-1].Row {
					t.Fatalf("skipped %+v", table.Skipped)
				}
			}
		}
	})
}
