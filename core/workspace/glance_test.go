package workspace_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// counted counts how much of a file is read.
type counted struct {
	*bytes.Reader

	read int64
}

func (c *counted) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(b, at)
	c.read += int64(n)
	return n, err
}

// A look at the first rows of a large text takes no more than its beginning, whatever follows.
func TestGlanceOfALargeText(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,name,note\n")
	for i := range 600_000 {
		b.WriteString(strconv.Itoa(i) + ",张三,\"on the\nward\"\n")
	}
	b.WriteString("\xff\xfe\x80 not text any more")
	file := &counted{Reader: bytes.NewReader([]byte(b.String()))}
	first, err := workspace.Glance(t.Context(), file, sheet.Options{Name: "large.csv"}, 200)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Rows) != 200 || len(first.Columns) != 3 || first.Columns[1].Name != "name" || first.Rows[199][0] != "199" || first.Rows[0][1] != "张三" {
		t.Errorf("the first rows are %d of %+v, the last %q", len(first.Rows), first.Columns, first.Rows[len(first.Rows)-1])
	}
	if file.read > file.Size()/2 {
		t.Errorf("%d of %d bytes were read", file.read, file.Size())
	}
}

// Shared strings are read as far as cells ask for them: what the first rows need is there.
func TestGlanceOfAWorkbookOfManyTexts(t *testing.T) {
	book := excelize.NewFile()
	const rows = 3000
	for row := range rows {
		line := []any{"patient " + strconv.Itoa(row), row, "the last " + strconv.Itoa(rows-row)}
		if row == 0 {
			line = []any{"name", "number", "note"}
		}
		if err := book.SetSheetRow("Sheet1", "A"+strconv.Itoa(row+1), &line); err != nil {
			t.Fatal(err)
		}
	}
	var content bytes.Buffer
	if err := book.Write(&content); err != nil {
		t.Fatal(err)
	}
	first, err := workspace.Glance(context.Background(), bytes.NewReader(content.Bytes()), sheet.Options{Name: "many.xlsx"}, 150)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Rows) != 150 || first.Rows[149][0] != "patient 150" || first.Rows[149][2] != "the last 2850" {
		t.Errorf("%d rows, the last %q", len(first.Rows), first.Rows[len(first.Rows)-1])
	}
}
