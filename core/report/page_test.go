package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/core/report"
	"sheetmill/core/say"
	"sheetmill/core/synth"
	"sheetmill/core/testenv"
)

// wide is a report on many columns with long Chinese names and values meant to break the page.
func wide(t *testing.T) *report.Document {
	t.Helper()
	var csv strings.Builder
	const columns = 40
	for i := range columns {
		if i > 0 {
			csv.WriteByte(',')
		}
		fmt.Fprintf(&csv, "患者入院时第%d次实验室检查结果与既往病史的综合评估指标_VeryLongUnbrokenIdentifier%d", i, i)
	}
	csv.WriteByte('\n')
	for row := range 60 {
		for i := range columns {
			if i > 0 {
				csv.WriteByte(',')
			}
			switch i % 5 {
			case 0:
				fmt.Fprintf(&csv, "P%05d", row)
			case 1:
				fmt.Fprintf(&csv, "%d.%d", row*row, i)
			case 2:
				fmt.Fprintf(&csv, "20%02d年%d月%d日", 10+row%12, 1+row%12, 1+row%28)
			case 3:
				csv.WriteString([]string{"阳性", "阴性", "<script>document.title='owned'</script>", "\u202ecba", ""}[row%5])
			case 4:
				csv.WriteString(strings.Repeat("长", row*5))
			}
		}
		csv.WriteByte('\n')
	}
	return milled(t, "很长的文件名 <b>&.csv", csv.String())
}

