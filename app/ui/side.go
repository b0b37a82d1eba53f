package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// side is the panel at the right: the selected column, what was changed, what is
// noteworthy, and the history. Quick actions will stand on the column's page, below its name.
type side struct {
	w      *window
	page   string
	tabs   []*tab
	body   *fyne.Container
	scroll *container.Scroll
	root   fyne.CanvasObject
	shown  string // what the page was built from, so that it is not built again for nothing
}

// The pages.
const (
	pageColumn   = "column"
	pageChanges  = "changes"
	pageFindings = "findings"
	pageVersions = "versions"
)

// tab is the name of a page.
type tab struct {
	widget.BaseWidget

	text   *canvas.Text
	line   *canvas.Rectangle
	tapped func()
	w      *window
}

func newTab(w *window, text string, tapped func()) *tab {
	t := &tab{w: w, text: canvas.NewText(text, w.pal.soft), line: canvas.NewRectangle(color.Transparent), tapped: tapped}
	t.text.TextSize, t.text.Alignment = 13*w.zoom, fyne.TextAlignCenter
	t.ExtendBaseWidget(t)
	return t
}

func (t *tab) choose(yes bool) {
	t.text.Color, t.line.FillColor, t.text.TextStyle.Bold = t.w.pal.soft, color.Transparent, yes
	if yes {
		t.text.Color, t.line.FillColor = t.w.pal.text, t.w.pal.accent
	}
	t.Refresh()
}

// Tapped turns to the page.
func (t *tab) Tapped(*fyne.PointEvent) { t.tapped() }

// Cursor shows that it can be tapped.
func (t *tab) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer lays it out.
func (t *tab) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: tabLayout{t}, Objects: []fyne.CanvasObject{t.text, t.line}})
}

type tabLayout struct{ t *tab }

func (l tabLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	z := l.t.w.zoom
	return fyne.NewSize(fyne.MeasureText(l.t.text.Text, l.t.text.TextSize, fyne.TextStyle{Bold: true}).Width+14*z, 38*z)
}

func (l tabLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.t.text.Resize(fyne.NewSize(s.Width, s.Height-2))
	l.t.line.Move(fyne.NewPos(4, s.Height-2*l.t.w.zoom))
	l.t.line.Resize(fyne.NewSize(s.Width-8, 2*l.t.w.zoom))
}

func newSide(w *window, page string) *side {
	s := &side{w: w, page: page}
	if page == "" {
		s.page = pageColumn
	}
	names := []struct{ page, text string }{
		{pageColumn, w.tr("Column")},
		{pageChanges, w.tr("Changes")},
		{pageFindings, w.tr("Findings")},
		{pageVersions, w.tr("Versions")},
	}
	tabs := row(0)
	for _, n := range names {
		t := newTab(w, n.text, func() { s.turn(n.page) })
		t.choose(n.page == s.page)
		s.tabs = append(s.tabs, t)
		tabs.Add(t)
	}
	z := w.zoom
	s.body = tight(10 * z)
	s.scroll = container.NewVScroll(inset(s.body, 14*z, 16*z, 20*z, 16*z))
	head := border(nil, hairline(w.pal), nil, nil, inset(tabs, 0, 8*z, 0, 8*z))
	s.root = border(head, nil, nil, nil, s.scroll)
	s.fill(true)
	return s
}

// hairline is a thin line of the palette.
func hairline(pal *palette) fyne.CanvasObject {
	l := canvas.NewRectangle(pal.line)
	l.SetMinSize(fyne.NewSize(1, 1))
	return l
}

func (s *side) turn(page string) {
	order := []string{pageColumn, pageChanges, pageFindings, pageVersions}
	s.page = page
	for i, t := range s.tabs {
		t.choose(order[i] == page)
	}
	s.scroll.ScrollToTop()
	s.fill(true)
}

// fill builds the page; without force only when what it shows has changed.
func (s *side) fill(force bool) {
	w := s.w
	var objects []fyne.CanvasObject
	key := ""
	if w.table == nil {
		objects, key = []fyne.CanvasObject{w.paragraph(w.tr("Open a dataset to see what is in it."))}, "none"
	} else {
		switch s.page {
		case pageColumn:
			key = s.columnKey()
		case pageChanges:
			key = s.changesKey()
		case pageFindings:
			key = s.findingsKey()
		case pageVersions:
			key = s.versionsKey()
		}
	}
	key = s.page + "/" + key
	if !force && key == s.shown {
		return
	}
	s.shown = key
	if objects == nil {
		switch s.page {
		case pageColumn:
			objects = s.column()
		case pageChanges:
			objects = s.changes()
		case pageFindings:
			objects = s.findings()
		case pageVersions:
			objects = s.versions()
		}
	}
	s.body.Objects = objects
	s.body.Refresh()
	s.scroll.Refresh()
}

// heading is a small title above a part of a page.
func (w *window) heading(text string) fyne.CanvasObject {
	return inset(newLine(text, 11*w.zoom, w.pal.soft, true), 6*w.zoom, 0, 0, 0)
}

// paragraph is text that wraps, in the softer colour.
func (w *window) paragraph(text string) fyne.CanvasObject { return w.wrapped(text, w.pal.soft, 12) }

// pair is a name and a value at both ends of a line.
func (w *window) pair(name, value string) fyne.CanvasObject {
	z := w.zoom
	v := canvas.NewText(value, w.pal.text)
	v.TextSize = 12 * z
	if m := 190 * z; v.MinSize().Width > m {
		v.Text = fitFyne(value, m, v.TextSize, v.TextStyle)
	}
	n := newLine(name, 12*z, w.pal.soft, false)
	return border(nil, nil, nil, v, n)
}
