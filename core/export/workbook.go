package export

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// The parts of a workbook of one sheet (ECMA-376). They are written here and
// not by a library, so that rows stream into the file and control characters
// can be kept.
const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS  = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	officeR = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packR   = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	typeOf  = `application/vnd.openxmlformats-officedocument.spreadsheetml.`

	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + typeOf + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + typeOf + `worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + typeOf + `styles+xml"/></Types>`
	packageRels = xmlHead + packR +
		`<Relationship Id="rId1" Type="` + officeR + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	workbookRels = xmlHead + packR +
		`<Relationship Id="rId1" Type="` + officeR + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + officeR + `/styles" Target="styles.xml"/></Relationships>`
	workbookStart = xmlHead + `<workbook ` + mainNS + ` xmlns:r="` + officeR + `"><bookViews><workbookView/></bookViews><sheets><sheet name="`
	workbookEnd   = `" sheetId="1" r:id="rId1"/></sheets></workbook>`

	// The first row is kept in sight.
	sheetStart = xmlHead + `<worksheet ` + mainNS + `><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>` +
		`</sheetView></sheetViews><sheetData>`
	sheetEnd = `</sheetData></worksheet>`
)

// The styles of cells, as indexes of cellXfs in styles.
const (
	styleNone = iota
	styleBold
	styleDate
	styleDateTime
	styleTime
)

const styles = xmlHead + `<styleSheet ` + mainNS + `>` +
	`<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>` +
	`<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/><numFmt numFmtId="166" formatCode="[hh]:mm:ss"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

// writeWorkbook writes the package around a sheet, whose part writeSheet writes.
func writeWorkbook(w io.Writer, name string, writeSheet func(io.Writer) error) error {
	var quoted bytes.Buffer
	if err := xml.EscapeText(&quoted, []byte(name)); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.DefaultCompression)
	})
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"xl/workbook.xml", workbookStart + quoted.String() + workbookEnd},
		{"xl/_rels/workbook.xml.rels", workbookRels},
		{"xl/styles.xml", styles},
	} {
		out, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, part.text); err != nil {
			return err
		}
	}
	out, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	if err := writeSheet(out); err != nil {
		return err
	}
	return z.Close()
}

// checkSheetName refuses what Excel does not take for the name of a sheet.
func checkSheetName(name string) error {
	if len(utf16.Encode([]rune(name))) <= 31 && !strings.ContainsAny(name, `:\/?*[]`) &&
		!strings.HasPrefix(name, "'") && !strings.HasSuffix(name, "'") {
		return nil
	}
	return fault.New(fault.Usage, say.T("A sheet of Excel cannot have the name {name}.", "name", name)).
		Hint(say.T(`Use at most 31 characters, none of : \ / ? * [ ] and no ' at either end.`))
}

// maxPartBytes is what a part of a package may hold: past 4 GiB Excel wants
// ZIP64 marks that a stream cannot go back to set.
const maxPartBytes = math.MaxUint32

// bounded takes bytes to nowhere, and no more than so many.
type bounded struct{ left int64 }

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, fault.New(fault.Limit, say.T("The table's sheet is larger than the 4 GiB that Excel reads.")).Hint(elsewhere())
	}
	return len(p), nil
}

// appendText adds text as XML that reads back the same in Excel. A character
// that XML cannot hold is _xHHHH_, its UTF-16 code unit; so is the underscore
// of a text that looks like that (ECMA-376 part 1, 22.9.2.19, ST_Xstring), and
// the carriage return, which XML would turn into a line feed.
func appendText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == '_' && startsEscape(text[i:]):
			dst = appendEscape(dst, r)
		default:
			dst = utf8.AppendRune(dst, r)
		}
		i += n
	}
	return dst
}

// startsEscape tells whether text starts with _xHHHH. Whether an underscore
// follows does not matter: it may come from the next escape.
func startsEscape(text []byte) bool {
	if len(text) < len("_x0000") || text[1] != 'x' {
		return false
	}
	for _, c := range text[2:len("_x0000")] {
		if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}

func appendEscape(dst []byte, r rune) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '_', 'x', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15], '_')
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
