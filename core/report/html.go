package report

import (
	"crypto/sha256"
	_ "embed" // the page's template, style and script
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"sheetmill/core/clean"
	"sheetmill/core/profile"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

var (
	//go:embed page.tmpl
	pageTemplate string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

// chineseTag is the language tag of Chinese in HTML.
const chineseTag = "zh-Hans"

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"w":     word,
	"t":     func(s Sentence) template.HTML { return both(s.Text) },
	"text":  both,
	"in":    func(name string, lang say.Lang) string { return words[name].In(lang) },
	"short": func(s string) string { return visible(s, shortValue) },
	"long":  func(s string) string { return visible(s, longValue) },
	"exact": func(s string) string { return exact(s, longValue) },
	"count": count,
	"first": func(list []string, n int) []string { return list[:min(n, len(list))] },
}).Parse(pageTemplate))

// word is one of words, in both languages.
func word(name string) template.HTML {
	text, ok := words[name]
	if !ok {
		panic("report: no word " + name)
	}
	return both(text)
}

// both is a sentence in both languages; the style shows one of them.
func both(t say.Text) template.HTML {
	const most = 1000
	escaped := func(lang say.Lang) string { return template.HTMLEscapeString(visible(t.In(lang), most)) }
	en, zh := escaped(say.English), escaped(say.Chinese)
	if en == zh {
		return template.HTML(en) //nolint:gosec // escaped above
	}
	return template.HTML(`<span lang="en">` + en + `</span><span lang="` + chineseTag + `">` + zh + `</span>`) //nolint:gosec // escaped above
}

// hash is a source of a content security policy: what a style or script must be.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Policy is the content security policy of the page: no request, no form, no
// style and no script but its own.
func Policy() string {
	return "default-src 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
}

// view is what the template fills in.
type view struct {
	*Document

	Lang    say.Lang
	HTML    string // language tag
	Policy  string
	Style   template.CSS
	Script  template.JS
	Lead    []say.Text
	Found   []findingView
	Parts   []part
	Changed string
	Missed  string
	Cols    []columnView
	Keys    []int
	Near    []int
	Fixed   []int
	Pairs   []profile.GapPair
	Same    []profile.SameGaps
	Tall    int // of the strip of completeness
	Wide    int
}

// part is a part of the account, as a stretch of a bar 1,000 wide.
type part struct {
	Name, Class, Count, Share string
	X, Width                  float64
}

type findingView struct {
	Finding

	Class string
	Label say.Text
	Ways  []Way
	Rest  int64 // cells that are not listed
	More  bool  // past those that the page shows at first
}

type columnView struct {
	*Column

	N        int
	Kind     string
	TypeName say.Text
	Chart    chart
	Facts    []Fact
	Share    string  // missing
	Present  float64 // 0 to 100
	Sum      []Fact
	Found    []findingView
	Top      []level
	TopRest  string
	Constant bool
	Why      Sentence // the reason of the type, unless a finding says the same
	Number   say.Text // of findings
	Worst    string   // class of the worst finding
}

// kind is what a column can be filtered by.
func kind(t table.Type) string {
	switch t {
	case table.Integer, table.Float:
		return "number"
	case table.Date, table.DateTime, table.Time:
		return "date"
	case table.Boolean:
		return "yesno"
	case table.Empty:
		return "empty"
	case table.String:
		return "text"
	}
	return "text"
}

// The cells of a finding that are listed, and the findings that the page shows
// at first where they are many.
const (
	shownCells    = 8
	firstFindings = 20
)

func (d *Document) writeHTML(w io.Writer, lang say.Lang) error {
	v := view{
		Document: d, Lang: lang, HTML: "en", Policy: Policy(),
		Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // our own files
		Lead: d.lead(), Keys: d.keys(profile.Unique), Near: d.keys(profile.NearKey),
		Changed: percent(d.Account.Changed, d.Account.Source),
		Missed:  percent(d.Missing, d.Rows*int64(len(d.Columns))),
		Tall:    stripHeight, Wide: stripStep * len(d.Columns),
	}
	if lang == say.Chinese {
		v.HTML = chineseTag
	}
	if d.Gaps != nil {
		v.Pairs, v.Same = d.Gaps.Pairs, d.Gaps.Same
	}
	for i, f := range d.Findings {
		one := d.viewFinding(f)
		one.More = i >= firstFindings && len(d.Findings) > firstFindings+5
		v.Found = append(v.Found, one)
	}
	for i := range d.Columns {
		c := d.viewColumn(i)
		if c.Constant {
			v.Fixed = append(v.Fixed, i)
		}
		v.Cols = append(v.Cols, c)
	}
	v.Parts = d.parts()
	return pages.Execute(w, v)
}

// The strip of completeness: how high it is and how wide a column in it.
const (
	stripHeight = 100
	stripStep   = 8
)

func (d *Document) viewFinding(f Finding) findingView {
	v := findingView{Finding: f, Class: string(f.Severity), Label: severities[f.Severity], Rest: f.rest()}
	if f.Column >= 0 {
		v.Ways = f.Ways(d.Columns[f.Column].Name)
	}
	return v
}

