package xlsx_test

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"

	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

// hostile is a file made to exhaust whoever reads it.
type hostile struct {
	name string
	says string // part of the refusal; "" when the file is read whole
	make func(w *bufio.Writer)
	part string // where make writes; the sheet when empty
	zip  func(z *zip.Writer) error
}

// many writes a text over and over.
func many(n int, text string) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		for range n {
			_, _ = w.WriteString(text)
		}
	}
}

// numbered writes a format with the numbers below n.
func numbered(n int, format string) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		args := make([]any, strings.Count(format, "%d"))
		for i := range n {
			for j := range args {
				args[j] = i + 1
			}
			_, _ = fmt.Fprintf(w, format, args...)
		}
	}
}

// around writes something before and after.
func around(before string, inner func(*bufio.Writer), after string) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		_, _ = w.WriteString(before)
		inner(w)
		_, _ = w.WriteString(after)
	}
}

// noise writes tags with an attribute of so many bytes that do not compress
// well; the tag's number goes into its beginning.
func noise(tag string, tags, size int) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		random := rand.New(rand.NewPCG(1, 2))
		for i := range tags {
			_, _ = w.WriteString("<" + strings.ReplaceAll(tag, "%d", strconv.Itoa(200+i)) + `="`)
			for range size / 8 {
				_, _ = fmt.Fprintf(w, "%08x", random.Uint32())
			}
			_, _ = w.WriteString(`"/>`)
		}
	}
}

const (
	sheetOpen = `<worksheet><sheetData>`
	sheetShut = `</sheetData></worksheet>`
	laughs    = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
)

