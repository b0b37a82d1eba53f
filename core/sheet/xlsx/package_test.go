package xlsx_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsx"
)

const one = `<row><c><v>1</v></c></row>`

// TestPackage: the ways in which packages name their parts.
func TestPackage(t *testing.T) {
	sound := workbook(data(one))
	rename := func(p parts, from, to string) parts {
		q := p.with(to, p[from])
		delete(q, from)
		return q
	}
	replace := func(name, from, to string) parts {
		return sound.with(name, strings.ReplaceAll(sound[name], from, to))
	}
	without := func(names ...string) parts {
		q := sound.with()
		for _, n := range names {
			delete(q, n)
		}
		return q
	}
	const rels, sheetRels = "_rels/.rels", "xl/_rels/workbook.xml.rels"
	for name, p := range map[string]parts{
		"as it should be":       sound,
		"absolute targets":      replace(sheetRels, `"worksheets/`, `"/xl/worksheets/`),
		"dotted targets":        replace(sheetRels, `"worksheets/`, `"./../xl/worksheets/`),
		"backslash in target":   replace(sheetRels, `worksheets/`, `worksheets\`),
		"backslash in part":     rename(sound, "xl/worksheets/sheet1.xml", `xl\worksheets\sheet1.xml`),
		"other case":            rename(sound, "xl/worksheets/sheet1.xml", `XL/Worksheets/Sheet1.XML`),
		"all backslashes":       rename(rename(rename(sound, "xl/workbook.xml", `xl\workbook.xml`), sheetRels, `xl\_rels\workbook.xml.rels`), "xl/worksheets/sheet1.xml", `xl\worksheets\sheet1.xml`),
		"escaped target":        rename(replace(sheetRels, "sheet1", "sheet%201"), "xl/worksheets/sheet1.xml", "xl/worksheets/sheet 1.xml"),
		"strict":                replace(rels, relsNS, "http://purl.oclc.org/ooxml/officeDocument/relationships").with(sheetRels, strings.ReplaceAll(sound[sheetRels], relsNS, "http://purl.oclc.org/ooxml/officeDocument/relationships")),
		"no package relations":  without(rels),
		"no workbook relations": without(sheetRels),
		"no relations":          without(rels, sheetRels),
		"in the root": {
			rels:                       `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="/book.xml"/></Relationships>`,
			"book.xml":                 sound["xl/workbook.xml"],
			"_rels/book.xml.rels":      sound[sheetRels],
			"worksheets/sheet1.xml":    data(one),
			"xl/worksheets/sheet1.xml": "",
		},
		"by content type": {
			"[Content_Types].xml":       `<Types><Override PartName="/odd/wb.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`,
			"odd/wb.xml":                sound["xl/workbook.xml"],
			"odd/_rels/wb.xml.rels":     sound[sheetRels],
			"odd/worksheets/sheet1.xml": data(one),
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := p.zip(t)
			zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				t.Fatal(err)
			}
			if !xlsx.IsWorkbook(zr) {
				t.Error("not taken for a workbook")
			}
			cells, _, err := readParts(t, p)
			if err != nil || show(cells) != `R1C0n:"1"` {
				t.Errorf("got %s, %v", show(cells), err)
			}
		})
	}
}

