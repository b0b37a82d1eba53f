package pipeline_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"sheetmill/core/blob/dir"
	"sheetmill/core/fault"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
)

// TestOneTextInEveryCell refuses a small workbook that names a long text once
// and uses it until the cells would fill the machine.
func TestOneTextInEveryCell(t *testing.T) {
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var rows strings.Builder
	for row := 1; row <= 400; row++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>`, row, row)
	}
	var book bytes.Buffer
	z := zip.NewWriter(&book)
	for name, part := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":                `<Relationships><Relationship Id="a" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="` + relations + `"><sheets><sheet name="s" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="` + relations + `/worksheet" Target="worksheets/s.xml"/><Relationship Id="b" Type="` + relations + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>` + strings.Repeat("A", 1<<20) + `</t></si></sst>`,
		"xl/worksheets/s.xml":        `<worksheet><sheetData>` + rows.String() + `</sheetData></worksheet>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	store, err := dir.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	w, err := store.Create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(book.Bytes()); err != nil {
		t.Fatal(err)
	}
	args := pipeline.Args{FileName: "bomb.xlsx", FileHash: "0123", Owner: "test", FileKey: pipeline.SourceKey("test", "0123")}
	if _, err := w.Commit(ctx, args.FileKey); err != nil {
		t.Fatal(err)
	}
	_, err = pipeline.Look(ctx, store, args, sheet.Limits{})
	if !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), "bomb.xlsx") {
		t.Fatalf("%d bytes: %v", book.Len(), err)
	}
}