var hostiles = []hostile{
	{name: "bomb of rows", says: "bomb", make: around(sheetOpen, many(12_500_000, `<row></row>`), sheetShut)},
	{name: "bomb of text", says: "bomb", make: around(sheetOpen+`<row><c t="str"><v>`, many(140, strings.Repeat("x", 1<<20)), `</v></c></row>`+sheetShut)},
	{name: "bomb in the texts", says: "bomb", part: "xl/sharedStrings.xml", make: around(`<sst>`, many(11_000_000, `<si><t/></si>`), `</sst>`)},
	{name: "bomb in the formats", says: "bomb", part: "xl/styles.xml", make: around(`<styleSheet><cellXfs>`, many(30_000_000, `<xf/>`), `</cellXfs></styleSheet>`)},
	{name: "bomb in the workbook", says: "bomb", part: "xl/workbook.xml", make: around(`<workbook><sheets>`, many(17_500_000, `<sheet/>`), `</sheets></workbook>`)},
	{name: "a size that lies", says: "damaged", zip: lyingSize},
	{name: "ghost rows", make: around(sheetOpen, numbered(1_048_576, `<row r="%d" ht="15"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>`), sheetShut)},
	{name: "ghost rows without end", says: "bomb", make: around(sheetOpen, many(4_500_000, `<row spans="1:1"><c s="1"/></row>`), sheetShut)},
	{name: "a million sheets", says: "MaxSheets", part: "xl/workbook.xml", make: around(`<workbook xmlns:r="r"><sheets>`, numbered(1_000_000, `<sheet name="S%d" sheetId="%d" r:id="rId1"/>`), `</sheets></workbook>`)},
	{name: "a million relations", says: "relations", part: "xl/_rels/workbook.xml.rels", make: around(`<Relationships>`, numbered(1_000_000, `<Relationship Id="r%d" Type="x/worksheet" Target="worksheets/sheet%d.xml"/>`), `</Relationships>`)},
	{name: "a million parts", says: "parts", zip: millionParts},
	{name: "billion laughs in the sheet", says: "DOCTYPE", make: around(laughs+sheetOpen+`<row><c t="str"><v>`, many(1, `&lol1;`), `</v></c></row>`+sheetShut)},
	{name: "billion laughs in the texts", says: "DOCTYPE", part: "xl/sharedStrings.xml", make: around(laughs+`<sst><si><t>`, many(1, `&lol1;`), `</t></si></sst>`)},
	{name: "billion laughs in the workbook", says: "DOCTYPE", part: "xl/workbook.xml", make: around(laughs+`<workbook><sheets><sheet name="`, many(1, `&lol1;`), `"/></sheets></workbook>`)},
	{name: "entities of its own", says: "reference", make: around(sheetOpen+`<row><c t="str"><v>`, many(1000, `&lol;`), `</v></c></row>`+sheetShut)},
	{name: "tags just short enough", make: around(`<worksheet>`, noise("x a", 40, 3_900_000), `<sheetData><row><c><v>1</v></c></row>`+sheetShut)},
	{name: "a tag too long", says: "longer than", make: around(`<worksheet>`, noise("x a", 1, 30_000_000), sheetShut)},
	{name: "attributes without end", says: "too many attributes", make: around(`<worksheet`, numbered(100_000, ` a%d=""`), `/>`)},
	{name: "depth without end", says: "nested too deep", make: around(`<worksheet>`, many(1_000_000, `<a>`), ``)},
	{name: "a comment without end", says: "cut short", make: around(`<worksheet><!--`, noise("x a", 40, 1_000_000), ``)},
	{name: "rows from below", says: "order", make: around(sheetOpen, func(w *bufio.Writer) {
		for r := 1_000_000; r > 0; r-- {
			_, _ = fmt.Fprintf(w, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>%d</v></c></row>`, r, r, r*7919%10007, r, r)
		}
	}, sheetShut)},
	{name: "one cell over and over", make: around(sheetOpen+`<row r="1">`, numbered(3_000_000, `<c r="A1"><v>%d</v></c>`), `</row>`+sheetShut)},
	{name: "merged cells without end", says: "merged", make: around(sheetOpen+`</sheetData><mergeCells>`, numbered(1_000_000, `<mergeCell ref="A%d:B%d"/>`), `</mergeCells></worksheet>`)},
	{name: "a text too long", says: "MaxCellBytes", part: "xl/sharedStrings.xml", make: around(`<sst><si><t>`, func(w *bufio.Writer) { _, _ = w.WriteString(strings.Repeat("0123456789abcdef", 2<<20)) }, `</t></si></sst>`)},
	{name: "texts by the million", part: "xl/sharedStrings.xml", make: around(`<sst>`, numbered(3_000_000, `<si><t>text number %d, long enough to fill memory</t></si>`), `</sst>`)},
	{name: "styles by the million", says: "styles", part: "xl/styles.xml", make: around(`<styleSheet><cellXfs>`, numbered(1_100_000, `<xf numFmtId="%d"/>`), `</cellXfs></styleSheet>`)},
	{name: "long formats", says: "formats", part: "xl/styles.xml", make: around(`<styleSheet><numFmts>`, noise("numFmt numFmtId=\"%d\" formatCode", 60, 2_000_000), `</numFmts></styleSheet>`)},
	{name: "long names of sheets", says: "name", part: "xl/workbook.xml", make: around(`<workbook xmlns:r="r"><sheets>`, noise("sheet r:id=\"rId1\" sheetId=\"%d\" name", 60, 2_000_000), `</sheets></workbook>`)},
}

// lyingSize is a part that inflates to far more than its size says.
func lyingSize(z *zip.Writer) error {
	var packed strings.Builder
	d, err := flate.NewWriter(&packed, 1)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(d)
	around(sheetOpen, many(10_000_000, `<row></row>`), sheetShut)(w)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	f, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, UncompressedSize64: 100_000, CompressedSize64: uint64(packed.Len())})
	if err == nil {
		_, err = io.WriteString(f, packed.String())
	}
	return err
}

// millionParts is a package of parts that are nothing.
func millionParts(z *zip.Writer) error {
	for i := range 1_000_000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("xl/x/%d.xml", i), Method: zip.Store}); err != nil {
			return err
		}
	}
	f, err := z.Create("xl/worksheets/sheet1.xml")
	if err == nil {
		_, err = io.WriteString(f, data(one))
	}
	return err
}

// write makes the file.
func (h hostile) write(out io.Writer) (err error) {
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) })
	target := h.part
	if target == "" {
		target = "xl/worksheets/sheet1.xml"
	}
	for name, text := range workbook(data(one)).strings(`<t>a</t>`).styles("0%") {
		if name == target {
			continue
		}
		f, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			return err
		}
	}
	if h.zip != nil {
		err = h.zip(z)
	} else {
		var f io.Writer
		if f, err = z.Create(target); err == nil {
			w := bufio.NewWriter(f)
			h.make(w)
			err = w.Flush()
		}
	}
	if err != nil {
		return err
	}
	return z.Close()
}

// TestHostile: what would exhaust the machine is refused by name, or read.
func TestHostile(t *testing.T) {
	files := make([]readtest.Hostile, len(hostiles))
	for i, h := range hostiles {
		files[i] = readtest.Hostile{Name: h.name, Says: h.says, Write: h.write}
	}
	readtest.RunHostile(t, xlsx.Open, files)
}
