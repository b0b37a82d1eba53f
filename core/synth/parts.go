package synth

import (
	"strconv"
	"strings"
)

// style is the index of a cell format in stylesPart.
type style int

const (
	styleGeneral     style = iota
	styleDate              // year/month/day as the reader's locale has it (built-in 14)
	styleDateTime          // date and time (built-in 22)
	styleTwo               // 0.00
	styleThousands         // #,##0.00
	stylePercent           // 0.00%
	stylePadded            // 000000
	styleText              // @
	styleChineseDate       // yyyy"年"m"月"d"日"
	styleHead              // bold, centred
	styleTitle             // large, bold, centred
)

const (
	nsMain     = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice   = "http://schemas.openxmlformats.org/officeDocument/2006/"
	nsRelated  = nsOffice + "relationships"
	nsPackage  = "http://schemas.openxmlformats.org/package/2006/"
	typeOffice = "application/vnd.openxmlformats-officedocument."
	typeMain   = typeOffice + "spreadsheetml."
)

const stylesPart = `<styleSheet xmlns="` + nsMain + `">` +
	`<numFmts count="2"><numFmt numFmtId="176" formatCode="000000"/><numFmt numFmtId="177" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>` +
	`<fonts count="4"><font><sz val="11"/><name val="等线"/><family val="2"/><charset val="134"/></font><font><sz val="9"/><name val="等线"/><family val="2"/><charset val="134"/></font>` +
	`<font><b/><sz val="11"/><name val="等线"/><family val="2"/><charset val="134"/></font><font><b/><sz val="16"/><name val="等线"/><family val="2"/><charset val="134"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFDDEBF7"/><bgColor indexed="64"/></patternFill></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="11">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="176" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="177" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="0" fontId="2" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>` +
	`<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf>` +
	`</cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

const packageRelationships = `<Relationships xmlns="` + nsPackage + `relationships">` +
	`<Relationship Id="rId1" Type="` + nsRelated + `/officeDocument" Target="xl/workbook.xml"/>` +
	`<Relationship Id="rId2" Type="` + nsPackage + `relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`<Relationship Id="rId3" Type="` + nsRelated + `/extended-properties" Target="docProps/app.xml"/></Relationships>`

const corePart = `<cp:coreProperties xmlns:cp="` + nsPackage + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
	`<dc:creator>Sheetmill</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">2023-07-01T08:00:00Z</dcterms:created>` +
	`<dcterms:modified xsi:type="dcterms:W3CDTF">2023-07-01T08:00:00Z</dcterms:modified></cp:coreProperties>`

func contentTypes(sheets []string) string {
	var b strings.Builder
	override := func(part, kind string) {
		b.WriteString(`<Override PartName="` + part + `" ContentType="` + kind + `"/>`)
	}
	b.WriteString(`<Types xmlns="` + nsPackage + `content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>`)
	override("/xl/workbook.xml", typeMain+"sheet.main+xml")
	for i := range sheets {
		override("/"+sheetPart(i), typeMain+"worksheet+xml")
	}
	override("/xl/styles.xml", typeMain+"styles+xml")
	override("/xl/sharedStrings.xml", typeMain+"sharedStrings+xml")
	override("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
	override("/docProps/app.xml", typeOffice+"extended-properties+xml")
	b.WriteString(`</Types>`)
	return b.String()
}

func workbookPart(sheets []string) string {
	var b strings.Builder
	b.WriteString(`<workbook xmlns="` + nsMain + `" xmlns:r="` + nsRelated + `">` +
		`<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="26501"/><workbookPr defaultThemeVersion="166925"/>` +
		`<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="12300"/></bookViews><sheets>`)
	for i, name := range sheets {
		n := strconv.Itoa(i + 1)
		b.WriteString(`<sheet name="` + name + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
	}
	b.WriteString(`</sheets><calcPr calcId="191029"/></workbook>`)
	return b.String()
}

func workbookRelationships(sheets []string) string {
	var b strings.Builder
	next := 0
	relate := func(kind, target string) {
		next++
		b.WriteString(`<Relationship Id="rId` + strconv.Itoa(next) + `" Type="` + nsRelated + "/" + kind + `" Target="` + target + `"/>`)
	}
	b.WriteString(`<Relationships xmlns="` + nsPackage + `relationships">`)
	for i := range sheets {
		relate("worksheet", strings.TrimPrefix(sheetPart(i), "xl/"))
	}
	relate("styles", "styles.xml")
	relate("sharedStrings", "sharedStrings.xml")
	b.WriteString(`</Relationships>`)
	return b.String()
}

func appPart(sheets []string) string {
	var b strings.Builder
	b.WriteString(`<Properties xmlns="` + nsOffice + `extended-properties" xmlns:vt="` + nsOffice + `docPropsVTypes">` +
		`<Application>Microsoft Excel</Application><TitlesOfParts><vt:vector size="` + strconv.Itoa(len(sheets)) + `" baseType="lpstr">`)
	for _, name := range sheets {
		b.WriteString(`<vt:lpstr>` + name + `</vt:lpstr>`)
	}
	b.WriteString(`</vt:vector></TitlesOfParts><AppVersion>16.0300</AppVersion></Properties>`)
	return b.String()
}

func sheetPart(i int) string { return "xl/worksheets/sheet" + strconv.Itoa(i+1) + ".xml" }
