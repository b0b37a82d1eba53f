package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
)

// histogram draws the bins of a column, with the ends of the scale below. The bin
// under the pointer is told in words above.
type histogram struct {
	widget.BaseWidget

	w       *window
	counts  []int64
	edges   []string
	bars    []*canvas.Rectangle
	ground  *canvas.Rectangle
	caption *line
	low     *line
	high    *canvas.Text
	box     *fyne.Container
	most    int64
}

// newHistogram draws a profile's histogram; nil where it has none.
func newHistogram(w *window, p *view.ColumnProfile) *histogram {
	if p.Spread == nil || len(p.Spread.Histogram.Counts) == 0 {
		return nil
	}
	z := w.zoom
	h := &histogram{w: w, counts: p.Spread.Histogram.Counts, ground: canvas.NewRectangle(w.pal.line)}
	for _, e := range p.Spread.Histogram.Edges {
		h.edges = append(h.edges, e.Text)
	}
	objects := []fyne.CanvasObject{h.ground}
	for _, n := range h.counts {
		h.most = max(h.most, n)
		b := canvas.NewRectangle(w.pal.bars)
		b.TopLeftCornerRadius, b.TopRightCornerRadius = 2*z, 2*z
		h.bars = append(h.bars, b)
		objects = append(objects, b)
	}
	h.caption = newLine("", 11*z, w.pal.soft, false)
	h.low = newLine(h.edges[0], 11*z, w.pal.soft, false)
	h.high = canvas.NewText(h.edges[len(h.edges)-1], w.pal.soft)
	h.high.TextSize, h.high.Alignment = 11*z, fyne.TextAlignTrailing
	h.box = &fyne.Container{Layout: histogramLayout{h}, Objects: append(objects, h.caption, h.low, h.high)}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer lays the bars out.
func (h *histogram) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.box) }

type histogramLayout struct{ h *histogram }

func (l histogramLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(160*l.h.w.zoom, 140*l.h.w.zoom)
}

func (l histogramLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	h, z := l.h, l.h.w.zoom
	top, bottom := 18*z, s.Height-18*z
	each := s.Width / float32(len(h.bars))
	for i, b := range h.bars {
		tall := (bottom - top) * float32(h.counts[i]) / float32(max(h.most, 1))
		if h.counts[i] > 0 {
			tall = fyne.Max(tall, 1.5*z)
		}
		b.Move(fyne.NewPos(float32(i)*each, bottom-tall))
		b.Resize(fyne.NewSize(fyne.Max(1, each-1*z), tall))
	}
	h.ground.Move(fyne.NewPos(0, bottom))
	h.ground.Resize(fyne.NewSize(s.Width, 1))
	h.caption.Move(fyne.NewPos(0, 0))
	h.caption.Resize(fyne.NewSize(s.Width, 14*z))
	m := h.high.MinSize()
	h.low.Move(fyne.NewPos(0, bottom+2*z))
	h.low.Resize(fyne.NewSize(s.Width-m.Width-8*z, m.Height))
	h.high.Move(fyne.NewPos(s.Width-m.Width, bottom+2*z))
	h.high.Resize(m)
}

// MouseIn tells of the bin under the pointer.
func (h *histogram) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved tells of the bin under the pointer.
func (h *histogram) MouseMoved(e *desktop.MouseEvent) {
	n := len(h.bars)
	i := min(max(int(e.Position.X/h.Size().Width*float32(n)), 0), n-1)
	for j, b := range h.bars {
		c := color.Color(h.w.pal.bars)
		if j == i {
			c = h.w.pal.accent
		}
		if b.FillColor != c {
			b.FillColor = c
			b.Refresh()
		}
	}
	text := number(h.counts[i])
	if i+1 < len(h.edges) {
		text = h.w.tr("{low} to {high}: {n}", "low", h.edges[i], "high", h.edges[i+1], "n", number(h.counts[i]))
	}
	h.caption.set(text, h.w.pal.text)
}

// MouseOut takes the words away.
func (h *histogram) MouseOut() {
	for _, b := range h.bars {
		if b.FillColor != h.w.pal.bars {
			b.FillColor = h.w.pal.bars
			b.Refresh()
		}
	}
	h.caption.set("", h.w.pal.soft)
}

// level is one of the most frequent values: a bar behind its name, its count at the right.
// Tapping it asks for the rows that hold it.
type level struct {
	widget.BaseWidget
	keyed

	ground *canvas.Rectangle
	share  float64
	name   *line
	count  *canvas.Text
	tapped func()
}

func newLevel(w *window, name string, count int64, share float64, tapped func()) *level {
	z := w.zoom
	l := &level{ground: canvas.NewRectangle(w.pal.tint), share: share, name: newLine(name, 12*z, w.pal.text, false), tapped: tapped}
	l.ground.CornerRadius = 3 * z
	l.count = canvas.NewText(fmt.Sprintf("%s  %s", number(count), percent(share)), w.pal.soft)
	l.count.TextSize = 11 * z
	l.keyed = keyed{w, func() { l.Tapped(nil) }, func(on bool) {
		l.ground.StrokeWidth, l.ground.StrokeColor = 0, nil
		if on {
			l.ground.StrokeWidth, l.ground.StrokeColor = 1.5*z, w.pal.accent
			l.MouseIn(nil)
			w.reveal(l)
		} else {
			l.MouseOut()
		}
		l.ground.Refresh()
	}}
	l.ExtendBaseWidget(l)
	return l
}

// Tapped asks for the rows.
func (l *level) Tapped(*fyne.PointEvent) {
	if l.tapped != nil {
		l.tapped()
	}
}

// MouseIn tells what a tap does.
func (l *level) MouseIn(*desktop.MouseEvent) {
	if l.tapped != nil {
		l.w.hint(l.w.tr("Show the rows with this value"))
	}
}

// MouseMoved does nothing more.
func (l *level) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the words away.
func (l *level) MouseOut() { l.w.hint("") }

// CreateRenderer lays it out.
func (l *level) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: levelLayout{l}, Objects: []fyne.CanvasObject{l.ground, l.name, l.count}})
}

type levelLayout struct{ l *level }

func (v levelLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120*v.l.w.zoom, 24*v.l.w.zoom)
}

func (v levelLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l, z := v.l, v.l.w.zoom
	l.ground.Move(fyne.NewPos(0, 1*z))
	l.ground.Resize(fyne.NewSize(fyne.Max(3*z, s.Width*float32(l.share)), s.Height-2*z))
	m := l.count.MinSize()
	l.count.Move(fyne.NewPos(s.Width-m.Width, (s.Height-m.Height)/2))
	l.count.Resize(m)
	h := l.name.MinSize().Height
	l.name.Move(fyne.NewPos(6*z, (s.Height-h)/2))
	l.name.Resize(fyne.NewSize(s.Width-m.Width-16*z, h))
}
