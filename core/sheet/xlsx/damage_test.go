package xlsx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sheetmill/core/fault"
)

// victim is a workbook whose every byte matters to somebody.
func victim(t *testing.T) (file []byte, want string) {
	t.Helper()
	var rows strings.Builder
	for r := 1; r <= 60; r++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d.5</v></c><c r="C%d" t="inlineStr"><is><t>in %d</t></is></c></row>`, r, r, r%50, r, r*7, r, r*r)
	}
	texts := make([]string, 50)
	for i := range texts {
		texts[i] = fmt.Sprintf("<t>text %d</t>", i*i)
	}
	file = workbook(data(rows.String())).strings(texts...).styles("yyyy-mm-dd").zip(t)
	return file, contents(t, file, true)
}

// contents is all cells of all sheets, or the fault as text.
func contents(t *testing.T, file []byte, sound bool) string {
	t.Helper()
	fail := func(err error) string {
		if sound {
			t.Fatal(err)
		}
		if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
			t.Errorf("not the file's fault: %v", err)
		}
		return "fault"
	}
	book, err := openBytes(t, file)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = book.Close() }()
	var b strings.Builder
	for i, info := range book.Sheets() {
		cells, _, err := read(t, book, i)
		if err != nil {
			return fail(err)
		}
		b.WriteString(info.Name + ": " + show(cells))
	}
	return b.String()
}

// TestTruncated: a file cut short is refused, never read as a shorter one.
func TestTruncated(t *testing.T) {
	file, _ := victim(t)
	for i := range 50 {
		if contents(t, file[:len(file)*i/50], false) != "fault" {
			t.Errorf("cut at %d/50 reads without a fault", i)
		}
	}
	if contents(t, file[:len(file)-1], false) != "fault" {
		t.Error("the last byte is not missed")
	}
}

// TestFlipped: with any one byte changed the file reads whole or not at all.
func TestFlipped(t *testing.T) {
	file, want := victim(t)
	whole := 0
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1 << (i % 8)
		switch got := contents(t, bad, false); got {
		case "fault":
		case want:
			whole++
		default:
			t.Errorf("byte %d of %d: reads otherwise: %.200s", i, len(file), got)
		}
	}
	t.Logf("%d of %d changed bytes do not matter", whole, len(file))
}

// TestPartCutShort: a sound zip around a part that ends early.
func TestPartCutShort(t *testing.T) {
	p := workbook(data(one+one)).strings("<t>a</t>", "<t>b</t>").styles("0%")
	want := contents(t, p.zip(t), true)
	for name, text := range p {
		for i := range len(text) {
			got := contents(t, p.with(name, text[:i]).zip(t), false)
			// The workbook is found without the package's relations too.
			if got != "fault" && (name != "_rels/.rels" || got != want) {
				t.Errorf("%s cut at %d of %d reads without a fault", name, i, len(text))
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
