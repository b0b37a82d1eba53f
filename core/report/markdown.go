package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"sheetmill/core/profile"
	"sheetmill/core/say"
)

// markdown writes a document in one language.
type markdown struct {
	*bufio.Writer

	lang say.Lang
	d    *Document
}

func (d *Document) writeMarkdown(w io.Writer, lang say.Lang) error {
	m := markdown{bufio.NewWriter(w), lang, d}
	m.head()
	m.findings()
	m.changes()
	m.whole()
	m.columns()
	return m.Flush()
}

func (m markdown) w(name string) string { return words[name].In(m.lang) }

func (m markdown) printf(format string, args ...any) { _, _ = fmt.Fprintf(m, format, args...) }

func (m markdown) section(name string) { m.printf("\n## %s\n\n", m.w(name)) }

func (m markdown) text(t say.Text) string { return plain(visible(t.In(m.lang), 1000)) }

// plainer escapes what Markdown, HTML and tables take for theirs.
var plainer = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"|", `\|`, "#", `\#`, "~", `\~`, "$", `\$`, "!", `\!`)

// plain keeps a text from being taken for Markdown or HTML, in a table too.
func plain(s string) string { return plainer.Replace(s) }

// value is a value from the file, with nothing of it taken for Markdown.
func value(s string) string {
	if s == "" {
		return `""`
	}
	return plain(visible(s, shortValue))
}

func (m markdown) head() {
	m.printf("# %s\n\n%s", value(m.d.File.Name), value(m.d.File.Format))
	for _, s := range []string{m.d.File.Encoding, m.d.File.Sheet, m.d.File.Range, m.d.File.RecordID} {
		if s != "" {
			m.printf(" · %s", value(s))
		}
	}
	m.printf("\n\n")
	for _, t := range m.d.lead() {
		m.printf("%s\n", m.text(t))
	}
	m.section("account")
	a := m.d.Account
	for _, p := range []struct {
		name string
		n    int64
	}{{"kept", a.Kept}, {"changed", a.Changed}, {"setMissing", a.Missing}, {"outside", a.Outside}} {
		m.printf("- %s %s (%s)\n", count(p.n), m.w(p.name), percent(p.n, a.Source))
	}
}

// row writes a row of a table.
func (m markdown) row(cells ...string) { m.printf("| %s |\n", strings.Join(cells, " | ")) }

// header writes the head of a table; a mark of "r" after a name aligns right.
func (m markdown) header(align string, cells ...string) {
	m.row(cells...)
	marks := make([]string, len(cells))
	for i := range cells {
		if marks[i] = "---"; align[i] == 'r' {
			marks[i] = "--:"
		}
	}
	m.row(marks...)
}

func (m markdown) findings() {
	m.section("findings")
	if len(m.d.Findings) == 0 {
		m.printf("%s\n", m.w("noFindings"))
		return
	}
	m.header("lllll", m.w("severity"), m.w("where"), m.w("finding"), m.w("cells"), m.w("settle"))
	for _, f := range m.d.Findings {
		where, ways := m.w("wholeTable"), []string{}
		if f.Column >= 0 {
			c := m.d.Columns[f.Column]
			where = value(c.Name) + " (" + c.Letter + ")"
		}
		if f.Settle != nil {
			ways = append(ways, m.text(f.Settle.Text))
		}
		if f.Column >= 0 {
			for _, way := range f.Ways(m.d.Columns[f.Column].Name) {
				ways = append(ways, m.text(way.Title)+": "+plain(visible(way.Options, longValue)))
			}
		}
		cells := strings.Join(f.Cells[:min(shownCells, len(f.Cells))], " ")
		if rest := f.rest(); rest > 0 && cells != "" {
			cells += " +" + count(rest)
		}
		m.row(m.text(severities[f.Severity]), where, m.text(f.Text.Text), plain(cells), strings.Join(ways, "<br>"))
	}
}

