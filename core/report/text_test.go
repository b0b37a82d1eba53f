package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"sheetmill/core/clean"
	"sheetmill/core/pipeline"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

func TestVisible(t *testing.T) {
	for _, one := range []struct{ in, visible, exact string }{
		{"plain 文字", "plain 文字", "plain 文字"},
		{"a\nb\tc\rd\x00e\x7f", "a⏎b⇥c␍d␀e␡", "a⏎b⇥c␍d␀e␡"},
		{"\u202eevil\u2066\ufeff\u200b", "⟨U+202E⟩evil⟨U+2066⟩⟨U+FEFF⟩⟨U+200B⟩", "⟨U+202E⟩evil⟨U+2066⟩⟨U+FEFF⟩⟨U+200B⟩"},
		{"  a b ", "  a b ", "␣␣a b␣"},
		{"a\u00a0b\u3000", "a\u00a0b\u3000", "a⟨U+00A0⟩b⟨U+3000⟩"},
		{"bad\xff", "bad\ufffd", "bad\ufffd"},
		{"👩\u200d⚕", "👩\u200d⚕", "👩\u200d⚕"},
		{"   ", "   ", "␣␣␣"},
		{strings.Repeat("长", 20), "长长长长长长长长长长长长…", "长长长长长长长长长长长长…"},
	} {
		most := 100
		if strings.HasPrefix(one.in, "长") {
			most = 12
		}
		if got := visible(one.in, most); got != one.visible {
			t.Errorf("%q is visible as %q, want %q", one.in, got, one.visible)
		}
		if got := exact(one.in, most); got != one.exact {
			t.Errorf("%q is exactly %q, want %q", one.in, got, one.exact)
		}
	}
}

func TestFigures(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1.9894: "1.9894", 48.5: "48.5", 123456.789: "123457", -0.00001234: "-0.00001234", 1e-9: "1e-09", 1e20: "1e+20", 99.99999: "100", 0.1 + 0.2: "0.3"} {
		if got := figure(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
	for _, one := range []struct {
		n, of int64
		want  string
	}{{0, 0, "0%"}, {0, 9, "0%"}, {9, 9, "100%"}, {1, 100_000, "<0.1%"}, {99_999, 100_000, ">99.9%"}, {1, 3, "33.3%"}} {
		if got := percent(one.n, one.of); got != one.want {
			t.Errorf("%d of %d is %q, want %q", one.n, one.of, got, one.want)
		}
	}
	if count(-1234567) != "-1,234,567" || count(999) != "999" {
		t.Error(count(-1234567), count(999))
	}
}

// hostile is a text that means something to HTML, Markdown, scripts or terminals.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</style><script>", "' onclick='x", "{{.}}", "]]>", "<!--", "&lt;", "javascript:x",
			"|a|b|", "`code`", "# head", "**b**", "[x](javascript:y)", "\u202e\u2066x", "\x00\x1b[31m", "\xff\xfe", "a\r\nb", "=cmd|' /C calc'!A0", strings.Repeat("x", 10_000), "",
		}),
		rapid.String(),
	)
}

// document is a report in which every text that comes from a file is s.
func document(s string) *Document {
	v := &table.Vector{}
	v.Reset(table.String)
	for range 3 {
		v.AppendString([]byte(s))
	}
	b := profile.NewColumn(s, table.String)
	b.Add(v)
	p := b.Done()
	p.Repeated = []profile.Repeated{{Text: s, Count: 2, Where: []profile.Place{{Text: s, Address: "A1"}}}}
	p.MissingBy = []profile.Frequent{{Text: s, Count: 1}}
	p.Outliers = &profile.Outliers{Low: 1, LowFence: &profile.Point{Text: s}, Examples: []profile.Place{{Text: s, Address: "A2"}}}
	finding := clean.Finding{Code: "x", Text: say.T("There is no rule {name}.", "name", s), Examples: []string{s}, Cells: []string{"A1"}, Settle: say.Text{Key: s}}
	r := pipeline.Report{
		Source:   pipeline.SourceReport{Format: "csv", Encoding: s, Sheet: s},
		Account:  pipeline.Account{Source: 4, Kept: 2, Changed: 1, Missing: 1},
		Columns:  []pipeline.ColumnReport{{Name: s, Verdict: clean.Verdict{Type: table.String, Unit: s, Zone: s, Currency: s, Reason: say.Text{Key: s}, Findings: []clean.Finding{finding}}}},
		Rules:    []pipeline.RuleCount{{Rule: "trim-space", Cells: 1}, {Rule: s, Cells: 1}},
		Profile:  profile.Profile{Rows: 3, Columns: []profile.Column{p}, Gaps: &profile.Gaps{Same: []profile.SameGaps{{Columns: []int{0, 0}}}, Pairs: []profile.GapPair{{}}}},
		Findings: []pipeline.ColumnFinding{{Finding: finding, Column: -1}},
		Notes:    []say.Text{{Key: s}},
	}
	var c Changes
	c.Add("trim-space", Example{Address: "A1", Column: s, Before: s, After: &s})
	c.Add(s, Example{Address: "A1", Column: s, Before: s})
	return New(Input{Name: s, RecordID: s, Report: r, Changes: &c})
}