// rest is how many cells are not listed.
func (f *Finding) rest() int64 {
	return max(0, max(f.Count, int64(len(f.Cells)))-int64(min(shownCells, len(f.Cells))))
}

// parts are the parts of the account that are not nothing.
func (d *Document) parts() []part {
	const width = 1000
	a := d.Account
	var out []part
	x := 0.0
	for _, p := range []struct {
		name, class string
		n           int64
	}{{"kept", "kept", a.Kept}, {"changed", "changed", a.Changed}, {"setMissing", "gone", a.Missing}, {"outside", "out", a.Outside}} {
		if p.n == 0 {
			continue
		}
		wide := max(width*float64(p.n)/float64(a.Source), 3) // it can be seen
		out = append(out, part{Name: p.name, Class: p.class, Count: count(p.n), Share: percent(p.n, a.Source), X: x, Width: wide})
		x += wide
	}
	for i := range out { // what was widened is taken back from all
		out[i].X, out[i].Width = round1(out[i].X*width/x), round1(out[i].Width*width/x)
	}
	return out
}

func round1(x float64) float64 { return float64(int64(x*10+0.5)) / 10 }

func (d *Document) viewColumn(i int) columnView {
	c := &d.Columns[i]
	p := &c.Profile
	v := columnView{
		Column: c, N: i, Kind: kind(c.Type), TypeName: typeName(c.Type), Chart: c.draw(),
		Share: percent(p.Missing, p.Rows), Present: round1(100 - 100*c.share()), Constant: p.Constant(),
	}
	v.Facts = c.Facts()
	v.Sum = c.sum()
	v.Why = c.Reason
	for _, n := range c.Findings {
		v.Found = append(v.Found, d.viewFinding(d.Findings[n]))
		if d.Findings[n].Text.String() == c.Reason.String() { // said once
			v.Why = Sentence{}
		}
	}
	v.Number = say.T("{n} findings", "n", len(v.Found))
	if len(v.Found) == 1 {
		v.Number = say.T("1 finding")
	}
	if len(v.Found) > 0 {
		v.Worst = v.Found[0].Class
	}
	if len(p.Top) > 0 && (p.Top[0].Count > 1 || len(p.Top) == 1) {
		values := p.Rows - p.Missing
		rest := values
		for _, f := range p.Top {
			rest -= f.Count
			v.Top = append(v.Top, level{Text: f.Text, Count: count(f.Count), Whole: percent(f.Count, values)})
		}
		if rest > 0 {
			v.TopRest = count(rest)
		}
	}
	return v
}

// sum is what the line of a column shows at once.
func (c *Column) sum() []Fact {
	p := &c.Profile
	switch {
	case p.Rows == p.Missing:
		return nil
	case p.Type == table.Date, p.Type == table.DateTime:
		return []Fact{{Label: say.T("earliest"), Value: point(p.Spread.Min)}, {Label: say.T("latest"), Value: point(p.Spread.Max)}}
	case p.Spread != nil:
		return []Fact{
			{Label: say.T("median"), Value: point(p.Spread.Median)},
			{Label: say.T("range"), Value: point(p.Spread.Min) + " – " + point(p.Spread.Max)},
		}
	}
	return []Fact{{Label: say.T("different"), Value: count(p.Distinct)}}
}

// Summary counts findings by severity, for the head of the page.
func (v view) Summary() (out []findingView) {
	for _, s := range []clean.Severity{clean.Damage, clean.Warning, clean.Note} {
		n := 0
		for _, f := range v.Findings {
			if f.Severity == s {
				n++
			}
		}
		if n > 0 {
			out = append(out, findingView{Finding: Finding{Severity: s, Count: int64(n)}, Class: string(s), Label: severities[s]})
		}
	}
	return out
}

// Col is a column for a list of indices.
func (v view) Col(i int) columnView { return v.Cols[i] }

// StripX is where the column's bar stands in the strip of completeness.
func (c columnView) StripX() int { return stripStep * c.N }

// StripY is the top of the filled part.
func (c columnView) StripY() float64 { return round1(stripHeight - c.Present) }

// Touched counts the cells of the column that are not as they were.
func (c columnView) Touched() int64 { return c.Counts.Changed + c.Counts.Missing }

// Kinds are the choices of kind: a value and its word.
func (view) Kinds() [][2]string {
	return [][2]string{{"", "all"}, {"number", "numbers"}, {"date", "dates"}, {"text", "texts"}, {"yesno", "yesno"}, {"empty", "empty"}}
}

// Orders are the choices of order.
func (view) Orders() [][2]string {
	return [][2]string{{"", "bySheet"}, {"name", "byName"}, {"m", "byMissing"}, {"f", "byFindings"}}
}

// Source tells what the file was in a few words.
func (v view) Source() string {
	return strings.Join(nonEmpty(v.File.Format, v.File.Encoding), ", ")
}

func nonEmpty(list ...string) (out []string) {
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
