package xlsx_test

import (
	"fmt"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// victim is a workbook whose every byte matters to somebody.
func victim(t *testing.T) []byte {
	t.Helper()
	var rows strings.Builder
	for r := 1; r <= 60; r++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d.5</v></c><c r="C%d" t="inlineStr"><is><t>in %d</t></is></c></row>`, r, r, r%50, r, r*7, r, r*r)
	}
	texts := make([]string, 50)
	for i := range texts {
		texts[i] = fmt.Sprintf("<t>text %d</t>", i*i)
	}
	return workbook(data(rows.String())).strings(texts...).styles("yyyy-mm-dd").zip(t)
}

// TestDamaged: a file cut short is refused, never read as a shorter one; with
// any one bit changed it reads whole or not at all.
func TestDamaged(t *testing.T) {
	readtest.Truncated(t, xlsx.Open, victim(t), 0)
	readtest.Flipped(t, xlsx.Open, victim(t))
}

// TestPartCutShort: a sound zip around a part that ends early is refused with
// the part's name and the offset, behind the cell's address where it is in one.
func TestPartCutShort(t *testing.T) {
	p := workbook(data(one+one)).strings("<t>a</t>", "<t>b</t>").styles("0%")
	for name, text := range p {
		for i := range len(text) {
			all, err := readtest.All(t, xlsx.Open, p.with(name, text[:i]).zip(t), sheet.Options{Name: "cut"})
			switch f := fault.Of(err); {
			case err == nil && name == "_rels/.rels" && len(all) == 1: // the workbook is found without it
			case err == nil || f.Code != fault.BadInput || !strings.HasPrefix(f.Place, "cut: ") || !strings.Contains(f.Place, ": "+name+", byte "):
				t.Errorf("%s cut at %d of %d: %v", name, i, len(text), err)
			}
		}
	}
}

// TestLargeDisorder: rows out of order past what is held back are refused by name,
// within it put in order.
func TestLargeDisorder(t *testing.T) {
	var rows strings.Builder
	cells := strings.Repeat(`<c><v>1</v></c>`, 200)
	for r := 2; r <= 3000; r++ {
		fmt.Fprintf(&rows, `<row r="%d">%s</row>`, r, cells)
	}
	first := `<row r="1"><c><v>0</v></c></row>`
	_, _, err := readParts(t, workbook(data(rows.String()+first)))
	if !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), "Row 1 comes after row 3000") {
		t.Errorf("late disorder: %v", err)
	}
	early := `<row r="3001"><c><v>0</v></c></row>`
	got, _, err := readParts(t, workbook(data(early+rows.String()+first)))
	if err != nil || len(got) != 2999*200+2 || got[0].Row != 1 || got[len(got)-1].Row != 3001 {
		t.Errorf("early disorder: %d cells, %v", len(got), err)
	}
}