// elements are the kinds of elements of a page: name and attributes.
func elements(t rapid.TB, page []byte) map[string]bool {
	found := map[string]bool{}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			kind := token.Data
			for _, a := range token.Attr {
				kind += " " + a.Key
				if a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:," {
					t.Fatalf("a link leads to %q", a.Val)
				}
			}
			found[kind] = true
		case html.CommentToken:
			t.Fatal("the page holds a comment")
		case html.TextToken, html.EndTagToken, html.DoctypeToken:
		}
	}
}

// TestHostile holds that no text of a file changes what a page is built of, in
// any format, that all of it is valid and short, and that nothing in it turns or
// controls the text around.
func TestHostile(t *testing.T) {
	page := func(t rapid.TB, s string) []byte {
		var b bytes.Buffer
		if err := document(s).Write(&b, HTML, say.English); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	known := elements(t, page(t, "harmless"))
	known["i"] = true // of an empty text
	rapid.Check(t, func(rt *rapid.T) {
		s := hostile().Draw(rt, "text")
		html := page(rt, s)
		for kind := range elements(rt, html) {
			if !known[kind] {
				rt.Fatalf("%q makes an element <%s>", s, kind)
			}
		}
		var md bytes.Buffer
		if err := document(s).Write(&md, Markdown, say.Chinese); err != nil {
			rt.Fatal(err)
		}
		for name, text := range map[string][]byte{"html": html, "md": md.Bytes()} {
			if !utf8.Valid(text) || len(text) > 200_000 {
				rt.Fatalf("%s of %q: %d bytes", name, s, len(text))
			}
			for _, r := range string(text) {
				if r != '\n' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) {
					rt.Fatalf("%s of %q holds %U", name, s, r)
				}
			}
		}
		if bytes.Contains(md.Bytes(), []byte("<script")) || bytes.Contains(bytes.ReplaceAll(md.Bytes(), []byte(`\](`), nil), []byte("](")) {
			rt.Fatalf("%s", md.Bytes())
		}
		var js bytes.Buffer
		if err := document(s).Write(&js, JSON, say.English); err != nil {
			rt.Fatal(err)
		}
		var back struct {
			Schema string `json:"schema"`
		}
		if err := json.Unmarshal(js.Bytes(), &back); err != nil || back.Schema != Schema {
			rt.Fatalf("%v: %s", err, js.Bytes())
		}
	})
}

// TestPolicy holds that the policy in the page is that of its style and script,
// and that nothing in the page needs more.
func TestPolicy(t *testing.T) {
	var b bytes.Buffer
	if err := document("x").Write(&b, HTML, say.English); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	between := func(from, to string) string {
		_, rest, _ := strings.Cut(page, from)
		inside, _, _ := strings.Cut(rest, to)
		return inside
	}
	policy := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(between(`Content-Security-Policy" content="`, `"`))
	if want := "default-src 'none'; style-src " + hash(between("<style>", "</style>")) + "; script-src " + hash(between("<script>", "</script>")) + "; img-src data:; base-uri 'none'; form-action 'none'"; policy != want {
		t.Errorf("policy is\n%s, want\n%s", policy, want)
	}
	for _, forbidden := range []string{" style=", " onclick", "javascript:", "http://", "https://", "@import", "url("} {
		if strings.Contains(page, forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
}

// TestSize holds that a report on 150 columns is small.
func TestSize(t *testing.T) {
	d := &Document{Account: pipeline.Account{Source: 1, Kept: 1}, Rows: 3000}
	for i := range 150 {
		typ := []table.Type{table.Float, table.Date, table.String, table.Integer}[i%4]
		b := profile.NewColumn("c", typ)
		v := &table.Vector{}
		v.Reset(typ)
		for row := range 3000 {
			switch typ {
			case table.Float:
				v.AppendFloat(float64(row*row%977) / 7)
			case table.String:
				v.AppendString(fmt.Appendf(nil, "较长的文本内容 %d %s", row, strings.Repeat("文", row%90)))
			default:
				v.AppendInt(int64(row * 7))
			}
		}
		b.Add(v)
		d.Columns = append(d.Columns, Column{Name: strings.Repeat("很长的列名", 8), Letter: "A", Type: typ, Profile: b.Done()})
	}
	var page bytes.Buffer
	if err := d.Write(&page, HTML, say.English); err != nil {
		t.Fatal(err)
	}
	if n := page.Len(); n > 1_500_000 {
		t.Errorf("the page is %d bytes", n)
	}
}
