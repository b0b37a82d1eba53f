package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
)

// columnOf is the column that the panel tells of; -1 for none.
func (s *side) columnOf() int {
	state := s.w.state
	if len(state.Columns) == 0 {
		return -1
	}
	return min(max(s.w.column, 0), len(state.Columns)-1)
}

func (s *side) columnKey() string {
	c := s.columnOf()
	return fmt.Sprint(s.w.ref, s.w.state.Phase, s.w.state.Serial, c, c >= 0 && s.w.table.Profile(c) != nil)
}

// column builds the profile of the selected column.
func (s *side) column() []fyne.CanvasObject {
	w := s.w
	c := s.columnOf()
	if c < 0 {
		return []fyne.CanvasObject{w.paragraph(w.tr("Select a column to see what it holds."))}
	}
	z := w.zoom
	col := w.state.Columns[c]
	name := w.wrapped(col.Name, w.pal.text, 16)
	name.bold = true
	name.width = 0
	name.wrap((sideWidth - 40) * z)
	kind := w.typeName(col.Type)
	if col.Letter != "" {
		kind = w.tr("{type} · column {letter} of the sheet", "type", kind, "letter", col.Letter)
	}
	objects := []fyne.CanvasObject{tight(3*z, name, newLine(kind, 12*z, w.pal.soft, false)), s.actions(c)}
	p := w.table.Profile(c)
	if p == nil {
		text := w.tr("The column is being described...")
		if w.state.Phase == view.TableGlance {
			text = w.tr("These are the first rows, as the file has them. The profile comes with the clean table.")
		}
		return append(objects, w.paragraph(text))
	}
	if h := newHistogram(w, p); h != nil {
		objects = append(objects, h)
	}
	objects = append(objects, tight(5*z, s.counts(p, col)...))
	if p.Spread != nil {
		objects = append(objects, tight(5*z, append([]fyne.CanvasObject{w.heading(w.tr("Quantiles"))}, s.quantiles(p)...)...))
	}
	if len(p.Top) > 0 && (p.Distinct < p.Rows-p.Missing || p.Spread == nil) {
		top := []fyne.CanvasObject{w.heading(w.tr("Most frequent values"))}
		for _, f := range p.Top {
			value := f.Text
			top = append(top, newLevel(w, flat(value), f.Count, float64(f.Count)/float64(max(p.Rows, 1)), func() {
				w.filterColumn(view.Filter{Column: c, Match: view.OneOf, Values: []string{value}})
			}))
		}
		objects = append(objects, tight(2*z, top...))
	}
	if p.Texts != nil && len(p.Texts.Shapes) > 0 {
		shapes := []fyne.CanvasObject{w.heading(w.tr("Patterns (9 digit, A letter, 字 ideograph)"))}
		for _, f := range p.Texts.Shapes[:min(5, len(p.Texts.Shapes))] {
			shapes = append(shapes, newLevel(w, flat(f.Text), f.Count, float64(f.Count)/float64(max(p.Rows, 1)), nil))
		}
		objects = append(objects, tight(2*z, shapes...))
	}
	if o := p.Outliers; o != nil {
		list := []fyne.CanvasObject{w.heading(w.tr("Far from the others"))}
		for _, e := range o.Examples {
			list = append(list, s.place(flat(e.Text), e.Address, e.Row, c))
		}
		objects = append(objects, tight(2*z, list...))
	}
	return objects
}

// actions is where what can be done with a column stands; quick actions join it.
func (s *side) actions(c int) fyne.CanvasObject {
	w := s.w
	ready := w.state.Phase == view.TableReady
	sort := w.newTool(theme.MenuDropDownIcon(), w.tr("Sort"), w.hintOf("sort"), func() { w.sortColumn(c) })
	filter := w.newTool(theme.SearchIcon(), w.tr("Filter..."), w.hintOf("filter"), func() { w.filterDialog(c) })
	changed := w.newTool(theme.HistoryIcon(), w.tr("Changed cells"), w.tr("Show the rows where cleaning changed this column"), func() {
		w.filterColumn(view.Filter{Column: c, Match: view.IsChanged})
	})
	changed.disable(!ready || w.state.Columns[c].Changed == 0)
	sort.disable(!ready)
	filter.disable(!ready)
	return row(2*w.zoom, sort, filter, changed)
}

// counts are rows, missing cells and different values.
func (s *side) counts(p *view.ColumnProfile, col view.Column) []fyne.CanvasObject {
	w := s.w
	with := func(n int64) string {
		if n == 0 {
			return "0"
		}
		return number(n) + "  " + percent(float64(n)/float64(max(p.Rows, 1)))
	}
	out := []fyne.CanvasObject{
		w.pair(w.tr("Rows"), number(p.Rows)),
		w.pair(w.tr("Missing"), with(p.Missing)),
		w.pair(w.tr("Different values"), number(p.Distinct)),
	}
	if len(p.MissingBy) > 0 {
		var marks []string
		for _, m := range p.MissingBy[:min(4, len(p.MissingBy))] {
			mark := flat(m.Text)
			if mark == "" {
				mark = w.tr("empty")
			}
			marks = append(marks, mark+" "+number(m.Count))
		}
		out = append(out, w.pair(w.tr("Written as"), strings.Join(marks, ", ")))
	}
	if col.Changed > 0 {
		out = append(out, w.pair(w.tr("Changed by cleaning"), number(col.Changed)))
	}
	switch p.Key {
	case "unique":
		out = append(out, w.pair(w.tr("Key"), w.tr("tells all rows apart")))
	case "near":
		out = append(out, w.pair(w.tr("Key"), w.tr("nearly: some repeat")))
	}
	if p.Texts != nil {
		out = append(out, w.pair(w.tr("Length"), fmt.Sprintf("%d – %d", p.Texts.MinLength, p.Texts.MaxLength)))
	}
	return out
}

func (s *side) quantiles(p *view.ColumnProfile) []fyne.CanvasObject {
	w := s.w
	d := p.Spread
	out := []fyne.CanvasObject{
		w.pair(w.tr("Smallest"), d.Min.Text),
		w.pair("5%", d.P5.Text),
		w.pair("25%", d.P25.Text),
		w.pair(w.tr("Median"), d.Median.Text),
		w.pair("75%", d.P75.Text),
		w.pair("95%", d.P95.Text),
		w.pair(w.tr("Largest"), d.Max.Text),
	}
	if d.Mean.Text != "" {
		out = append(out, w.pair(w.tr("Mean"), short(d.Mean.Text)))
	}
	if d.SD > 0 && (p.Type == view.Integer || p.Type == view.Float) {
		out = append(out, w.pair(w.tr("Standard deviation"), strconv.FormatFloat(d.SD, 'g', 4, 64)))
	}
	return out
}

// short cuts the digits of a computed number that nobody reads.
func short(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) < 9 || math.IsInf(f, 0) {
		return text
	}
	return strconv.FormatFloat(f, 'g', 6, 64)
}

// flat is a text in one line.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// place is a value and its cell; tapping it goes there.
func (s *side) place(text, address string, at int64, column int) fyne.CanvasObject {
	w := s.w
	return w.pressable(border(nil, nil, nil, newText(address, w.pal.soft, 11*w.zoom), newLine(text, 12*w.zoom, w.pal.text, false)),
		w.tr("Go to the cell"), func() { w.goTo(at, column) })
}

func newText(text string, c interface{ RGBA() (r, g, b, a uint32) }, size float32) *canvas.Text {
	t := canvas.NewText(text, c)
	t.TextSize = size
	return t
}