func (m markdown) changes() {
	m.section("changes")
	if len(m.d.Changes) == 0 {
		m.printf("%s\n", m.w("noChanges"))
		return
	}
	m.printf("%s\n\n", m.w("changesDoc"))
	m.header("lrl", m.w("rule"), m.w("cells"), m.w("examples"))
	for _, c := range m.d.Changes {
		var examples []string
		for _, e := range c.Examples {
			after := m.w("missing")
			if e.After != nil {
				after = plain(exact(*e.After, shortValue))
			}
			examples = append(examples, fmt.Sprintf("%s: %s → %s", e.Address, plain(exact(e.Before, shortValue)), after))
		}
		m.row(fmt.Sprintf("**%s** (%s). %s", m.text(c.Title.Text), value(c.Rule), m.text(c.Why.Text)), count(c.Cells), strings.Join(examples, "<br>"))
	}
}

// named lists columns by name.
func (m markdown) named(columns []int) string {
	var list []string
	for _, i := range columns {
		list = append(list, value(m.d.Columns[i].Name))
	}
	return strings.Join(list, ", ")
}

func (m markdown) whole() {
	m.section("table")
	if keys := m.d.keys(profile.Unique); keys != nil {
		m.printf("- %s: %s\n", m.w("keys"), m.named(keys))
	} else {
		m.printf("- %s\n", m.w("noKey"))
	}
	if near := m.d.keys(profile.NearKey); near != nil {
		m.printf("- %s: %s\n", m.w("nearKeys"), m.named(near))
	}
	repeats := []string{m.w("none")}
	if r := m.d.Repeats; r != nil {
		repeats[0] = approximately(r.Error > 0) + count(r.Rows)
		for _, e := range r.Examples {
			repeats = append(repeats, e.Row.Address+" = "+e.First.Address)
		}
	}
	m.printf("- %s: %s\n", m.w("repeats"), strings.Join(repeats, ", "))
	for _, list := range [][]Sentence{m.d.Reasons, m.d.Notes} {
		for _, s := range list {
			m.printf("- %s\n", m.text(s.Text))
		}
	}
	g := m.d.Gaps
	if g == nil {
		return
	}
	m.printf("\n### %s\n\n", m.w("together"))
	for _, s := range g.Same {
		m.printf("- %s %s, %s: %s\n", count(s.Missing), m.w("rows"), m.w("sameRows"), m.named(s.Columns))
	}
	if len(g.Pairs) == 0 {
		return
	}
	m.printf("\n%s\n\n", m.w("togetherDoc"))
	m.header("llrrrr", m.w("first"), m.w("second"), "phi", m.w("both"), m.w("onlyFirst"), m.w("onlySecond"))
	for _, p := range g.Pairs {
		m.row(m.named([]int{p.A}), m.named([]int{p.B}), fmt.Sprintf("%.2f", p.Phi), count(p.Both), count(p.OnlyA), count(p.OnlyB))
	}
}

func (m markdown) columns() {
	m.section("allColumns")
	for i := range m.d.Columns {
		c := &m.d.Columns[i]
		m.printf("### %s %s\n\n%s", c.Letter, value(c.Name), m.text(typeName(c.Type)))
		for _, s := range nonEmpty(c.Unit, c.Currency, c.Zone) {
			m.printf(", %s", value(s))
		}
		m.printf(". %s\n\n", m.text(c.Reason.Text))
		for _, f := range c.Facts() {
			shown := plain(f.Value)
			if shown == "" {
				shown = m.text(f.Text)
			}
			m.printf("- %s: %s\n", m.text(f.Label), shown)
		}
		m.lists(c)
		m.printf("\n")
	}
}

// lists are what of a column is a list of values.
func (m markdown) lists(c *Column) {
	p := &c.Profile
	counted := func(name string, list []profile.Frequent) {
		var parts []string
		for _, f := range list {
			parts = append(parts, value(f.Text)+" ×"+count(f.Count))
		}
		if parts != nil {
			m.printf("- %s: %s\n", m.w(name), strings.Join(parts, ", "))
		}
	}
	placed := func(name string, list []profile.Place) {
		var parts []string
		for _, e := range list {
			parts = append(parts, value(e.Text)+" ("+e.Address+")")
		}
		if parts != nil {
			m.printf("- %s: %s\n", m.w(name), strings.Join(parts, ", "))
		}
	}
	counted("missing", p.MissingBy)
	if len(p.Top) > 0 && p.Top[0].Count > 1 {
		counted("top", p.Top)
	}
	if p.Texts != nil {
		counted("shapes", p.Texts.Shapes)
	}
	if p.Outliers != nil {
		placed("outliers", p.Outliers.Examples)
	}
	placed("firstValues", p.Examples)
}
