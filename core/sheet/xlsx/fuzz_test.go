package xlsx_test

import (
	"bytes"
	"context"
	"strconv"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xlsx"
)

func fuzzFile(t *testing.T, file []byte) {
	t.Helper()
	readtest.Fuzz(t, xlsx.Open, file)
}

func FuzzSheetXML(f *testing.F) {
	f.Add(data(one))
	f.Add(data(`<row r="3"><c r="B3" t="s" s="1"><v>0</v></c><c r="A3" t="inlineStr"><is><r><t>a&amp;_x000D_</t></r><rPh><t>b</t></rPh></is></c></row><row r="1" hidden="1"><c t='b'><f>x</f><v>1</v></c><c t="d"><v>2024-01-01</v></c></row>`))
	f.Add(`<x:worksheet><cols><col min="1" max="9" hidden="1"/></cols><!-- a --><?b?><x:sheetData><![CDATA[c]]></x:sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></x:worksheet>`)
	f.Add("\xff\xfe<\x00w\x00")
	f.Fuzz(func(t *testing.T, part string) {
		fuzzFile(t, workbook(part).strings(`<t>a</t>`).styles("yyyy").zip(t))
	})
}

func FuzzSharedStrings(f *testing.F) {
	f.Add(`<sst count="9"><si><t>a</t></si><si><r><t>b</t></r><rPh><t>c</t></rPh></si><si/></sst>`)
	f.Add(`<x:sst><x:si><x:t xml:space="preserve"> &#x4E2D;_x005F_x0041_<![CDATA[&]]></x:t></x:si></x:sst>`)
	f.Fuzz(func(t *testing.T, part string) {
		fuzzFile(t, workbook(data(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>`)).with("xl/sharedStrings.xml", part).zip(t))
	})
}

func FuzzFormatCode(f *testing.F) {
	for _, code := range []string{"yyyy-mm-dd", `[>9]0,"K";[<0]\-0;@`, "[h]:mm:ss.00", `_(* "-"??_);上午/下午`, "[$-804", `"`, "# ?/?", "0.0E+0"} {
		f.Add(code, 45351.5)
		f.Add(code, -1e300)
	}
	f.Fuzz(func(t *testing.T, code string, value float64) {
		number := strconv.FormatFloat(value, 'g', -1, 64)
		p := workbook(data(`<row><c s="1"><v>` + number + `</v></c></row>`)).styles(code)
		book, err := xlsx.Open(context.Background(), bytes.NewReader(p.zip(t)), sheet.Options{Limits: readtest.Small})
		readtest.Sound(t, err)
		if err != nil {
			return
		}
		defer func() { _ = book.Close() }()
		rows, err := book.Rows(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var batch sheet.Batch
		if err := rows.Next(context.Background(), &batch); err != nil {
			t.Fatal(err)
		}
		c := batch.Cells[0]
		book.Display(c, batch.Text(c))
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(workbook(data(one)).strings("<t>a</t>").styles("0%").zip(f))
	f.Add(parts{}.zip(f))
	f.Fuzz(fuzzFile)
}
