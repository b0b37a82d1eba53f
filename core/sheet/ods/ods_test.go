package ods_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/ods"
	"sheetmill/core/sheet/readtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const namespaces = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"`

// content is the part with these automatic styles and these tables.
func content(styles, tables string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<office:document-content" + namespaces + `><office:automatic-styles>` + styles +
		`</office:automatic-styles><office:body><office:spreadsheet>` + tables + `</office:spreadsheet></office:body></office:document-content>`
}

// one is a single table of these rows.
func one(rows string) string { return `<table:table table:name="S">` + rows + `</table:table>` }

// pack zips parts, given as name and text.
func pack(tb testing.TB, parts ...string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(f, parts[i+1])
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const mimetype = "application/vnd.oasis.opendocument.spreadsheet"

func packed(tb testing.TB, content string) []byte {
	tb.Helper()
	return pack(tb, "mimetype", mimetype, "content.xml", content)
}

func flat(content string) []byte {
	return []byte(strings.ReplaceAll(content, "office:document-content", "office:document"))
}

func readOne(t *testing.T, content string) ([]readtest.Cell, sheet.Facts, error) {
	t.Helper()
	book, err := ods.Open(context.Background(), bytes.NewReader(packed(t, content)), sheet.Options{Name: "a.ods"})
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() { _ = book.Close() }()
	return readtest.Read(t, book, 0)
}

func TestCells(t *testing.T) {
	const styles = `<number:number-style style:name="N5"><number:number number:decimal-places="0" number:min-integer-digits="5"/></number:number-style>` +
		`<number:time-style style:name="N6" number:truncate-on-overflow="false"><number:hours/></number:time-style>` +
		`<style:style style:name="zeros" style:family="table-cell" style:data-style-name="N5"/>` +
		`<style:style style:name="child" style:family="table-cell" style:parent-style-name="zeros"/>` +
		`<style:style style:name="loop" style:family="table-cell" style:parent-style-name="loop"/>` +
		`<style:style style:name="hours" style:family="table-cell" style:data-style-name="N6"/>`
	for _, c := range []struct{ name, row, want string }{
		{"numbers", `<c office:value-type="float" office:value="1.50"><text:p>1.5</text:p></c><c office:value-type="percentage" office:value="0.05"><text:p>5%</text:p></c><c office:value-type="currency" office:currency="CNY" office:value="-3"><text:p>¥-3.00</text:p></c>`, `R1C0n:"1.50"~"1.5" R1C1p:"0.05"~"5%" R1C2n:"-3"~"¥-3.00"`},
		{"leading zeros", `<c table:style-name="zeros" office:value-type="float" office:value="123"><text:p>00123</text:p></c><c table:style-name="child" office:value-type="float" office:value="7"/><c table:style-name="loop" office:value-type="float" office:value="8"/>`, `R1C0z:"123"~"00123" R1C1z:"7" R1C2n:"8"`},
		{"dates", `<c office:value-type="date" office:date-value="2024-02-29"><text:p>29.02.24</text:p></c><c office:value-type="date" office:date-value="2024-02-29T10:30:00"/><c office:value-type="date" office:date-value="soon"><text:p>soon</text:p></c>`, `R1C0i:"2024-02-29"~"29.02.24" R1C1i:"2024-02-29T10:30:00" R1C2s:"soon"`},
		{"times", `<c office:value-type="time" office:time-value="PT12H00M00S"><text:p>12:00</text:p></c><c office:value-type="time" office:time-value="PT36H00M00S"/><c table:style-name="hours" office:value-type="time" office:time-value="PT06H"/><c office:value-type="time" office:time-value="-PT6H"/><c office:value-type="time" office:time-value="P1DT12H0.0S"/><c office:value-type="time" office:time-value="PT1X"><text:p>?</text:p></c>`, `R1C0t:"0.5"~"12:00" R1C1u:"1.5" R1C2u:"0.25" R1C3u:"-0.25" R1C4u:"1.5" R1C5s:"?"`},
		{"booleans", `<c office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></c><c office:value-type="boolean" office:boolean-value="false"/>`, `R1C0b:"1"~"WAHR" R1C1b:"0"~"FALSE"`},
		{"errors", `<c table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p></c><c table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></c><c office:value-type="string"><text:p>#1</text:p></c>`, `R1C0=e:"#N/A" R1C1=e:"#DIV/0!" R1C2s:"#1"`},
		{"text", `<c office:value-type="string"><text:p>a</text:p><text:p/><text:p>b</text:p></c><c office:value-type="string" office:string-value="value"><text:p>shown</text:p></c><c><text:p>untyped</text:p></c>`, `R1C0s:"a\n\nb" R1C1s:"value"~"shown" R1C2s:"untyped"`},
		{"inside text", `<c office:value-type="string"><text:p>a<text:s/>b<text:s text:c="3"/>c<text:tab/>d<text:line-break/>e <text:span>f<text:a>g</text:a></text:span><text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text></text:ruby></text:p></c>`, `R1C0s:"a b   c\td\ne fg漢"`},
		{"spaces are kept, breaks of the XML are not", "<c office:value-type=\"string\"><text:p>  a  b </text:p></c><c office:value-type=\"string\"><text:p>\n  a\n  b <text:span>\n c</text:span>\n</text:p></c>", `R1C0s:"  a  b " R1C1s:"a b c"`},
		{"notes and drawings", `<c office:value-type="string"><office:annotation><dc:date>2020</dc:date><text:p>note</text:p></office:annotation><text:p>kept<draw:frame><text:p>no</text:p></draw:frame></text:p><draw:frame><draw:text-box><text:p>no</text:p></draw:text-box></draw:frame></c><c><office:annotation><text:p>note</text:p></office:annotation></c>`, `R1C0s:"kept"`},
		{"formulas", `<c table:formula="of:=A1" office:value-type="string" office:string-value=""/><c table:formula="of:=A1"/><c table:formula="of:=A1" office:value-type="float" office:value="2"/>`, `R1C0=s:"" R1C2=n:"2"`},
		{"repeated columns", `<c table:number-columns-repeated="2" office:value-type="float" office:value="1"><text:p>1</text:p></c><c table:number-columns-repeated="1000000"/>`, `R1C0n:"1" R1C1n:"1"`},
		{"covered cells", `<c table:number-columns-spanned="2" office:value-type="string"><text:p>a</text:p></c><table:covered-table-cell office:value-type="string"><text:p>under</text:p></table:covered-table-cell>`, `R1C0s:"a" R1C1s:"under"`},
		{"a number that is none", `<c office:value-type="float" office:value="NaN"><text:p>x</text:p></c><c office:value-type="float"><text:p>12</text:p></c>`, `R1C0s:"x" R1C1n:"12"`},
		{"references and cdata", `<c office:value-type="string"><text:p>&lt;&#x4E2D;<![CDATA[&amp;]]></text:p></c>`, `R1C0s:"<中&amp;"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := strings.NewReplacer("<c ", "<table:table-cell ", "<c>", "<table:table-cell>", "</c>", "</table:table-cell>").Replace(c.row)
			cells, _, err := readOne(t, content(styles, one("<table:table-row>"+row+"</table:table-row>")))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, readtest.Show(cells)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const cellA = `<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>`

func TestRowsAndFacts(t *testing.T) {
	rows := `<table:table-column table:default-cell-style-name="zeros"/><table:table-column table:visibility="collapse" table:number-columns-repeated="16383"/>` +
		`<table:table-header-rows><table:table-row>` + cellA + `</table:table-row></table:table-header-rows>` +
		`<table:table-row table:number-rows-repeated="1000"><table:table-cell/></table:table-row>` +
		`<table:table-row-group><table:table-row table:visibility="filter" table:number-rows-repeated="2">` + strings.ReplaceAll(cellA, "<table:table-cell ", `<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="3" `) + cellA + `</table:table-row></table:table-row-group>` +
		`<table:table-row><table:table-cell office:value-type="float" office:value="5"/></table:table-row>` +
		`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`
	styles := `<number:number-style style:name="N5"><number:number number:min-integer-digits="5"/></number:number-style><style:style style:name="zeros" style:family="table-cell" style:data-style-name="N5"/>`
	cells, facts, err := readOne(t, content(styles, one(rows)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`R1C0s:"a" R1002C0-s:"a" R1002C1-s:"a" R1003C0-s:"a" R1003C1-s:"a" R1004C0z:"5"`, readtest.Show(cells)); diff != "" {
		t.Error(diff)
	}
	want := sheet.Facts{HiddenCols: []int{1}, Merged: []sheet.Range{{FirstRow: 1002, LastRow: 1004, FirstCol: 0, LastCol: 1}}}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
}

func TestSheets(t *testing.T) {
	styles := `<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>`
	tables := `<table:tracked-changes><table:deletion><table:cell-content-deletion><table:change-track-table-cell/></table:cell-content-deletion></table:deletion></table:tracked-changes>` +
		`<table:table table:name="一&amp;" table:style-name="ta1"><table:table-row>` + cellA + `</table:table-row></table:table>` +
		`<table:table table:name="two" table:style-name="ta2"><table:shapes><table:table><table:table-row>` + cellA + `</table:table-row></table:table></table:shapes><table:table-row>` + cellA + cellA + `</table:table-row></table:table>`
	for format, open := range map[string]func() (sheet.Book, error){
		"ods": func() (sheet.Book, error) {
			return ods.Open(t.Context(), bytes.NewReader(pack(t, "content.xml", content(styles, tables))), sheet.Options{})
		},
		"fods": func() (sheet.Book, error) {
			return ods.OpenFlat(t.Context(), bytes.NewReader(flat(content(styles, tables))), sheet.Options{})
		},
	} {
		book, err := open()
		if err != nil {
			t.Fatal(format, err)
		}
		if diff := cmp.Diff([]sheet.Info{{Name: "一&"}, {Name: "two", Hidden: true}}, book.Sheets()); diff != "" || book.Format() != format || book.Encoding() != "" {
			t.Error(book.Format(), diff)
		}
		for i, want := range []string{`R1C0s:"a"`, `R1C0s:"a" R1C1s:"a"`} {
			cells, _, err := readtest.Read(t, book, i)
			if got := readtest.Show(cells); err != nil || got != want {
				t.Errorf("%s, sheet %d: %s %v", format, i, got, err)
			}
		}
		if _, err := book.Rows(t.Context(), 2); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("<text:span>", 600) + strings.Repeat("</text:span>", 600)
	lots := func(attr string) string {
		return strings.ReplaceAll(cellA, "<table:table-cell ", "<table:table-cell "+attr+" ")
	}
	for _, c := range []struct {
		name, sentence string
		code           fault.Code
		file           []byte
	}{
		{"encrypted", "protected with a password", fault.BadInput, pack(t, "META-INF/manifest.xml", `<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>`, "content.xml", "\x12\x34")},
		{"encrypted whole", "protected with a password", fault.BadInput, pack(t, "mimetype", mimetype, "encrypted-package", "x")},
		{"no content", "missing from the file", fault.BadInput, pack(t, "mimetype", mimetype)},
		{"a text document", "not a spreadsheet", fault.BadInput, pack(t, "content.xml", `<office:document-content><office:body><office:text/></office:body></office:document-content>`)},
		{"other XML", "not a spreadsheet", fault.BadInput, pack(t, "content.xml", `<a/>`)},
		{"entities", "declares entities", fault.BadInput, packed(t, `<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]>`+content("", one("<table:table-row>"+cellA+"</table:table-row>")))},
		{"an unknown entity", "not well-formed", fault.BadInput, packed(t, content("", one("<table:table-row><table:table-cell><text:p>&b;</text:p></table:table-cell></table:table-row>")))},
		{"not UTF-8", "not well-formed", fault.BadInput, packed(t, content("", one("<table:table-row><table:table-cell><text:p>\xff</text:p></table:table-cell></table:table-row>")))},
		{"deep", "not well-formed", fault.BadInput, packed(t, content("", one("<table:table-row><table:table-cell><text:p>"+deep+"</text:p></table:table-cell></table:table-row>")))},
		{"ghost columns", "more columns", fault.Limit, packed(t, content("", one("<table:table-row>"+lots(`table:number-columns-repeated="99999999999999999999"`)+"</table:table-row>")))},
		{"ghost rows", "repeated", fault.Limit, packed(t, content("", one(`<table:table-row table:number-rows-repeated="1048576">`+lots(`table:number-columns-repeated="1024"`)+"</table:table-row>")))},
		{"far rows", "row number", fault.BadInput, packed(t, content("", one(`<table:table-row table:number-rows-repeated="99999999999"/><table:table-row>`+cellA+"</table:table-row>")))},
		{"spaces", "more than the limit", fault.Limit, packed(t, content("", one(`<table:table-row><table:table-cell><text:p><text:s text:c="99999999999"/>a</text:p></table:table-cell></table:table-row>`)))},
		{"zip bomb", "zip bomb", fault.Limit, bomb(t)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readtest.All(t, ods.Open, c.file, sheet.Options{Name: "a.ods"})
			f := fault.Of(err)
			if err == nil || f.Code != c.code || !strings.Contains(f.Sentence.String(), c.sentence) || f.Next.IsZero() || !strings.HasPrefix(f.Place, "a.ods") {
				t.Errorf("got %v", err)
			}
		})
	}
	_, err := readtest.All(t, ods.Open, pack(t, "mimetype", mimetype, "encrypted-package", "x"), sheet.Options{})
	if !errors.Is(err, sheet.ErrNeedsPassword) {
		t.Error(err)
	}
}

// bomb states a part of 300 MB that is stored in a few hundred bytes.
func bomb(t *testing.T) []byte {
	t.Helper()
	var deflated, file bytes.Buffer
	fw, err := flate.NewWriter(&deflated, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(fw, content("", "")); err != nil {
		t.Fatal(err)
	}
	if err := fw.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&file)
	part, err := w.CreateRaw(&zip.FileHeader{Name: "content.xml", Method: zip.Deflate, CompressedSize64: uint64(deflated.Len()), UncompressedSize64: 300 << 20})
	if err == nil {
		_, err = part.Write(deflated.Bytes())
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestDoctypeWithoutDeclarations(t *testing.T) {
	cells, _, err := readOne(t, `<!DOCTYPE office:document-content PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "office.dtd">`+content("", one("<table:table-row>"+cellA+"</table:table-row>")))
	if err != nil || len(cells) != 1 {
		t.Error(cells, err)
	}
}

// some is a spreadsheet of a few hundred rows.
func some() string {
	var b strings.Builder
	for r := range 300 {
		fmt.Fprintf(&b, `<table:table-row><table:table-cell office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell>%s</table:table-row>`, r*7, r*7, cellA)
	}
	return content("", one(b.String())+one(b.String()))
}

func TestTruncated(t *testing.T) {
	readtest.Truncated(t, ods.Open, packed(t, some()), 0)
	readtest.Truncated(t, ods.OpenFlat, flat(some()), 0)
	readtest.Flipped(t, ods.Open, packed(t, some()))
	_, err := readtest.All(t, ods.Open, pack(t, "content.xml", some()[:4000]), sheet.Options{Name: "a.ods"})
	if f := fault.Of(err); err == nil || f.Place != "a.ods: content.xml, byte 4000" {
		t.Error(err)
	}
}

// TestRepeatedRowsFillManyBatches: a row that is repeated comes as often as it
// says, with what it is shown as, in batches of bounded size.
func TestRepeatedRowsFillManyBatches(t *testing.T) {
	const times = 5000
	row := fmt.Sprintf(`<table:table-row table:number-rows-repeated="%d"><table:table-cell office:value-type="float" office:value="1"><text:p>one</text:p></table:table-cell></table:table-row><table:table-row>%s</table:table-row>`, times, cellA)
	cells, _, err := readOne(t, content("", one(row)))
	if err != nil || len(cells) != times+1 || cells[times].Row != times+1 {
		t.Fatal(len(cells), err)
	}
	for _, c := range cells[:times] {
		if c.Text != "1" || c.Shown != "one" {
			t.Fatalf("%+v", c)
		}
	}
}

func TestCancelled(t *testing.T) {
	book, err := ods.Open(t.Context(), bytes.NewReader(packed(t, some())), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := book.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	var batch sheet.Batch
	if err := rows.Next(ctx, &batch); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if _, err := ods.Open(ctx, bytes.NewReader(packed(t, some())), sheet.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