func TestIsWorkbookNot(t *testing.T) {
	root := func(target string) string {
		return `<Relationships><Relationship Id="a" Type="` + relsNS + `/officeDocument" Target="` + target + `"/></Relationships>`
	}
	for name, p := range map[string]parts{
		"empty":    {},
		"document": {"_rels/.rels": root("word/document.xml"), "word/document.xml": `<w:document xmlns:w="w"/>`},
		"binary":   {"_rels/.rels": root("xl/workbook.bin"), "xl/workbook.bin": "\x83\x01\x00"},
		"ods":      {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<office:document-content/>"},
		"slides":   {"_rels/.rels": root("ppt/presentation.xml"), "ppt/presentation.xml": `<p:presentation/>`},
	} {
		file := p.zip(t)
		zr, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if xlsx.IsWorkbook(zr) {
			t.Errorf("%s is taken for a workbook", name)
		}
		if _, err := openBytes(t, file); !fault.Is(err, fault.BadInput) {
			t.Errorf("%s opens: %v", name, err)
		}
	}
}

func TestSheets(t *testing.T) {
	p := workbook(data(one)).with(
		"xl/workbook.xml", `<workbook xmlns:r="`+relsNS+`"><sheets><sheet name="A&amp;B" r:id="rId3" state="hidden"/><sheet name="Chart" r:id="rId2"/><sheet name="Gone" r:id="rId4" state="veryHidden"/><sheet name="Macro" r:id="rId5"/><sheet name="Module" r:id=""/><sheet name="Nowhere" r:id="rId9"/><sheet name="Last" r:id="rId1" state="visible"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships>`+
			`<Relationship Id="rId1" Type="`+relsNS+`/worksheet" Target="worksheets/sheet1.xml"/>`+
			`<Relationship Id="rId2" Type="`+relsNS+`/chartsheet" Target="chartsheets/sheet1.xml"/>`+
			`<Relationship Id="rId3" Type="`+relsNS+`/worksheet" Target="worksheets/sheet2.xml"/>`+
			`<Relationship Id="rId4" Type="`+relsNS+`/worksheet" Target="worksheets/sheet3.xml"/>`+
			`<Relationship Id="rId5" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet2.xml", `<worksheet/>`,
	)
	book, err := openBytes(t, p.zip(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	want := []sheet.Info{{Name: "A&B", Hidden: true}, {Name: "Gone", Hidden: true}, {Name: "Nowhere"}, {Name: "Last"}}
	if diff := cmp.Diff(want, book.Sheets()); diff != "" {
		t.Error(diff)
	}
	for i, code := range []fault.Code{"", fault.BadInput, fault.BadInput, ""} {
		if _, _, err := read(t, book, i); fault.CodeOf(err) != code {
			t.Errorf("sheet %d: %v", i, err)
		}
	}
	for _, i := range []int{-1, 4} {
		if _, err := book.Rows(context.Background(), i); !fault.Is(err, fault.NotFound) {
			t.Errorf("sheet %d: %v", i, err)
		}
	}
	if book.Format() != "xlsx" || book.Encoding() != "" {
		t.Errorf("format %q, encoding %q", book.Format(), book.Encoding())
	}
}

// TestLimits: each limit refuses by its name.
func TestLimits(t *testing.T) {
	many := strings.Repeat(one, 11)
	p := workbook(data(many)).strings(`<t>`+strings.Repeat("x", 100)+`</t>`, `<t/>`)
	two := workbook(data(one)).with("xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId1"/></sheets></workbook>`)
	for _, c := range []struct {
		name   string
		p      parts
		limits sheet.Limits
	}{
		{"MaxRows", p, sheet.Limits{MaxRows: 10}},
		{"MaxColumns", workbook(data(`<row><c r="D1"><v>1</v></c></row>`)), sheet.Limits{MaxColumns: 3}},
		{"MaxCellBytes", workbook(data(`<row><c t="str"><v>12345678901</v></c></row>`)), sheet.Limits{MaxCellBytes: 10}},
		{"MaxCellBytes", workbook(data(`<row><c t="inlineStr"><is><r><t>123456</t></r><r><t>123456</t></r></is></c></row>`)), sheet.Limits{MaxCellBytes: 10}},
		{"MaxCellBytes", workbook(data(`<row>` + strings.Repeat(`<c t="str"><v>1234567890</v></c>`, 5) + `</row>`)), sheet.Limits{MaxCellBytes: 10}},
		{"MaxCellBytes", p, sheet.Limits{MaxCellBytes: 99}},
		{"MaxStringBytes", p, sheet.Limits{MaxStringBytes: 99}},
		{"MaxStringBytes", p.strings(strings.Repeat(`</si><si>`, 100)), sheet.Limits{MaxStringBytes: 99}},
		{"MaxInflated", p, sheet.Limits{MaxInflated: 100}},
		{"MaxSheets", two, sheet.Limits{MaxSheets: 1}},
	} {
		book, err := xlsx.Open(context.Background(), bytes.NewReader(c.p.zip(t)), sheet.Options{Limits: c.limits})
		if err == nil {
			_, _, err = read(t, book, 0)
			_ = book.Close()
		}
		if !fault.Is(err, fault.Limit) || !strings.Contains(fault.Of(err).Sentence.String()+fault.Of(err).Next.String(), c.name) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	// What is just within the limits passes.
	book, err := xlsx.Open(context.Background(), bytes.NewReader(p.zip(t)), sheet.Options{Limits: sheet.Limits{MaxRows: 11, MaxColumns: 1, MaxCellBytes: 100, MaxStringBytes: 108, MaxSheets: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if cells, _, err := read(t, book, 0); err != nil || len(cells) != 11 {
		t.Errorf("%d cells, %v", len(cells), err)
	}
}

// TestBomb: a part that claims to be gigabytes of nothing is refused unread.
func TestBomb(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, text := range workbook("") {
		if name == "xl/worksheets/sheet1.xml" {
			f, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: 20 << 30, CompressedSize64: 4})
			if err == nil {
				_, err = f.Write([]byte("\x03\x00ab"))
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := openBytes(t, buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if _, err := book.Rows(context.Background(), 0); !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), "bomb") {
		t.Errorf("got %v", err)
	}
}

// brokenDisk fails to read past a point.
type brokenDisk struct {
	*bytes.Reader
	from int64
}

var errDisk = errors.New("disk on fire")

func (d brokenDisk) ReadAt(p []byte, off int64) (int, error) {
	if off < d.from && off+int64(len(p)) > d.from {
		return 0, errDisk
	}
	return d.Reader.ReadAt(p, off)
}

// TestDisk: a disk that fails is not a bad file; trying again may help.
func TestDisk(t *testing.T) {
	file := lab()
	book, err := xlsx.Open(context.Background(), brokenDisk{bytes.NewReader(file), int64(len(file)) / 2}, sheet.Options{})
	if err == nil {
		_, _, err = read(t, book, 0)
		_ = book.Close()
	}
	if !fault.Is(err, fault.Unreachable) || !errors.Is(err, errDisk) || fault.Permanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	book, err := xlsx.Open(ctx, bytes.NewReader(lab()), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	var batch sheet.Batch

	// The context of Rows ends the read.
	rows, err := book.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		err = rows.Next(context.Background(), &batch)
	}
	if !fault.Is(err, fault.Cancelled) {
		t.Errorf("Rows cancelled: %v", err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if _, err := book.Rows(ctx, 0); !fault.Is(err, fault.Cancelled) {
		t.Errorf("Rows with an ended context: %v", err)
	}
	if _, err := xlsx.Open(ctx, bytes.NewReader(lab()), sheet.Options{}); !fault.Is(err, fault.Cancelled) {
		t.Errorf("Open with an ended context: %v", err)
	}

	// So does that of Next, for good.
	rows, err = book.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Next(ctx, &batch); !fault.Is(err, fault.Cancelled) {
		t.Errorf("Next cancelled: %v", err)
	}
	if err := rows.Next(context.Background(), &batch); !fault.Is(err, fault.Cancelled) {
		t.Errorf("Next after cancelled: %v", err)
	}
	for range 2 {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}

	// Closing in the middle, and reading after.
	rows, err = book.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Next(context.Background(), &batch); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if err := rows.Next(context.Background(), &batch); err == nil || err == io.EOF {
		t.Errorf("Next after Close: %v", err)
	}
}