// opened writes a report's page and answers its address.
func opened(t *testing.T, d *report.Document, lang say.Lang) string {
	t.Helper()
	var page bytes.Buffer
	if err := d.Write(&page, report.HTML, lang); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// quiet fails if the page asked for anything but itself, or complained.
func quiet(t *testing.T, b *testenv.Browser, address string) {
	t.Helper()
	for _, e := range b.Events("Network.requestWillBeSent") {
		var p struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		if err := json.Unmarshal(e.Params, &p); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := strings.Cut(p.Request.URL, "#"); got != address && !strings.HasPrefix(got, "data:") {
			t.Errorf("the page asked for %s", p.Request.URL)
		}
	}
	for _, method := range []string{"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"} {
		for _, e := range b.Events(method) {
			t.Errorf("%s: %s", method, e.Params)
		}
	}
}

func TestPageInBrowser(t *testing.T) {
	b := testenv.StartBrowser(t)
	address := opened(t, wide(t), say.English)
	for _, width := range []int{390, 800, 1280} {
		b.Open(address, width, 844)
		quiet(t, b, address)
		var wideness struct{ Page, Window float64 }
		b.Eval(`document.querySelector("#open").click(), {page: document.documentElement.scrollWidth, window: innerWidth}`, &wideness)
		if wideness.Page > wideness.Window || int(wideness.Window) != width {
			t.Errorf("at %d the page is %v wide in a window of %v", width, wideness.Page, wideness.Window)
		}
	}
	var title string
	if b.Eval("document.title", &title); !strings.HasPrefix(title, "很长的文件名 <b>&") {
		t.Errorf("title is %q", title)
	}
}

func TestSearch(t *testing.T) {
	b := testenv.StartBrowser(t)
	address := opened(t, wide(t), say.Chinese)
	b.Open(address, 1280, 900)
	shown := func() (n int) {
		b.Eval(`[...document.querySelectorAll(".col")].filter((li) => li.offsetHeight > 0).length`, &n)
		return n
	}
	enter := func(text string) {
		b.Eval(`(() => { const q = document.querySelector("#q"); q.focus(); q.select(); })()`, nil)
		b.Do("Input.insertText", map[string]any{"text": text}, nil)
	}
	if n := shown(); n != 40 {
		t.Fatalf("%d columns are shown", n)
	}
	for _, one := range []struct {
		text string
		want int
	}{{"identifier7", 1}, {"ＩＤＥＮＴＩＦＩＥＲ７", 1}, {"阳性", 8}, {"第7次 检查", 1}, {"no such column", 0}} {
		if enter(one.text); shown() != one.want {
			t.Errorf("%q shows %d columns, want %d", one.text, shown(), one.want)
		}
	}
	var nothing bool
	if b.Eval(`document.querySelector("#nomatch").offsetHeight > 0`, &nothing); !nothing {
		t.Error("the page does not say that nothing was found")
	}
	// The filter stands in the address, and a link to a column that it hides clears it.
	b.Open(address+"#q=identifier&kind=date", 1280, 900)
	if n := shown(); n != 8 {
		t.Errorf("%d columns of dates are shown", n)
	}
	var open bool
	b.Eval(`new Promise((done) => { addEventListener("hashchange", () => setTimeout(done)); location.hash = "c0"; })`, nil)
	if b.Eval(`document.querySelector("#c0 details").open`, &open); !open || shown() != 40 {
		t.Errorf("column 0 is open: %v; %d are shown", open, shown())
	}
	quiet(t, b, address)
}

func TestLanguageAndColours(t *testing.T) {
	b := testenv.StartBrowser(t)
	address := opened(t, wide(t), say.Chinese)
	b.Open(address, 1280, 900)
	read := func(expression string) (s string) {
		b.Eval(expression, &s)
		return s
	}
	const heading = `document.querySelector("#h-changes").innerText`
	if got := read(heading); got != "更改了什么，为什么" {
		t.Errorf("heading is %q", got)
	}
	b.Eval(`document.querySelector('[data-set-lang="en"]').click()`, nil)
	if got := read(heading) + read("document.documentElement.lang") + read(`document.querySelector("#q").placeholder`); got != "What was changed, and whyenSearch columns and their values" {
		t.Errorf("heading, language and placeholder are %q", got)
	}
	const paper = `getComputedStyle(document.body).backgroundColor`
	b.Dark(false)
	light := read(paper)
	b.Dark(true)
	dark := read(paper)
	b.Eval(`document.querySelector('[data-set-theme="light"]').click()`, nil)
	if light == dark || read(paper) != light {
		t.Errorf("light is %s, dark %s, light by choice %s", light, dark, read(paper))
	}
	if pdf := b.PDF(); !bytes.HasPrefix(pdf, []byte("%PDF-")) || bytes.Count(pdf, []byte("/Type /Page\n")) > 30 {
		t.Errorf("the print is %d bytes", len(pdf))
	}
	quiet(t, b, address)
}

// TestPageOfManyColumns: a page of 151 columns stays one that can be sent, and
// what it says at first fits a phone's patience.
func TestPageOfManyColumns(t *testing.T) {
	var book bytes.Buffer
	if err := synth.Reference(&book, synth.ReferenceOptions{Rows: 600, Seed: 5}); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	d := milled(t, "reference.xlsx", book.String())
	if err := d.Write(&page, report.HTML, say.Chinese); err != nil {
		t.Fatal(err)
	}
	if len(d.Columns) != 151 || page.Len() > 1500<<10 {
		t.Errorf("%d columns take %d KiB", len(d.Columns), page.Len()>>10)
	}
	b := testenv.StartBrowser(t)
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	for _, width := range []int{390, 1280} {
		b.Open(address, width, 844)
		quiet(t, b, address)
		var seen struct{ Page, Window, Findings, Columns int }
		b.Eval(`({page: document.documentElement.scrollWidth, window: innerWidth,
			findings: [...document.querySelectorAll(".findings tbody tr")].filter((r) => r.offsetHeight > 0).length,
			columns: document.querySelectorAll(".col").length})`, &seen)
		if seen.Page > seen.Window || seen.Findings == 0 || seen.Findings > 25 || seen.Columns != 151 {
			t.Errorf("at %d: %+v", width, seen)
		}
	}
}

// TestWaysToSettle: a finding says how it would be settled, ready for a shell.
func TestWaysToSettle(t *testing.T) {
	d := milled(t, "lab.csv", "id,CRP (mg/L),age\n1,<0.5,35\n2,5.2,42\n3,>200,61\n4,7,28\n5,8,33\n6,6,999\n7,9.5,57\n")
	var page, text bytes.Buffer
	if err := d.Write(&page, report.HTML, say.English); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(&text, report.Markdown, say.Chinese); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<code>--split &#39;CRP (mg/L)&#39;</code>", "<code>--recode age:999=</code>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if !strings.Contains(text.String(), "将符号与数值拆成两列: --split 'CRP (mg/L)'") {
		t.Error(text.String())
	}
}
