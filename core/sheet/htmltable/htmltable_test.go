package htmltable_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/htmltable"
	"sheetmill/core/sheet/readtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func readPage(t *testing.T, text string) ([]readtest.Cell, sheet.Facts, error) {
	t.Helper()
	book, err := htmltable.Open(t.Context(), strings.NewReader(text), sheet.Options{Name: "dir/a.xls"})
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() { _ = book.Close() }()
	return readtest.Read(t, book, 0)
}

func TestPages(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"plain", `<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td><td>x &amp; &#20013;&nbsp;y</td></tr></table>`, `R1C0s:"a" R1C1s:"b" R2C0s:"1" R2C2s:"x & 中\u00a0y"`},
		{"nothing closed", `<TABLE BORDER=1><TR><TD>a<TD>b<TR><TD>c</TABLE>`, `R1C0s:"a" R1C1s:"b" R2C0s:"c"`},
		{"no rows", `<table><td>a<td>b</table>`, `R1C0s:"a" R1C1s:"b"`},
		{"sections", `<table><caption>Title</caption><colgroup><col><col></colgroup><thead><tr><td>a</thead><tbody><tr><td>b</td></tr></tbody><tfoot><tr><td>c</table>`, `R1C0s:"Title" R2C0s:"a" R3C0s:"b" R4C0s:"c"`},
		{"white space", "<table><tr><td>\n  a\n  b <b> c</b>d<br>e<p>f</p><p>g</p>\n</td><td>&nbsp;</td><td> \n </td><td><pre>x  y\n z</pre></td></tr></table>", `R1C0s:"a b cd\ne\nf\ng" R1C3s:"x  y\n z"`},
		{"spans", `<table><tr><td colspan=2>a<td rowspan=2>b<td>c</tr><tr><td>d<td>e<td>f</tr><tr><td rowspan=99>g</tr><tr><td>h</tr></table>`, `R1C0s:"a" R1C2s:"b" R1C3s:"c" R2C0s:"d" R2C1s:"e" R2C3s:"f" R3C0s:"g" R4C1s:"h"`},
		{"several tables", `<h1>Report</h1><p>of <b>May</b></p><table><tr><td>a</table><table><tr><td>b</table>end`, `R1C0s:"Report" R2C0s:"of May" R3C0s:"a" R5C0s:"b" R7C0s:"end"`},
		{"a layout", `<table><tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table></td></tr><tr><td>e</table>`, `R1C0s:"a" R1C1s:"b" R2C0s:"c" R2C1s:"d" R4C0s:"e"`},
		{"a text placed by a table", `<table><tr><td>x<td><table><tr><td>5 mg</table><td>y</table>`, `R1C0s:"x" R1C1s:"5 mg" R1C2s:"y"`},
		{"a table inside a row", `<table><tr><td>x<td>before<table><tr><td>a<td>b</table>after<td>y<tr><td>z</table>`, `R1C0s:"x" R1C1s:"before" R2C0s:"a" R2C1s:"b" R4C1s:"after" R4C2s:"y" R5C0s:"z"`},
		{"a table of one column inside", `<table><tr><td><table><tr><td>a<tr><td>b</table><td>y</table>`, `R1C0s:"a" R2C0s:"b" R4C1s:"y"`},
		{"hidden rows and text", `<table><tr style="DISPLAY: none"><td>a<tr><td>b<span style='display:none'>no<span>no</span></span>c<i hidden>no</i></table>`, `R1C0-s:"a" R2C0s:"bc"`},
		{"scripts", `<script>if (a<b) "<table>"</script><title>no</title><style>td{}</style><!-- <table> --><table><tr><td>a<script>no</script>b</table>`, `R1C0s:"ab"`},
		{"excel", `<style>.xl65{mso-number-format:"Short Date";}
.xl66 , td.xl67 {mso-number-format:"0\.00%";}
.xl68{mso-number-format:"\@";}</style><table><tr><td class=xl65 x:num="45351">29/02/2024</td><td class="c xl66" x:num="0.5">50%</td><td class=xl68>00123</td><td x:num>12.5</td><td x:num="1234.5">1,234.50</td><td x:str="a">a</td><td x:bool="TRUE">WAHR</td><td x:err="#N/A">#N/A</td><td style='mso-number-format:"00000"' x:num="7">00007</td><td x:num x:fmla="=A1+1">3</td><td x:num>n/a</td></tr></table>`,
			`R1C0d:"45351"~"29/02/2024" R1C1p:"0.5"~"50%" R1C2s:"00123" R1C3n:"12.5" R1C4n:"1234.5"~"1,234.50" R1C5s:"a" R1C6b:"1"~"WAHR" R1C7e:"#N/A" R1C8z:"7"~"00007" R1C9=n:"3" R1C10s:"n/a"`},
		{"libreoffice", `<table><tr><td sdval="0.25" sdnum="1033;0;0.00%">25.00%</td><td sdval="45351" sdnum="1033;0;MM/DD/YY">02/29/24</td><td sdval="3" sdnum="1033;">3</td></table>`, `R1C0p:"0.25"~"25.00%" R1C1d:"45351"~"02/29/24" R1C2n:"3"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, page := range []string{c.page, "<html><head></head><body>\r\n" + c.page + "\r\n</body></html>"} {
				cells, _, err := readPage(t, page)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, readtest.Show(cells)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestFacts(t *testing.T) {
	_, facts, err := readPage(t, `<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook></xml><![endif]--><table><col><col span=2 style='display:none'><col style='display:none'>`+
		`<tr><td colspan=2 rowspan=2>a<td>b<tr><td rowspan=9>c<tr><td colspan=3 style='mso-ignore:colspan'>d</table>`)
	if err != nil {
		t.Fatal(err)
	}
	want := sheet.Facts{Date1904: true, HiddenCols: []int{1, 2}, Merged: []sheet.Range{{FirstRow: 1, LastRow: 2, LastCol: 1}, {FirstRow: 2, LastRow: 3, FirstCol: 2, LastCol: 2}}}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
}

func TestEncodings(t *testing.T) {
	const page = `<html><head>%s</head><body><table><tr><td>姓名<td>张三</table></body></html>`
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(page)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, file, asked, want string }{
		{"utf-8", page, "", "utf-8"},
		{"utf-8 with a mark", "\xef\xbb\xbf" + page, "", "utf-8"},
		{"utf-8 that says otherwise", fmt.Sprintf(page, `<meta charset=gb2312>`), "", "utf-8"},
		{"declared", strings.Replace(gb, "%s", `<meta http-equiv="Content-Type" content="text/html; charset=gb2312">`, 1), "", "gb18030"},
		{"declared wrongly", strings.Replace(gb, "%s", `<meta charset="utf-8">`, 1), "", "gb18030"},
		{"not declared", gb, "", "gb18030"},
		{"asked for", gb, "gbk", "gb18030"},
		{"utf-16", wide, "", "utf-16le"},
	} {
		book, err := htmltable.Open(t.Context(), strings.NewReader(c.file), sheet.Options{Name: "lab.xls", Encoding: c.asked})
		if err != nil {
			t.Fatal(c.name, err)
		}
		cells, _, err := readtest.Read(t, book, 0)
		last := cells[max(0, len(cells)-2):]
		if got := readtest.Show(last); err != nil || !strings.Contains(got, `C0s:"姓名"`) || !strings.Contains(got, `C1s:"张三"`) || book.Encoding() != c.want || book.Sheets()[0].Name != "lab" {
			t.Errorf("%s: %s %v %s", c.name, got, err, book.Encoding())
		}
	}
	if _, err := htmltable.Open(t.Context(), strings.NewReader(page), sheet.Options{Encoding: "klingon"}); !fault.Is(err, fault.Usage) {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, sentence string
		code           fault.Code
		page           string
	}{
		{"a page to log in", "without any table", fault.BadInput, `<html><body><form>User <input></form></body></html>`},
		{"frames", "frames other pages", fault.BadInput, `<html><frameset rows="*,39"><frame src="a_files/sheet001.htm"><noframes><body>no</body></noframes></frameset></html>`},
		{"cut in a table", "cut short", fault.BadInput, `<html><body><table><tr><td>a</td></tr>`},
		{"cut behind a table", "cut short", fault.BadInput, `<html><body><table><tr><td>a</td></tr></table><p>and`},
		{"deep", "nested more than", fault.Limit, strings.Repeat("<table><tr><td>a<td>", 100)},
		{"wide", "more columns", fault.Limit, "<table><tr>" + strings.Repeat("<td colspan=16384>", 10)},
		{"spans", "cells span them", fault.Limit, "<table><tr>" + strings.Repeat("<td rowspan=65534>", 40_000) + strings.Repeat("<tr>", 4000) + "</table>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readtest.All(t, htmltable.Open, []byte(c.page), sheet.Options{Name: "a.xls"})
			f := fault.Of(err)
			if err == nil || f.Code != c.code || !strings.Contains(f.Sentence.String(), c.sentence) || f.Next.IsZero() || !strings.HasPrefix(f.Place, "a.xls") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTruncated(t *testing.T) {
	page := "<html><body><table>" + strings.Repeat("<tr><td>a</td><td>b</td></tr>\n", 300) + "</table></body></html>"
	readtest.Truncated(t, htmltable.Open, []byte(page), len(page)-len("</body></html>"))
	readtest.Truncated(t, htmltable.OpenArchive, archive(), len(archive())-4)
}

// archive is a workbook of two sheets as Excel saves a web page in one file.
func archive() []byte {
	part := func(location, kind, encoding, body string) string {
		return "------=_Next\r\nContent-Location: file:///C:/0/" + location + "\r\nContent-Transfer-Encoding: " + encoding + "\r\nContent-Type: " + kind + "; charset=\"us-ascii\"\r\n\r\n" + body + "\r\n\r\n"
	}
	main := `<html><head><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>One &amp; all</x:Name><x:WorksheetSource HRef=3D"a_files/sheet001.htm"/></x:ExcelWorksheet>` +
		`<x:ExcelWorksheet><x:Name>Two</x:Name><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions><x:WorksheetSource HRef=3D"a_files/sheet002.htm"/></x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml></head><frameset><frame src=3D"x"></frameset></html>`
	return []byte("MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=\"----=_Next\"\r\n\r\nThis document is a Single File Web Page.\r\n\r\n" +
		part("a.htm", "text/html", "quoted-printable", main) +
		part("a_files/stylesheet.css", "text/css", "7bit", `.xl65{mso-number-format:Percent;}`) +
		part("a_files/sheet001.htm", "text/html", "quoted-printable", "<html><body><table><tr><td class=3Dxl65 x:num=3D\"0.5\">50=\r\n%</td><td>=E4=B8=AD</td></tr></table></body></html>") +
		part("a_files/sheet002.htm", "text/html", "base64", base64.StdEncoding.EncodeToString([]byte("<table><tr><td>two</table>"))) +
		"------=_Next--\r\n")
}

func TestArchive(t *testing.T) {
	book, err := htmltable.OpenArchive(t.Context(), bytes.NewReader(archive()), sheet.Options{Name: "a.xls"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]sheet.Info{{Name: "One & all"}, {Name: "Two", Hidden: true}}, book.Sheets()); diff != "" || book.Format() != "mhtml" || book.Encoding() != "" {
		t.Error(diff)
	}
	for i, want := range []string{`R1C0p:"0.5"~"50%" R1C1s:"中"`, `R1C0s:"two"`} {
		cells, _, err := readtest.Read(t, book, i)
		if got := readtest.Show(cells); err != nil || got != want {
			t.Errorf("%s %v", got, err)
		}
	}
	if err := errors.Join(book.Close(), book.Close()); err != nil {
		t.Error(err)
	}
	single := "MIME-Version: 1.0\nContent-Type: text/html\n\n<table><tr><td>a</table>"
	all, err := readtest.All(t, htmltable.OpenArchive, []byte(single), sheet.Options{Name: "b.mht"})
	if err != nil || readtest.Show(all["0 b"]) != `R1C0s:"a"` {
		t.Error(all, err)
	}
}

// TestWhatIsWrittenIsRead: any grid of cells that span reads in its places,
// whatever tags are left out.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		closed := rapid.Bool().Draw(rt, "closed")
		rows, cols := rapid.IntRange(1, 6).Draw(rt, "rows"), rapid.IntRange(1, 6).Draw(rt, "cols")
		taken := map[[2]int]bool{}
		var page strings.Builder
		var want []readtest.Cell
		page.WriteString("<table>")
		for r := range rows {
			page.WriteString("\n<tr>")
			for c := range cols {
				if taken[[2]int{r, c}] {
					continue
				}
				wide, high := 1, 1
				if rapid.IntRange(0, 3).Draw(rt, "span") == 0 {
					high = rapid.IntRange(1, rows-r).Draw(rt, "high")
					for most := rapid.IntRange(1, cols-c).Draw(rt, "wide"); wide < most && !taken[[2]int{r, c + wide}]; {
						wide++
					}
				}
				for i := range high {
					for j := range wide {
						taken[[2]int{r + i, c + j}] = true
					}
				}
				text := strings.Join(strings.Fields(rapid.StringOfN(rapid.SampledFrom([]rune("ab<&>\"'中😀 ")), 0, 6, -1).Draw(rt, "text")), " ")
				fmt.Fprintf(&page, "<td colspan=%d rowspan='%d'> %s", wide, high, html.EscapeString(text))
				if closed {
					page.WriteString("</td>")
				}
				if text != "" {
					want = append(want, readtest.Cell{Row: int64(r + 1), Col: c, Kind: sheet.Text, Text: text, Shown: text})
				}
			}
			if closed {
				page.WriteString("</tr>")
			}
		}
		page.WriteString("</table>")
		got, err := readtest.All(t, htmltable.Open, []byte(page.String()), sheet.Options{Name: "p"})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got["0 p"]); diff != "" {
			rt.Fatal(page.String(), diff)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<html><style>.a{mso-number-format:"0\.00"}</style><table><col span=2 style=display:none><tr><td class=a x:num="1" colspan=2 rowspan=3>a<table><tr><td>b<td>c</table>d<br><pre> e</pre><tr hidden><td>f</table></html>`))
	f.Add([]byte("<table><td>\xd0\xd5\xc3\xfb<td>b</table>x"))
	f.Add(archive())
	f.Fuzz(func(t *testing.T, file []byte) {
		readtest.Fuzz(t, htmltable.Open, file)
		if bytes.HasPrefix(file, []byte("MIME")) {
			readtest.Fuzz(t, htmltable.OpenArchive, file)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	const rows, cols = 3339, 151
	var text strings.Builder
	text.WriteString("<html><body><table>")
	for r := range rows {
		text.WriteString("<tr>")
		for c := range cols {
			fmt.Fprintf(&text, "<td class=xl65 style='text-align:right'>%d.%d</td>", r*7919%100003, c)
		}
		text.WriteString("</tr>\n")
	}
	text.WriteString("</table></body></html>")
	file := []byte(text.String())
	readtest.Bench(b, htmltable.Open, file, rows*cols)
}
